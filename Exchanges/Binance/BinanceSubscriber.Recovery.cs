using Exchange.Exchanges.Common.Instruments;
using Exchange.Exchanges.Common.Market;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Binance;

/// <summary>What is fetched by REST: instruments and clock, snapshots, missing trades, and proof that silence is quiet.</summary>
public sealed partial class BinanceSubscriber
{
    private const int ProbeDepth = 5;

    /// <inheritdoc/>
    private protected override Task<Result<DateTimeOffset>> GetTimeAsync(CancellationToken cancellationToken) => _rest.GetTime(cancellationToken);

    /// <inheritdoc/>
    private protected override async Task<Result<InstrumentTable>> GetInstrumentTableAsync(CancellationToken cancellationToken) =>
        (await _rest.GetInstruments(cancellationToken).ConfigureAwait(false)).Map<InstrumentTable>(i => i);

    /// <inheritdoc/>
    private protected override async Task<ExchangeError?> BringSnapshotAsync(BookFeed feed, BookSource book, CancellationToken cancellationToken)
    {
        var snapshot = await _rest.GetDepth(feed.Symbol, book.Plan.Depth, cancellationToken).ConfigureAwait(false);
        if (snapshot.IsSuccess)
            feed.OnSnapshot(book, snapshot.Value);
        return snapshot.Error;
    }

    /// <inheritdoc/>
    private protected override Task<Result<BookSnapshot>> ProbeBookAsync(string symbol, CancellationToken cancellationToken) =>
        _rest.GetDepth(symbol, ProbeDepth, cancellationToken);

    /// <inheritdoc/>
    private protected override async Task<Result<List<MarketTrade>>> GetTradesAsync(string symbol, long from, int count, CancellationToken cancellationToken) =>
        (await _rest.GetAggTrades(symbol, from, count, cancellationToken).ConfigureAwait(false)).Map(ToTrades);

    /// <inheritdoc/>
    private protected override async Task<Result<List<MarketTrade>>> GetLastTradeAsync(string symbol, CancellationToken cancellationToken) =>
        (await _rest.GetAggTrades(symbol, null, 1, cancellationToken).ConfigureAwait(false)).Map(ToTrades);

    private static List<MarketTrade> ToTrades(List<TradeMessage> messages) => messages.ConvertAll(m => BinanceTradeFeed.ToTrade(m));
}
