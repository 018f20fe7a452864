using Exchange.Exchanges.Common.Journal;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Exchange.Exchanges.Common.Orders;

/// <summary>What commands may leave.</summary>
public enum OrderReadiness
{
    /// <summary>None: there is no connection.</summary>
    None = 0,
    /// <summary>Cancels and replacements may be tried; what the account holds is not reconciled yet.</summary>
    CancelsOnly = 1,
    /// <summary>All: authenticated, the user stream live, reconciled.</summary>
    Ready = 2,
}

/// <summary>
/// The life of the orders of one account at one exchange: one implementation for all venues, composed by each venue's OMS
/// connector. Commands come from traders and leave through <see cref="IOrderVenue"/>; what the venue says comes in through
/// <see cref="OnReport"/> and <see cref="ReconcileAsync"/>; what happens goes out through <see cref="IOrderSink"/>. All state has one
/// owner, a lock; under it an order changes, the journal is written and the update is published, in that order, and nothing waits:
/// commands are sent after it, so that a cancel never queues behind a place.
/// </summary>
/// <remarks>
/// A command that has begun runs to its end, whether or not its caller still waits. Nothing here throws for what a venue, a network
/// or a disk does.
/// </remarks>
public sealed partial class OrderManager : IDisposable
{
    private readonly Lock _gate = new();
    private readonly string _exchange;
    private readonly IOrderVenue _venue;
    private readonly IOrderSink _sink;
    private readonly IOrderJournal _journal;
    private readonly IClientOrderIdMaker _ids;
    private readonly OrderManagerOptions _options;
    private readonly PreTradeChecks _checks;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly OrderTable _table;
    private readonly Exposure _exposure = new();
    private readonly List<TrackedOrder> _endedUntold = [];
    private readonly LookupQueue _lookups;
    private readonly TaskCompletionSource<ExchangeError> _fenced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _idle;
    private OrderReadiness _readiness;
    private string _notReadyBecause = "the connection has not been made yet";
    private TradingState _tradingState;
    private OrderCounters _counters;
    private int _inFlight;
    private long _touches;
    private long _published;
    private bool _stopping;

    /// <summary>Takes up the orders that the journal knows; they are asked for at the first reconciliation.</summary>
    public OrderManager(OrderManagerParts parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        _exchange = parts.Exchange;
        _venue = parts.Venue;
        _sink = parts.Sink;
        _journal = parts.Journal;
        _ids = parts.ClientOrderIds;
        _options = parts.Options;
        _time = parts.Time;
        _logger = parts.Logger;
        _table = new OrderTable(_options);
        _checks = new PreTradeChecks(parts.Limits, parts.Market, _exposure, _time);
        _lookups = new LookupQueue(_time, _options, AskAboutAsync);
        Recover(_journal.Contents);
    }

    /// <summary>Completes when a newer activation has taken over: this one sends nothing any more and should stop.</summary>
    public Task<ExchangeError> WhenFenced => _fenced.Task;

    /// <summary>The counts, as of now.</summary>
    public OrderCounters Counters
    {
        get
        {
            lock (_gate)
                return CountOpen();
        }
    }

    /// <summary>The connector says what may leave.</summary>
    /// <param name="readiness">What may leave from now on.</param>
    /// <param name="reason">Why not more, for the errors of commands that come meanwhile.</param>
    public void SetReady(OrderReadiness readiness, string? reason = null)
    {
        lock (_gate)
        {
            _readiness = readiness;
            if (reason is not null)
                _notReadyBecause = reason;
        }
    }

    /// <summary>
    /// The way to the venue, or its user stream, was lost: nothing leaves until the connector has reconciled and says so. Commands in
    /// flight are answered by the connector, which knows which of them may have left.
    /// </summary>
    public void OnConnectionLost(string reason) => SetReady(OrderReadiness.None, reason);

    /// <summary>Refuses new orders from now on and waits until every command in flight has its answer. Working orders stay.</summary>
    public Task StopAsync(CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            _stopping = true;
            if (_inFlight == 0)
                return Task.CompletedTask;
            if (_idle is null || _idle.Task.IsCompleted)
                _idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _idle.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Stops asking about orders. What is unknown stays in the journal and is asked for by the next activation.</summary>
    public void Dispose()
    {
        _lookups.Dispose();
        lock (_gate)
        {
            _stopping = true;
            foreach (var order in _table.Open)
                WasAsked(order);
        }
    }

    private OrderCounters CountOpen()
    {
        var unknown = 0;
        var oldest = TimeSpan.Zero;
        var now = Now;
        foreach (var order in _table.Open)
        {
            if (order.UnknownSince is not { } since)
                continue;
            unknown++;
            if (now - since > oldest)
                oldest = now - since;
        }

        return _counters with { Open = _table.OpenCount, Unknown = unknown, OldestUnknown = oldest, LookupsWaiting = _lookups.Count };
    }

    private DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>Writes down where the order stands and tells the world. The only way in which an order's change is seen.</summary>
    private void Publish(TrackedOrder order, OrderEvent what, Fill? fill = null)
    {
        _table.Settle(order, Now);
        _exposure.Update(order);
        _published++;
        var shown = order.Render();
        Record(order, what, fill);
        _sink.OnOrder(new OrderUpdate { Event = what, Order = shown, Fill = fill });
    }

    private OrderAck Ack(TrackedOrder order)
    {
        var place = _sink.LastPlace;
        return new OrderAck { Order = order.Order, Epoch = place.Epoch, Seq = place.Seq };
    }

    private void Departed() => _inFlight++;

    private void Arrived()
    {
        if (--_inFlight == 0 && _stopping)
            _idle?.TrySetResult();
    }
}
