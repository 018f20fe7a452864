using System.Collections.Concurrent;
using Exchange.Client.Protocol;
using Exchange.Grains.Interfaces;
using Exchange.Streaming;
using Microsoft.Extensions.DependencyInjection;
using Orleans;

namespace Exchange.Client.Trader;

/// <summary>
/// The same updates as <see cref="TraderClient"/> gives, for a trader that joined the cluster as an Orleans client and needs no
/// gateway. Calls go to the grains themselves (<see cref="Market"/> and the like).
/// </summary>
public sealed class OrleansTrader : TraderFeed, IAsyncDisposable
{
    private static readonly TimeSpan _renewal = TimeSpan.FromSeconds(15);

    private readonly IGrainFactory _grains;
    private readonly IExchangeStreamProvider _streams;
    private readonly TimeProvider _time;
    private readonly string _subscriber = "trader-" + Guid.NewGuid().ToString("N")[..12];
    private readonly Lock _telling = new();
    private readonly ConcurrentDictionary<TopicName, OrleansTopic> _topics = new();
    private readonly ConcurrentDictionary<TopicName, Func<Task<Result<MarketSubscription>>>> _subscriptions = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _renewals;

    /// <summary>Joins the streams of a connected client, built with <c>AddExchangeStreams</c>.</summary>
    /// <param name="client">The client.</param>
    /// <param name="readerLimit">Updates that may wait for a reader of <see cref="TraderFeed.ReadAllAsync"/>.</param>
    public OrleansTrader(IClusterClient client, int readerLimit = 65_536)
        : base(readerLimit)
    {
        ArgumentNullException.ThrowIfNull(client);
        _grains = client;
        _streams = client.ServiceProvider.GetRequiredService<IExchangeStreamProvider>();
        _time = client.ServiceProvider.GetKeyedService<TimeProvider>(StreamNames.Provider) ?? TimeProvider.System;
        _renewals = RenewAsync();
    }

    /// <summary>Renewals of market subscriptions that failed; each is tried again.</summary>
    public long FailedRenewals { get; private set; }

    /// <summary>The market-data connection of an exchange.</summary>
    public IExchangeSubscriber Market(string exchange) => _grains.GetGrain<IExchangeSubscriberGrain>(exchange);

    /// <summary>The order connection of an exchange.</summary>
    public IExchangeOms Oms(string exchange) => _grains.GetGrain<IExchangeOmsGrain>(exchange);

    /// <summary>The position connection of an exchange.</summary>
    public IExchangePms Pms(string exchange) => _grains.GetGrain<IExchangePmsGrain>(exchange);

    /// <summary>The recovery connection of an exchange.</summary>
    public IExchangeDataFetcher Data(string exchange) => _grains.GetGrain<IExchangeDataFetcherGrain>(exchange);

    /// <summary>Subscribes to a book and listens to it; the subscription is renewed until it is given back.</summary>
    public Task<Result<MarketSubscription>> SubscribeOrderBook(string exchange, string symbol, int topN = 20, int frequencyMs = 100) =>
        Subscribe(TopicName.OfSymbol(TopicKind.Book, exchange, symbol), () => Market(exchange).SubscribeOrderBook(symbol, topN, frequencyMs, _subscriber));

    /// <summary>Subscribes to public trades and listens to them.</summary>
    public Task<Result<MarketSubscription>> SubscribeTrades(string exchange, string symbol) =>
        Subscribe(TopicName.OfSymbol(TopicKind.Trade, exchange, symbol), () => Market(exchange).SubscribeTrades(symbol, _subscriber));

    /// <summary>Subscribes to best bid and ask and listens to them.</summary>
    public Task<Result<MarketSubscription>> SubscribeTopOfBook(string exchange, string symbol) =>
        Subscribe(TopicName.OfSymbol(TopicKind.Quote, exchange, symbol), () => Market(exchange).SubscribeTopOfBook(symbol, _subscriber));

