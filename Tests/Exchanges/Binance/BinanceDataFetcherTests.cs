#pragma warning disable xUnit1051 // every wait here has a limit of its own, which says what was awaited
using System.Globalization;
using Exchange.Exchanges.Binance;
using Exchange.Grains.Interfaces;
using Exchange.Simulator.Faults;
using Exchange.Tests.Support;
using Xunit;

namespace Exchange.Tests.Exchanges.Binance;

/// <summary>A trader's start and recovery over HTTP, against a simulator.</summary>
public sealed class BinanceDataFetcherTests : BinancePrivateTest
{
    private readonly EventLog<ConnectionStatus> _states = new();

    [Fact]
    public async Task It_tells_all_that_a_trader_needs_at_its_start()
    {
        var data = await Ready(Hmac);
        Manual("BUY", "MARKET", 0.02m);
        Manual("BUY", "LIMIT", 0.01m, "n-1");
        await using (var oms = await ReadyOms())
            (await oms.PlaceStopOrder(new StopOrderRequest { Symbol = "BTCUSDT", Side = Side.Buy, Quantity = 0.01m, TriggerPrice = decimal.Round(Ask + 100, 1), ClientOrderId = "n-2" }).Within("the stop")).OrThrow();

        var open = (await data.GetOpenOrders().Within("open orders")).OrThrow();
        Assert.Equal([("n-1", OrderStatus.Working), ("n-2", OrderStatus.Untriggered)], open.Select(o => (o.ClientOrderId, o.Status)));
        Assert.Equal(open, (await data.GetOpenOrders("BTCUSDT").Within("open orders of a symbol")).OrThrow(), (a, b) => a.VenueOrderId == b.VenueOrderId);
        Assert.Equal(0.02m, Assert.Single((await data.GetPositions().Within("positions")).OrThrow()).Quantity);
        var account = (await data.GetAccountInfo().Within("the account")).OrThrow();
        Assert.Equal((PositionMode.OneWay, AccountEvent.Snapshot), (account.PositionMode!.Value, account.Event));
        Assert.True(account.InitialMargin > 0 && account.MaintenanceMargin > 0);
        Assert.Equal(account.Balances.Single(b => b.Asset == "USDT").Wallet, (await data.GetBalances().Within("balances")).OrThrow().Single(b => b.Asset == "USDT").Wallet);
        Assert.Contains((await data.GetInstruments().Within("instruments")).OrThrow(), i => i.Symbol == "BTCUSDT");
        Assert.True((await data.GetMarkPrice("BTCUSDT").Within("the mark price")).OrThrow().Mark > 0);
        Assert.InRange((await data.GetServerTime().Within("the time")).OrThrow().Offset.TotalMilliseconds, -500, 500);
        Assert.Equal("n-1", (await data.GetOrder(Key("n-1")).Within("one order")).OrThrow().ClientOrderId);
        Assert.Equal(open[1].VenueOrderId, (await data.GetOrder(Key("n-2")).Within("a conditional order")).OrThrow().VenueOrderId);
        Assert.Equal("n-2", (await data.GetOrder(new OrderKey { Symbol = "BTCUSDT", VenueOrderId = open[1].VenueOrderId }).Within("by venue id")).OrThrow().ClientOrderId);
        Assert.Equal(ExchangeErrorCode.OrderNotFound, (await data.GetOrder(Key("n-3")).Within("no order")).Error!.Code);
    }

