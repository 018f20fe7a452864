using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Market;

/// <summary>One public trade as a venue tells it.</summary>
/// <param name="Number">Counts the symbol's trades without a hole.</param>
/// <param name="TradeId">The venue's trade id.</param>
/// <param name="Price">The price.</param>
/// <param name="Quantity">The quantity.</param>
/// <param name="Taker">The side that took liquidity.</param>
/// <param name="Time">When it happened, UTC.</param>
/// <param name="IsMarket">False for what is no trade of the market (an insurance fund's fill): it counts, and is not published.</param>
internal readonly record struct MarketTrade(long Number, string TradeId, decimal Price, decimal Quantity, Side Taker, DateTimeOffset Time, bool IsMarket = true);

/// <summary>What a trade feed needs from whoever runs it. Called while holding the feed's lock: must return at once.</summary>
internal interface ITradeHost
{
    /// <summary>
    /// Trades are missing: fetch those from <paramref name="from"/> up to and without <paramref name="to"/>, then call
    /// <see cref="TradeFeed.OnMissing"/>. Newer trades wait until then.
    /// </summary>
    void OnTradesMissing(TradeFeed feed, long from, long to);

    /// <summary>Trades were lost for good.</summary>
    void OnTradesLost(TradeFeed feed, long count, string reason);
}

/// <summary>
/// The trades of one symbol. Their numbers are contiguous: a hole means a lost message, and what is missing is fetched while
/// newer trades wait, so that a trader sees each trade once and in order. What cannot be fetched is counted and told.
/// </summary>
internal abstract class TradeFeed(string exchange, string symbol, string stream, IMarketDataSink sink, ITradeHost host, TimeProvider time)
    : StreamHandler(stream, new Lock())
{
    /// <summary>Trades that wait at most while missing ones are fetched.</summary>
    public const int MostWaiting = 10_000;

    /// <summary>The largest hole that is fetched; a larger one is told.</summary>
    public const int LargestHole = 1000;

    private readonly List<MarketTrade> _read = [];
    private readonly Queue<(MarketTrade Trade, DateTimeOffset ReceivedAt)> _waiting = new();
    private long _lastNew;
    private bool _fetching;

    /// <summary>The venue's symbol.</summary>
    public string Symbol => symbol;

    /// <summary>The number of the last trade seen; 0 when none was.</summary>
    public long LastNumber { get; private set; }

    /// <summary>Times that trades were missing.</summary>
    public long Holes { get; private set; }

    /// <summary>Trades that were missing and were fetched.</summary>
    public long Recovered { get; private set; }

    /// <summary>Trades that were missing and could not be fetched.</summary>
    public long Lost { get; private set; }

    /// <summary>Messages that brought a trade again.</summary>
    public long Repeated { get; protected set; }

    /// <summary>Trades that the sink refused by throwing.</summary>
    public long SinkFailures { get; private set; }

    /// <summary>Silence means nothing where nobody trades.</summary>
    public override bool IsSteady => false;

    /// <summary>Why missing trades cannot be fetched by their numbers; null when they can.</summary>
    public virtual string? WhyNotFetched => null;

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
    public sealed override bool TryRead(ref Utf8Scanner json)
    {
        _read.Clear();
        return TryRead(ref json, _read);
    }

    /// <inheritdoc/>
    public sealed override void Apply(DateTimeOffset receivedAt)
    {
        foreach (var trade in _read)
        {
            _lastNew = time.GetTimestamp();
            if (!_fetching)
                Take(trade, receivedAt);
            else if (_waiting.Count < MostWaiting)
                _waiting.Enqueue((trade, receivedAt));
            else
                Lose(1, "too many trades while missing ones were fetched");
        }
    }

    /// <summary>Asked beside the stream, the venue has no newer trade than we: the market is quiet.</summary>
    public void OnQuiet()
    {
        lock (Gate)
            _lastNew = time.GetTimestamp();
    }

    /// <summary>Takes the missing trades that were asked for, or the reason why they could not be had.</summary>
    /// <param name="trades">The trades, oldest first; those outside the hole are passed over.</param>
    /// <param name="to">Where the hole ends.</param>
    /// <param name="error">Why there are none, or null.</param>
    public void OnMissing(IReadOnlyList<MarketTrade> trades, long to, string? error)
    {
        lock (Gate)
        {
            foreach (var trade in trades)
            {
                if (trade.Number <= LastNumber || trade.Number >= to)
                    continue;

                // A hole within what the venue itself answers is one of its own numbering: no trade has that id.
                Recovered++;
                LastNumber = trade.Number;
                Emit(trade, time.GetUtcNow());
            }

            if (error is not null)
                Lose(to - 1 - LastNumber, error);
            LastNumber = Math.Max(LastNumber, to - 1);
            _fetching = false;
            while (!_fetching && _waiting.TryDequeue(out var next))
                Take(next.Trade, next.ReceivedAt);
        }
    }

    /// <inheritdoc/>
    protected override void OnSubscribed()
    {
        if (_lastNew == 0)
            _lastNew = time.GetTimestamp();
    }

    /// <inheritdoc/>
    protected override void OnLost(string reason) => _lastNew = 0;

    /// <summary>What was read of the message at hand, oldest first, until it is applied.</summary>
    protected List<MarketTrade> Read => _read;

    /// <summary>Reads a message's trades, oldest first; those of something else that shares the stream are left out.</summary>
    protected abstract bool TryRead(ref Utf8Scanner json, List<MarketTrade> trades);

    private void Take(in MarketTrade trade, DateTimeOffset receivedAt)
    {
        if (trade.Number <= LastNumber)
        {
            Repeated++;
            return;
        }

        if (LastNumber != 0 && trade.Number != LastNumber + 1)
        {
            Holes++;
            var missing = trade.Number - LastNumber - 1;
            if (WhyNotFetched is null && missing <= LargestHole)
            {
                _fetching = true;

                // Those that waited for an earlier hole stay behind this one.
                var rest = _waiting.ToArray();
                _waiting.Clear();
                _waiting.Enqueue((trade, receivedAt));
                foreach (var waiting in rest)
                    _waiting.Enqueue(waiting);
                host.OnTradesMissing(this, LastNumber + 1, trade.Number);
                return;
            }

            Lose(missing, WhyNotFetched ?? "too many to be fetched");
        }

        LastNumber = trade.Number;
        Emit(trade, receivedAt);
    }

    private void Lose(long count, string reason)
    {
        if (count <= 0)
            return;
        Lost += count;
        host.OnTradesLost(this, count, reason);
    }

    private void Emit(in MarketTrade trade, DateTimeOffset receivedAt)
    {
        if (!trade.IsMarket)
            return;
        try
        {
            sink.OnTrade(new Trade
            {
                Exchange = exchange,
                Symbol = symbol,
                TradeId = trade.TradeId,
                Price = trade.Price,
                Quantity = trade.Quantity,
                AggressorSide = trade.Taker,
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
