using System.Globalization;
using Exchange.Exchanges.Binance;
using Exchange.Exchanges.Common;
using Exchange.Exchanges.Common.Account;
using Exchange.Exchanges.Common.Orders;
using Exchange.Grains.Interfaces;
using Exchange.Simulator;
using Exchange.Simulator.Binance;
using Exchange.Simulator.Binance.Api;
using Exchange.Simulator.Control;
using OrderCounters = Exchange.Exchanges.Common.Orders.OrderCounters;

namespace Exchange.Tests.Conformance.Binance;

/// <summary>Binance USD-M for the cards: the simulator's order flow stands still unless a card stirs it.</summary>
internal sealed class BinanceHarness : IVenueHarness
{
    /// <summary>How much faster than the wall's the clock of venue and connectors is.</summary>
    private const double Speed = 20;

    private const string EdSecret = "MC4CAQAwBQYDK2VwBCIEIIJEYWtGBrhACmb9Dvy+qa8WEf0lQOl1s4CLIAB9m89u";

    private readonly SimulatorHost _host;

    private BinanceHarness(SimulatorHost host, TimeProvider time, HarnessOptions options)
    {
        _host = host;
        Time = time;
        Hedge = options.Hedge;
    }

    public string Venue => Venues.Binance;

    public string Symbol => "BTCUSDT";

    public string OtherSymbol => "ETHUSDT";

    public decimal Quantity => 0.05m;

    public decimal Tick => 0.1m;

    public TimeProvider Time { get; }

    public bool Hedge { get; }

    public decimal? TooMuch => 1_000_000m;

    public (AccountEvent Deposit, AccountEvent Funding) AccountWords => (AccountEvent.Transfer, AccountEvent.Funding);

    public bool RenewsInPlace => false;

    public DateTimeOffset OrderEnd => Time.GetUtcNow().AddMinutes(30);

    public IReadOnlyList<string> Secrets { get; } = ["demo-secret", EdSecret, "not-the-secret"];

    public static async Task<IVenueHarness> StartAsync(HarnessOptions options)
    {
        var time = new HurriedTime(Speed);
        var host = await SimulatorHost.StartAsync(new SimulatorOptions
        {
            Runs = false,
            Seed = options.Seed,
            TimeProvider = time,
            Symbols = ["BTCUSDT", "ETHUSDT"],
            Accounts = [AccountOptions.Demo with { Hedge = options.Hedge, Balances = new Dictionary<string, decimal> { ["USDT"] = 10_000_000, ["BNB"] = 0 } }],
        });
        return new BinanceHarness(host, time, options);
    }

    public (decimal Bid, decimal Ask) Best(string symbol)
    {
        var book = _host.Book(symbol);
        return (Number(book.Bids[0].Price), Number(book.Asks[0].Price));
    }

    public decimal OnTick(decimal price, string? symbol = null) => symbol == OtherSymbol ? decimal.Round(price, 2) : decimal.Round(price, 1);

    // What Binance has a fault for, the simulator can do.
    public string? Lacks(VenueFaultKind kind) => null;

    public string? Lacks(VenueKey key) => null;

    public IExchangeOms CreateOms(OmsSetup setup) => new BinanceOms(Options(), new BinanceOmsParts
    {
        Sink = setup.Sink,
        Journal = setup.Journal,
        Epoch = setup.Epoch,
        Credentials = Credentials(setup.Key),
        Limits = setup.Limits,
        Life = new OrderManagerOptions
        {
            NotFoundSpacing = TimeSpan.FromSeconds(1),
            LookupSpacing = TimeSpan.FromMilliseconds(20),
            LongestLookup = TimeSpan.FromSeconds(4),
            DetailsDelay = TimeSpan.FromSeconds(1),
        },
        Time = Time,
        Random = () => 0,
    });

    public IExchangePms CreatePms(IAccountSink sink, VenueKey key) => new BinancePms(Options(), Credentials(key), sink, Time, random: () => 0);

    public IExchangeDataFetcher CreateDataFetcher(Action<ConnectionStatus> onStatus, VenueKey key) =>
        new BinanceDataFetcher(Options(), Credentials(key), onStatus, Time, random: () => 0);

