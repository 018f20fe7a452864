#pragma warning disable xUnit1051 // every wait here has a limit of its own, which says what was awaited
using System.Globalization;
using Exchange.Exchanges.Deribit;
using Exchange.Grains.Interfaces;
using Exchange.Simulator;
using Exchange.Simulator.Deribit;
using Exchange.Simulator.Faults;
using Exchange.Tests.Support;
using Xunit;

namespace Exchange.Tests.Exchanges.Deribit;

/// <summary>What is of Deribit alone in the life of its order connection: cancel on disconnect, logout, heartbeats, linear contracts and triggers.</summary>
public sealed class DeribitOmsTests : IAsyncLifetime
{
    private const string Symbol = "BTC-PERPETUAL";

    private readonly OrderSink _orders = new();
    private SimulatorHost _host = null!;
    private DeribitOms _oms = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await SimulatorHost.StartAsync(
            new SimulatorOptions { Runs = false, Seed = 7, Venues = [DeribitVenue.VenueName], Deribit = new DeribitSimulatorOptions { MatchingRate = 100, MatchingBurst = 100 } },
            TestContext.Current.CancellationToken);
        _host.Step(200);
        _oms = new DeribitOms(new DeribitOptions { RestUrl = _host.DeribitRestUri, SocketUrl = _host.DeribitSocketUri }, new DeribitOmsParts
        {
            Sink = _orders,
            Journal = new NoJournal(),
            Epoch = 4,
            Credentials = new AuthCredentials { Key = "demo-id", Secret = "demo-secret" },
            Random = () => 0,
        });
        (await _oms.Connect().Within("the order connection")).OrThrow();
    }

    public async ValueTask DisposeAsync()
    {
        await _oms.DisposeAsync();
        await _host.DisposeAsync();
    }

    /// <summary>It is off unless asked for, and then it stays on over a reconnect.</summary>
    [Fact]
    public async Task Cancel_on_disconnect_is_armed_only_when_asked_for()
    {
        Assert.False(Private.CancelsOnDisconnect);
        Assert.Equal("symbol", (await _oms.SetDeadManSwitch(Symbol, TimeSpan.FromSeconds(30))).Error!.Field);
        (await _oms.SetDeadManSwitch(null, TimeSpan.FromSeconds(30)).Within("arming")).OrThrow();
        Assert.True(Private.CancelsOnDisconnect);
        var before = Private.Id;
        var seen = _orders.States.All.Count;
        _host.AddFault(new Fault { Venue = DeribitVenue.VenueName, Kind = FaultKind.DropSocket });
        await _orders.State(ConnectionState.Waiting, seen);
        await _orders.State(ConnectionState.Ready, _orders.States.All.Count - 1);
        Assert.NotEqual(before, Private.Id);
        Assert.True(Private.CancelsOnDisconnect);
        (await _oms.SetDeadManSwitch(null, TimeSpan.Zero).Within("disarming")).OrThrow();
        Assert.False(Private.CancelsOnDisconnect);
    }

    [Fact]
    public async Task An_armed_switch_cancels_what_works_when_the_socket_is_lost()
    {
        (await _oms.SetDeadManSwitch(null, TimeSpan.FromSeconds(30)).Within("arming")).OrThrow();
        (await _oms.PlaceLimitOrder(Limit("d-1")).Within("the place")).OrThrow();
        _host.AddFault(new Fault { Venue = DeribitVenue.VenueName, Kind = FaultKind.DropSocket });
        var end = await _orders.Of("d-1", OrderEvent.Cancelled);
        Assert.Equal(ExchangeErrorCode.ConnectionLost, end.Order.Reason!.Code);
    }

    /// <summary>Test 34: who says good-bye leaves the orders alone, armed or not.</summary>
    [Fact]
    public async Task A_graceful_end_leaves_orders_alone_though_the_switch_is_armed()
    {
        (await _oms.SetDeadManSwitch(null, TimeSpan.FromSeconds(30)).Within("arming")).OrThrow();
        (await _oms.PlaceLimitOrder(Limit("d-1")).Within("the place")).OrThrow();
        (await _oms.Disconnect().Within("the end")).OrThrow();
        await _host.Deribit.WhenConnections(0).Within("the sockets being closed");
        Assert.Equal("open", _host.Deribit.Trading.Order("d-1")!.State);
        Assert.Contains(_host.Deribit.Trading.Commands, c => c.Method == "private/logout");
    }

    /// <summary>Test 13: the venue asks whether we are there, and is answered before it loses patience.</summary>
    [Fact]
    public async Task A_test_request_is_answered()
    {
        var connection = Private;
        _host.Advance(TimeSpan.FromSeconds(16));

        // What was sent to us before an answer has been read when the answer has, and what we sent before a request has arrived with it.
        await RoundTrip();
        await RoundTrip();
        _host.Advance(TimeSpan.FromSeconds(11));
        await RoundTrip();
        Assert.Null(connection.Ended);
    }

    /// <summary>Test 6: one is a coin there. The order is one of the linear contract's currency.</summary>
    [Fact]
    public async Task A_linear_order_is_counted_in_coins()
    {
        const string Linear = "SOL_USDC-PERPETUAL";
        var price = decimal.Parse(_host.Book(Linear).Bids[0].Price, CultureInfo.InvariantCulture) - 1m;
        var request = new LimitOrderRequest { Symbol = Linear, Side = Side.Buy, Quantity = 1.5m, Price = price, ClientOrderId = "l-1" };
        var placed = (await _oms.PlaceLimitOrder(request).Within("the place")).OrThrow().Order;
        Assert.Equal((OrderStatus.Working, 1.5m), (placed.Status, placed.Quantity));
        Assert.StartsWith("USDC-", placed.VenueOrderId, StringComparison.Ordinal);
        Assert.Equal(1.5m, _host.Deribit.Trading.Order("l-1")!.Amount);
        var changed = (await _oms.ReplaceOrder(new ReplaceOrderRequest { Order = new OrderKey { Symbol = Linear, ClientOrderId = "l-1" }, Quantity = 2m }).Within("the change")).OrThrow().Order;
        Assert.Equal((2m, price), (changed.Quantity, changed.Price!.Value));
        Assert.Equal(OrderStatus.Cancelled, (await _oms.CancelOrder(new OrderKey { Symbol = Linear, ClientOrderId = "l-1" }).Within("the cancel")).OrThrow().Order.Status);
    }

    /// <summary>What a stop becomes is the same order, with the stop's id among its earlier ones.</summary>
    [Fact]
    public async Task A_stop_goes_on_as_what_it_becomes()
    {
        var trigger = Ask + 100m;
        var stop = new StopOrderRequest { Symbol = Symbol, Side = Side.Buy, Quantity = 50m, TriggerPrice = trigger, ClientOrderId = "s-1" };
        var placed = (await _oms.PlaceStopOrder(stop).Within("the place")).OrThrow().Order;
        Assert.Equal(OrderStatus.Untriggered, placed.Status);
        _host.Deribit.Trading.SetLast(Symbol, trigger + 1m);
        var end = await _orders.Updates.First(u => u.Order is { ClientOrderId: "s-1", Status: OrderStatus.Filled }, "the fill");
        Assert.Equal([placed.VenueOrderId!], end.Order.EarlierVenueOrderIds);
        Assert.NotEqual(placed.VenueOrderId, end.Order.VenueOrderId);
        Assert.Equal(50m, _orders.Updates.All.Where(u => u.Fill is not null).Sum(u => u.Fill!.Quantity));
    }

    private DeribitConnection Private => _host.Deribit.Connections.Single(c => c.Ended is null && c.RouteName == "private");

    private decimal Ask => decimal.Parse(_host.Book(Symbol).Asks[0].Price, CultureInfo.InvariantCulture);

    private LimitOrderRequest Limit(string id) => new()
    {
        Symbol = Symbol,
        Side = Side.Buy,
        Quantity = 50m,
        Price = decimal.Round(decimal.Parse(_host.Book(Symbol).Bids[0].Price, CultureInfo.InvariantCulture) * 0.99m / 0.5m) * 0.5m,
        ClientOrderId = id,
    };

    private async Task RoundTrip() =>
        Assert.Equal(ExchangeErrorCode.OrderNotFound, (await _oms.CancelOrder(new OrderKey { Symbol = Symbol, ClientOrderId = "nobody" }).Within("an answer")).Error!.Code);
}
