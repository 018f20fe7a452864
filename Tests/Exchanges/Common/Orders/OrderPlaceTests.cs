using Exchange.Exchanges.Common.Journal;
using Exchange.Exchanges.Common.Orders;
using Exchange.Grains.Interfaces;
using Exchange.Tests.Support.Orders;
using Xunit;
using static Exchange.Tests.Support.Orders.OrderLifeBench;

namespace Exchange.Tests.Exchanges.Common.Orders;

public sealed class OrderPlaceTests
{
    [Fact]
    public void An_order_is_written_down_then_published_then_sent_and_answered_with_its_place_in_the_stream()
    {
        using var life = new OrderLifeBench();
        var answer = life.Orders.PlaceAsync(Limit("a"));
        Assert.False(answer.IsCompleted);
        Assert.Equal(JournalKind.Order, Assert.Single(life.Memory.Records).Kind);
        Assert.Equal(OrderEvent.Submitted, Assert.Single(life.Updates).Event);
        Assert.Equal(OrderStatus.PendingNew, life.Updates[0].Order.Status);
        Assert.Equal(life.Time.GetUtcNow() + TimeSpan.FromSeconds(5), life.Venue.LastSent.LastChance);

        life.Venue.LastSent.Answer();
        var ack = Done(answer).OrThrow();
        Assert.Equal((7, 2), (ack.Epoch, ack.Seq));
        Assert.Equal(OrderStatus.Working, ack.Order.Status);
        Assert.Equal("1", ack.Order.VenueOrderId);
        Assert.Equal([OrderEvent.Submitted, OrderEvent.Accepted], life.EventsOf("a"));
    }

    [Fact]
    public void An_event_before_the_reply_answers_the_caller_and_the_reply_is_no_step_back()
    {
        using var life = new OrderLifeBench();
        var answer = life.Orders.PlaceAsync(Limit("a"));
        life.Venue.LastSent.Arrive();
        life.Venue.Fill("a", 0.5m);
        life.Deliver();
        Assert.Equal(OrderStatus.Working, Done(answer).OrThrow().Order.Status);
        Assert.Equal(OrderStatus.PartiallyFilled, life.Last("a").Status);
        var count = life.Updates.Count;
        life.Venue.LastSent.Answer();
        Assert.Equal(count, life.Updates.Count);
        Assert.Equal(OrderStatus.PartiallyFilled, life.Orders.GetOpenOrders().Orders.Single().Status);
    }

    [Fact]
    public void A_refusal_is_final_and_its_answer_is_repeated_without_sending_again()
    {
        using var life = new OrderLifeBench();
        var answer = life.Orders.PlaceAsync(Limit("a"));
        life.Venue.LastSent.Refuse(ExchangeErrorCode.InsufficientMargin);
        var refused = Done(answer);
        Assert.Equal(ExchangeErrorCode.InsufficientMargin, refused.Error!.Code);
        Assert.Equal(CommandOutcome.Rejected, refused.Error.Outcome);
        Assert.Equal([OrderEvent.Submitted, OrderEvent.Rejected], life.EventsOf("a"));
        Assert.Empty(life.Orders.GetOpenOrders().Orders);
        Assert.Equal(ExchangeErrorCode.InsufficientMargin, Done(life.Orders.PlaceAsync(Limit("a"))).Error!.Code);
        Assert.Single(life.Venue.Sent);
    }

    [Fact]
    public void The_same_id_again_waits_for_the_first_answer_and_a_different_content_names_the_difference()
    {
        using var life = new OrderLifeBench();
        var first = life.Orders.PlaceAsync(Limit("a"));
        var again = life.Orders.PlaceAsync(Limit("a"));
        Assert.False(again.IsCompleted);
        var other = Done(life.Orders.PlaceAsync(Limit("a", price: 101)));
        Assert.Equal(ExchangeErrorCode.DuplicateClientOrderId, other.Error!.Code);
        Assert.Contains("price: it was 100 and is 101 now", other.Error.Message, StringComparison.Ordinal);
        life.Venue.LastSent.Answer();
        Assert.Equal(Done(first).OrThrow(), Done(again).OrThrow());
        Assert.Single(life.Venue.Sent);
    }

    [Fact]
    public void An_order_without_an_id_gets_one_that_travels()
    {
        using var life = new OrderLifeBench();
        var answer = life.Orders.PlaceAsync(Limit(null) with { Trader = "mm1" });
        Assert.Equal("own-mm1-1", life.Venue.LastSent.Order!.ClientOrderId);
        life.Venue.LastSent.Answer();
        Assert.Equal("mm1", Done(answer).OrThrow().Order.Trader);
    }

    [Fact]
    public void An_id_in_another_form_is_refused_with_the_form()
    {
        using var life = new OrderLifeBench();
        var error = Done(life.Orders.PlaceAsync(Limit("a b"))).Error!;
        Assert.Equal(ExchangeErrorCode.InvalidClientOrderId, error.Code);
        Assert.Contains("1 to 36 characters", error.Message, StringComparison.Ordinal);
        Assert.Equal(CommandOutcome.Rejected, error.Outcome);
        Assert.Empty(life.Venue.Sent);
        Assert.Empty(life.Memory.Records);
    }

