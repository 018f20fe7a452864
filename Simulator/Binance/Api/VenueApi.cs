using System.Text.Json;
using Exchange.Simulator.Binance.Algo;
using Exchange.Simulator.Binance.Trading;

namespace Exchange.Simulator.Binance.Api;

/// <summary>The private side, put together: accounts, desk, listen keys, and the calls that both channels offer.</summary>
internal sealed class VenueApi
{
    private readonly Dictionary<string, ApiMethod> _overWebSocket;

    public VenueApi(SimulatorContext context, LiveMarket market, StreamHub hub, RequestWeights weights, SimulatorOptions options)
    {
        Weights = weights;
        Gatekeeper = new Gatekeeper(context.Clock, options.Accounts);
        Streams = new UserStreams(context, hub);
        Desk = new TradingDesk(context, market, Streams);
        Algo = new AlgoService(context, Desk, options.TriggeredKeepsClientId);
        Counters = new OrderCounters(context.Clock, options);
        Pipeline = new CommandPipeline(context, weights, Counters, Gatekeeper, Streams.Outbox, ClientIdOf);
        var orders = new OrderMethods(context, Desk);
        ApiMethod[] methods =
        [
            .. orders.Methods(),
            .. new AlgoMethods(context, Desk, Algo, orders).Methods(),
            .. new ListMethods(context, Desk, orders).Methods(),
            .. new BulkMethods(context, Desk, orders, () => Pipeline.Log).Methods(),
            .. new AccountMethods(Desk, () => market.Symbols).Methods(),
            .. new SettingsMethods(Desk, Counters, () => market.Symbols).Methods(),
            .. new StreamMethods(Streams).Methods(),
            .. new MarketMethods(context, market).Methods(),
        ];
        _overWebSocket = methods.Where(method => method.OverWebSocket).ToDictionary(method => method.Name, StringComparer.Ordinal);
        Rest = new PrivateRest(context, weights, Pipeline, methods);
    }

    public Gatekeeper Gatekeeper { get; }

    public RequestWeights Weights { get; }

    public OrderCounters Counters { get; }

    public UserStreams Streams { get; }

    public TradingDesk Desk { get; }

    public AlgoService Algo { get; }

    public CommandPipeline Pipeline { get; }

    public PrivateRest Rest { get; }

    public IReadOnlyList<Account> Accounts => Gatekeeper.Accounts;

    public ApiMethod? FindWsMethod(string name) => _overWebSocket.GetValueOrDefault(name);

    /// <summary>The envelope's <c>rateLimits</c>; order counters only where the call was counted by them.</summary>
    public void WriteLimits(Utf8JsonWriter writer, OrderCount? orders)
    {
        writer.WriteStartArray("rateLimits"u8);
        Limit("REQUEST_WEIGHT"u8, "MINUTE"u8, 1, RequestWeights.Limit, Weights.Used);
        if (orders is { } counted)
        {
            Limit("ORDERS"u8, "SECOND"u8, 10, Counters.LimitPerTenSeconds, counted.TenSeconds);
            Limit("ORDERS"u8, "MINUTE"u8, 1, Counters.LimitPerMinute, counted.Minute);
        }

        writer.WriteEndArray();

        void Limit(ReadOnlySpan<byte> type, ReadOnlySpan<byte> interval, int number, int limit, int count)
        {
            writer.WriteStartObject();
            writer.WriteString("rateLimitType"u8, type);
            writer.WriteString("interval"u8, interval);
            writer.WriteNumber("intervalNum"u8, number);
            writer.WriteNumber("limit"u8, limit);
            writer.WriteNumber("count"u8, count);
            writer.WriteEndObject();
        }
    }

    private string? ClientIdOf(long orderId) =>
        Accounts.Select(account => account.Find(orderId)?.ClientOrderId).FirstOrDefault(found => found is not null)
        ?? Algo.Find(orderId)?.ClientAlgoId;
}
