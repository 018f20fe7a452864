using System.Globalization;
using System.Text.Json.Nodes;
using Exchange.Exchanges.Common;
using Exchange.Exchanges.Common.Account;
using Exchange.Exchanges.Common.Orders;
using Exchange.Exchanges.Grvt;
using Exchange.Grains.Interfaces;
using Exchange.Simulator;
using Exchange.Simulator.Control;
using Exchange.Simulator.Grvt;
using OrderCounters = Exchange.Exchanges.Common.Orders.OrderCounters;

namespace Exchange.Tests.Conformance.Grvt;

/// <summary>GRVT for the cards. Its ids are numbers; the cards' words are translated. The simulator's order flow stands still unless a card stirs it.</summary>
internal sealed class GrvtHarness : IVenueHarness
{
    /// <summary>How much faster than the wall's the clock of venue and connectors is.</summary>
    private const double Speed = 20;

    private static readonly string _demoKey = "0x" + string.Concat(Enumerable.Repeat("01", 32));
    private static readonly string _readOnlyKey = "0x" + string.Concat(Enumerable.Repeat("02", 32));

    private readonly SimulatorHost _host;
    private readonly NumberedIds _ids = new();

    private GrvtHarness(SimulatorHost host, TimeProvider time)
    {
        _host = host;
        Time = time;
    }

    public string Venue => Venues.Grvt;

    public string Symbol => "BTC_USDT_Perp";

    public string OtherSymbol => "ETH_USDT_Perp";

    public decimal Quantity => 0.1m;

    public decimal Tick => 0.1m;

    public TimeProvider Time { get; }

    public bool Hedge => false;

    public decimal? TooMuch => null;

    // No stream tells of money: it is asked for, and what is found is told.
    public (AccountEvent Deposit, AccountEvent Funding) AccountWords => (AccountEvent.Snapshot, AccountEvent.Snapshot);

    public bool RenewsInPlace => false;

    public DateTimeOffset OrderEnd => _host.Clock.VenueNow + TimeSpan.FromHours(1);

    public IReadOnlyList<string> Secrets { get; } = [_demoKey[2..], _readOnlyKey[2..], "demo-key"];

    public static async Task<IVenueHarness> StartAsync(HarnessOptions options)
    {
        if (options.Hedge)
            throw new NotApplicableException("GRVT keeps one position an instrument");
        var time = new HurriedTime(Speed);
        var host = await SimulatorHost.StartAsync(new SimulatorOptions
        {
            Runs = false,
            Seed = options.Seed,
            TimeProvider = time,
            Venues = [GrvtVenue.VenueName],
            Grvt = new GrvtSimulatorOptions
            {
                Symbols = ["BTC_USDT_Perp", "ETH_USDT_Perp"],
                Accounts = [GrvtAccountOptions.Demo with { Balances = new Dictionary<string, decimal> { ["USDT"] = 10_000_000 } }],
                SocketAtExpiry = GrvtSocketAtExpiry.Close,
                OrdersPerTenSeconds = 100_000,
                MaximumOpenOrders = 10_000,
            },
        });
        host.Step(200);
        return new GrvtHarness(host, time);
    }

    public (decimal Bid, decimal Ask) Best(string symbol)
    {
        var book = _host.Book(symbol);
        return (Number(book.Bids[0].Price), Number(book.Asks[0].Price));
    }

    public decimal OnTick(decimal price, string? symbol = null) => symbol == OtherSymbol ? decimal.Round(price, 2) : decimal.Round(price, 1);

    public string? Lacks(VenueFaultKind kind) => GrvtFaults.Lacks(kind);

    public string? Lacks(VenueKey key) => key == VenueKey.WrongSecret ? "a login proves the API key alone; a wrong signer shows at the first order" : null;

    public IExchangeOms CreateOms(OmsSetup setup) => new NumberedOms(_ids, new GrvtOms(Options(setup.Key), new GrvtOmsParts
    {
        Sink = _ids.Out(setup.Sink),
        Journal = _ids.Watch(setup.Journal),
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
    }));

    public IExchangePms CreatePms(IAccountSink sink, VenueKey key) => new GrvtPms(Options(key), Credentials(key), sink, Time, random: () => 0);

    public IExchangeDataFetcher CreateDataFetcher(Action<ConnectionStatus> onStatus, VenueKey key) =>
        new NumberedDataFetcher(_ids, new GrvtDataFetcher(Options(key), Credentials(key), onStatus, Time, random: () => 0));

