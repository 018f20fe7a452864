using Exchange.Exchanges.Common.Market;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Deribit;

/// <summary>The public queries that market data needs beside its channels (venue sheet, section 6).</summary>
internal sealed class DeribitMarketRest(DeribitRest rest)
{
    private const string OrderBook = "public/get_order_book";
    private const string Trades = "public/get_last_trades_by_instrument";

    /// <summary>A book, at a depth that the venue knows (1, 5, 10, 20, 50, 100, 1000, 10000).</summary>
    public Task<Result<BookSnapshot>> GetBook(string symbol, int depth, CancellationToken cancellationToken) =>
        rest.QueryAsync(OrderBook, p => p.Add("instrument_name", symbol).Add("depth", (long)depth), ReadBook, cancellationToken: cancellationToken);

    /// <summary>The trades of an instrument by <c>trade_seq</c>, oldest first; at most 1000.</summary>
    public Task<Result<List<MarketTrade>>> GetTrades(string symbol, long from, int count, CancellationToken cancellationToken) =>
        rest.QueryAsync(
            Trades,
            p => p.Add("instrument_name", symbol).Add("start_seq", from).Add("end_seq", from + count - 1).Add("count", (long)count).Add("sorting", "asc"),
            ReadTrades,
            cancellationToken: cancellationToken);

    /// <summary>The latest trade of an instrument; none when it never traded.</summary>
    public Task<Result<List<MarketTrade>>> GetLastTrade(string symbol, CancellationToken cancellationToken) =>
        rest.QueryAsync(Trades, p => p.Add("instrument_name", symbol).Add("count", 1L), ReadTrades, cancellationToken: cancellationToken);

    /// <summary>Reads the result of <c>public/get_order_book</c>.</summary>
    internal static Result<BookSnapshot> ReadBook(ReadOnlySpan<byte> result)
    {
        var snapshot = new BookSnapshot();
        var json = new Utf8Scanner(result);
        bool hasBids = false, hasAsks = false, ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            if (name.SequenceEqual("bids"u8))
            {
                ok = hasBids = snapshot.Bids.TryRead(ref json);
            }
            else if (name.SequenceEqual("asks"u8))
            {
                ok = hasAsks = snapshot.Asks.TryRead(ref json);
            }
            else if (name.SequenceEqual("change_id"u8))
            {
                ok = json.TryReadInt64(out var id);
                snapshot.LastId = id;
            }
            else
            {
                ok = json.TrySkip();
            }
        }

        return ok && json.AtEnd && hasBids && hasAsks && snapshot.LastId > 0 ? snapshot : DeribitRpc.Unreadable(OrderBook) with { Outcome = null };
    }

    private static Result<List<MarketTrade>> ReadTrades(ReadOnlySpan<byte> result)
    {
        List<MarketTrade>? trades = null;
        var json = new Utf8Scanner(result);
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
            ok = name.SequenceEqual("trades"u8) ? DeribitTradeMessage.TryReadAll(ref json, trades = []) : json.TrySkip();
        return ok && json.AtEnd && trades is not null ? trades : DeribitRpc.Unreadable(Trades) with { Outcome = null };
    }
}
