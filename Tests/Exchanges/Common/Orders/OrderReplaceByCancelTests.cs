using Exchange.Exchanges.Common.Journal;
using Exchange.Exchanges.Common.Orders;
using Exchange.Grains.Interfaces;
using Exchange.Tests.Support;
using Exchange.Tests.Support.Orders;
using Xunit;
using static Exchange.Tests.Support.Orders.OrderLifeBench;

namespace Exchange.Tests.Exchanges.Common.Orders;

/// <summary>Replacing at a venue that has no way of its own (GRVT).</summary>
public sealed class OrderReplaceByCancelTests
{
    private const string Wire = "own--1";

    private static async Task<SentCommand> Rest(OrderLifeBench life, int count)
    {
        await Awaiting.Within(life.Venue.WhenSent(count), $"command {count} to leave");
        return life.Venue.Sent[count - 1];
    }

    [Fact]
    public async Task The_rest_is_created_under_a_new_id_and_stays_the_traders_order()
    {
        using var life = new OrderLifeBench(nativeReplace: false);
        life.Working("a");
        life.Venue.Fill("a", 0.5m);
        life.Deliver();
        var replace = life.Orders.ReplaceAsync(Replace("a", price: 101, quantity: 3));
        Assert.Equal(CommandKind.Cancel, life.Venue.LastSent.Kind);
        life.Venue.Fill("a", 0.25m);
        life.Venue.LastSent.Answer();
        var rest = await Rest(life, 3);
        Assert.Equal((Wire, 2.25m), (rest.Order!.ClientOrderId, rest.Order.Quantity));
        Assert.Equal(OrderStatus.PendingReplace, life.Last("a").Status);
        rest.Answer();
        var order = Done(replace).OrThrow().Order;
        Assert.Equal(("a", "2", OrderStatus.PartiallyFilled, 101m, 3m, 0.75m), (order.ClientOrderId, order.VenueOrderId, order.Status, order.Price, order.Quantity, order.CumulativeQuantity));
        Assert.Equal(["1"], order.EarlierVenueOrderIds);

        life.Deliver();
        life.Venue.Fill(Wire, 2.25m);
        life.Deliver();
        Assert.Equal((OrderStatus.Filled, 3m), (life.Last("a").Status, life.Last("a").CumulativeQuantity));
        Assert.Equal([0.5m, 0.25m, 2.25m], life.FillsOf("a").Select(f => f.Quantity));
        Assert.All(life.FillsOf("a"), f => Assert.Equal("a", f.ClientOrderId));
        Assert.Equal(0, life.Orders.Counters.Adopted);
        Assert.Equal([OrderEvent.Submitted, OrderEvent.Accepted, OrderEvent.Filled, OrderEvent.ReplaceSubmitted, OrderEvent.Filled, OrderEvent.Replaced, OrderEvent.Filled, OrderEvent.Filled], life.EventsOf("a"));
    }

    [Fact]
    public async Task The_price_that_was_asked_for_is_on_the_wire()
    {
        using var life = new OrderLifeBench(nativeReplace: false);
        life.Working("a");
        var replace = life.Orders.ReplaceAsync(Replace("a", price: 101));
        life.Venue.LastSent.Answer();
        (await Rest(life, 3)).Answer();
        Assert.Equal(101m, life.Venue[Wire].Price);
        Assert.Equal(101m, Done(replace).OrThrow().Order.Price);
        var cancel = life.Orders.CancelAsync(Key("a"));
        Assert.Equal(Wire, life.Venue.LastSent.Order!.ClientOrderId);
        life.Venue.LastSent.Answer();
        Assert.True(Done(cancel).IsSuccess);
        life.Deliver();
        Assert.Empty(life.Orders.GetOpenOrders().Orders);
    }

    [Fact]
    public void An_order_that_filled_meanwhile_is_not_followed_by_a_new_one()
    {
        using var life = new OrderLifeBench(nativeReplace: false);
        life.Working("a");
        var replace = life.Orders.ReplaceAsync(Replace("a", price: 101));
        life.Venue.Fill("a", 2);
        life.Deliver();
        life.Venue.LastSent.Answer();
        Assert.Equal(ExchangeErrorCode.OrderAlreadyTerminal, Done(replace).Error!.Code);
        Assert.Equal(OrderStatus.Filled, life.Last("a").Status);
        Assert.Equal(2, life.Venue.Sent.Count);
    }

    [Fact]
    public void A_total_that_is_filled_already_creates_nothing()
    {
        using var life = new OrderLifeBench(nativeReplace: false);
        life.Working("a");
        life.Venue.Fill("a", 1);
        life.Deliver();
        var replace = life.Orders.ReplaceAsync(Replace("a", quantity: 1));
        life.Venue.LastSent.Answer();
        Assert.Equal(OrderStatus.Cancelled, Done(replace).OrThrow().Order.Status);
        Assert.Equal((OrderStatus.Cancelled, 1m), (life.Last("a").Status, life.Last("a").CumulativeQuantity));
        Assert.Equal(2, life.Venue.Sent.Count);
    }