    public IExchangeSubscriber CreateSubscriber(IMarketDataSink sink) => new GrvtSubscriber(Options(VenueKey.Usual), sink, Time, random: () => 0);

    public OrderCounters CountersOf(IExchangeOms oms) => ((GrvtOms)((NumberedOms)oms).Inner).Counters;

    public Task WhenFenced(IExchangeOms oms) => ((GrvtOms)((NumberedOms)oms).Inner).WhenFenced;

    public AppliedFault Apply(VenueFault fault)
    {
        var faults = GrvtFaults.Of(fault, fault.ClientOrderId is { } id ? Leg(id) : null).Select(_host.AddFault).ToArray();
        return new AppliedFault(
            () =>
            {
                foreach (var one in faults)
                    _host.RemoveFault(one);
            },
            faults[0].Exhausted);
    }

    public void LiftAll() => _host.ClearFaults();

    public void Fill(string clientOrderId, decimal? quantity = null) => _host.Grvt.Trading.Fill(Leg(clientOrderId), quantity);

    public void Overfill(string clientOrderId, decimal quantity) => _host.Grvt.Trading.Overfill(Leg(clientOrderId), quantity);

    public void CancelUnasked(string clientOrderId)
    {
        lock (_host.Context.Turn)
        {
            if (_host.Grvt.Trading.Order(Leg(clientOrderId)) is not { Status: "OPEN" })
                throw new ArgumentException($"order {clientOrderId} does not work");
            _host.Grvt.Trading.Cancel(Leg(clientOrderId));
        }
    }

    public string PlaceElsewhere(Side side, decimal quantity, decimal? price = null)
    {
        var leg = new JsonObject { ["instrument"] = Symbol, ["size"] = Text(quantity), ["is_buying_asset"] = side == Side.Buy };
        if (price is { } limit)
            leg["limit_price"] = Text(limit);
        return _host.Grvt.Trading.PlaceManually(new JsonObject
        {
            ["is_market"] = price is null,
            ["time_in_force"] = price is null ? "IMMEDIATE_OR_CANCEL" : "GOOD_TILL_TIME",
            ["legs"] = new JsonArray(leg),
        });
    }

    public string CloseBySystem(VenueClose kind) => kind == VenueClose.Liquidation
        ? _host.Grvt.Trading.CloseBySystem(GrvtSystemClose.Liquidation, Symbol)
        : throw new NotApplicableException("GRVT marks a liquidation and nothing else");

    public void MovePrices(decimal price)
    {
        _host.Grvt.Trading.SetMark(Symbol, price);
        _host.Grvt.Trading.SetLast(Symbol, price);
    }

    public void Fund(decimal rate) => _host.Grvt.Trading.Fund(Symbol, rate);

    public void Deposit(decimal amount) => _host.Grvt.Trading.Deposit("USDT", amount);

    public void Stir()
    {
        _host.Step(40);
        _host.Advance(TimeSpan.FromMilliseconds(1_000));
    }

    public void PassTime(TimeSpan time) => _host.Advance(time);

    public Task WhenReceived(string clientOrderId, VenueCommand command, int times = 1) =>
        _host.Grvt.Trading.WhenReceived(_ids.Number(clientOrderId)!, GrvtFaults.Method(command), times);

    public int CountReceived(string clientOrderId, VenueCommand command) => _host.Grvt.Trading.CountReceived(_ids.Number(clientOrderId)!, GrvtFaults.Method(command));

    public VenueTruth Truth()
    {
        lock (_host.Context.Turn)
        {
            var trading = _host.Grvt.Trading;
            return new VenueTruth(
                [.. trading.Orders().GroupBy(o => _ids.Whole(o.ClientOrderId)).SelectMany(Wholes)],
                [.. trading.Fills().Select(f => new TrueFill(f.Symbol, f.TradeId, f.OrderId, _ids.Word(_ids.Whole(f.ClientOrderId)), PositionSide.Net, f.SignedSize))],
                [.. trading.Positions().Select(p => new TruePosition(p.Symbol, PositionSide.Net, p.Size))],
                [.. trading.Commands.Where(c => c is { Method: "v1/create_order", ClientOrderId: not null }).Select(c => new ReceivedPlace(_ids.Word(c.ClientOrderId!), Fate(c)))],
                _host.Grvt.Api.Streams.All.Where(s => s is { Selector.Stream: "v1.order", Connection.Ended: null }).Select(s => s.Connection.Id).Distinct().Count());
        }
    }

