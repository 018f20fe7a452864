using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Exchange.Client.Protocol;
using Exchange.Grains.Interfaces;

namespace Exchange.Client.Trader;

/// <summary>How a trader starts its session.</summary>
public sealed record TraderStartOptions
{
    /// <summary>The name that its orders carry: 1 to 32 letters, digits, - and _. Keep it over restarts, or nobody owns the old orders.</summary>
    public required string Trader { get; init; }

    /// <summary>What becomes of its working orders when it goes away.</summary>
    public WhenGone WhenGone { get; init; }

    /// <summary>
    /// The silence after which it counts as gone; the gateway's own limit when null. At least twice
    /// <see cref="TraderClientOptions.HeartbeatInterval"/>, or one late heartbeat would cancel the orders of a living trader.
    /// </summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>One exchange; all that take orders when null.</summary>
    public string? Exchange { get; init; }

    /// <summary>Whether the instruments come along.</summary>
    public bool Instruments { get; init; }
}

public sealed partial class TraderClient
{
    private TraderStartOptions? _started;

    /// <summary>
    /// Starts the trader's session and takes the picture to begin with, after a start and after a crash alike. Listens to the orders,
    /// positions and account of each exchange first, so that the updates that follow on from the picture are not missed. The session is
    /// started again by itself after the gateway was away.
    /// </summary>
    public async Task<Result<TraderStart>> StartSession(TraderStartOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var least = 2 * _options.HeartbeatInterval;
        if (options.Timeout is { } timeout && timeout < least)
        {
            return ExchangeError.InvalidArgument(
                nameof(options.Timeout),
                string.Create(CultureInfo.InvariantCulture, $"is {timeout.TotalSeconds:0.###} s; with a HeartbeatInterval of {_options.HeartbeatInterval.TotalSeconds:0.###} s legal is {least.TotalSeconds:0.###} s or more"));
        }

        foreach (var exchange in options.Exchange is { } one ? [one] : Exchanges())
        {
            Listen(new TopicName(TopicKind.Order, exchange));
            Listen(new TopicName(TopicKind.Position, exchange));
            Listen(new TopicName(TopicKind.Account, exchange));
        }

        var start = await CallStart(options, cancellationToken);
        if (start.IsSuccess)
            _started = options;
        return start;
    }

    /// <summary>Places an order of any type.</summary>
    public Task<Result<OrderAck>> PlaceOrder(string exchange, OrderRequest order, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(order);
        var method = order switch
        {
            MarketOrderRequest => "oms.place_market_order",
            LimitOrderRequest => "oms.place_limit_order",
            StopOrderRequest => "oms.place_stop_order",
            TakeProfitOrderRequest => "oms.place_take_profit_order",
            TrailingStopOrderRequest => "oms.place_trailing_stop_order",
            _ => throw new ArgumentException($"{order.GetType().Name} is no order", nameof(order)),
        };
        return CallOms<OrderAck>(method, exchange, w => WriteMembers(w, order), cancellationToken);
    }

    /// <summary>Cancels an order.</summary>
    public Task<Result<OrderAck>> CancelOrder(string exchange, OrderKey order, CancellationToken cancellationToken = default) =>
        CallOms<OrderAck>("oms.cancel_order", exchange, w => WriteMembers(w, order), cancellationToken);

    /// <summary>Cancels all orders of a symbol, or of the account when null.</summary>
    public Task<Result<CancelAllResult>> CancelAllOrders(string exchange, string? symbol = null, CancellationToken cancellationToken = default) =>
        CallOms<CancelAllResult>(
            "oms.cancel_all_orders",
            exchange,
            w =>
            {
                if (symbol is not null)
                    w.WriteString("symbol"u8, symbol);
            },
            cancellationToken);

    /// <summary>Changes price, quantity or both of a working order; the quantity is the new total, fills included.</summary>
    public Task<Result<OrderAck>> ReplaceOrder(string exchange, ReplaceOrderRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return CallOms<OrderAck>(
            "oms.replace_order",
            exchange,
            w =>
            {
                WriteMembers(w, request.Order);
                if (request.Price is { } price)
                    w.WriteString("price"u8, price.ToString(CultureInfo.InvariantCulture));
                if (request.Quantity is { } quantity)
                    w.WriteString("quantity"u8, quantity.ToString(CultureInfo.InvariantCulture));
            },
            cancellationToken);
    }

