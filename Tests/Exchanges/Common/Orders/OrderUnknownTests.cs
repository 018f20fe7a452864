using Exchange.Exchanges.Common.Orders;
using Exchange.Grains.Interfaces;
using Exchange.Tests.Support.Orders;
using Xunit;
using static Exchange.Tests.Support.Orders.OrderLifeBench;

namespace Exchange.Tests.Exchanges.Common.Orders;

public sealed class OrderUnknownTests
{
    [Fact]
    public void A_lost_answer_leaves_the_order_pending_and_the_venue_is_asked()
    {
        using var life = new OrderLifeBench();
        var answer = life.Orders.PlaceAsync(Limit("a"));
        life.Venue.LastSent.Arrive().TimeOut();
        life.Venue.Fill("a", 0.5m);
        life.Venue.Events.Clear();
        var error = Done(answer).Error!;
        Assert.Equal((CommandOutcome.Unknown, false), (error.Outcome!.Value, error.Retryable));
        Assert.Equal((OrderStatus.PendingNew, OrderEvent.BecameUnknown), (life.Last("a").Status, life.Updates[^1].Event));
        Assert.Equal(life.Time.GetUtcNow(), life.Last("a").UnknownSince);

        life.Time.Advance(TimeSpan.FromMilliseconds(249));
        Assert.Empty(life.Venue.Queries);
        Assert.Equal((1, TimeSpan.FromMilliseconds(249)), (life.Orders.Counters.Unknown, life.Orders.Counters.OldestUnknown));
        life.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal([OrderEvent.Submitted, OrderEvent.BecameUnknown, OrderEvent.Accepted, OrderEvent.Filled, OrderEvent.Resolved], life.EventsOf("a"));
        Assert.All(life.Updates.Skip(2), u => Assert.Null(u.Order.UnknownSince));
        Assert.Equal((OrderStatus.PartiallyFilled, 0.5m), (life.Last("a").Status, life.Last("a").CumulativeQuantity));
        Assert.Single(life.FillsOf("a"));
        life.Time.Advance(TimeSpan.FromHours(1));
        Assert.Single(life.Venue.Queries);
        Assert.Single(life.Venue.Sent);
    }

