using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using Exchange.Client.Protocol;
using Exchange.Grains.Interfaces;

namespace Exchange.Client.Trader;

public sealed partial class TraderClient
{
    // What to ask for again when the gateway was started anew.
    private readonly ConcurrentDictionary<TopicName, Action<Utf8JsonWriter>> _subscriptions = new();

    /// <summary>Subscribes to a book and listens to it; see <see cref="IExchangeSubscriber.SubscribeOrderBook"/>.</summary>
    public Task<Result<MarketSubscription>> SubscribeOrderBook(
        string exchange, string symbol, int topN = 20, int frequencyMs = 100, CancellationToken cancellationToken = default) =>
        Subscribe(TopicName.OfSymbol(TopicKind.Book, exchange, symbol), w =>
        {
            WriteSymbol(w, exchange, symbol);
            w.WriteNumber("top_n"u8, topN);
            w.WriteNumber("frequency_ms"u8, frequencyMs);
        }, cancellationToken);

    /// <summary>Subscribes to public trades and listens to them.</summary>
    public Task<Result<MarketSubscription>> SubscribeTrades(string exchange, string symbol, CancellationToken cancellationToken = default) =>
        Subscribe(TopicName.OfSymbol(TopicKind.Trade, exchange, symbol), w => WriteSymbol(w, exchange, symbol), cancellationToken);

    /// <summary>Subscribes to best bid and ask and listens to them.</summary>
    public Task<Result<MarketSubscription>> SubscribeTopOfBook(string exchange, string symbol, CancellationToken cancellationToken = default) =>
        Subscribe(TopicName.OfSymbol(TopicKind.Quote, exchange, symbol), w => WriteSymbol(w, exchange, symbol), cancellationToken);

    /// <summary>Subscribes to mark price and funding and listens to them.</summary>
    public Task<Result<MarketSubscription>> SubscribeMarkPrice(string exchange, string symbol, CancellationToken cancellationToken = default) =>
        Subscribe(TopicName.OfSymbol(TopicKind.Mark, exchange, symbol), w => WriteSymbol(w, exchange, symbol), cancellationToken);

    /// <summary>Gives a book subscription back.</summary>
    public Task<Result<Unit>> UnsubscribeOrderBook(string exchange, string symbol, CancellationToken cancellationToken = default) =>
        Unsubscribe(TopicName.OfSymbol(TopicKind.Book, exchange, symbol), cancellationToken);

    /// <summary>Gives a trades subscription back.</summary>
    public Task<Result<Unit>> UnsubscribeTrades(string exchange, string symbol, CancellationToken cancellationToken = default) =>
        Unsubscribe(TopicName.OfSymbol(TopicKind.Trade, exchange, symbol), cancellationToken);

    /// <summary>Gives a top-of-book subscription back.</summary>
    public Task<Result<Unit>> UnsubscribeTopOfBook(string exchange, string symbol, CancellationToken cancellationToken = default) =>
        Unsubscribe(TopicName.OfSymbol(TopicKind.Quote, exchange, symbol), cancellationToken);

    /// <summary>Gives a mark-price subscription back.</summary>
    public Task<Result<Unit>> UnsubscribeMarkPrice(string exchange, string symbol, CancellationToken cancellationToken = default) =>
        Unsubscribe(TopicName.OfSymbol(TopicKind.Mark, exchange, symbol), cancellationToken);

    /// <summary>The book as it stands now.</summary>
    public Task<Result<OrderBook>> GetOrderBook(string exchange, string symbol, CancellationToken cancellationToken = default) =>
        Call<OrderBook>("market.get_order_book", w => WriteSymbol(w, exchange, symbol), cancellationToken: cancellationToken);

    /// <summary>The instruments that the venue lists.</summary>
    public Task<Result<ImmutableArray<Instrument>>> GetInstruments(string exchange, CancellationToken cancellationToken = default) =>
        Call<ImmutableArray<Instrument>>("market.get_instruments", w => w.WriteString("exchange"u8, exchange), cancellationToken: cancellationToken);

    /// <summary>What is subscribed to at the connection, merged over everybody.</summary>
    public Task<Result<MarketSubscriptions>> GetSubscriptions(string exchange, CancellationToken cancellationToken = default) =>
        Call<MarketSubscriptions>("market.get_subscriptions", w => w.WriteString("exchange"u8, exchange), cancellationToken: cancellationToken);

    /// <summary>Where a connection stands.</summary>
    public Task<Result<ConnectionStatus>> GetStatus(ConnectionId connection, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return Call<ConnectionStatus>(
            $"{ConnectionId.RoleName(connection.Role)}.get_status", w => w.WriteString("exchange"u8, connection.Exchange), cancellationToken: cancellationToken);
    }

    /// <summary>What the exchange offers to a role.</summary>
    public Task<Result<Capabilities>> GetCapabilities(ConnectionId connection, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return Call<Capabilities>(
            $"{ConnectionId.RoleName(connection.Role)}.get_capabilities", w => w.WriteString("exchange"u8, connection.Exchange), cancellationToken: cancellationToken);
    }

    private async Task<Result<MarketSubscription>> Subscribe(TopicName topic, Action<Utf8JsonWriter> writeParams, CancellationToken cancellationToken)
    {
        // First the ear, then the word: the first update must not be missed.
        Listen(topic);
        var result = await Call<SubscriptionJson>("market.subscribe_" + MethodSuffix(topic.Kind), writeParams, cancellationToken: cancellationToken);
        if (result.IsSuccess)
            _subscriptions[topic] = writeParams;
        else if (!_subscriptions.ContainsKey(topic))
            Ignore(topic);
        return result.Map(s => s.ToSubscription());
    }

    private Task<Result<Unit>> Unsubscribe(TopicName topic, CancellationToken cancellationToken)
    {
        _subscriptions.TryRemove(topic, out _);
        Ignore(topic);
        return Call<Unit>(
            "market.unsubscribe_" + MethodSuffix(topic.Kind), w => WriteSymbol(w, topic.Exchange, topic.Rest), cancellationToken: cancellationToken);
    }

    private async Task SubscribeAgainAsync()
    {
        foreach (var (topic, writeParams) in _subscriptions)
            await Call<SubscriptionJson>("market.subscribe_" + MethodSuffix(topic.Kind), writeParams, cancellationToken: _stopping.Token);
    }

    private static string MethodSuffix(TopicKind kind) => kind switch
    {
        TopicKind.Book => "order_book",
        TopicKind.Trade => "trades",
        TopicKind.Quote => "top_of_book",
        TopicKind.Mark => "mark_price",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not market data"),
    };

    private static void WriteSymbol(Utf8JsonWriter writer, string exchange, string symbol)
    {
        writer.WriteString("exchange"u8, exchange);
        writer.WriteString("symbol"u8, symbol);
    }
}
