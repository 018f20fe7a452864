using Exchange.Client.Trader;
using Exchange.Grains.Interfaces;
using Exchange.Tests.Support;

namespace Exchange.Tests.EndToEnd;

/// <summary>What the trader was shown of one book, and signals to wait for.</summary>
internal sealed class BookWatch
{
    private readonly Lock _lock = new();
    private readonly List<(Func<TraderUpdate<OrderBook>, bool> Condition, TaskCompletionSource Seen)> _waits = [];
    private readonly Func<OrderBook, string?> _contradiction;
    private readonly List<string> _faults = [];
    private TraderUpdate<OrderBook>? _last;
    private long _expected;

    public BookWatch(TraderClient trader, Func<OrderBook, string?> contradiction)
    {
        _contradiction = contradiction;
        trader.OrderBookReceived += OnBook;
    }

    /// <summary>Synced books that were not the venue's, and numbers out of order. Empty, or the gateway lied.</summary>
    public IReadOnlyList<string> Faults
    {
        get
        {
            lock (_lock)
                return [.. _faults];
        }
    }

    /// <summary>States that were shown, in order, without repetitions.</summary>
    public List<BookState> States { get; } = [];

    public Task For(Func<TraderUpdate<OrderBook>, bool> condition, string what)
    {
        lock (_lock)
        {
            var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_last is not null && condition(_last))
                seen.SetResult();
            else
                _waits.Add((condition, seen));
            return seen.Task.Within(what);
        }
    }

    private void OnBook(TraderUpdate<OrderBook> update)
    {
        lock (_lock)
        {
            var book = update.Data;
            if (States.Count == 0 || States[^1] != book.State)
                States.Add(book.State);
            if (book.State == BookState.Synced && _contradiction(book) is { } contradiction)
                Fault(contradiction);
            if (book.State is BookState.Syncing or BookState.Connecting && book.Bids.Length + book.Asks.Length > 0)
                Fault($"levels were shown while {book.State}");
            if (update.Kind != Exchange.Client.Protocol.UpdateKind.Snapshot && _last?.Epoch == update.Epoch && update.Seq < _expected)
                Fault($"number {update.Seq} came after {_expected - 1}");
            _expected = update.Seq + 1;
            _last = update;
            foreach (var wait in _waits.Where(w => w.Condition(update)).ToList())
            {
                _waits.Remove(wait);
                wait.Seen.SetResult();
            }
        }
    }

    private void Fault(string text)
    {
        lock (_lock)
            _faults.Add(text);
    }
}
