using Exchange.Exchanges.Common;
using Exchange.Exchanges.Common.Market;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Grvt;

/// <summary>
/// The trades of one instrument. The venue counts messages, by connection, and not trades; so they are counted here: a loss of messages
/// leaves a hole of that size. A connection begins with the latest trades: on the first one they are history, on a later one they
/// tell what happened in between.
/// </summary>
internal sealed class GrvtTradeFeed(string exchange, string symbol, int last, IMarketDataSink sink, ITradeHost host, TimeProvider time)
    : TradeFeed(exchange, symbol, GrvtChannels.Trades(symbol, last), sink, host, time)
{
    private const int MostRemembered = 4096;

    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();
    private readonly List<MarketTrade> _latest = [];
    private readonly Dictionary<long, (string Before, string After)> _holes = [];
    private int _link;
    private bool _isJoining;
    private long _number;
    private string? _lastId;

    /// <summary>Whether a trade has come already.</summary>
    public bool Has(string tradeId)
    {
        lock (Gate)
            return _seen.Contains(tradeId);
    }

    /// <summary>Picks those trades that belong into a hole, and gives them their numbers.</summary>
    /// <param name="trades">The latest trades as the venue answered.</param>
    /// <param name="from">Where the hole begins.</param>
    public Result<List<MarketTrade>> Pick(List<MarketTrade> trades, long from)
    {
        lock (Gate)
        {
            if (!_holes.Remove(from, out var hole))
                return new List<MarketTrade>();
            if (trades.Count > 1 && trades[0].Time > trades[^1].Time)
                trades.Reverse();
            var begin = trades.FindIndex(t => t.TradeId == hole.Before);
            var end = trades.FindIndex(t => t.TradeId == hole.After);
            if (begin < 0)
                return new ExchangeError { Code = ExchangeErrorCode.NotReady, Message = $"the {trades.Count} trades that the venue still tells do not reach back so far" };
            var missing = trades[(begin + 1)..(end < 0 ? trades.Count : Math.Max(end, begin + 1))].FindAll(t => !_seen.Contains(t.TradeId));
            missing.ForEach(t => Remember(t.TradeId));
            return missing.ConvertAll(t => t with { Number = from++ });
        }
    }

    /// <inheritdoc/>
    public override void Place(in MessagePlace place)
    {
        if (Read.Count == 0)
            return;
        var isNew = place.Link > _link;
        var isFirst = _link == 0;
        if (isNew)
        {
            _link = place.Link;
            _latest.Clear();
            _isJoining = !isFirst;
        }

        var trade = Read[0];
        Read.Clear();
        if (place.Kind == PlaceKind.Snapshot)
        {
            if (!_isJoining)
            {
                // Of a stream that was asked for anew they are known, or they are history.
                Remember(trade.TradeId);
                _lastId = _number == 0 ? trade.TradeId : _lastId;
                return;
            }

            // They may come in any order: told when all are there.
            _latest.Add(trade);
            if (_latest.Count >= last)
                Join();
            return;
        }

        if (_isJoining && place.Link == _link)
            Join();
        if (_seen.Contains(trade.TradeId))
        {
            Repeated++;
            return;
        }

        Take(trade, place.Kind == PlaceKind.Gap ? Math.Max(place.Missing, 1) : 0);
    }

    /// <inheritdoc/>
    protected override bool TryRead(ref Utf8Scanner json, List<MarketTrade> trades)
    {
        var ok = GrvtTradeMessage.TryRead(ref json, out var trade);
        if (ok)
            trades.Add(trade);
        return ok;
    }

    /// <summary>The latest trades of a connection that follows another one: those that have not been told.</summary>
    private void Join()
    {
        _isJoining = false;
        var fresh = _latest.Where(t => !_seen.Contains(t.TradeId)).OrderBy(t => t.Time).ToList();

        // None that is known: more happened in between than were told.
        var isTorn = _lastId is not null && fresh.Count > 0 && fresh.Count == _latest.Count;
        _latest.Clear();
        foreach (var trade in fresh)
        {
            Take(trade, isTorn ? LargestHole : 0);
            isTorn = false;
        }
    }

    private void Take(MarketTrade trade, long missing)
    {
        // With nothing before it there is no hole to fill, only a loss that the numbers show.
        if (missing > 0 && _lastId is not null)
        {
            // History gives a hole its beginning: it counts, and is not told.
            if (_number == 0)
                Read.Add(trade with { Number = _number = 1, IsMarket = false });
            _holes[_number + 1] = (_lastId, trade.TradeId);
            _number += missing;
        }

        Remember(trade.TradeId);
        _lastId = trade.TradeId;
        Read.Add(trade with { Number = ++_number });
    }

    private void Remember(string tradeId)
    {
        if (!_seen.Add(tradeId))
            return;
        _order.Enqueue(tradeId);
        if (_order.Count > MostRemembered)
            _seen.Remove(_order.Dequeue());
    }
}
