using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Journal;

/// <summary>
/// Remembers over a crash what was about to be sent and what became of it. A record is written before its command leaves, and only
/// while the writer's epoch is the newest: what cannot be written is not sent.
/// </summary>
public interface IOrderJournal : IDisposable
{
    /// <summary>What was found when the journal was opened.</summary>
    JournalContents Contents { get; }

    /// <summary>
    /// Writes a record so that it survives the death of this process. Blocks for microseconds; calls come one at a time.
    /// </summary>
    /// <returns>
    /// Null when it is written; otherwise <see cref="ExchangeErrorCode.Fenced"/> when a newer epoch has taken over, or
    /// <see cref="ExchangeErrorCode.JournalUnavailable"/>. Then nothing was written.
    /// </returns>
    ExchangeError? Append(in JournalRecord record);

    /// <summary>
    /// Completes when all that was appended before survives the loss of power, where the journal is set to care, and at once otherwise.
    /// </summary>
    /// <returns>Null, or why it cannot be told.</returns>
    ValueTask<ExchangeError?> SyncAsync();
}
