using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Exchange.Grains.Interfaces;
using Microsoft.Win32.SafeHandles;

namespace Exchange.Exchanges.Common.Journal;

/// <summary>
/// Says in one small file which epoch may write a journal. Whoever reads it to act on it holds the file for itself meanwhile (on Unix
/// a lock that the system releases when its holder dies), other handles of the same process being kept out too: so between reading the
/// epoch and writing a record nobody can take over.
/// </summary>
internal sealed class EpochFile(string folder, string machine)
{
    private const int EpochDigits = 20;

    // Held for microseconds by who writes. Who still waits after this faces a process that was stopped in the middle.
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);
    private readonly string _path = Path.Combine(folder, "epoch");

    /// <summary>Takes the journal over for an epoch.</summary>
    /// <exception cref="OrderJournalException">A newer epoch, or another machine, has it.</exception>
    public void Take(long epoch)
    {
        using var file = Acquire(FileMode.OpenOrCreate);
        Span<byte> held = stackalloc byte[512];
        var length = RandomAccess.Read(file, held, 0);
        if (length > 0)
        {
            var lines = Encoding.UTF8.GetString(held[..length]).Split('\n');
            if (lines.Length < 3 || !long.TryParse(lines[0], NumberStyles.None, CultureInfo.InvariantCulture, out var last))
                throw Unavailable($"{_path} does not hold an epoch and a machine: if no other process uses {folder}, delete that file and start again");
            if (lines[1] != machine)
            {
                throw Unavailable($"the journal in {folder} was last written by machine '{lines[1]}', and this is '{machine}': files fence one machine only, so another one could send orders at the same time. "
                    + $"Run the standby on '{lines[1]}', or, when that machine is gone for good or was renamed, set the journal's Machine to '{lines[1]}'");
            }

            if (last >= epoch)
                throw new OrderJournalException(Fenced(epoch, last));
        }

        var text = Encoding.UTF8.GetBytes(epoch.ToString("D20", CultureInfo.InvariantCulture) + "\n" + machine + "\n");
        RandomAccess.SetLength(file, text.Length);
        RandomAccess.Write(file, text, 0);
        RandomAccess.FlushToDisk(file);
    }

    /// <summary>Holds the journal for one write, if <paramref name="epoch"/> is still the newest.</summary>
    /// <returns>What to dispose of after the write; null when a newer epoch has taken over.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public SafeFileHandle? Hold(long epoch, out ExchangeError? fenced)
    {
        var file = Acquire(FileMode.Open);
        Span<byte> held = stackalloc byte[EpochDigits];
        if (RandomAccess.Read(file, held, 0) == EpochDigits && Utf8Parser.TryParse(held, out long newest, out var digits) && digits == EpochDigits)
        {
            if (newest == epoch)
            {
                fenced = null;
                return file;
            }

            file.Dispose();
            fenced = Fenced(epoch, newest);
            return null;
        }

        file.Dispose();
        throw new IOException($"{_path} does not hold an epoch any more");
    }

    private SafeFileHandle Acquire(FileMode mode)
    {
        var started = Environment.TickCount64;
        var spin = default(SpinWait);
        while (true)
        {
            try
            {
                return File.OpenHandle(_path, mode, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException error) when (IsHeldByAnother(error) && Environment.TickCount64 - started < _patience.TotalMilliseconds)
            {
                // Without sleeping at first: who sleeps finds the file held again by one that writes without a pause.
                spin.SpinOnce(Environment.TickCount64 - started < 200 ? -1 : 10);
            }
        }
    }

    // EWOULDBLOCK on Linux and macOS, ERROR_SHARING_VIOLATION on Windows.
    private static bool IsHeldByAnother(IOException error) => error.HResult is 11 or 35 or unchecked((int)0x80070020);

    private static ExchangeError Fenced(long epoch, long newest) => new()
    {
        Code = ExchangeErrorCode.Fenced,
        Message = newest == epoch
            ? $"epoch {epoch} was used for this journal before: each activation needs a new one"
            : $"epoch {newest} has taken over from epoch {epoch}: this activation sends nothing any more",
        Outcome = CommandOutcome.Rejected,
    };

    private static OrderJournalException Unavailable(string message) => new(new ExchangeError
    {
        Code = ExchangeErrorCode.JournalUnavailable,
        Message = message,
        Outcome = CommandOutcome.Rejected,
    });
}
