using Exchange.Exchanges.Common.Journal;
using Exchange.Grains.Interfaces;

namespace Exchange.Tests.Support.Orders;

/// <summary>A journal that remembers what was appended, and can fail.</summary>
internal sealed class MemoryOrderJournal : IOrderJournal
{
    public List<JournalRecord> Records { get; } = [];

    public ExchangeError? Failure { get; set; }

    public ExchangeError? SyncFailure { get; set; }

    public JournalContents Contents { get; set; } = JournalContents.Empty;

    public ExchangeError? Append(in JournalRecord record)
    {
        if (Failure is not null)
            return Failure;
        Records.Add(record);
        return null;
    }

    public ValueTask<ExchangeError?> SyncAsync() => new(SyncFailure);

    public void Dispose()
    {
    }
}