    public IExchangeSubscriber CreateSubscriber(IMarketDataSink sink) => new BinanceSubscriber(Options(), sink, Time, random: () => 0);

    public OrderCounters CountersOf(IExchangeOms oms) => ((BinanceOms)oms).Counters;

    public Task WhenFenced(IExchangeOms oms) => ((BinanceOms)oms).WhenFenced;

    public AppliedFault Apply(VenueFault fault)
    {
        var faults = BinanceFaults.Of(fault, _host).Select(_host.AddFault).ToArray();
        return new AppliedFault(
            () =>
            {
                foreach (var one in faults)
                    _host.RemoveFault(one);
            },
            faults[0].Exhausted);
    }

    public void LiftAll() => _host.ClearFaults();

    public void Fill(string clientOrderId, decimal? quantity = null) => _host.Trading.Fill(clientOrderId, quantity);

    public void Overfill(string clientOrderId, decimal quantity) => _host.Trading.Overfill(clientOrderId, quantity);

    public void CancelUnasked(string clientOrderId)
    {
        lock (_host.Context.Turn)
        {
            if (_host.Trading.Order(clientOrderId) is not { Status: "NEW" or "PARTIALLY_FILLED" })
                throw new ArgumentException($"order {clientOrderId} does not work");
            _host.Trading.Cancel(clientOrderId);
        }
    }

    public string PlaceElsewhere(Side side, decimal quantity, decimal? price = null)
    {
        var order = new Dictionary<string, string>
        {
            ["symbol"] = Symbol,
            ["side"] = side == Side.Buy ? "BUY" : "SELL",
            ["type"] = price is null ? "MARKET" : "LIMIT",
            ["quantity"] = Text(quantity),
        };
        if (price is { } limit)
        {
            order["price"] = Text(limit);
            order["timeInForce"] = "GTC";
        }

        return _host.Trading.PlaceManually(order);
    }

    public string CloseBySystem(VenueClose kind) => _host.Trading.CloseBySystem(
        kind switch
        {
            VenueClose.Liquidation => SystemClose.Liquidation,
            VenueClose.AutoDeleverage => SystemClose.Deleveraging,
            _ => SystemClose.Settlement,
        },
        Symbol);

    public void MovePrices(decimal price)
    {
        _host.Trading.SetMark(Symbol, price);
        _host.Trading.SetLast(Symbol, price);
    }

    public void Fund(decimal rate) => _host.Trading.Fund(Symbol, rate);

    public void Deposit(decimal amount) => _host.Trading.Deposit("USDT", amount);

    public void Stir()
    {
        _host.Step(40);
        _host.Advance(TimeSpan.FromMilliseconds(1_000));
    }

    public void PassTime(TimeSpan time) => _host.Advance(time);

    public Task WhenReceived(string clientOrderId, VenueCommand command, int times = 1) => _host.Trading.WhenReceived(clientOrderId, BinanceFaults.Method(command), times);

    public int CountReceived(string clientOrderId, VenueCommand command) => _host.Trading.CountReceived(clientOrderId, BinanceFaults.Method(command));

    public VenueTruth Truth()
    {
        lock (_host.Context.Turn)
        {
            var algos = _host.Trading.AlgoOrders();
            var becameOf = algos.Where(a => a.ActualOrderId is not null).ToDictionary(a => a.ActualOrderId!.Value, a => a.ClientAlgoId);
            var orders = _host.Trading.Orders().Select(o => new TrueOrder(
                o.Symbol,
                becameOf.GetValueOrDefault(o.OrderId, o.ClientOrderId),
                Text(o.OrderId),
                Status(o.Status),
                o.Side == "BUY" ? Side.Buy : Side.Sell,
                o.Quantity,
                o.Executed,
                o.Type == "MARKET" ? null : o.Price)).ToList();
            orders.AddRange(algos.Where(a => a.ActualOrderId is null).Select(a => new TrueOrder(
                a.Symbol, a.ClientAlgoId, Text(a.AlgoId), AlgoStatus(a.Status), Side.Buy, 0, 0, null)));
            return new VenueTruth(
                orders,
                [.. _host.Trading.Fills().Select(f => new TrueFill(
                    f.Symbol, Text(f.TradeId), Text(f.OrderId), becameOf.GetValueOrDefault(f.OrderId, f.ClientOrderId), Leg(f.PositionSide), f.SignedQuantity))],
                [.. _host.Trading.Positions().Select(p => new TruePosition(p.Symbol, Leg(p.PositionSide), p.Amount))],
                [.. _host.Trading.Commands.Where(c => c.Method is "order.place" or "algoOrder.place" && c.ClientOrderId is not null)
                    .Select(c => new ReceivedPlace(c.ClientOrderId!, Fate(c)))],
                _host.Binance.Connections.Count(c => c is { RouteName: "ws-fapi", Ended: null }));
        }
    }

