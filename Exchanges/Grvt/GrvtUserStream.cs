using Exchange.Exchanges.Common.Orders;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Grvt;

/// <summary>Takes what the account's streams tell, on the receiving thread. Must not block and must not throw.</summary>
internal interface IGrvtUserEvents
{
    /// <summary>Something was said of an order.</summary>
    void OnOrder(OrderReport report)
    {
    }

    /// <summary>The symbol of an order of ours that works; null when none is known by the client order id.</summary>
    string? SymbolOf(string clientOrderId) => null;

    /// <summary>A position changed, or was told as it is.</summary>
    void OnPosition(Position position)
    {
    }

    /// <summary>An order was executed: money has moved.</summary>
    void OnFill(Fill fill)
    {
    }

    /// <summary>Money was moved between accounts.</summary>
    void OnTransfer(string words, DateTimeOffset? venueTime, DateTimeOffset receivedAt)
    {
    }

    /// <summary>Something could not be read, or was lost: what it told must be asked for.</summary>
    void OnMissed();

    /// <summary>The socket is gone: something may be missed.</summary>
    void OnLost(string reason)
    {
    }
}

/// <summary>
/// The account's streams (venue sheet, section 7): <c>v1.order</c>, <c>v1.state</c>, <c>v1.fill</c>, <c>v1.position</c>, <c>v1.cancel</c>,
/// <c>v1.transfer</c>. Nothing is said of the order between two of them: a state may come ahead of the execution that explains it.
/// </summary>
internal sealed class GrvtUserStream(IGrvtUserEvents events, string exchange, TimeProvider time)
{
    private const int MostLiquidations = 64;

    private readonly Lock _gate = new();
    private readonly Queue<string> _liquidations = new();
    private long _count;
    private long _owesSince;

    /// <summary>Messages about orders so far. To be had before a command leaves: its event may come before its reply.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>Since when an event is owed, as a timestamp; null when none is.</summary>
    public long? OwesSince => Interlocked.Read(ref _owesSince) is var since and not 0 ? since : null;

    /// <summary>The venue has taken an order, of which it must tell here; that is owed unless something came since <paramref name="countBefore"/>.</summary>
    public void Expect(long countBefore)
    {
        if (Count == countBefore)
            Interlocked.CompareExchange(ref _owesSince, time.GetTimestamp(), 0);
    }

    /// <summary>Nothing is owed any more: a new socket begins with a comparison.</summary>
    public void Forget() => Interlocked.Exchange(ref _owesSince, 0);

    /// <summary>The socket is gone.</summary>
    public void OnLost(string reason) => events.OnLost(reason);

    /// <summary>Takes one message.</summary>
    public FrameKind OnData(in GrvtFrame frame, GrvtStep step, DateTimeOffset receivedAt)
    {
        var json = new Utf8Scanner(frame.Feed);
        var read = frame.Stream switch
        {
            _ when frame.Stream.SequenceEqual("v1.order"u8) => TryReadOrder(ref json, receivedAt),
            _ when frame.Stream.SequenceEqual("v1.state"u8) => TryReadState(ref json, receivedAt),
            _ when frame.Stream.SequenceEqual("v1.fill"u8) => TryReadFill(ref json, receivedAt),
            _ when frame.Stream.SequenceEqual("v1.position"u8) => TryReadPosition(ref json, receivedAt),
            _ when frame.Stream.SequenceEqual("v1.transfer"u8) => TryReadTransfer(ref json, receivedAt),

            // What became of a cancel's time to live; what became of the order is told where orders are.
            _ when frame.Stream.SequenceEqual("v1.cancel"u8) => true,
            _ => (bool?)null,
        };
        if (read == false || step == GrvtStep.Gap)
            events.OnMissed();
        return read switch
        {
            null => FrameKind.Unknown,
            false => FrameKind.Unreadable,
            _ => FrameKind.Data,
        };
    }

    private bool TryReadOrder(ref Utf8Scanner json, DateTimeOffset receivedAt)
    {
        if (!GrvtOrderMessages.TryReadOrder(ref json, out var fields) || !json.AtEnd || fields.ToReport(ReportSource.Event, receivedAt) is not { } report)
            return false;
        ToldOfOrder();
        events.OnOrder(IsLiquidation(report.VenueOrderId) ? report with { Origin = OrderOrigin.Liquidation } : report);
        return true;
    }

    private bool TryReadState(ref Utf8Scanner json, DateTimeOffset receivedAt)
    {
        if (!GrvtOrderMessages.TryReadState(ref json, events.SymbolOf, receivedAt, out var report))
            return false;
        ToldOfOrder();

        // One that is not known by its client order id is told with its symbol on the other stream.
        if (report is not null)
            events.OnOrder(report);
        return true;
    }

    private bool TryReadFill(ref Utf8Scanner json, DateTimeOffset receivedAt)
    {
        if (!GrvtOrderMessages.TryReadFill(ref json, exchange, out var fill, out var isLiquidation) || !json.AtEnd)
            return false;
        if (isLiquidation)
            NoteLiquidation(fill.VenueOrderId);
        var report = GrvtOrderMessages.ToReport(fill, ReportSource.Event, receivedAt);
        events.OnOrder(isLiquidation ? report with { Origin = OrderOrigin.Liquidation } : report);
        events.OnFill(fill);
        return true;
    }

    private bool TryReadPosition(ref Utf8Scanner json, DateTimeOffset receivedAt)
    {
        if (!GrvtAccountMessages.TryReadPosition(ref json, exchange, receivedAt, out var position) || !json.AtEnd)
            return false;
        events.OnPosition(position);
        return true;
    }

    private bool TryReadTransfer(ref Utf8Scanner json, DateTimeOffset receivedAt)
    {
        if (!GrvtAccountMessages.TryReadTransfer(ref json, out var words, out var at))
            return false;
        events.OnTransfer(words, at, receivedAt);
        return true;
    }

    /// <summary>The venue's own orders look like any other; their executions say what they are.</summary>
    private void NoteLiquidation(string venueOrderId)
    {
        lock (_gate)
        {
            _liquidations.Enqueue(venueOrderId);
            if (_liquidations.Count > MostLiquidations)
                _liquidations.Dequeue();
        }
    }

    private bool IsLiquidation(string? venueOrderId)
    {
        lock (_gate)
            return venueOrderId is not null && _liquidations.Contains(venueOrderId);
    }

    private void ToldOfOrder()
    {
        Interlocked.Increment(ref _count);
        Interlocked.Exchange(ref _owesSince, 0);
    }
}
