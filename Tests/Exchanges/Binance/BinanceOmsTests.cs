#pragma warning disable xUnit1051 // every wait here has a limit of its own, which says what was awaited
using Exchange.Grains.Interfaces;
using Exchange.Simulator.Binance;
using Exchange.Simulator.Faults;
using Exchange.Tests.Support;
using Xunit;

namespace Exchange.Tests.Exchanges.Binance;

/// <summary>The life of orders at Binance, over the sockets of a simulator.</summary>
public sealed class BinanceOmsTests : BinancePrivateTest
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_limit_order_is_placed_changed_filled_in_part_and_cancelled(bool ed25519)
    {
        var oms = await ReadyOms(ed25519 ? Ed25519 : Hmac);
        var placed = (await oms.PlaceLimitOrder(Limit("a-1")).Within("the place")).OrThrow().Order;
        Assert.Equal((OrderStatus.Working, "a-1", OrderOrigin.Trader), (placed.Status, placed.ClientOrderId, placed.Origin));
        Assert.NotNull(placed.VenueOrderId);
        var changed = (await oms.ReplaceOrder(new ReplaceOrderRequest { Order = Key("a-1"), Price = LowPrice - 10, Quantity = 0.02m }).Within("the change")).OrThrow().Order;
        Assert.Equal((LowPrice - 10, 0.02m, placed.VenueOrderId), (changed.Price!.Value, changed.Quantity, changed.VenueOrderId));

        Venue.Fill("a-1", 0.004m);
        var filled = await Orders.Of("a-1", OrderEvent.Filled);
        Assert.Equal((0.004m, 0.004m, OrderStatus.PartiallyFilled), (filled.Fill!.Quantity, filled.Order.CumulativeQuantity, filled.Order.Status));
        Assert.Equal((true, "USDT"), (filled.Fill.IsMaker, filled.Fill.FeeAsset));
        var cancelled = (await oms.CancelOrder(Key("a-1")).Within("the cancel")).OrThrow().Order;
        Assert.Equal((OrderStatus.Cancelled, 0.004m), (cancelled.Status, cancelled.CumulativeQuantity));
        Assert.Equal(1, Venue.CountReceived("a-1", "order.place"));
        Assert.Empty((await oms.GetOpenOrders()).OrThrow().Orders);
    }

    [Fact]
    public async Task A_market_order_fills()
    {
        var oms = await ReadyOms();
        (await oms.PlaceMarketOrder(new MarketOrderRequest { Symbol = "BTCUSDT", Side = Side.Buy, Quantity = 0.003m, ClientOrderId = "m-1" }).Within("the place")).OrThrow();
        var end = await Orders.Updates.First(u => u.Order is { ClientOrderId: "m-1", Status: OrderStatus.Filled }, "the fill");
        Assert.Equal((0.003m, OrderType.Market), (end.Order.CumulativeQuantity, end.Order.Type));
        Assert.Equal(0.003m, Orders.Updates.All.Where(u => u.Fill is not null).Sum(u => u.Fill!.Quantity));
    }
}
