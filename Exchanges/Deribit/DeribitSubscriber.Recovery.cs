using Exchange.Exchanges.Common.Instruments;
using Exchange.Exchanges.Common.Market;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Deribit;

/// <summary>What is asked for beside the channels: instruments and clock, missing trades, and proof that silence is quiet. Snapshots come by channels.</summary>
public sealed partial class DeribitSubscriber
{
    private const int ProbeDepth = 5;

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
    private protected override Task<Result<List<MarketTrade>>> GetTradesAsync(string symbol, long from, int count, CancellationToken cancellationToken) =>
        _rest.GetTrades(symbol, from, count, cancellationToken);

    /// <inheritdoc/>
    private protected override Task<Result<List<MarketTrade>>> GetLastTradeAsync(string symbol, CancellationToken cancellationToken) =>
        _rest.GetLastTrade(symbol, cancellationToken);
}