    /// <summary>Fills over three weeks, in pages of two: each once, the oldest first.</summary>
    [Fact]
    public async Task Fills_are_paged_through_the_venues_windows()
    {
        for (var i = 0; i < 5; i++)
        {
            Manual("BUY", "MARKET", 0.002m + (i * 0.001m));
            Host.Advance(TimeSpan.FromDays(5));
        }

        var data = await Ready(Hmac);
        var all = new List<Fill>();
        string? cursor = null;
        do
        {
            var page = (await data.GetFills(new HistoryQuery { Symbol = "BTCUSDT", Limit = 2, Cursor = cursor }).Within("a page")).OrThrow();
            Assert.InRange(page.Items.Length, 1, 2);
            all.AddRange(page.Items);
            cursor = page.Next;
        }
        while (cursor is not null);
        var expected = Venue.Fills();
        Assert.Equal(expected.Select(f => f.TradeId.ToString(CultureInfo.InvariantCulture)), all.Select(f => f.TradeId));
        Assert.Equal(expected.Sum(f => f.SignedQuantity), all.Sum(f => f.Quantity));
        Assert.All(all, f => Assert.Equal("USDT", f.FeeAsset));
        var later = (await data.GetFills(new HistoryQuery { Symbol = "BTCUSDT", From = all[0].VenueTime.AddDays(3), To = all[^1].VenueTime }).Within("a part")).OrThrow();
        Assert.Equal(all.Where(f => f.VenueTime > all[0].VenueTime.AddDays(3) && f.VenueTime < all[^1].VenueTime).Select(f => f.TradeId), later.Items.Select(f => f.TradeId));
        Assert.Equal("symbol", (await data.GetFills(new HistoryQuery())).Error!.Field);
        Assert.Equal("limit", (await data.GetFills(new HistoryQuery { Symbol = "BTCUSDT", Limit = 0 })).Error!.Field);
        Assert.Equal("cursor", (await data.GetFills(new HistoryQuery { Symbol = "BTCUSDT", Cursor = "x" })).Error!.Field);
    }

    /// <summary>A triggered stop is one order of the past, not two.</summary>
    [Fact]
    public async Task Order_history_holds_conditional_orders_once()
    {
        await using (var oms = await ReadyOms())
        {
            (await oms.PlaceLimitOrder(Limit("p-1")).Within("the place")).OrThrow();
            (await oms.CancelOrder(Key("p-1")).Within("the cancel")).OrThrow();
            var stop = (await oms.PlaceStopOrder(new StopOrderRequest { Symbol = "BTCUSDT", Side = Side.Buy, Quantity = 0.01m, TriggerPrice = decimal.Round(Ask + 100, 1), ClientOrderId = "p-2" }).Within("the stop")).OrThrow().Order;
            (await oms.PlaceTakeProfitOrder(new TakeProfitOrderRequest { Symbol = "BTCUSDT", Side = Side.Buy, Quantity = 0.01m, TriggerPrice = LowPrice, ClientOrderId = "p-3" }).Within("the take-profit")).OrThrow();
            Venue.SetLast("BTCUSDT", stop.TriggerPrice!.Value + 1);
            await Orders.Updates.First(u => u.Order is { ClientOrderId: "p-2", Status: OrderStatus.Filled }, "the fill");
        }

        var data = await Ready(Ed25519);
        var orders = (await data.GetOrderHistory(new HistoryQuery { Symbol = "BTCUSDT" }).Within("the history")).OrThrow();
        Assert.Null(orders.Next);
        Assert.Equal([("p-1", OrderStatus.Cancelled), ("p-2", OrderStatus.Filled), ("p-3", OrderStatus.Untriggered)], orders.Items.Select(o => (o.ClientOrderId, o.Status)));
        Assert.Equal((0.01m, OrderType.StopMarket), (orders.Items[1].CumulativeQuantity, orders.Items[1].Type));
        Assert.StartsWith("algo:", Assert.Single(orders.Items[1].EarlierVenueOrderIds), StringComparison.Ordinal);
        var first = (await data.GetOrderHistory(new HistoryQuery { Symbol = "BTCUSDT", Limit = 1 }).Within("a page")).OrThrow();
        var rest = (await data.GetOrderHistory(new HistoryQuery { Symbol = "BTCUSDT", Cursor = first.Next }).Within("the rest")).OrThrow();
        Assert.Equal(orders.Items.Select(o => o.VenueOrderId), first.Items.Concat(rest.Items).Select(o => o.VenueOrderId));
        Assert.Equal(OrderStatus.Filled, (await data.GetOrder(Key("p-2")).Within("one order")).OrThrow().Status);
    }

