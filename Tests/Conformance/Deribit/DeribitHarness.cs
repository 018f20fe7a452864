using System.Globalization;
using Exchange.Exchanges.Common;
using Exchange.Exchanges.Common.Account;
using Exchange.Exchanges.Common.Orders;
using Exchange.Exchanges.Deribit;
using Exchange.Grains.Interfaces;
using Exchange.Simulator;
using Exchange.Simulator.Control;
using Exchange.Simulator.Deribit;
using OrderCounters = Exchange.Exchanges.Common.Orders.OrderCounters;

namespace Exchange.Tests.Conformance.Deribit;

/// <summary>Deribit for the cards: inverse perpetuals, whose quantities are US dollars. The simulator's order flow stands still unless a card stirs it.</summary>
internal sealed class DeribitHarness : IVenueHarness
{
    /// <summary>How much faster than the wall's the clock of venue and connectors is.</summary>
    private const double Speed = 20;

    private const string Changes = "user.changes.any.any.raw";

    private readonly SimulatorHost _host;

    private DeribitHarness(SimulatorHost host, TimeProvider time)
    {
        _host = host;
        Time = time;
    }

    public string Venue => Venues.Deribit;

    public string Symbol => "BTC-PERPETUAL";

    public string OtherSymbol => "ETH-PERPETUAL";

    public decimal Quantity => 1000m;

    public decimal Tick => 0.5m;

    public TimeProvider Time { get; }

    public bool Hedge => false;

    public decimal? TooMuch => null;

    // A portfolio tells what it is, not why.
    public (AccountEvent Deposit, AccountEvent Funding) AccountWords => (AccountEvent.Other, AccountEvent.Other);

    public bool RenewsInPlace => true;