    /// <summary>Without it a trader who gave no id could not ask for the order.</summary>
    [Fact]
    public void A_lost_answer_names_the_order_id_that_was_made_for_it()
    {
        using var life = new OrderLifeBench();
        var answer = life.Orders.PlaceAsync(Limit("") with { ClientOrderId = null });
        life.Venue.LastSent.Arrive().TimeOut();
        var id = life.Updates[0].Order.ClientOrderId;
        Assert.NotEmpty(id);
        Assert.Contains($"'{id}'", Done(answer).Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Once_it_is_known_a_repeat_gets_the_truth_instead_of_unknown()
    {
        using var life = new OrderLifeBench();
        var answer = life.Orders.PlaceAsync(Limit("a"));
        life.Venue.LastSent.Arrive().TimeOut();
        Assert.Equal(CommandOutcome.Unknown, Done(answer).Error!.Outcome);
        Assert.Equal(CommandOutcome.Unknown, Done(life.Orders.PlaceAsync(Limit("a"))).Error!.Outcome);
        life.Deliver();
        Assert.Equal(OrderEvent.Resolved, life.Updates[^1].Event);
        Assert.Equal(OrderStatus.Working, Done(life.Orders.PlaceAsync(Limit("a"))).OrThrow().Order.Status);
        Assert.Single(life.Venue.Sent);
    }

    [Fact]
    public void Not_found_counts_only_once_the_venue_cannot_act_any_more_and_then_three_times_spaced()
    {
        using var life = new OrderLifeBench();
        var answer = life.Orders.PlaceAsync(Limit("a"));
        life.Venue.LastSent.TimeOut();
        Assert.False(Done(answer).IsSuccess);
        life.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(life.Venue.Queries.Count >= 3);
        Assert.Equal(OrderStatus.PendingNew, life.Last("a").Status);

        // Only now can it not arrive any more.
        life.Venue.Queries.Clear();
        life.Time.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal([OrderEvent.Submitted, OrderEvent.BecameUnknown, OrderEvent.Rejected, OrderEvent.Resolved], life.EventsOf("a"));
        Assert.Contains("3 spaced answers", life.Last("a").Reason!.Message, StringComparison.Ordinal);
        Assert.InRange(life.Venue.Queries.Count, 4, 6);
        Assert.Equal(1, life.Orders.Counters.Lost);
        Assert.Equal(0, life.Orders.Counters.LookupsWaiting);
    }

    [Fact]
    public void An_order_that_arrives_late_is_found_before_it_is_given_up()
    {
        using var life = new OrderLifeBench();
        _ = life.Orders.PlaceAsync(Limit("a"));
        life.Venue.LastSent.TimeOut();
        life.Time.Advance(TimeSpan.FromSeconds(4.9));
        life.Venue.LastSent.Arrive();
        life.Venue.Events.Clear();
        life.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(OrderStatus.Working, life.Last("a").Status);
        Assert.Equal(0, life.Orders.Counters.Lost);
    }

    [Fact]
    public void A_question_that_cannot_be_answered_is_no_answer()
    {
        using var life = new OrderLifeBench();
        _ = life.Orders.PlaceAsync(Limit("a"));
        life.Venue.LastSent.TimeOut();
        life.Venue.Mute = true;
        life.Time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(OrderStatus.PendingNew, life.Last("a").Status);
        Assert.Equal(life.Orders.Counters.Lookups, life.Orders.Counters.FailedLookups);
        Assert.InRange(life.Orders.Counters.Lookups, 200, 300);
        life.Venue.Mute = false;
        life.Time.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal(OrderStatus.Rejected, life.Last("a").Status);
    }

    [Fact]
    public void An_event_brings_back_an_order_that_was_given_up()
    {
        using var life = new OrderLifeBench();
        _ = life.Orders.PlaceAsync(Limit("a"));
        life.Venue.LastSent.TimeOut();
        life.Venue.Lookup = _ => OrderLookup.NotFound;
        life.Venue.LastSent.Arrive();
        life.Time.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal(OrderStatus.Rejected, life.Last("a").Status);
        life.Deliver();
        Assert.Equal((OrderStatus.Working, OrderEvent.Accepted), (life.Last("a").Status, life.Updates[^1].Event));
        Assert.Single(life.Orders.GetOpenOrders().Orders);
    }

    [Fact]
    public void An_order_given_up_for_lost_can_still_be_cancelled()
    {
        using var life = new OrderLifeBench();
        _ = life.Orders.PlaceAsync(Limit("a"));
        life.Venue.LastSent.TimeOut();
        life.Venue.Lookup = _ => OrderLookup.NotFound;
        life.Venue.LastSent.Arrive();
        life.Venue.Events.Clear();
        life.Time.Advance(TimeSpan.FromMinutes(3));
        var cancel = life.Orders.CancelAsync(Key("a"));
        life.Venue.LastSent.Answer();
        Assert.Equal(OrderStatus.Cancelled, Done(cancel).OrThrow().Order.Status);
        Assert.Equal(OrderStatus.Cancelled, life.Last("a").Status);
    }

    [Fact]
    public void A_duplicate_code_means_that_the_first_is_there()
    {
        using var life = new OrderLifeBench();
        var answer = life.Orders.PlaceAsync(Limit("a"));
        life.Venue.LastSent.Arrive();
        life.Venue.Events.Clear();
        life.Venue.LastSent.Refuse(ExchangeErrorCode.DuplicateClientOrderId);
        Assert.Equal(CommandOutcome.Unknown, Done(answer).Error!.Outcome);
        life.Time.Advance(TimeSpan.FromMilliseconds(10));
        Assert.Equal(OrderStatus.Working, life.Last("a").Status);
    }

    [Fact]
    public void A_duplicate_code_for_an_older_order_is_a_refusal_of_ours()
    {
        using var life = new OrderLifeBench();
        life.Venue.Make("a", 9);
        life.Venue.Events.Clear();
        life.Time.Advance(TimeSpan.FromMinutes(1));
        var answer = life.Orders.PlaceAsync(Limit("a"));
        life.Venue.LastSent.Answer();
        Assert.Equal(CommandOutcome.Unknown, Done(answer).Error!.Outcome);
        life.Time.Advance(TimeSpan.FromMilliseconds(10));
        Assert.Equal((OrderStatus.Rejected, ExchangeErrorCode.DuplicateClientOrderId), (life.Last("a").Status, life.Last("a").Reason!.Code));
        Assert.Equal(2m, life.Last("a").Quantity);
    }

    [Fact]
    public void An_older_order_under_the_same_id_is_not_taken_for_ours()
    {
        using var life = new OrderLifeBench();
        life.Venue.Make("a", 9);
        life.Venue.End("a", OrderStatus.Filled);
        life.Venue.Events.Clear();
        life.Time.Advance(TimeSpan.FromMinutes(1));
        _ = life.Orders.PlaceAsync(Limit("a"));
        life.Venue.LastSent.TimeOut();
        life.Time.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal((OrderStatus.Rejected, 0m), (life.Last("a").Status, life.Last("a").CumulativeQuantity));
    }

    [Fact]
    public void An_unknown_cancel_ends_as_the_venue_tells()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        var lost = life.Orders.CancelAsync(Key("a"));
        life.Venue.LastSent.TimeOut();
        Assert.Equal(CommandOutcome.Unknown, Done(lost).Error!.Outcome);
        Assert.Equal((OrderStatus.PendingCancel, OrderEvent.BecameUnknown), (life.Last("a").Status, life.Updates[^1].Event));
        life.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((OrderStatus.Working, OrderEvent.Resolved, null), (life.Last("a").Status, life.Updates[^1].Event, life.Last("a").UnknownSince));

        var arrived = life.Orders.CancelAsync(Key("a"));
        life.Venue.LastSent.Arrive().TimeOut();
        life.Venue.Events.Clear();
        Assert.Equal(CommandOutcome.Unknown, Done(arrived).Error!.Outcome);
        life.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(OrderStatus.Cancelled, life.Last("a").Status);
        Assert.Equal([OrderEvent.BecameUnknown, OrderEvent.Cancelled, OrderEvent.Resolved], life.EventsOf("a").TakeLast(3));
    }

    [Fact]
    public void An_order_once_known_that_is_not_found_is_not_given_up_for_the_time_that_venues_forget()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        life.Venue.Lookup = _ => OrderLookup.NotFound;
        _ = life.Orders.CancelAsync(Key("a"));
        life.Venue.LastSent.TimeOut();
        life.Time.Advance(TimeSpan.FromMinutes(44));
        Assert.Equal(OrderStatus.PendingCancel, life.Last("a").Status);
        life.Venue.Lookup = null;
        life.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(OrderStatus.Working, life.Last("a").Status);

        life.Venue.Lookup = _ => OrderLookup.NotFound;
        _ = life.Orders.CancelAsync(Key("a"));
        life.Venue.LastSent.TimeOut();
        life.Time.Advance(TimeSpan.FromMinutes(50));
        Assert.Equal((OrderStatus.Cancelled, ExchangeErrorCode.OrderNotFound), (life.Last("a").Status, life.Last("a").Reason!.Code));
        life.Venue.Fill("a", 1);
        life.Deliver();
        Assert.Equal((OrderStatus.PartiallyFilled, 1m), (life.Last("a").Status, life.Last("a").CumulativeQuantity));
    }

    [Fact]
    public void Lookups_are_spaced_and_few_at_a_time()
    {
        using var life = new OrderLifeBench();
        for (var i = 0; i < 20; i++)
        {
            _ = life.Orders.PlaceAsync(Limit($"a{i}"));
            life.Venue.LastSent.Arrive().TimeOut();
        }

        life.Venue.Events.Clear();
        life.Time.Advance(TimeSpan.FromMilliseconds(250));
        Assert.Single(life.Venue.Queries);
        life.Time.Advance(TimeSpan.FromMilliseconds(900));
        Assert.Equal(10, life.Venue.Queries.Count);
        life.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(20, life.Venue.Queries.Distinct().Count());
        Assert.Equal(0, life.Orders.Counters.Unknown);
    }

    [Fact]
    public void A_connector_that_throws_has_an_unknown_outcome()
    {
        using var life = new OrderLifeBench();
        life.Venue.Lookup = _ => throw new InvalidOperationException("a defect");
        var got = life.Orders.GetOrderAsync(Key("a"), TestContext.Current.CancellationToken);
        Assert.Equal(ExchangeErrorCode.Internal, Done(got).Error!.Code);
        Assert.Equal(1, life.Orders.Counters.ConnectorFailures);
    }
}
