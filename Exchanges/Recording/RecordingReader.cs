using System.Text;
using Exchange.Exchanges.Common.Text;

namespace Exchange.Exchanges.Recording;

/// <summary>
/// Reads a recording: one JSON object a line, <c>{"at":µs,"via":"ws|http","dir":"in|out|open","url":"…","data":…}</c>, in time order.
/// <c>data</c> is given out byte for byte, as it stands in the file.
/// </summary>
public static class RecordingReader
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">A line is not of this format; the message names it.</exception>
    public static IEnumerable<RecordedEntry> ReadFile(string path)
    {
        using var reader = new StreamReader(path, Encoding.UTF8);
        var number = 0;
        while (reader.ReadLine() is { } line)
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
                continue;
            yield return TryReadLine(Encoding.UTF8.GetBytes(line), out var entry)
                ? entry
                : throw new InvalidDataException($"{Path.GetFileName(path)}, line {number}: not a line of a recording");
        }
    }

    /// <summary>Reads one line.</summary>
    public static bool TryReadLine(byte[] line, out RecordedEntry entry)
    {
        ArgumentNullException.ThrowIfNull(line);
        entry = null!;
        var json = new Utf8Scanner(line);
        long at = 0;
        string? via = null, direction = null, url = null;
        var data = ReadOnlyMemory<byte>.Empty;
        if (!json.TryEnterObject())
            return false;
        while (json.NextProperty(out var name))
        {
            bool ok;
            if (name.SequenceEqual("at"u8))
            {
                ok = json.TryReadInt64(out at);
            }
            else if (name.SequenceEqual("via"u8) || name.SequenceEqual("dir"u8) || name.SequenceEqual("url"u8))
            {
                ok = json.TryReadString(out var text, out _);
                if (name[0] == (byte)'v')
                    via = Encoding.UTF8.GetString(text);
                else if (name[0] == (byte)'d')
                    direction = Encoding.UTF8.GetString(text);
                else
                    url = Encoding.UTF8.GetString(text);
            }
            else if (name.SequenceEqual("data"u8))
            {
                ok = json.Peek() != 0;
                var start = json.Position;
                ok = ok && json.TrySkip();
                data = ok ? line.AsMemory(start, json.Position - start) : data;
            }
            else
            {
                ok = json.TrySkip();
            }

            if (!ok)
                return false;
        }

        RecordedKind? kind = (via, direction) switch
        {
            ("ws", "open") => RecordedKind.Open,
            ("ws", "in") => RecordedKind.FrameIn,
            ("ws", "out") => RecordedKind.FrameOut,
            ("http", "in") => RecordedKind.HttpBody,
            _ => null,
        };
        if (!json.AtEnd || kind is null || at <= 0 || at > 253_402_300_799_999_999)
            return false;
        entry = new RecordedEntry(DateTimeOffset.UnixEpoch.AddTicks(at * TimeSpan.TicksPerMicrosecond), kind.Value, url, data);
        return true;
    }
}
