using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Exchange.Exchanges.Common.Journal;

/// <summary>
/// Reads a journal file whole. A record that a crash cut short can only be the last one: it is left out, and told. A damaged record
/// with good ones after it is something else, and nothing is opened then.
/// </summary>
internal static partial class JournalReader
{
    /// <summary>What the file comes to; nothing when there is none.</summary>
    /// <exception cref="OrderJournalException">The file is damaged, of another exchange, or of a newer version.</exception>
    public static JournalContents Read(string path, string exchange, DateTimeOffset keepFrom, int keepUsedIds, ILogger logger)
    {
        if (!File.Exists(path))
            return JournalContents.Empty;
        var bytes = File.ReadAllBytes(path);
        var fold = new JournalFold(exchange);
        var at = 0;
        for (var number = 1; at < bytes.Length; number++)
        {
            var end = Array.IndexOf(bytes, (byte)'\n', at);
            var line = end < 0 ? null : ReadLine(bytes.AsMemory(at, end - at), path, number, at);
            if (line is null)
            {
                if (FollowsGoodLine(bytes, at))
                    throw Damaged(path, number, at, "its checksum is wrong, and good records follow");
                TornEnd(logger, path, bytes.Length - at, at);
                break;
            }

            try
            {
                if (number == 1)
                    CheckHeader(line, exchange, path);
                else
                    fold.Take(line);
            }
            catch (Exception error) when (error is FormatException or InvalidOperationException)
            {
                throw Damaged(path, number, at, error.Message);
            }

            at = end + 1;
        }

        return fold.Result(keepFrom, keepUsedIds);
    }

    private static JournalLine? ReadLine(ReadOnlyMemory<byte> line, string path, int number, int at)
    {
        try
        {
            return JournalLine.Read(line);
        }
        catch (JsonException error)
        {
            throw Damaged(path, number, at, error.Message);
        }
    }

    private static bool FollowsGoodLine(byte[] bytes, int bad)
    {
        var at = bad;
        while (Array.IndexOf(bytes, (byte)'\n', at) is var end && end >= 0)
        {
            at = end + 1;
            var next = Array.IndexOf(bytes, (byte)'\n', at);
            if (next < 0)
                return false;
            if (IsGood(bytes.AsMemory(at, next - at)))
                return true;
        }

        return false;
    }

    private static bool IsGood(ReadOnlyMemory<byte> line)
    {
        try
        {
            return JournalLine.Read(line) is not null;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static void CheckHeader(JournalLine line, string exchange, string path)
    {
        if (line.Version != JournalWriter.Version)
            throw new OrderJournalException(FileOrderJournal.Unavailable($"{path} is of version {line.Version?.ToString(CultureInfo.InvariantCulture) ?? "none"}, this program reads version {JournalWriter.Version}: run the version that wrote it"));
        if (line.Exchange != exchange)
            throw new OrderJournalException(FileOrderJournal.Unavailable($"{path} is the journal of '{line.Exchange}', not of '{exchange}': give each connection a folder of its own"));
    }

    private static OrderJournalException Damaged(string path, int number, int at, string why) => new(FileOrderJournal.Unavailable(
        $"{path} is damaged at record {number} (byte {at}): {why}. Nothing was sent. Restore the file from a copy; or, to start without what it knows "
        + "(booked fills, used client order ids, a halt), compare open orders and positions with the exchange by hand, move the file away and start again"));

    [LoggerMessage(350, LogLevel.Warning, "{Path}: the last record was cut short by a crash; its {Bytes} bytes at byte {At} are left out (its command cannot have left)")]
    private static partial void TornEnd(ILogger logger, string path, int bytes, int at);
}