    [Fact]
    public async Task Credentials_are_told_as_missing_taken_and_refused()
    {
        var data = await Ready(null);
        Assert.True((await data.GetInstruments().Within("instruments")).IsSuccess);
        Assert.Equal(ExchangeErrorCode.CredentialsMissing, (await data.GetPositions()).Error!.Code);
        Assert.Equal(ExchangeErrorCode.CredentialsMissing, (await data.GetOrderHistory(new HistoryQuery())).Error!.Code);
        Assert.True((await data.SetAuthCredentials(Hmac)).IsSuccess);
        Assert.True((await data.GetPositions().Within("positions")).IsSuccess);
        Assert.Equal(ExchangeErrorCode.CredentialsMissing, (await data.SetAuthCredentials(new AuthCredentials { Key = "demo-key" })).Error!.Code);
        var wrong = Fetcher(new AuthCredentials { Key = "demo-key", Secret = "wrong" });
        var error = (await wrong.Connect().Within("the refusal")).Error!;
        Assert.Contains("BINANCE_API_SECRET", error.Message, StringComparison.Ordinal);
        Assert.Equal(ConnectionState.Refused, (await wrong.GetStatus()).OrThrow().State);
        Assert.True((await wrong.SetAuthCredentials(Hmac)).IsSuccess);
        Assert.True((await wrong.Connect().Within("the way back")).IsSuccess);
    }

    [Fact]
    public async Task Errors_of_the_venue_are_tried_again_and_bans_are_not()
    {
        var data = await Ready(Hmac);
        Host.AddFault(new Fault { Kind = FaultKind.RestError, Path = "/positionRisk", Status = 503 });
        (await data.GetPositions().Within("positions at the second try")).OrThrow();
        using var skew = new HeldFault(Host, new Fault { Kind = FaultKind.ClockSkew, OffsetMs = -8000, Count = 0 });
        (await data.GetBalances().Within("balances with a new time stamp")).OrThrow();
        var until = DateTimeOffset.UtcNow.AddMinutes(10).ToUnixTimeMilliseconds();
        Host.AddFault(new Fault { Kind = FaultKind.RestError, Path = "/balance", Status = 418, Code = -1003, Message = $"IP banned until {until}." });
        var banned = (await data.GetBalances().Within("the ban")).Error!;
        Assert.Equal((ExchangeErrorCode.Banned, until, null), (banned.Code, banned.RetryAt!.Value.ToUnixTimeMilliseconds(), banned.Outcome));
        var received = Venue.CommandsReceived;
        Assert.Equal(ExchangeErrorCode.Banned, (await data.GetPositions().Within("the ban")).Error!.Code);
        Assert.Equal(received, Venue.CommandsReceived);
    }

    private BinanceDataFetcher Fetcher(AuthCredentials? credentials) => Keep(new BinanceDataFetcher(Options(), credentials, _states.Add, random: () => 0));

    private async Task<BinanceDataFetcher> Ready(AuthCredentials? credentials)
    {
        var data = Fetcher(credentials);
        (await data.Connect().Within("the recovery connection")).OrThrow();
        return data;
    }

    private void Manual(string side, string type, decimal quantity, string? id = null)
    {
        var parameters = new Dictionary<string, string> { ["symbol"] = "BTCUSDT", ["side"] = side, ["type"] = type, ["quantity"] = quantity.ToString(CultureInfo.InvariantCulture) };
        if (type == "LIMIT")
        {
            parameters["price"] = LowPrice.ToString(CultureInfo.InvariantCulture);
            parameters["timeInForce"] = "GTC";
        }

        if (id is not null)
            parameters["newClientOrderId"] = id;
        Venue.PlaceManually(parameters);
    }
}