    public (IReadOnlyList<PriceLevel> Bids, IReadOnlyList<PriceLevel> Asks) TrueBook(string symbol)
    {
        var book = _host.Book(symbol);
        return ([.. book.Bids.Select(Level)], [.. book.Asks.Select(Level)]);

        static PriceLevel Level((string Price, string Quantity) level) => new(Number(level.Price), Number(level.Quantity));
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    /// <summary>A replaced order and its rests are one; several that were placed under one id are not.</summary>
    private IEnumerable<TrueOrder> Wholes(IGrouping<string, GrvtOrderRecord> legs)
    {
        var placed = legs.Where(o => !_ids.IsRest(o.ClientOrderId)).ToList();
        var rests = legs.Where(o => _ids.IsRest(o.ClientOrderId)).ToList();
        foreach (var order in placed)
        {
            var last = order == placed[^1] && rests.Count > 0 ? rests[^1] : order;
            var earlier = last == order ? 0 : order.Traded + rests.SkipLast(1).Sum(r => r.Traded);
            var status = Status(last);
            yield return new TrueOrder(
                last.Symbol,
                _ids.Word(legs.Key),
                last.OrderId,
                status == OrderStatus.Rejected && last != order ? OrderStatus.Cancelled : status == OrderStatus.Working && earlier > 0 ? OrderStatus.PartiallyFilled : status,
                last.Side == "BUY" ? Side.Buy : Side.Sell,
                earlier + last.Size,
                earlier + last.Traded,
                last.IsMarket ? null : last.Price);
        }
    }

    /// <summary>The number under which an order is at the venue now.</summary>
    private string Leg(string clientOrderId)
    {
        var number = _ids.Number(clientOrderId)!;
        return _host.Grvt.Trading.Orders().LastOrDefault(o => o.ClientOrderId != number && _ids.Whole(o.ClientOrderId) == number)?.ClientOrderId ?? number;
    }

    private static AuthCredentials? Credentials(VenueKey key) => key switch
    {
        VenueKey.Usual or VenueKey.OtherKind => new AuthCredentials { Key = "demo-key", PrivateKey = _demoKey, SubAccountId = "1000000000000001" },
        VenueKey.Unknown => new AuthCredentials { Key = "nobody", PrivateKey = _demoKey, SubAccountId = "1000000000000001" },
        VenueKey.ReadOnly => new AuthCredentials { Key = "demo-readonly", PrivateKey = _readOnlyKey, SubAccountId = "1000000000000001" },
        _ => null,
    };

    // Times are the venue's, which run faster than the wall's: what the wall's load may delay has room.
    private GrvtOptions Options(VenueKey key) => new()
    {
        EdgeUrl = _host.GrvtEdgeUri,
        TradingUrl = _host.GrvtTradingUri,
        MarketDataUrl = _host.GrvtMarketDataUri,

        // The one kind of key can be used in two encodings.
        Encoding = key == VenueKey.OtherKind ? "lite" : "full",
        CommandTimeoutMs = 30_000,
        SocketStaleMs = 3_600_000,
        MarkPriceAgeMs = 600_000,
        InstrumentReloadSeconds = 86_400,
        ClockSeconds = 86_400,
        OrderRate = 1_000,
        OrderBurst = 1_000,
        QueryRate = 5,
        QueryBurst = 60,
        UserStreamOwesMs = 20_000,
        CompareSeconds = 60,
        ImmediateOrderSeconds = 600,
    };

    private static PlaceFate Fate(ReceivedCommand command) => command.Fate switch
    {
        CommandFate.Executed => PlaceFate.Executed,
        CommandFate.Refused => PlaceFate.Refused,
        CommandFate.NotExecuted => PlaceFate.Lost,
        _ => PlaceFate.Open,
    };

    private static OrderStatus Status(GrvtOrderRecord order) => order.Status switch
    {
        "PENDING" => OrderStatus.Untriggered,
        "OPEN" => order.Traded > 0 ? OrderStatus.PartiallyFilled : OrderStatus.Working,
        "FILLED" => OrderStatus.Filled,
        "REJECTED" => OrderStatus.Rejected,
        _ when order.RejectReason is "EXPIRED" or "IOC_CANCEL" or "FOK_CANCEL" or "AON_CANCEL" or "MARKET_CANCEL" or "FAIL_POST_ONLY" or "SELF_TRADE_PROTECTION"
            or "SELF_MATCHED_SUBACCOUNT" => OrderStatus.Expired,
        _ => OrderStatus.Cancelled,
    };

    private static string Text(decimal value) => value.ToString(CultureInfo.InvariantCulture);

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
}
