using System.Collections.Immutable;
using Exchange.Exchanges.Common;
using Exchange.Grains.Interfaces;
using Xunit;

namespace Exchange.Tests.Grains;

/// <summary>A market-data connector that does what a test says.</summary>
internal sealed class FakeSubscriber(ConnectionId connection, IMarketDataSink sink) : IExchangeSubscriber, IAsyncDisposable
{
    private readonly Lock _lock = new();
    private ConnectionStatus _status = new() { Connection = connection, State = ConnectionState.Stopped, Since = DateTimeOffset.UnixEpoch };

    public ConnectionId Connection => connection;

    public IMarketDataSink Sink => sink;

    /// <summary>Completes when the connector was first asked to connect.</summary>
    public TaskCompletionSource Connected { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Disposed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>One signal for each time the connector was asked to connect.</summary>
    public SemaphoreSlim Connects { get; } = new(0);

    /// <summary>What a book subscription waits for: the venue's answer.</summary>
    public Task VenueAnswers { get; set; } = Task.CompletedTask;

    /// <summary>What a disconnect waits for.</summary>
    public Task VenueAnswersDisconnect { get; set; } = Task.CompletedTask;

    /// <summary>When set, the connector fails in whatever it is asked.</summary>
    public Exception? Broken { get; set; }

    public void Publish(long n) => sink.OnTrade(Trades.Make(n));

    public void SetState(ConnectionState state)
    {
        lock (_lock)
            _status = _status with { State = state };
        sink.OnStatus(_status);
    }

    public Task<Result<ConnectionStatus>> Connect(CancellationToken cancellationToken = default)
    {
        ThrowIfBroken();
        SetState(ConnectionState.Ready);
        Connected.TrySetResult();
        Connects.Release();
        return GetStatus(cancellationToken);
    }

    public async Task<Result<ConnectionStatus>> Disconnect(CancellationToken cancellationToken = default)
    {
        ThrowIfBroken();
        await VenueAnswersDisconnect;
        SetState(ConnectionState.Stopped);
        return await GetStatus(cancellationToken);
    }

    public Task<Result<ConnectionStatus>> GetStatus(CancellationToken cancellationToken = default)
    {
        ThrowIfBroken();
        lock (_lock)
            return Task.FromResult<Result<ConnectionStatus>>(_status);
    }

    public Task<Result<Capabilities>> GetCapabilities(CancellationToken cancellationToken = default) =>
        Task.FromResult<Result<Capabilities>>(new Capabilities { Exchange = connection.Exchange, MaxBookDepth = 1000 });

    public async Task<Result<MarketSubscription>> SubscribeOrderBook(
        string symbol, int topN = 20, int frequencyMs = 100, string? subscriber = null, CancellationToken cancellationToken = default)
    {
        await VenueAnswers;
        return new MarketSubscription { Exchange = connection.Exchange, Symbol = symbol, TopN = topN, FrequencyMs = frequencyMs };
    }

    public Task<Result<Unit>> UnsubscribeOrderBook(string symbol, string? subscriber = null, CancellationToken cancellationToken = default) => Done();

    public Task<Result<MarketSubscription>> SubscribeTrades(string symbol, string? subscriber = null, CancellationToken cancellationToken = default) =>
        Subscribed(symbol);

    public Task<Result<Unit>> UnsubscribeTrades(string symbol, string? subscriber = null, CancellationToken cancellationToken = default) => Done();

    public Task<Result<MarketSubscription>> SubscribeTopOfBook(string symbol, string? subscriber = null, CancellationToken cancellationToken = default) =>
        Subscribed(symbol);

    public Task<Result<Unit>> UnsubscribeTopOfBook(string symbol, string? subscriber = null, CancellationToken cancellationToken = default) => Done();

    public Task<Result<MarketSubscription>> SubscribeMarkPrice(string symbol, string? subscriber = null, CancellationToken cancellationToken = default) =>
        Subscribed(symbol);

    public Task<Result<Unit>> UnsubscribeMarkPrice(string symbol, string? subscriber = null, CancellationToken cancellationToken = default) => Done();

    public Task<Result<OrderBook>> GetOrderBook(string symbol, CancellationToken cancellationToken = default)
    {
        ThrowIfBroken();
        return Task.FromResult<Result<OrderBook>>(new ExchangeError { Code = ExchangeErrorCode.UnknownSymbol, Message = $"nobody is subscribed to '{symbol}'" });
    }

    public Task<Result<ImmutableArray<Instrument>>> GetInstruments(CancellationToken cancellationToken = default) =>
        Task.FromResult<Result<ImmutableArray<Instrument>>>(ImmutableArray<Instrument>.Empty);

    public Task<Result<MarketSubscriptions>> GetSubscriptions(CancellationToken cancellationToken = default) =>
        Task.FromResult<Result<MarketSubscriptions>>(new MarketSubscriptions());

    public ValueTask DisposeAsync()
    {
        Disposed.TrySetResult();
        return ValueTask.CompletedTask;
    }

    private void ThrowIfBroken()
    {
        if (Broken is { } broken)
            throw broken;
    }

    private static Task<Result<Unit>> Done() => Task.FromResult(Unit.Success);

    private Task<Result<MarketSubscription>> Subscribed(string symbol) =>
        Task.FromResult<Result<MarketSubscription>>(new MarketSubscription { Exchange = connection.Exchange, Symbol = symbol });
}

/// <summary>Trades of one symbol, told apart by their number.</summary>
internal static class Trades
{
    public const string Symbol = "BTCUSDT";

    public static Trade Make(long n) => new()
    {
        Exchange = Venues.Binance,
        Symbol = Symbol,
        TradeId = n.ToString(System.Globalization.CultureInfo.InvariantCulture),
        Price = 60_000 + n,
        Quantity = 0.001m,
        AggressorSide = Side.Buy,
        VenueTime = DateTimeOffset.UnixEpoch,
        ReceivedTime = DateTimeOffset.UnixEpoch,
    };
}
