using System.Globalization;
using Exchange.Exchanges.Common;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Binance;

/// <summary>What a trade feed needs from whoever runs it. Called while holding the feed's lock: must return at once.</summary>
internal interface IBinanceTradeHost
{
    /// <summary>
    /// Trades are missing: fetch those from <paramref name="fromId"/> up to and without <paramref name="toId"/>, then call
    /// <see cref="BinanceTradeFeed.OnMissing"/>. Newer trades wait until then.
    /// </summary>
    void OnTradesMissing(BinanceTradeFeed feed, long fromId, long toId);

    /// <summary>Trades were lost for good.</summary>
    void OnTradesLost(BinanceTradeFeed feed, long count, string reason);
}

/// <summary>
/// The trades of one symbol. Ids are contiguous: a hole means a lost message, and what is missing is fetched by REST while
/// newer trades wait, so that a trader sees each trade once and in order. What cannot be fetched is counted and told.
/// </summary>
internal sealed class BinanceTradeFeed(string exchange, string symbol, bool aggregated, IMarketDataSink sink, IBinanceTradeHost host, TimeProvider time)
    : BinanceStreamHandler(aggregated ? BinanceStreams.AggTrade(symbol) : BinanceStreams.Trade(symbol), new Lock())
{
    /// <summary>Trades that wait at most while missing ones are fetched.</summary>
    public const int MostWaiting = 10_000;

    /// <summary>The largest hole that is fetched; a larger one is told.</summary>
    public const int LargestHole = 1000;

    private readonly Queue<(TradeMessage Trade, DateTimeOffset ReceivedAt)> _waiting = new();
    private TradeMessage _message;
    private long _lastNew;
    private bool _fetching;

    /// <summary>The venue's symbol.</summary>
    public string Symbol => symbol;

    /// <summary>The id of the last trade seen; 0 when none was.</summary>
    public long LastId { get; private set; }

    /// <summary>When the venue acknowledged the stream on the link in service, UTC.</summary>
    public DateTimeOffset SubscribedAt { get; private set; }

    /// <summary>Times that trades were missing.</summary>
    public long Holes { get; private set; }

    /// <summary>Trades that were missing and were fetched.</summary>
    public long Recovered { get; private set; }

    /// <summary>Trades that were missing and could not be fetched.</summary>
    public long Lost { get; private set; }

    /// <summary>Messages that brought a trade again.</summary>
    public long Repeated { get; private set; }

    /// <summary>Trades that the sink refused by throwing.</summary>
    public long SinkFailures { get; private set; }

    /// <summary>Silence means nothing where nobody trades.</summary>
    public override bool IsSteady => false;

    /// <summary>How long no trade has come.</summary>
    public TimeSpan Silence
    {
        get
        {
            lock (Gate)
                return _lastNew == 0 ? TimeSpan.Zero : time.GetElapsedTime(_lastNew);
        }
    }

    /// <inheritdoc/>
    public override bool TryRead(ref Utf8Scanner json) => _message.TryRead(ref json);

    /// <inheritdoc/>
    public override void Apply(DateTimeOffset receivedAt)
    {
        if (!_message.IsOurs)
            return;
        _lastNew = time.GetTimestamp();
        if (_fetching)
        {
            if (_waiting.Count < MostWaiting)
                _waiting.Enqueue((_message, receivedAt));
            else
                Lose(1, "too many trades while missing ones were fetched");
            return;
        }

        Take(_message, receivedAt);
    }

    /// <summary>Asked by REST, the venue has no newer trade than we: the market is quiet.</summary>
    public void OnQuiet()
    {
        lock (Gate)
            _lastNew = time.GetTimestamp();
    }

    /// <summary>Takes the missing trades that were asked for, or the reason why they could not be had.</summary>
    /// <param name="trades">The trades, oldest first; those outside the hole are passed over.</param>
    /// <param name="toId">Where the hole ends.</param>
    /// <param name="error">Why there are none, or null.</param>
    public void OnMissing(IReadOnlyList<TradeMessage> trades, long toId, string? error)
    {
        lock (Gate)
        {
            foreach (var trade in trades)
            {
                if (trade.Id <= LastId || trade.Id >= toId)
                    continue;

                // A hole within what the venue itself answers is one of its own numbering: no trade has that id.
                Recovered++;
                LastId = trade.Id;
                Emit(trade, time.GetUtcNow());
            }

            if (error is not null)
                Lose(toId - 1 - LastId, error);
            LastId = Math.Max(LastId, toId - 1);
            _fetching = false;
            while (!_fetching && _waiting.TryDequeue(out var next))
                Take(next.Trade, next.ReceivedAt);
        }
    }

    /// <inheritdoc/>
    protected override void OnSubscribed()
    {
        if (_lastNew != 0)
            return;
        _lastNew = time.GetTimestamp();
        SubscribedAt = time.GetUtcNow();
    }

    /// <inheritdoc/>
    protected override void OnLost(string reason) => _lastNew = 0;

    private void Take(in TradeMessage trade, DateTimeOffset receivedAt)
    {
        if (trade.Id <= LastId)
        {
            Repeated++;
            return;
        }

        if (LastId != 0 && trade.Id != LastId + 1)
        {
            Holes++;
            var missing = trade.Id - LastId - 1;
            if (aggregated && missing <= LargestHole)
            {
                _fetching = true;

                // Those that waited for an earlier hole stay behind this one.
                var rest = _waiting.ToArray();
                _waiting.Clear();
                _waiting.Enqueue((trade, receivedAt));
                foreach (var waiting in rest)
                    _waiting.Enqueue(waiting);
                host.OnTradesMissing(this, LastId + 1, trade.Id);
                return;
            }

            Lose(missing, aggregated ? "too many to be fetched" : "Binance tells single trades again only to those who sign");
        }

        LastId = trade.Id;
        Emit(trade, receivedAt);
    }

    private void Lose(long count, string reason)
    {
        if (count <= 0)
            return;
        Lost += count;
        host.OnTradesLost(this, count, reason);
    }

    private void Emit(in TradeMessage trade, DateTimeOffset receivedAt)
    {
        // Insurance fund and auto-deleveraging fills are no market trades; aggregated trades leave them out as well.
        if (!trade.IsMarket)
            return;
        try
        {
            sink.OnTrade(new Trade
            {
                Exchange = exchange,
                Symbol = symbol,
                TradeId = trade.Id.ToString(CultureInfo.InvariantCulture),
                Price = trade.Price,
                Quantity = trade.Quantity,
                AggressorSide = trade.BuyerIsMaker ? Side.Sell : Side.Buy,
                VenueTime = trade.Time,
                ReceivedTime = receivedAt,
            });
        }
        catch (Exception)
        {
            SinkFailures++;
        }
    }
}
