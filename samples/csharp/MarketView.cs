using Exchange.Client.Trader;
using Exchange.Grains.Interfaces;

namespace Exchange.Samples;

/// <summary>What the sample has seen, and whether it was in order. Written by the receiving thread, read by the screen's.</summary>
internal sealed class MarketView
{
    private readonly Lock _lock = new();
    private readonly Queue<TraderUpdate<Trade>> _lastTrades = new();
    private readonly LatencySamples _fromVenue = new();
    private readonly LatencySamples _fromGateway = new();
    private (long Epoch, long Seq) _bookPlace;
    private (long Epoch, long Seq) _tradePlace;

    public TraderUpdate<OrderBook>? Book { get; private set; }

    public ConnectionStatus? Status { get; private set; }

    public long Books { get; private set; }

    public long SyncedBooks { get; private set; }

    public long Trades { get; private set; }

    public long OutOfOrder { get; private set; }

    public long Gaps { get; private set; }

    public long GapsHealed { get; private set; }

    public long Epochs { get; private set; }

    public long Dropped { get; private set; }

    public void Follow(TraderFeed trader, string exchange)
    {
        trader.OrderBookReceived += u =>
        {
            if (u.Data.Exchange == exchange)
                OnBook(u);
        };
        trader.TradeReceived += u =>
        {
            if (u.Data.Exchange == exchange)
                OnTrade(u);
        };
        trader.StatusReceived += u => Change(() => Status = u.Data.Connection.Exchange == exchange ? u.Data : Status);
        trader.GapFound += g => Change(() =>
        {
            if (g.Topic.Exchange != exchange)
                return;
            Gaps++;
            GapsHealed += g.IsHealed ? 1 : 0;
        });
        trader.NoticeReceived += n => Change(() => Dropped += n.Count);
    }

    /// <summary>A picture that does not change while it is drawn.</summary>
    public T Read<T>(Func<MarketView, IReadOnlyList<TraderUpdate<Trade>>, T> read)
    {
        lock (_lock)
            return read(this, [.. _lastTrades]);
    }

    public double? VenueLatency(double percentile) => _fromVenue.At(percentile);

    public double? GatewayLatency(double percentile) => _fromGateway.At(percentile);

    private void OnBook(TraderUpdate<OrderBook> update) => Change(() =>
    {
        Check(update, ref _bookPlace);
        Book = update;
        Books++;
        if (update.Data.State == BookState.Synced)
            SyncedBooks++;
        Measure(update, update.Data.VenueTime);
    });

    private void OnTrade(TraderUpdate<Trade> update) => Change(() =>
    {
        Check(update, ref _tradePlace);
        Trades++;
        _lastTrades.Enqueue(update);
        if (_lastTrades.Count > 8)
            _lastTrades.Dequeue();
        Measure(update, update.Data.VenueTime);
    });

    private void Check<T>(TraderUpdate<T> update, ref (long Epoch, long Seq) place)
    {
        if (update.Epoch != place.Epoch)
            Epochs++;
        // A snapshot may repeat the place of the last update.
        else if (update.Kind == Exchange.Client.Protocol.UpdateKind.Snapshot ? update.Seq < place.Seq : update.Seq <= place.Seq)
            OutOfOrder++;
        if (update.Epoch < place.Epoch)
            OutOfOrder++;
        place = (update.Epoch, update.Seq);
    }

    private void Measure<T>(TraderUpdate<T> update, DateTimeOffset? venueTime)
    {
        if (update.Kind != Exchange.Client.Protocol.UpdateKind.Live)
            return;
        if (venueTime is { } venue)
            _fromVenue.Add(update.Arrived - venue);
        _fromGateway.Add(update.Arrived - (update.GatewayTime ?? update.Time));
    }

    private void Change(Action change)
    {
        lock (_lock)
            change();
    }
}
