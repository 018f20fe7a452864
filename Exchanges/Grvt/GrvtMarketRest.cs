using Exchange.Exchanges.Common.Market;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Grvt;

/// <summary>The public queries that market data needs beside its streams (venue sheet, section 8).</summary>
internal sealed class GrvtMarketRest(GrvtRest rest)
{
    /// <summary>The most trades that one answer holds.</summary>
    public const int MostTrades = 1000;

    private const string Book = "book";
    private const string Trade = "trade";

    /// <summary>A book, at a depth that the venue knows (10, 50, 100, 500).</summary>
    public Task<Result<BookSnapshot>> GetBook(string symbol, int depth, CancellationToken cancellationToken) =>
        rest.QueryAsync(
            Book, GrvtBudget.MarketWeight, body => ReadBook(body), p => p.Add(GrvtNames.Instrument, symbol).AddNumber(GrvtNames.Depth, depth), cancellationToken);

    /// <summary>The latest trades of an instrument, as the venue orders them; at most <see cref="MostTrades"/>.</summary>
    public Task<Result<List<MarketTrade>>> GetTrades(string symbol, int count, CancellationToken cancellationToken) =>
        rest.QueryAsync(
            Trade, GrvtBudget.MarketWeight, body => ReadTrades(body), p => p.Add(GrvtNames.Instrument, symbol).AddNumber(GrvtNames.Limit, count), cancellationToken);

    /// <summary>Reads the answer to <c>book</c>.</summary>
    internal static Result<BookSnapshot> ReadBook(ReadOnlySpan<byte> body)
    {
        var snapshot = new BookSnapshot();
        if (!GrvtRpc.TryOpen(body, out var result, out _))
            return Unreadable(Book);
        var json = new Utf8Scanner(result);
        if (!GrvtBookMessage.TryReadBook(ref json, snapshot.Bids, snapshot.Asks, out var eventTime) || !json.AtEnd)
            return Unreadable(Book);
        snapshot.LastId = eventTime;
        return snapshot;
    }

    /// <summary>Reads the answer to <c>trade</c>.</summary>
    internal static Result<List<MarketTrade>> ReadTrades(ReadOnlySpan<byte> body)
    {
        if (!GrvtRpc.TryOpen(body, out var result, out _))
            return Unreadable(Trade);
        var trades = new List<MarketTrade>();
        var json = new Utf8Scanner(result);
        var ok = json.TryEnterArray();
        while (ok && json.NextElement())
        {
            ok = GrvtTradeMessage.TryRead(ref json, out var trade);
            trades.Add(trade);
        }

        return ok && json.AtEnd ? trades : Unreadable(Trade);
    }

    private static ExchangeError Unreadable(string what) => GrvtRpc.Unreadable($"the {what} query") with { Outcome = null };
}