    /// <summary>Subscribes to mark price and funding and listens to them.</summary>
    public Task<Result<MarketSubscription>> SubscribeMarkPrice(string exchange, string symbol) =>
        Subscribe(TopicName.OfSymbol(TopicKind.Mark, exchange, symbol), () => Market(exchange).SubscribeMarkPrice(symbol, _subscriber));

    /// <summary>Gives a market subscription back and listens to its topic no longer.</summary>
    public async Task<Result<Unit>> Unsubscribe(TopicName topic)
    {
        _subscriptions.TryRemove(topic, out _);
        if (_topics.TryRemove(topic, out var listener))
            await listener.StopAsync();
        return await CallAsync(topic, () => topic.Kind switch
        {
            TopicKind.Book => Market(topic.Exchange).UnsubscribeOrderBook(topic.Rest, _subscriber),
            TopicKind.Trade => Market(topic.Exchange).UnsubscribeTrades(topic.Rest, _subscriber),
            TopicKind.Quote => Market(topic.Exchange).UnsubscribeTopOfBook(topic.Rest, _subscriber),
            TopicKind.Mark => Market(topic.Exchange).UnsubscribeMarkPrice(topic.Rest, _subscriber),
            _ => Task.FromResult(Unit.Success),
        });
    }

    /// <summary>Listens to a topic, without subscribing to the market data behind it.</summary>
    public async Task Listen(TopicName topic)
    {
        var created = Create(topic);
        if (_topics.TryAdd(topic, created))
            await created.StartAsync();
    }

    /// <summary>Gives everything back.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _renewals;
        foreach (var topic in _topics.Keys)
            await Unsubscribe(topic);
        _stopping.Dispose();
        EndReaders();
    }

    private OrleansTopic Create(TopicName topic)
    {
        Func<Task> forgotten = () => RenewAsync(topic);
        return topic.Kind switch
        {
            TopicKind.Book => new OrleansTopic<OrderBook>(topic, _streams, TellOne, forgotten, _time),
            TopicKind.Trade => new OrleansTopic<Trade>(topic, _streams, TellOne, forgotten, _time),
            TopicKind.Quote => new OrleansTopic<TopOfBook>(topic, _streams, TellOne, forgotten, _time),
            TopicKind.Mark => new OrleansTopic<MarkPrice>(topic, _streams, TellOne, forgotten, _time),
            TopicKind.Order => new OrleansTopic<OrderUpdate>(topic, _streams, TellOne, forgotten, _time),
            TopicKind.Position => new OrleansTopic<Position>(topic, _streams, TellOne, forgotten, _time),
            TopicKind.Account => new OrleansTopic<AccountUpdate>(topic, _streams, TellOne, forgotten, _time),
            TopicKind.Status => new OrleansTopic<ConnectionStatus>(topic, _streams, TellOne, forgotten, _time),
            _ => throw new ArgumentException($"{topic} is the gateway's own", nameof(topic)),
        };
    }

    private async Task<Result<MarketSubscription>> Subscribe(TopicName topic, Func<Task<Result<MarketSubscription>>> subscribe)
    {
        await Listen(topic);
        var result = await CallAsync(topic, subscribe);
        if (result.IsSuccess)
            _subscriptions[topic] = subscribe;
        else if (!_subscriptions.ContainsKey(topic) && _topics.TryRemove(topic, out var listener))
            await listener.StopAsync();
        return result;
    }

    private async Task RenewAsync()
    {
        using var timer = new PeriodicTimer(_renewal, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                foreach (var topic in _subscriptions.Keys)
                    await RenewAsync(topic);
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    private async Task RenewAsync(TopicName topic)
    {
        if (_subscriptions.TryGetValue(topic, out var subscribe) && !(await CallAsync(topic, subscribe)).IsSuccess)
            FailedRenewals++;
    }

    /// <summary>Topics call from threads of their own; handlers are told one after another.</summary>
    private void TellOne(TraderEvent what)
    {
        lock (_telling)
            Tell(what);
    }

    private static async Task<Result<T>> CallAsync<T>(TopicName topic, Func<Task<Result<T>>> call)
    {
        try
        {
            return await call();
        }
        catch (Exception e)
        {
            return ConnectionErrors.From(e, topic.Producer!);
        }
    }
}
