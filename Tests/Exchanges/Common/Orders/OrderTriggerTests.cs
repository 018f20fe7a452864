using Exchange.Exchanges.Common.Orders;
using Exchange.Grains.Interfaces;
using Exchange.Tests.Support.Orders;
using Xunit;
using static Exchange.Tests.Support.Orders.OrderLifeBench;

namespace Exchange.Tests.Exchanges.Common.Orders;

/// <summary>Conditional orders whose order in the book has a venue order id of its own, as Binance's algo orders have.</summary>
public sealed class OrderTriggerTests
{
    private static StopOrderRequest Stop(string id) => new() { Symbol = "BTCUSDT", Side = Side.Sell, Quantity = 2, TriggerPrice = 90, ClientOrderId = id };

    private static void PlaceStop(OrderLifeBench life)
    {
        var answer = life.Orders.PlaceAsync(Stop("sl"));
        life.Venue.LastSent.Answer();
        life.Deliver();
        Assert.Equal(OrderStatus.Untriggered, Done(answer).OrThrow().Order.Status);
    }

    private static OrderReport Link(OrderLifeBench life, string successor) =>
        life.Venue["sl"].Report(ReportSource.Event) with { Status = OrderStatus.Working, Triggered = true, SuccessorVenueOrderId = successor, Price = null };

    [Fact]
    public void The_order_goes_on_under_its_successors_id()
    {
        using var life = new OrderLifeBench();
        PlaceStop(life);
        life.Orders.OnReport(Link(life, "900"));
        Assert.Equal([OrderEvent.Submitted, OrderEvent.Accepted, OrderEvent.Triggered], life.EventsOf("sl"));
        Assert.Equal("900", life.Last("sl").VenueOrderId);
        Assert.Equal(["1"], life.Last("sl").EarlierVenueOrderIds);
        life.Orders.OnReport(RealFill("900", "sl"));
        Assert.Equal((OrderStatus.Filled, 2m), (life.Last("sl").Status, life.Last("sl").CumulativeQuantity));
        Assert.Equal(0, life.Orders.Counters.Adopted);
    }

    [Theory]
    [InlineData("sl")]
    [InlineData("venues-own")]
    public void A_fill_of_the_real_order_before_the_link_is_booked_once(string clientIdOfRealOrder)
    {
        using var life = new OrderLifeBench();
        PlaceStop(life);
        life.Orders.OnReport(RealFill("900", clientIdOfRealOrder));
        life.Orders.OnReport(Link(life, "900"));
        life.Orders.OnReport(RealFill("900", clientIdOfRealOrder));
        var order = life.Last("sl");
        Assert.Equal((OrderStatus.Filled, 2m, "900"), (order.Status, order.CumulativeQuantity, order.VenueOrderId));
        Assert.Equal(["1"], order.EarlierVenueOrderIds);
        Assert.Single(life.Updates, u => u.Fill is not null);
        Assert.Empty(life.Orders.GetOpenOrders().Orders);
    }

    [Fact]
    public void An_order_that_was_adopted_before_the_link_ends_under_its_own_name_and_goes_on_under_ours()
    {
        using var life = new OrderLifeBench();
        PlaceStop(life);
        life.Orders.OnReport(RealFill("900", "venues-own") with { Status = OrderStatus.Working, Fill = null, CumulativeQuantity = 0 });
        Assert.Equal(2, life.Orders.GetOpenOrders().Orders.Length);
        life.Orders.OnReport(Link(life, "900"));
        Assert.Equal(["sl"], life.Orders.GetOpenOrders().Orders.Select(o => o.ClientOrderId));
        Assert.True(life.Last("venues-own").IsTerminal);
        Assert.Contains("'sl'", life.Last("venues-own").Reason!.Message, StringComparison.Ordinal);
        life.Orders.OnReport(RealFill("900", "venues-own"));
        Assert.Equal((OrderStatus.Filled, "900"), (life.Last("sl").Status, life.Last("sl").VenueOrderId));
        Assert.Single(life.FillsOf("sl"));
    }

    [Fact]
    public void An_end_of_the_conditional_order_after_the_link_ends_nothing_and_is_asked_about()
    {
        using var life = new OrderLifeBench();
        PlaceStop(life);
        life.Orders.OnReport(Link(life, "900"));
        life.Orders.OnReport(life.Venue["sl"].Report(ReportSource.Event) with { Status = OrderStatus.Filled });
        Assert.Equal(OrderStatus.Working, life.Last("sl").Status);
        life.Venue.Lookup = _ => OrderLookup.Found(RealFill("900", "sl") with { Source = ReportSource.Query });
        life.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(OrderStatus.Filled, life.Last("sl").Status);
    }

    [Fact]
    public void The_reply_that_tells_the_conditional_id_may_come_after_everything()
    {
        using var life = new OrderLifeBench();
        var answer = life.Orders.PlaceAsync(Stop("sl"));
        life.Venue.LastSent.Arrive();
        life.Venue.Events.Clear();
        life.Orders.OnReport(RealFill("900", "sl"));
        life.Venue.LastSent.Answer();
        var order = life.Last("sl");
        Assert.Equal((OrderStatus.Filled, "900"), (order.Status, order.VenueOrderId));
        Assert.True(Done(answer).IsSuccess);
        Assert.Single(life.FillsOf("sl"));
    }

    private static OrderReport RealFill(string venueId, string clientId) => new()
    {
        Source = ReportSource.Event,
        Symbol = "BTCUSDT",
        ClientOrderId = clientId,
        VenueOrderId = venueId,
        Status = OrderStatus.Filled,
        Side = Side.Sell,
        Type = OrderType.Market,
        Quantity = 2,
        CumulativeQuantity = 2,
        Fill = new Fill { Exchange = "test", Symbol = "BTCUSDT", TradeId = "5", VenueOrderId = venueId, Side = Side.Sell, Price = 89, Quantity = 2, VenueTime = _later },
        VenueTime = _later,
        ReceivedTime = _later,
    };

    private static readonly DateTimeOffset _later = new(2026, 11, 22, 11, 0, 0, TimeSpan.Zero);
}
