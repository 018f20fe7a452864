using System.Collections.Immutable;
using Exchange.Grains.Interfaces;
using Exchange.Grains.Placement;
using Orleans;
using Orleans.Concurrency;

namespace Exchange.Grains.Connections;

/// <summary>The grain of a market-data connection: hands every call to the connector and publishes what the connector sends.</summary>
[Reentrant]
[KeepAlive]
[ConnectionPlacement]
[GrainType(ConnectionGrainTypes.Market)]
public sealed class ExchangeSubscriberGrain(ConnectionGrainServices services)
    : ConnectionGrain<IExchangeSubscriber>(services), IExchangeSubscriberGrain
{
    /// <inheritdoc/>
    public Task<Result<MarketSubscription>> SubscribeOrderBook(
        string symbol, int topN = 20, int frequencyMs = 100, string? subscriber = null, CancellationToken cancellationToken = default) =>
        Call(c => c.SubscribeOrderBook(symbol, topN, frequencyMs, subscriber, cancellationToken));

    /// <inheritdoc/>
    public Task<Result<Unit>> UnsubscribeOrderBook(string symbol, string? subscriber = null, CancellationToken cancellationToken = default) =>
        Call(c => c.UnsubscribeOrderBook(symbol, subscriber, cancellationToken));

    /// <inheritdoc/>
    public Task<Result<MarketSubscription>> SubscribeTrades(string symbol, string? subscriber = null, CancellationToken cancellationToken = default) =>
        Call(c => c.SubscribeTrades(symbol, subscriber, cancellationToken));

    /// <inheritdoc/>
    public Task<Result<Unit>> UnsubscribeTrades(string symbol, string? subscriber = null, CancellationToken cancellationToken = default) =>
        Call(c => c.UnsubscribeTrades(symbol, subscriber, cancellationToken));

    /// <inheritdoc/>
    public Task<Result<MarketSubscription>> SubscribeTopOfBook(string symbol, string? subscriber = null, CancellationToken cancellationToken = default) =>
        Call(c => c.SubscribeTopOfBook(symbol, subscriber, cancellationToken));

    /// <inheritdoc/>
    public Task<Result<Unit>> UnsubscribeTopOfBook(string symbol, string? subscriber = null, CancellationToken cancellationToken = default) =>
        Call(c => c.UnsubscribeTopOfBook(symbol, subscriber, cancellationToken));

    /// <inheritdoc/>
    public Task<Result<MarketSubscription>> SubscribeMarkPrice(string symbol, string? subscriber = null, CancellationToken cancellationToken = default) =>
        Call(c => c.SubscribeMarkPrice(symbol, subscriber, cancellationToken));

    /// <inheritdoc/>
    public Task<Result<Unit>> UnsubscribeMarkPrice(string symbol, string? subscriber = null, CancellationToken cancellationToken = default) =>
        Call(c => c.UnsubscribeMarkPrice(symbol, subscriber, cancellationToken));

    /// <inheritdoc/>
    public Task<Result<OrderBook>> GetOrderBook(string symbol, CancellationToken cancellationToken = default) =>
        Call(c => c.GetOrderBook(symbol, cancellationToken));

    /// <inheritdoc/>
    public Task<Result<ImmutableArray<Instrument>>> GetInstruments(CancellationToken cancellationToken = default) =>
        Call(c => c.GetInstruments(cancellationToken));

    /// <inheritdoc/>
    public Task<Result<MarketSubscriptions>> GetSubscriptions(CancellationToken cancellationToken = default) =>
        Call(c => c.GetSubscriptions(cancellationToken));

    private protected override IExchangeSubscriber? CreateConnector() =>
        Services.Connectors.CreateSubscriber(Connection, new MarketDataPublisher(Connection, Streams, OnConnectorStatus));
}