    public (IReadOnlyList<PriceLevel> Bids, IReadOnlyList<PriceLevel> Asks) TrueBook(string symbol)
    {
        var book = _host.Book(symbol);
        return ([.. book.Bids.Select(Level)], [.. book.Asks.Select(Level)]);

        static PriceLevel Level((string Price, string Quantity) level) => new(Number(level.Price), Number(level.Quantity));
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private static AuthCredentials? Credentials(VenueKey key) => key switch
    {
        VenueKey.Usual => new AuthCredentials { Key = "demo-key", Secret = "demo-secret" },
        VenueKey.OtherKind => new AuthCredentials { Key = "demo-ed25519", Secret = EdSecret },
        VenueKey.WrongSecret => new AuthCredentials { Key = "demo-key", Secret = "not-the-secret" },
        VenueKey.Unknown => new AuthCredentials { Key = "nobody", Secret = "not-the-secret" },
        VenueKey.ReadOnly => new AuthCredentials { Key = "demo-readonly", Secret = "demo-secret" },
        _ => null,
    };

    // Times are the venue's, which run faster than the wall's: what the wall's load may delay has room.
    private BinanceOptions Options() => new()
    {
        RestUrl = _host.BinanceRestUri,
        StreamUrl = _host.BinanceStreamUri,
        WsApiUrl = _host.BinanceWsApiUri,
        RecvWindowMs = 10_000,
        CommandTimeoutMs = 15_000,
        SubscribeWaitMs = 60_000,
        SocketStaleMs = 3_600_000,
        BookStaleMs = 3_600_000,
        TradeStaleMs = 3_600_000,
        MarkPriceAgeMs = 600_000,
        InstrumentReloadSeconds = 86_400,
        ClockSeconds = 86_400,
        WeightLimit = 100_000,
        OrderLimitIn10Seconds = 10_000,
        OrderLimitAMinute = 50_000,
        UserStreamOwesMs = 20_000,
        CompareSeconds = 60,
    };

    private static PlaceFate Fate(ReceivedCommand command) => command.Fate switch
    {
        CommandFate.Executed => PlaceFate.Executed,
        CommandFate.Refused => PlaceFate.Refused,
        CommandFate.NotExecuted => PlaceFate.Lost,
        _ => PlaceFate.Open,
    };

    private static OrderStatus Status(string word) => word switch
    {
        "NEW" => OrderStatus.Working,
        "PARTIALLY_FILLED" => OrderStatus.PartiallyFilled,
        "FILLED" => OrderStatus.Filled,
        "CANCELED" => OrderStatus.Cancelled,
        "REJECTED" => OrderStatus.Rejected,
        _ => OrderStatus.Expired,
    };

    private static OrderStatus AlgoStatus(string word) => word switch
    {
        "NEW" or "TRIGGERING" or "TRIGGERED" => OrderStatus.Untriggered,
        "CANCELED" => OrderStatus.Cancelled,
        "REJECTED" => OrderStatus.Rejected,
        _ => OrderStatus.Expired,
    };

    private static PositionSide Leg(string word) => word switch
    {
        "LONG" => PositionSide.Long,
        "SHORT" => PositionSide.Short,
        _ => PositionSide.Net,
    };

    private static string Text(decimal value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
}