    // The daily settlement; the one after it where it is too near.
    public DateTimeOffset OrderEnd
    {
        get
        {
            var now = _host.Clock.VenueNow;
            var end = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero).AddHours(8);
            return end > now ? end : end.AddDays(1);
        }
    }

    public IReadOnlyList<string> Secrets { get; } = ["demo-secret", "not-the-secret"];

    public static async Task<IVenueHarness> StartAsync(HarnessOptions options)
    {
        var time = new HurriedTime(Speed);
        var host = await SimulatorHost.StartAsync(new SimulatorOptions
        {
            Runs = false,
            Seed = options.Seed,
            TimeProvider = time,
            Venues = [DeribitVenue.VenueName],
            Deribit = new DeribitSimulatorOptions
            {
                Instruments = ["BTC-PERPETUAL", "ETH-PERPETUAL"],
                Balances = new Dictionary<string, decimal> { ["BTC"] = 10_000, ["ETH"] = 10_000 },
                MatchingRate = 1_000,
                MatchingBurst = 1_000,
                PriceBand = 0.5m,
                IdleLife = TimeSpan.FromDays(365),
            },
        });
        host.Step(200);
        return new DeribitHarness(host, time);
    }

    public (decimal Bid, decimal Ask) Best(string symbol)
    {
        var book = _host.Book(symbol);
        return (Number(book.Bids[0].Price), Number(book.Asks[0].Price));
    }

    public decimal OnTick(decimal price, string? symbol = null)
    {
        var tick = symbol == OtherSymbol ? 0.05m : Tick;
        return decimal.Round(price / tick) * tick;
    }

    public string? Lacks(VenueFaultKind kind) => DeribitFaults.Lacks(kind);

    public string? Lacks(VenueKey key) => null;

    public IExchangeOms CreateOms(OmsSetup setup) => new DeribitOms(Options(setup.Key), new DeribitOmsParts
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

    public IExchangePms CreatePms(IAccountSink sink, VenueKey key) => new DeribitPms(Options(key), Credentials(key), sink, Time, random: () => 0);

    public IExchangeDataFetcher CreateDataFetcher(Action<ConnectionStatus> onStatus, VenueKey key) =>
        new DeribitDataFetcher(Options(key), Credentials(key), onStatus, Time, random: () => 0);

    public IExchangeSubscriber CreateSubscriber(IMarketDataSink sink) => new DeribitSubscriber(Options(VenueKey.Usual), Credentials(VenueKey.Usual), sink, Time, random: () => 0);

    public OrderCounters CountersOf(IExchangeOms oms) => ((DeribitOms)oms).Counters;

    public Task WhenFenced(IExchangeOms oms) => ((DeribitOms)oms).WhenFenced;

    public AppliedFault Apply(VenueFault fault)
    {
        var faults = DeribitFaults.Of(fault).Select(_host.AddFault).ToArray();
        return new AppliedFault(
            () =>
            {
                foreach (var one in faults)
                    _host.RemoveFault(one);
            },
            faults[0].Exhausted);
    }

    public void LiftAll() => _host.ClearFaults();

    public void Fill(string clientOrderId, decimal? quantity = null) => _host.Deribit.Trading.Fill(clientOrderId, quantity);

    public void Overfill(string clientOrderId, decimal quantity) => _host.Deribit.Trading.Overfill(clientOrderId, quantity);

    public void CancelUnasked(string clientOrderId)
    {
        lock (_host.Context.Turn)
        {
            if (_host.Deribit.Trading.Order(clientOrderId) is not { State: "open" })
                throw new ArgumentException($"order {clientOrderId} does not work");
            _host.Deribit.Trading.Cancel(clientOrderId);
        }
    }

    public string PlaceElsewhere(Side side, decimal quantity, decimal? price = null)
    {
        var order = new Dictionary<string, string>
        {
            ["instrument_name"] = Symbol,
            ["direction"] = side == Side.Buy ? "buy" : "sell",
            ["type"] = price is null ? "market" : "limit",
            ["amount"] = Text(quantity),
        };
        if (price is { } limit)
            order["price"] = Text(limit);
        return _host.Deribit.Trading.PlaceManually(order);
    }

    public string CloseBySystem(VenueClose kind) => kind switch
    {
        VenueClose.AutoDeleverage => throw new NotApplicableException("Deribit does not tell a deleveraging from a liquidation"),
        VenueClose.Settlement => throw new NotApplicableException("Deribit settles positions without an order"),
        _ => _host.Deribit.Trading.CloseBySystem(Symbol),
    };

    public void MovePrices(decimal price)
    {
        _host.Deribit.Trading.SetMark(Symbol, price);
        _host.Deribit.Trading.SetLast(Symbol, price);
    }

    public void Fund(decimal rate) => _host.Deribit.Trading.Fund(Symbol, rate);

    public void Deposit(decimal amount) => _host.Deribit.Trading.Deposit("BTC", amount);

    public void Stir()
    {
        _host.Step(40);
        _host.Advance(TimeSpan.FromMilliseconds(1_000));
    }

    public void PassTime(TimeSpan time) => _host.Advance(time);

    public Task WhenReceived(string clientOrderId, VenueCommand command, int times = 1) =>
        _host.Context.When(() => Count(_host.Deribit.Pipeline.Log.Commands, clientOrderId, command) >= times);

    public int CountReceived(string clientOrderId, VenueCommand command) => Count(_host.Deribit.Trading.Commands, clientOrderId, command);

    public VenueTruth Truth()
    {
        lock (_host.Context.Turn)
        {
            var trading = _host.Deribit.Trading;
            var all = trading.Orders();

            // What a trigger became is the same order, under the label that it was placed with.
            var fired = all.Select(o => o.TriggerOrderId).OfType<string>().ToHashSet(StringComparer.Ordinal);
            return new VenueTruth(
                [.. all.Where(o => !fired.Contains(o.OrderId)).Select(o => new TrueOrder(
                    o.Instrument,
                    Name(o.Label, o.OrderId),
                    o.OrderId,
                    Status(o),
                    o.Direction == "buy" ? Side.Buy : Side.Sell,
                    o.Amount,
                    o.Filled,
                    o.Type is "limit" or "stop_limit" or "take_limit" ? o.Price : null))],
                [.. trading.Fills().Select(f => new TrueFill(f.Instrument, f.TradeId, f.OrderId, Name(f.Label, f.OrderId), PositionSide.Net, f.SignedAmount))],
                [.. trading.Positions().Select(p => new TruePosition(p.Instrument, PositionSide.Net, p.Amount))],
                [.. trading.Commands.Where(c => c.Method is "private/buy" or "private/sell" && c.ClientOrderId is not null)
                    .Select(c => new ReceivedPlace(c.ClientOrderId!, Fate(c)))],

                // The position connection logs in, too, and sends no orders; so does market data.
                _host.Deribit.Connections.Count(c => c is { RouteName: "private", Ended: null } && c.Subscriptions.Contains(Changes) && !c.Subscriptions.Contains("user.portfolio.any")));
        }

        static string Name(string label, string id) => label.Length > 0 ? label : id;
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
        VenueKey.Usual or VenueKey.OtherKind => new AuthCredentials { Key = "demo-id", Secret = "demo-secret" },
        VenueKey.WrongSecret => new AuthCredentials { Key = "demo-id", Secret = "not-the-secret" },
        VenueKey.Unknown => new AuthCredentials { Key = "nobody", Secret = "not-the-secret" },
        VenueKey.ReadOnly => new AuthCredentials { Key = "demo-readonly", Secret = "demo-secret" },
        _ => null,
    };

    // Times are the venue's, which run faster than the wall's: what the wall's load may delay has room.
    private DeribitOptions Options(VenueKey key) => new()
    {
        RestUrl = _host.DeribitRestUri,
        SocketUrl = _host.DeribitSocketUri,

        // The one kind of key that is supported can log on in two ways.
        GrantType = key == VenueKey.OtherKind ? "client_credentials" : "client_signature",
        ValidityMs = 10_000,
        CommandTimeoutMs = 15_000,
        SubscribeWaitMs = 60_000,
        SocketStaleMs = 3_600_000,
        BookStaleMs = 3_600_000,
        MarkPriceAgeMs = 600_000,
        InstrumentReloadSeconds = 86_400,
        ClockSeconds = 86_400,
        OrderRate = 1_000,
        OrderBurst = 1_000,
        EventsOwedMs = 20_000,
        CompareSeconds = 60,
    };

    private static PlaceFate Fate(ReceivedCommand command) => command.Fate switch
    {
        CommandFate.Executed => PlaceFate.Executed,
        CommandFate.Refused => PlaceFate.Refused,
        CommandFate.NotExecuted => PlaceFate.Lost,
        _ => PlaceFate.Open,
    };

    private static OrderStatus Status(DeribitOrderRecord order) => order.State switch
    {
        "open" => order.Filled > 0 ? OrderStatus.PartiallyFilled : OrderStatus.Working,
        "untriggered" => OrderStatus.Untriggered,
        "filled" => OrderStatus.Filled,
        "rejected" => OrderStatus.Rejected,
        "cancelled" when order.CancelReason is "settlement" => OrderStatus.Expired,
        "cancelled" when order.CancelReason != "user_request" && (order.TimeInForce is "immediate_or_cancel" or "fill_or_kill" || order.Type == "market") => OrderStatus.Expired,
        _ => OrderStatus.Cancelled,
    };

    private static int Count(IEnumerable<ReceivedCommand> commands, string clientOrderId, VenueCommand command)
    {
        var methods = DeribitFaults.Methods(command);
        return commands.Count(c => c.ClientOrderId == clientOrderId && methods.Contains(c.Method));
    }

    private static string Text(decimal value) => value.ToString(CultureInfo.InvariantCulture);

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
}