    [Fact]
    public void Nothing_leaves_before_the_connection_is_ready_and_the_id_is_still_free_afterwards()
    {
        using var life = new OrderLifeBench(ready: false);
        var error = Done(life.Orders.PlaceAsync(Limit("a"))).Error!;
        Assert.Equal((ExchangeErrorCode.NotReady, CommandOutcome.Rejected, true), (error.Code, error.Outcome!.Value, error.Retryable));
        life.Orders.SetReady(OrderReadiness.CancelsOnly, "reconciling");
        Assert.Contains("reconciling", Done(life.Orders.PlaceAsync(Limit("a"))).Error!.Message, StringComparison.Ordinal);
        Assert.Empty(life.Venue.Sent);
        life.Orders.SetReady(OrderReadiness.Ready);
        life.Venue.Auto = true;
        Assert.True(Done(life.Orders.PlaceAsync(Limit("a"))).IsSuccess);
        life.Orders.OnConnectionLost("the socket closed");
        Assert.Contains("the socket closed", Done(life.Orders.PlaceAsync(Limit("b"))).Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_order_of_a_batch_has_its_own_outcome()
    {
        using var life = new OrderLifeBench();
        var answer = life.Orders.PlaceBatchAsync(new OrderBatch { Orders = [Limit("a"), Limit("b", price: 100.05m), Limit("c"), Limit("a")] });
        Assert.Equal(["a", "c"], life.Venue.Sent.Select(s => s.Order!.ClientOrderId));
        life.Venue.Sent[1].Refuse();
        life.Venue.Sent[0].Answer();
        var results = Done(answer).OrThrow().Orders;
        Assert.True(results[0].IsSuccess);
        Assert.Equal(ExchangeErrorCode.PriceOffTick, results[1].Error!.Code);
        Assert.Equal(ExchangeErrorCode.RejectedByVenue, results[2].Error!.Code);
        Assert.Equal(results[0].Value, results[3].Value);
    }

    [Fact]
    public void A_batch_that_is_too_large_says_how_large_it_may_be()
    {
        using var life = new OrderLifeBench();
        var error = Done(life.Orders.PlaceBatchAsync(new OrderBatch { Orders = [.. Enumerable.Range(0, 6).Select(i => Limit($"a{i}"))] })).Error!;
        Assert.Contains("6 are too many, test takes up to 5", error.Message, StringComparison.Ordinal);
        Assert.Empty(life.Venue.Sent);
    }

    [Fact]
    public void The_venues_own_refusal_and_the_venue_check_leave_no_trace()
    {
        using var life = new OrderLifeBench();
        life.Venue.Refuses = _ => new ExchangeError { Code = ExchangeErrorCode.NotSupported, Message = "no trailing orders here" };
        Assert.Equal(CommandOutcome.Rejected, Done(life.Orders.PlaceAsync(Limit("a"))).Error!.Outcome);
        Assert.Empty(life.Updates);
        Assert.Equal(1, life.Orders.Counters.RefusedHere);
    }

    [Fact]
    public void A_refusal_after_an_event_has_shown_the_order_is_not_believed()
    {
        using var life = new OrderLifeBench();
        var answer = life.Orders.PlaceAsync(Limit("a"));
        life.Venue.LastSent.Arrive();
        life.Deliver();
        life.Venue.LastSent.Refuse(ExchangeErrorCode.VenueUnavailable);
        Assert.True(Done(answer).IsSuccess);
        Assert.Equal(OrderStatus.Working, life.Last("a").Status);
        Assert.Equal(1, life.Orders.Counters.Contradictions);
        life.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["a"], life.Venue.Queries);
    }

    [Fact]
    public async Task A_stop_refuses_new_orders_and_waits_for_what_is_in_flight()
    {
        using var life = new OrderLifeBench();
        var answer = life.Orders.PlaceAsync(Limit("a"));
        var stopped = life.Orders.StopAsync(TestContext.Current.CancellationToken);
        Assert.False(stopped.IsCompleted);
        Assert.Equal(ExchangeErrorCode.Stopping, Done(life.Orders.PlaceAsync(Limit("b"))).Error!.Code);
        life.Venue.LastSent.Answer();
        Assert.True(Done(answer).IsSuccess);
        await Support.Awaiting.Within(stopped, "the stop, once nothing is in flight");
        Assert.Single(life.Orders.GetOpenOrders().Orders);
    }

    [Fact]
    public void Ended_orders_are_let_go_of_and_their_ids_stay_used()
    {
        using var life = new OrderLifeBench(options: new OrderManagerOptions { KeepEnded = TimeSpan.FromHours(1) });
        life.Venue.Auto = true;
        Done(life.Orders.PlaceAsync(Limit("a"))).OrThrow();
        Done(life.Orders.CancelAsync(Key("a"))).OrThrow();
        life.Time.Advance(TimeSpan.FromHours(2));
        Done(life.Orders.PlaceAsync(Limit("b"))).OrThrow();
        var error = Done(life.Orders.PlaceAsync(Limit("a"))).Error!;
        Assert.Equal(ExchangeErrorCode.DuplicateClientOrderId, error.Code);
        Assert.Contains("is not kept any more", error.Message, StringComparison.Ordinal);
    }
}
