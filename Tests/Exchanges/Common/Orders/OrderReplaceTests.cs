using Exchange.Exchanges.Common.Journal;
using Exchange.Exchanges.Common.Orders;
using Exchange.Grains.Interfaces;
using Exchange.Tests.Support.Orders;
using Xunit;
using static Exchange.Tests.Support.Orders.OrderLifeBench;

namespace Exchange.Tests.Exchanges.Common.Orders;

public sealed class OrderReplaceTests
{
    [Fact]
    public void The_order_works_on_while_it_is_replaced_and_fills_are_booked()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        var replace = life.Orders.ReplaceAsync(Replace("a", price: 101, quantity: 3));
        Assert.Equal(JournalKind.Replace, life.Memory.Records[^1].Kind);
        life.Venue.Fill("a", 0.5m);
        life.Deliver();
        Assert.Equal((OrderStatus.PendingReplace, 0.5m, 100m), (life.Last("a").Status, life.Last("a").CumulativeQuantity, life.Last("a").Price));
        life.Venue.LastSent.Answer();
        var order = Done(replace).OrThrow().Order;
        Assert.Equal((OrderStatus.PartiallyFilled, 0.5m, 101m, 3m), (order.Status, order.CumulativeQuantity, order.Price, order.Quantity));
        var count = life.Updates.Count;
        life.Deliver();
        Assert.Equal(count, life.Updates.Count);
        Assert.Equal([OrderEvent.Submitted, OrderEvent.Accepted, OrderEvent.ReplaceSubmitted, OrderEvent.Filled, OrderEvent.Replaced], life.EventsOf("a"));
    }

    [Fact]
    public void The_event_may_come_before_the_reply_and_answers()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        var replace = life.Orders.ReplaceAsync(Replace("a", price: 101));
        life.Venue.LastSent.Arrive();
        life.Deliver();
        Assert.Equal(101m, Done(replace).OrThrow().Order.Price);
        var second = life.Orders.ReplaceAsync(Replace("a", price: 102));
        life.Venue.LastSent.Answer();
        Assert.Equal(102m, Done(second).OrThrow().Order.Price);
        life.Deliver();
        life.Venue.Sent[^2].Answer();
        Assert.Equal(102m, life.Last("a").Price);
    }

    [Fact]
    public void A_refused_replacement_leaves_the_order_as_it_was()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        var replace = life.Orders.ReplaceAsync(Replace("a", price: 101));
        life.Venue.LastSent.Refuse(ExchangeErrorCode.PriceOutOfRange);
        Assert.Equal((ExchangeErrorCode.PriceOutOfRange, CommandOutcome.Rejected), (Done(replace).Error!.Code, Done(replace).Error!.Outcome!.Value));
        Assert.Equal((OrderStatus.Working, 100m, OrderEvent.ReplaceRejected), (life.Last("a").Status, life.Last("a").Price, life.Updates[^1].Event));
    }

    [Fact]
    public void A_lost_replacement_that_arrived_is_found()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        var replace = life.Orders.ReplaceAsync(Replace("a", price: 101));
        life.Venue.LastSent.Arrive().TimeOut();
        life.Venue.Events.Clear();
        Assert.Equal(CommandOutcome.Unknown, Done(replace).Error!.Outcome);
        Assert.Equal(OrderStatus.PendingReplace, life.Last("a").Status);
        life.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((OrderStatus.Working, 101m, null), (life.Last("a").Status, life.Last("a").Price, life.Last("a").UnknownSince));
        Assert.Equal([OrderEvent.BecameUnknown, OrderEvent.Replaced, OrderEvent.Resolved], life.EventsOf("a").TakeLast(3));
    }

    [Fact]
    public void A_lost_replacement_counts_as_refused_only_once_it_cannot_come_any_more()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        _ = life.Orders.ReplaceAsync(Replace("a", price: 101));
        life.Venue.LastSent.TimeOut();
        life.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(OrderStatus.PendingReplace, life.Last("a").Status);
        life.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal((OrderStatus.Working, 100m), (life.Last("a").Status, life.Last("a").Price));
        Assert.Equal([OrderEvent.BecameUnknown, OrderEvent.ReplaceRejected, OrderEvent.Resolved], life.EventsOf("a").TakeLast(3));
    }

    [Fact]
    public void An_amendment_that_cancels_ends_the_order()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        life.Venue.Fill("a", 1);
        life.Deliver();
        var replace = life.Orders.ReplaceAsync(Replace("a", quantity: 0.5m));
        life.Venue.LastSent.Answer();
        Assert.Equal(OrderStatus.Cancelled, Done(replace).OrThrow().Order.Status);
        life.Deliver();
        Assert.Equal((OrderStatus.Cancelled, 1m), (life.Last("a").Status, life.Last("a").CumulativeQuantity));
        Assert.Equal(OrderEvent.Cancelled, life.Updates[^1].Event);
    }

    [Fact]
    public void An_order_that_fills_while_it_is_replaced_is_filled()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        var replace = life.Orders.ReplaceAsync(Replace("a", price: 101));
        life.Venue.Fill("a", 2);
        life.Deliver();
        Assert.Equal(OrderStatus.Filled, life.Last("a").Status);
        life.Venue.LastSent.Answer();
        Assert.Equal(ExchangeErrorCode.OrderAlreadyTerminal, Done(replace).Error!.Code);
        Assert.Equal(OrderEvent.Filled, life.Updates[^1].Event);
    }

    [Fact]
    public void The_same_replacement_twice_is_sent_once_and_another_one_has_to_wait()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        var first = life.Orders.ReplaceAsync(Replace("a", price: 101));
        var again = life.Orders.ReplaceAsync(Replace("a", price: 101));
        var other = Done(life.Orders.ReplaceAsync(Replace("a", price: 102))).Error!;
        Assert.Equal((ExchangeErrorCode.NotReady, true), (other.Code, other.Retryable));
        life.Venue.LastSent.Answer();
        Assert.Equal(Done(first).OrThrow(), Done(again).OrThrow());
        Assert.Equal(2, life.Venue.Sent.Count);
    }

    [Fact]
    public void What_cannot_be_replaced_says_why_and_nothing_leaves()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        Assert.Equal(ExchangeErrorCode.NothingToReplace, Done(life.Orders.ReplaceAsync(Replace("a", price: 100))).Error!.Code);
        Assert.Equal(ExchangeErrorCode.PriceOffTick, Done(life.Orders.ReplaceAsync(Replace("a", price: 100.01m))).Error!.Code);
        Assert.Equal(ExchangeErrorCode.OrderNotFound, Done(life.Orders.ReplaceAsync(Replace("b", price: 100))).Error!.Code);
        _ = life.Orders.PlaceAsync(Limit("new"));
        Assert.Equal(ExchangeErrorCode.NotReady, Done(life.Orders.ReplaceAsync(Replace("new", price: 101))).Error!.Code);
        _ = life.Orders.CancelAsync(Key("a"));
        Assert.Equal(ExchangeErrorCode.NotReady, Done(life.Orders.ReplaceAsync(Replace("a", price: 101))).Error!.Code);
        life.Venue.End("a", OrderStatus.Cancelled);
        life.Deliver();
        Assert.Equal(ExchangeErrorCode.OrderAlreadyTerminal, Done(life.Orders.ReplaceAsync(Replace("a", price: 101))).Error!.Code);
        Assert.DoesNotContain(life.Venue.Sent, s => s.Kind == CommandKind.Replace);
    }

    [Fact]
    public void A_change_made_by_others_is_taken_over_and_an_older_word_does_not_undo_it()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        var fill = life.Venue.Fill("a", 0.5m);
        life.Venue.Events.Clear();
        life.Venue["a"].Price = 105;
        life.Venue["a"].Updated = fill.VenueTime!.Value.AddMilliseconds(1);
        life.Orders.OnReport(life.Venue["a"].Report(ReportSource.Event, amended: true) with { CumulativeQuantity = 0 });
        Assert.Equal((105m, OrderEvent.Replaced), (life.Last("a").Price, life.Updates[^1].Event));
        life.Orders.OnReport(fill);
        Assert.Equal((105m, 0.5m), (life.Last("a").Price, life.Last("a").CumulativeQuantity));
    }

    [Fact]
    public void A_cancel_goes_past_a_replacement_in_flight()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        var replace = life.Orders.ReplaceAsync(Replace("a", price: 101));
        var cancel = life.Orders.CancelAsync(Key("a"));
        life.Venue.LastSent.Answer();
        Assert.True(Done(cancel).IsSuccess);
        life.Venue.Sent[^2].Answer();
        Assert.False(Done(replace).IsSuccess);
        Assert.Equal((OrderStatus.Cancelled, OrderEvent.Cancelled), (life.Last("a").Status, life.Updates[^1].Event));
    }
}