    /// <summary>One order, as the venue tells it now.</summary>
    public Task<Result<OrderAck>> GetOrder(string exchange, OrderKey order, CancellationToken cancellationToken = default) =>
        CallOms<OrderAck>("oms.get_order", exchange, w => WriteMembers(w, order), cancellationToken);

    /// <summary>All orders that are not terminal.</summary>
    public Task<Result<OrdersSnapshot>> GetOpenOrders(string exchange, CancellationToken cancellationToken = default) =>
        CallOms<OrdersSnapshot>("oms.get_open_orders", exchange, null, cancellationToken);

    /// <summary>Sets the kill switch of an exchange.</summary>
    public Task<Result<TradingState>> SetTradingState(string exchange, TradingState state, CancellationToken cancellationToken = default) =>
        CallOms<TradingState>("oms.set_trading_state", exchange, w => w.WriteString("state"u8, WireName<TradingState>.Of(state)), cancellationToken);

    /// <summary>Sets the kill switch of every exchange; each answers for itself.</summary>
    public Task<Result<ImmutableArray<TradingStateChange>>> SetTradingStateOfAll(TradingState state, CancellationToken cancellationToken = default) =>
        Call<ImmutableArray<TradingStateChange>>(
            "session.set_trading_state", w => w.WriteString("state"u8, WireName<TradingState>.Of(state)), cancellationToken: cancellationToken);

    /// <summary>All positions, with their place in the topic.</summary>
    public Task<Result<PositionsSnapshot>> GetPositions(string exchange, CancellationToken cancellationToken = default) =>
        CallOms<PositionsSnapshot>("pms.get_positions", exchange, null, cancellationToken);

    /// <summary>The account, with its place in the topic.</summary>
    public Task<Result<AccountSnapshot>> GetAccount(string exchange, CancellationToken cancellationToken = default) =>
        CallOms<AccountSnapshot>("pms.get_account", exchange, null, cancellationToken);

    /// <summary>The contract's record as params: its members are theirs. The owner is the gateway's to say.</summary>
    private static void WriteMembers(Utf8JsonWriter writer, object request)
    {
        using var members = JsonSerializer.SerializeToDocument(request, request.GetType(), WireJson.Options);
        foreach (var member in members.RootElement.EnumerateObject().Where(m => m.Name != "trader"))
            member.WriteTo(writer);
    }

    private Task<Result<T>> CallOms<T>(string method, string exchange, Action<Utf8JsonWriter>? writeParams, CancellationToken cancellationToken) =>
        Call<T>(
            method,
            w =>
            {
                w.WriteString("exchange"u8, exchange);
                writeParams?.Invoke(w);
            },
            cancellationToken: cancellationToken);

    private Task<Result<TraderStart>> CallStart(TraderStartOptions options, CancellationToken cancellationToken) => Call<TraderStart>(
        "session.start",
        w =>
        {
            w.WriteString("trader"u8, options.Trader);
            w.WriteString("when_gone"u8, WireName<WhenGone>.Of(options.WhenGone));
            if (options.Timeout is { } timeout)
                w.WriteNumber("timeout_ms"u8, (long)timeout.TotalMilliseconds);
            if (options.Exchange is not null)
                w.WriteString("exchange"u8, options.Exchange);
            if (options.Instruments)
                w.WriteBoolean("instruments"u8, true);
        },
        cancellationToken: cancellationToken);

    /// <summary>The gateway has forgotten the session, its policy included: it is started again before anything else.</summary>
    private async Task StartAgainAsync()
    {
        if (_started is not { } options)
            return;
        var start = await CallStart(options with { Instruments = false }, _stopping.Token);
        if (!start.IsSuccess && !_stopping.IsCancellationRequested)
            CountUnreadable($"session.start after a reconnect: {start.Error}");
    }

    /// <summary>The exchanges that take orders, as the hello told them.</summary>
    private List<string> Exchanges()
    {
        var exchanges = new List<string>();
        foreach (var connection in Hello.GetProperty("connections"u8).EnumerateArray())
        {
            if (ConnectionId.TryParse(connection.GetProperty("connection"u8).GetString()!, out var id, out _) && id.Role == ConnectionRole.Oms)
                exchanges.Add(id.Exchange);
        }

        return exchanges;
    }
}
