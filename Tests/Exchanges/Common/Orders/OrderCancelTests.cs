using Exchange.Exchanges.Common.Journal;
using Exchange.Exchanges.Common.Orders;
using Exchange.Grains.Interfaces;
using Exchange.Tests.Support.Orders;
using Xunit;
using static Exchange.Tests.Support.Orders.OrderLifeBench;

namespace Exchange.Tests.Exchanges.Common.Orders;

public sealed class OrderCancelTests
{
    [Fact]
    public void A_cancel_leaves_while_a_place_waits_for_its_answer()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        var place = life.Orders.PlaceAsync(Limit("b"));
        var cancel = life.Orders.CancelAsync(Key("a"));
        Assert.Equal(("a", CommandKind.Cancel), (life.Venue.LastSent.Order!.ClientOrderId, life.Venue.LastSent.Kind));
        life.Venue.LastSent.Answer();
        Assert.Equal(OrderStatus.Cancelled, Done(cancel).OrThrow().Order.Status);
        Assert.False(place.IsCompleted);
        Assert.Equal([OrderEvent.Submitted, OrderEvent.Accepted, OrderEvent.CancelSubmitted, OrderEvent.Cancelled], life.EventsOf("a"));
    }

    [Fact]
    public void Fills_while_a_cancel_is_in_flight_are_booked_and_the_cancel_stays_pending()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        var cancel = life.Orders.CancelAsync(Key("a"));
        life.Venue.Fill("a", 0.5m);
        life.Deliver();
        Assert.Equal((OrderStatus.PendingCancel, 0.5m), (life.Last("a").Status, life.Last("a").CumulativeQuantity));
        life.Venue.LastSent.Answer();
        Assert.Equal((OrderStatus.Cancelled, 0.5m), (Done(cancel).OrThrow().Order.Status, life.Last("a").CumulativeQuantity));
    }

    [Fact]
    public void A_refused_cancel_leaves_the_order_as_it_was()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        var cancel = life.Orders.CancelAsync(Key("a"));
        life.Venue.LastSent.Refuse(ExchangeErrorCode.RateLimited);
        Assert.Equal((ExchangeErrorCode.RateLimited, CommandOutcome.Rejected), (Done(cancel).Error!.Code, Done(cancel).Error!.Outcome!.Value));
        Assert.Equal((OrderStatus.Working, OrderEvent.CancelRejected), (life.Last("a").Status, life.Updates[^1].Event));
    }

    [Fact]
    public void An_order_that_the_venue_does_not_find_for_a_cancel_is_asked_for_before_the_answer()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        life.Venue.Fill("a", 2);
        life.Venue.Events.Clear();
        var cancel = life.Orders.CancelAsync(Key("a"));
        life.Venue.LastSent.Answer();
        Assert.Equal(ExchangeErrorCode.OrderAlreadyTerminal, Done(cancel).Error!.Code);
        Assert.Contains("filled", Done(cancel).Error!.Message, StringComparison.Ordinal);
        Assert.Equal(["a"], life.Venue.Queries);
        Assert.Equal(OrderStatus.Filled, life.Last("a").Status);
        Assert.Equal(2m, Assert.Single(life.FillsOf("a")).Quantity);
    }

    [Fact]
    public void A_cancel_just_after_placing_that_is_not_found_may_be_sent_again()
    {
        using var life = new OrderLifeBench();
        var place = life.Orders.PlaceAsync(Limit("a"));
        var cancel = life.Orders.CancelAsync(Key("a"));
        life.Venue.LastSent.Answer();
        Assert.Equal(ExchangeErrorCode.OrderNotFound, Done(cancel).Error!.Code);
        Assert.Equal((OrderStatus.PendingNew, OrderEvent.CancelRejected), (life.Last("a").Status, life.Updates[^1].Event));
        life.Venue.Sent[0].Answer();
        Assert.Equal(OrderStatus.Working, Done(place).OrThrow().Order.Status);
        var again = life.Orders.CancelAsync(Key("a"));
        life.Venue.LastSent.Answer();
        Assert.True(Done(again).IsSuccess);
    }

    [Fact]
    public void A_cancel_that_the_venue_took_note_of_is_asked_about_when_no_event_comes()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        var cancel = life.Orders.CancelAsync(Key("a"));
        life.Venue.LastSent.Arrive().AnswerWith(CommandReply.Done(null));
        Assert.Equal(OrderStatus.PendingCancel, Done(cancel).OrThrow().Order.Status);
        life.Time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(OrderStatus.Cancelled, life.Last("a").Status);
        Assert.Null(life.Last("a").UnknownSince);
    }

    [Fact]
    public void A_cancel_that_was_noted_and_never_done_ends_its_wait()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        Done(Answer(life, life.Orders.CancelAsync(Key("a")))).OrThrow();
        life.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(3, life.Venue.Queries.Count);
        Assert.Equal((OrderStatus.Working, OrderEvent.Resolved), (life.Last("a").Status, life.Updates[^1].Event));

        static Task<Result<OrderAck>> Answer(OrderLifeBench life, Task<Result<OrderAck>> cancel)
        {
            life.Venue.LastSent.AnswerWith(CommandReply.Done(null));
            return cancel;
        }
    }

    [Fact]
    public void A_cancel_of_what_ended_says_how()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        life.Working("b");
        life.Venue.Fill("a", 2);
        life.Venue.End("b", OrderStatus.Cancelled);
        life.Deliver();
        Assert.Contains("filled", Done(life.Orders.CancelAsync(Key("a"))).Error!.Message, StringComparison.Ordinal);
        Assert.Equal(OrderStatus.Cancelled, Done(life.Orders.CancelAsync(Key("b"))).OrThrow().Order.Status);
        Assert.Equal(2, life.Venue.Sent.Count);
    }

    [Fact]
    public void An_order_not_known_here_is_cancelled_all_the_same()
    {
        using var life = new OrderLifeBench();
        life.Venue.Make("by-hand", 1);
        life.Venue.Events.Clear();
        var cancel = life.Orders.CancelAsync(Key("by-hand"));
        life.Venue.LastSent.Answer();
        Assert.Equal((OrderStatus.Cancelled, OrderOrigin.External), (Done(cancel).OrThrow().Order.Status, Done(cancel).OrThrow().Order.Origin));

        var none = life.Orders.CancelAsync(new OrderKey { Symbol = "BTCUSDT", VenueOrderId = "404" });
        life.Venue.LastSent.Answer();
        Assert.Equal(ExchangeErrorCode.OrderNotFound, Done(none).Error!.Code);
    }

    [Fact]
    public void Both_ids_of_a_key_must_be_of_the_same_order()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        life.Working("b");
        Assert.Equal("venue_order_id", Done(life.Orders.CancelAsync(Key("a") with { VenueOrderId = "2" })).Error!.Field);
        Assert.Equal("symbol", Done(life.Orders.CancelAsync(new OrderKey { Symbol = "ETHUSDT", ClientOrderId = "a" })).Error!.Field);
        Assert.Equal("client_order_id", Done(life.Orders.CancelAsync(new OrderKey { Symbol = "ETHUSDT" })).Error!.Field);
        Assert.Equal(2, life.Venue.Sent.Count);
    }

    [Fact]
    public void No_halt_no_full_disk_and_no_limit_keeps_a_cancel_from_leaving()
    {
        using var life = new OrderLifeBench(limits: new TradingLimits { OrdersPerSecond = 1, MaxOpenOrders = 1 });
        life.Working("a");
        life.Orders.SetTradingState(TradingState.Halted);
        life.Memory.Failure = new ExchangeError { Code = ExchangeErrorCode.JournalUnavailable, Message = "no space left on the device" };
        life.Orders.SetReady(OrderReadiness.CancelsOnly);
        var cancel = life.Orders.CancelAsync(Key("a"));
        life.Venue.LastSent.Answer();
        Assert.True(Done(cancel).IsSuccess);
        Assert.True(life.Orders.Counters.JournalFailures > 0);
    }

    [Fact]
    public void A_cancel_of_all_reaches_every_open_order_of_the_symbol()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        life.Working("b");
        life.Working("c");
        life.Venue.End("c", OrderStatus.Cancelled);
        life.Deliver();
        var all = life.Orders.CancelAllAsync("BTCUSDT");
        Assert.Equal(OrderStatus.PendingCancel, life.Last("a").Status);
        Assert.Equal(JournalKind.CancelAll, life.Memory.Records[^1].Kind);
        life.Venue.LastSent.Answer();
        Assert.Equal(["a", "b"], Done(all).OrThrow().ClientOrderIds);
        life.Deliver();
        Assert.Empty(life.Orders.GetOpenOrders().Orders);
        var none = life.Orders.CancelAllAsync("ETHUSDT");
        life.Venue.LastSent.Answer();
        Assert.Empty(Done(none).OrThrow().ClientOrderIds);
    }

    [Fact]
    public void A_cancel_of_all_whose_answer_is_lost_is_learnt_order_by_order()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        life.Working("b");
        var all = life.Orders.CancelAllAsync();
        life.Venue.LastSent.Arrive().TimeOut();
        life.Venue.Events.Clear();
        Assert.Equal(CommandOutcome.Unknown, Done(all).Error!.Outcome);
        Assert.Equal(2, life.Orders.Counters.Unknown);
        life.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal((OrderStatus.Cancelled, OrderStatus.Cancelled), (life.Last("a").Status, life.Last("b").Status));
        Assert.Equal(0, life.Orders.Counters.Unknown);
    }
}
