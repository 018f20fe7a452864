using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Exchange.Exchanges.Common.Journal;

/// <summary>
/// The journal as a file: <c>orders.journal</c> in a folder of its own, with <c>epoch</c> beside it, which says who may write. Only
/// appended to; tidied when it is opened. Fences one machine: see <see cref="FileOrderJournalOptions.Machine"/>.
/// </summary>
public sealed class FileOrderJournal : IOrderJournal
{
    private readonly Lock _gate = new();
    private readonly Lock _syncGate = new();
    private readonly JournalWriter _writer = new();
    private readonly EpochFile _epochFile;
    private readonly long _epoch;
    private readonly SafeFileHandle _file;
    private readonly bool _flushToDisk;
    private long _length;
    private bool _disposed;
    private Task<ExchangeError?> _syncing = Task.FromResult<ExchangeError?>(null);
    private Task<ExchangeError?>? _nextSync;

    private FileOrderJournal(EpochFile epochFile, long epoch, JournalContents contents, SafeFileHandle file, FileOrderJournalOptions options)
    {
        _epochFile = epochFile;
        _epoch = epoch;
        Contents = contents;
        _file = file;
        _length = RandomAccess.GetLength(file);
        _flushToDisk = options.FlushToDisk;
    }

    /// <inheritdoc/>
    public JournalContents Contents { get; }

    /// <summary>Takes the journal of a folder over for an epoch, reads it and tidies it.</summary>
    /// <param name="options">Where it is.</param>
    /// <param name="exchange">The exchange key, whose journal it must be.</param>
    /// <param name="epoch">This activation's epoch, greater than any before it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Tells of a torn end.</param>
    /// <exception cref="OrderJournalException">
    /// A newer epoch or another machine has it, it is damaged, or it cannot be written; the message says what to do.
    /// </exception>
    public static FileOrderJournal Open(FileOrderJournalOptions options, string exchange, long epoch, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        var path = Path.Combine(options.Folder, "orders.journal");
        try
        {
            Directory.CreateDirectory(options.Folder);
            var epochFile = new EpochFile(options.Folder, options.Machine ?? MachineName.Own);
            // From here on nothing of an older epoch can be written, so that what is read stays true.
            epochFile.Take(epoch);
            var now = time.GetUtcNow();
            var contents = JournalReader.Read(path, exchange, now - options.KeepEnded, options.KeepUsedIds, logger);
            var file = Tidy(path, exchange, contents, now, epochFile, epoch);
            return new FileOrderJournal(epochFile, epoch, contents, file, options);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new OrderJournalException(Unavailable($"the journal in {options.Folder} cannot be opened: {error.Message}"), error);
        }
    }

    /// <inheritdoc/>
    public ExchangeError? Append(in JournalRecord record)
    {
        lock (_gate)
        {
            if (_disposed)
                return Unavailable("the journal is closed");
            try
            {
                // Made before the epoch file is held: that is held as shortly as can be.
                var line = _writer.Line(record);
                using var held = _epochFile.Hold(_epoch, out var fenced);
                if (fenced is not null)
                    return fenced;
                Write(line);
                return null;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return Unavailable($"the journal cannot be written: {error.Message}");
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask<ExchangeError?> SyncAsync()
    {
        if (!_flushToDisk)
            return default;
        lock (_syncGate)
        {
            // One that runs may have begun before the last record was written; the next one serves all who wait.
            if (_syncing.IsCompleted)
                return new ValueTask<ExchangeError?>(_syncing = Task.Run(Flush));
            return new ValueTask<ExchangeError?>(_nextSync ??= FlushAfterAsync(_syncing));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            _disposed = true;
            _file.Dispose();
            _writer.Dispose();
        }
    }

    private void Write(ReadOnlySpan<byte> line)
    {
        try
        {
            RandomAccess.Write(_file, line, _length);
            _length += line.Length;
        }
        catch (IOException)
        {
            // What was written of it goes, or the next record would follow a torn one.
            RandomAccess.SetLength(_file, _length);
            throw;
        }
    }

    private async Task<ExchangeError?> FlushAfterAsync(Task running)
    {
        // Never at once: the caller has yet to note that this one waits.
        await running.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        lock (_syncGate)
        {
            _syncing = _nextSync!;
            _nextSync = null;
        }

        return await Task.Run(Flush).ConfigureAwait(false);
    }

    private ExchangeError? Flush()
    {
        try
        {
            RandomAccess.FlushToDisk(_file);
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            return Unavailable($"the journal cannot be brought to the disk: {error.Message}");
        }
    }

    /// <summary>Writes what is worth keeping to a new file and puts that in the place of the old one.</summary>
    private static SafeFileHandle Tidy(string path, string exchange, JournalContents contents, DateTimeOffset now, EpochFile epochFile, long epoch)
    {
        var fresh = $"{path}.{epoch}";
        using (var stream = new FileStream(fresh, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
        using (var writer = new JournalWriter())
        {
            stream.Write(writer.Header(exchange));
            if (contents.TradingState != TradingState.Active)
                stream.Write(writer.Line(new JournalRecord { Kind = JournalKind.Trading, Time = now, Trading = contents.TradingState }));
            foreach (var id in contents.UsedIds)
                stream.Write(writer.Line(new JournalRecord { Kind = JournalKind.UsedId, Time = now, Key = id }));
            foreach (var order in contents.Orders)
                stream.Write(writer.Line(order, now));
            stream.Flush(flushToDisk: true);
        }

        // Only while nobody newer has come: theirs would be lost.
        using var held = epochFile.Hold(epoch, out var fenced);
        if (fenced is not null)
        {
            File.Delete(fresh);
            throw new OrderJournalException(fenced);
        }

        File.Move(fresh, path, overwrite: true);
        return File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
    }

    internal static ExchangeError Unavailable(string message) => new()
    {
        Code = ExchangeErrorCode.JournalUnavailable,
        Message = message,
        Outcome = CommandOutcome.Rejected,
        Retryable = true,
    };
}