    [Fact]
    public void A_cancel_of_the_trader_meanwhile_wins()
    {
        using var life = new OrderLifeBench(nativeReplace: false);
        life.Working("a");
        var replace = life.Orders.ReplaceAsync(Replace("a", price: 101));
        var cancel = life.Orders.CancelAsync(Key("a"));
        life.Venue.Sent[1].Answer();
        Assert.Equal(ExchangeErrorCode.OrderAlreadyTerminal, Done(replace).Error!.Code);
        life.Venue.Sent[2].Answer();
        Assert.True(Done(cancel).IsSuccess);
        Assert.Equal(OrderStatus.Cancelled, life.Last("a").Status);
        Assert.Equal(3, life.Venue.Sent.Count);
    }

    [Fact]
    public async Task A_refused_rest_leaves_a_cancelled_order_and_says_so()
    {
        using var life = new OrderLifeBench(nativeReplace: false);
        life.Working("a");
        var replace = life.Orders.ReplaceAsync(Replace("a", price: 101));
        life.Venue.LastSent.Answer();
        (await Rest(life, 3)).Refuse(ExchangeErrorCode.InsufficientMargin);
        var error = Done(replace).Error!;
        Assert.Equal(ExchangeErrorCode.InsufficientMargin, error.Code);
        Assert.Contains("the old order was cancelled", error.Message, StringComparison.Ordinal);
        Assert.Equal([OrderEvent.ReplaceSubmitted, OrderEvent.ReplaceRejected, OrderEvent.Cancelled], life.EventsOf("a").TakeLast(3));
    }

    [Fact]
    public async Task A_rest_whose_answer_is_lost_is_asked_for_under_its_own_id()
    {
        using var life = new OrderLifeBench(nativeReplace: false);
        life.Working("a");
        var replace = life.Orders.ReplaceAsync(Replace("a", price: 101));
        life.Venue.LastSent.Answer();
        (await Rest(life, 3)).Arrive().TimeOut();
        life.Venue.Events.Clear();
        Assert.Equal(CommandOutcome.Unknown, Done(replace).Error!.Outcome);
        life.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([Wire], life.Venue.Queries);
        Assert.Equal((OrderStatus.Working, 101m, null), (life.Last("a").Status, life.Last("a").Price, life.Last("a").UnknownSince));
    }

    [Fact]
    public async Task A_rest_that_never_arrived_leaves_a_cancelled_order()
    {
        using var life = new OrderLifeBench(nativeReplace: false);
        life.Working("a");
        var replace = life.Orders.ReplaceAsync(Replace("a", price: 101));
        life.Venue.LastSent.Answer();
        (await Rest(life, 3)).TimeOut();
        Assert.False(Done(replace).IsSuccess);
        life.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal([OrderEvent.ReplaceRejected, OrderEvent.Cancelled, OrderEvent.Resolved], life.EventsOf("a").TakeLast(3));
        Assert.Equal(OrderStatus.Cancelled, life.Last("a").Status);
    }

    [Fact]
    public async Task A_cancel_whose_answer_is_lost_is_learnt_and_the_rest_follows()
    {
        using var life = new OrderLifeBench(nativeReplace: false);
        life.Working("a");
        var replace = life.Orders.ReplaceAsync(Replace("a", price: 101));
        life.Venue.LastSent.Arrive().TimeOut();
        life.Venue.Events.Clear();
        Assert.Equal(CommandOutcome.Unknown, Done(replace).Error!.Outcome);
        life.Time.Advance(TimeSpan.FromSeconds(1));
        (await Rest(life, 3)).Answer();
        Assert.Equal((OrderStatus.Working, 101m, null), (life.Last("a").Status, life.Last("a").Price, life.Last("a").UnknownSince));
    }

    [Fact]
    public void A_cancel_that_did_not_arrive_leaves_the_order_as_it_was()
    {
        using var life = new OrderLifeBench(nativeReplace: false);
        life.Working("a");
        var replace = life.Orders.ReplaceAsync(Replace("a", price: 101));
        life.Venue.LastSent.TimeOut();
        Assert.Equal(CommandOutcome.Unknown, Done(replace).Error!.Outcome);
        life.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal((OrderStatus.Working, 100m, null), (life.Last("a").Status, life.Last("a").Price, life.Last("a").UnknownSince));
        Assert.Equal(2, life.Venue.Sent.Count);
    }

    [Fact]
    public void A_halt_meanwhile_creates_nothing_new()
    {
        using var life = new OrderLifeBench(nativeReplace: false);
        life.Working("a");
        var replace = life.Orders.ReplaceAsync(Replace("a", price: 101));
        life.Orders.SetTradingState(TradingState.Halted);
        life.Venue.LastSent.Answer();
        Assert.Equal(ExchangeErrorCode.TradingHalted, Done(replace).Error!.Code);
        Assert.Equal((OrderStatus.Cancelled, ExchangeErrorCode.TradingHalted), (life.Last("a").Status, life.Last("a").Reason!.Code));
        Assert.Equal(2, life.Venue.Sent.Count);
    }

    [Fact]
    public async Task The_rest_is_written_down_before_it_leaves()
    {
        using var life = new OrderLifeBench(nativeReplace: false);
        life.Working("a");
        _ = life.Orders.ReplaceAsync(Replace("a", price: 101));
        life.Venue.LastSent.Answer();
        await Rest(life, 3);
        var record = life.Memory.Records[^1];
        Assert.Equal((JournalKind.Rest, Wire, "a"), (record.Kind, record.WireId, record.Key));
    }
}
