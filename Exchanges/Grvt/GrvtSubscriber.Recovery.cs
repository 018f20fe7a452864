using Exchange.Exchanges.Common.Instruments;
using Exchange.Exchanges.Common.Market;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Grvt;

/// <summary>What is asked for beside the streams: instruments and clock, missing trades, and proof that silence is quiet. Snapshots come by the streams.</summary>
public sealed partial class GrvtSubscriber
{
    private const int ProbeDepth = 10;

    /// <inheritdoc/>
    private protected override Task<Result<DateTimeOffset>> GetTimeAsync(CancellationToken cancellationToken) => _access.Rest.GetTime(cancellationToken);

    /// <inheritdoc/>
    private protected override async Task<Result<InstrumentTable>> GetInstrumentTableAsync(CancellationToken cancellationToken) =>
        (await _access.Rest.GetInstruments(cancellationToken).ConfigureAwait(false)).Map<InstrumentTable>(i => i);

    /// <inheritdoc/>
    private protected override Task<ExchangeError?> BringSnapshotAsync(BookFeed feed, BookSource book, CancellationToken cancellationToken) =>
        RenewStreamAsync(feed, book, TimeSpan.FromMilliseconds(_options.CommandTimeoutMs), cancellationToken);

    /// <inheritdoc/>
    private protected override Task<Result<BookSnapshot>> ProbeBookAsync(string symbol, CancellationToken cancellationToken) =>
        _rest.GetBook(symbol, ProbeDepth, cancellationToken);

    /// <inheritdoc/>
    private protected override async Task<Result<List<MarketTrade>>> GetTradesAsync(string symbol, long from, int count, CancellationToken cancellationToken)
    {
        var latest = await _rest.GetTrades(symbol, GrvtMarketRest.MostTrades, cancellationToken).ConfigureAwait(false);
        return latest.IsSuccess && _tradesOf.TryGetValue(symbol, out var feed) ? feed.Pick(latest.Value, from) : latest;
    }

    /// <summary>The venue does not count trades: one that has come is told as old, one that has not as newer than all.</summary>
    private protected override async Task<Result<List<MarketTrade>>> GetLastTradeAsync(string symbol, CancellationToken cancellationToken)
    {
        var latest = await _rest.GetTrades(symbol, 1, cancellationToken).ConfigureAwait(false);
        return latest.Map(trades => trades.ConvertAll(t => t with { Number = _tradesOf.TryGetValue(symbol, out var feed) && feed.Has(t.TradeId) ? 0 : long.MaxValue }));
    }
}
