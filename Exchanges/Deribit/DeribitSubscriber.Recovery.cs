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

    /// <summary>A channel sends its snapshot when it is subscribed to, and not to who has it already: it is given back and asked for again.</summary>
    private protected override async Task<ExchangeError?> BringSnapshotAsync(BookFeed feed, BookSource book, CancellationToken cancellationToken)
    {
        if (SocketOf(book.Plan.Stream) is not { } socket)
            return null;
        var limit = TimeSpan.FromMilliseconds(_options.CommandTimeoutMs);
        var waiting = Task.Delay(limit, Time, cancellationToken);
        socket.Renew(book.Plan.Stream);
        await waiting.ConfigureAwait(false);
        lock (feed.Gate)
        {
            return book is { IsFetching: true, NeedsSnapshot: true }
                ? new ExchangeError { Code = ExchangeErrorCode.Timeout, Message = $"{book.Plan.Stream} was asked for again, and brought no snapshot within {limit.TotalSeconds:0.#} s", Retryable = true }
                : null;
        }
    }

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
