using Exchange.Exchanges.Common.Orders;
using Exchange.Grains.Interfaces;
using Exchange.Tests.Support.Orders;
using Xunit;
using static Exchange.Tests.Support.Orders.OrderLifeBench;

namespace Exchange.Tests.Exchanges.Common.Orders;

public sealed class OrderReportTests
{
    [Fact]
    public void A_fill_told_twice_is_booked_once()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        var fill = life.Venue.Fill("a", 0.5m);
        life.Deliver();
        life.Orders.OnReport(fill);
        Assert.Single(life.FillsOf("a"));
        Assert.Equal(0.5m, life.Last("a").CumulativeQuantity);
        Assert.Equal(1, life.Orders.Counters.DuplicateFills);
    }

    [Fact]
    public void Partial_fills_out_of_order_never_take_the_cumulative_quantity_back()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        var first = life.Venue.Fill("a", 0.5m, 100);
        var second = life.Venue.Fill("a", 1.0m, 103);
        life.Venue.Events.Clear();
        life.Orders.OnReport(second);
        Assert.Equal(1.5m, life.Last("a").CumulativeQuantity);
        life.Orders.OnReport(first);
        Assert.Equal(1.5m, life.Last("a").CumulativeQuantity);
        Assert.Equal([1.0m, 0.5m], life.FillsOf("a").Select(f => f.Quantity));
        Assert.Equal(102m, life.Last("a").AveragePrice);
    }

    [Fact]
    public void A_quantity_that_rose_without_its_fill_rises_once_and_the_fill_is_booked_when_it_comes()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        var fill = life.Venue.Fill("a", 0.5m);
        life.Venue.Events.Clear();
        life.Orders.OnReport(life.Venue["a"].Report(ReportSource.Query));
        Assert.Equal(0.5m, life.Last("a").CumulativeQuantity);
        Assert.Empty(life.FillsOf("a"));
        life.Orders.OnReport(fill);
        Assert.Equal(0.5m, life.Last("a").CumulativeQuantity);
        Assert.Equal("1", Assert.Single(life.FillsOf("a")).TradeId);
    }

    [Fact]
    public void Fills_that_nobody_told_are_asked_for()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        life.Venue.Fill("a", 2);
        life.Venue.Events.Clear();
        life.Orders.OnReport(life.Venue["a"].Report(ReportSource.Event));
        Assert.Equal(OrderStatus.Filled, life.Last("a").Status);
        life.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(["a"], life.Venue.Queries);
        Assert.Equal(2m, Assert.Single(life.FillsOf("a")).Quantity);
        life.Time.Advance(TimeSpan.FromHours(1));
        Assert.Single(life.Venue.Queries);
    }

    [Fact]
    public void Fills_that_the_venue_does_not_tell_are_not_asked_for_for_ever()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        life.Venue.Fill("a", 2);
        life.Venue["a"].Fills.Clear();
        life.Venue.Events.Clear();
        life.Orders.OnReport(life.Venue["a"].Report(ReportSource.Event));
        life.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(3, life.Venue.Queries.Count);
    }

    [Fact]
    public void Two_orders_of_ours_that_meet_share_a_trade_id_and_both_are_booked()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        life.Working("b");
        life.Venue.Fill("a", 1, tradeId: "77");
        life.Venue.Fill("b", 1, tradeId: "77");
        life.Deliver();
        Assert.Single(life.FillsOf("a"));
        Assert.Single(life.FillsOf("b"));
        Assert.Equal(0, life.Orders.Counters.DuplicateFills);
    }

    [Fact]
    public void A_flip_that_shares_a_trade_id_over_two_sides_is_booked_twice()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        var report = life.Venue.Fill("a", 1, tradeId: "77");
        life.Deliver();
        life.Orders.OnReport(report with { Fill = report.Fill! with { Side = Side.Sell }, CumulativeQuantity = 2, Status = OrderStatus.Filled });
        Assert.Equal([Side.Buy, Side.Sell], life.FillsOf("a").Select(f => f.Side));
    }

    [Fact]
    public void An_execution_alone_without_count_or_state_is_booked_and_ends_a_full_order()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        var fill = life.Venue.Fill("a", 2).Fill!;
        life.Venue.Events.Clear();
        life.Orders.OnReport(new OrderReport { Source = ReportSource.Event, Symbol = "BTCUSDT", ClientOrderId = "a", VenueOrderId = "1", Fill = fill, VenueTime = fill.VenueTime, ReceivedTime = fill.VenueTime });
        Assert.Equal((OrderStatus.Filled, 2m), (life.Last("a").Status, life.Last("a").CumulativeQuantity));
        var count = life.Updates.Count;
        life.Orders.OnReport(life.Venue["a"].Report(ReportSource.Event, fill));
        Assert.Equal(count, life.Updates.Count);
    }

    [Fact]
    public void A_stale_word_after_the_end_changes_nothing_and_is_counted()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        var early = life.Venue["a"].Report(ReportSource.Event);
        life.Venue.End("a", OrderStatus.Cancelled);
        life.Deliver();
        life.Orders.OnReport(early);
        Assert.Equal(OrderStatus.Cancelled, life.Last("a").Status);
        Assert.Equal((1, 0), (life.Orders.Counters.StaleReports, life.Orders.Counters.Revived));
    }

    [Fact]
    public void A_fill_that_comes_after_the_end_is_booked_and_completes_the_order_where_it_does()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        var fill = life.Venue.Fill("a", 0.5m);
        life.Venue.Events.Clear();
        life.Venue.End("a", OrderStatus.Cancelled);
        life.Orders.OnReport(life.Venue["a"].Report(ReportSource.Event) with { CumulativeQuantity = 0 });
        life.Orders.OnReport(fill);
        Assert.Equal((OrderStatus.Cancelled, 0.5m), (life.Last("a").Status, life.Last("a").CumulativeQuantity));

        var rest = fill with { Status = OrderStatus.Filled, CumulativeQuantity = 2, Fill = fill.Fill! with { TradeId = "9", Quantity = 1.5m } };
        life.Orders.OnReport(rest);
        Assert.Equal(OrderStatus.Filled, life.Last("a").Status);
    }

    [Fact]
    public void A_rejected_order_that_shows_in_an_event_is_brought_back()
    {
        using var life = new OrderLifeBench();
        var answer = life.Orders.PlaceAsync(Limit("a"));
        life.Venue.LastSent.Arrive();
        life.Venue.LastSent.Refuse();
        Assert.False(Done(answer).IsSuccess);
        life.Venue.Fill("a", 0.5m);
        life.Deliver();
        Assert.Equal((OrderStatus.PartiallyFilled, 0.5m), (life.Last("a").Status, life.Last("a").CumulativeQuantity));
        Assert.Null(life.Last("a").Reason);
        Assert.Equal(1, life.Orders.Counters.Revived);
        Assert.Single(life.Orders.GetOpenOrders().Orders);
    }

    [Fact]
    public void The_venues_own_later_word_takes_an_end_back()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        life.Venue.End("a", OrderStatus.Expired);
        life.Deliver();
        life.Venue.End("a", OrderStatus.Working);
        life.Deliver();
        Assert.Equal(OrderStatus.Working, life.Last("a").Status);
        Assert.Equal(1, life.Orders.Counters.Revived);
    }

    [Fact]
    public void An_overfill_is_taken_as_told_and_counted()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        life.Venue.Fill("a", 2.5m);
        life.Deliver();
        Assert.Equal((OrderStatus.Filled, 2.5m), (life.Last("a").Status, life.Last("a").CumulativeQuantity));
        Assert.Equal(1, life.Orders.Counters.Overfills);
    }

    [Fact]
    public void A_state_that_is_not_known_is_kept_raw_and_the_order_stays_open()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        life.Orders.OnReport(life.Venue["a"].Report(ReportSource.Event) with { Status = null, VenueStatus = "NEW_INSURANCE" });
        Assert.Equal((OrderStatus.Working, "NEW_INSURANCE"), (life.Last("a").Status, life.Last("a").VenueStatus));
        Assert.Equal(1, life.Orders.Counters.UnknownStatuses);
        life.Venue.Fill("a", 2);
        life.Deliver();
        Assert.Equal((OrderStatus.Filled, null), (life.Last("a").Status, life.Last("a").VenueStatus));
    }

    [Fact]
    public void Orders_of_others_are_adopted_and_marked()
    {
        using var life = new OrderLifeBench();
        life.Venue.Make("by-hand", 3);
        life.Deliver();
        var adopted = Assert.Single(life.Updates);
        Assert.Equal((OrderEvent.Adopted, OrderOrigin.External, OrderStatus.Working, null), (adopted.Event, adopted.Order.Origin, adopted.Order.Status, adopted.Order.Trader));

        life.Venue.Make("autoclose-1", 1, side: Side.Sell);
        life.Venue.Events.Clear();
        life.Orders.OnReport(life.Venue.Fill("autoclose-1", 1) with { Origin = OrderOrigin.Liquidation });
        Assert.Equal([OrderEvent.Adopted, OrderEvent.Filled], life.EventsOf("autoclose-1"));
        Assert.Equal((OrderOrigin.Liquidation, OrderStatus.Filled, 1m), (life.Last("autoclose-1").Origin, life.Last("autoclose-1").Status, life.Last("autoclose-1").CumulativeQuantity));
        Assert.Equal(2, life.Orders.Counters.Adopted);
    }

    [Fact]
    public void What_was_filled_before_an_adoption_is_not_booked_and_what_comes_after_is()
    {
        using var life = new OrderLifeBench();
        life.Venue.Make("by-hand", 3);
        life.Venue.Fill("by-hand", 1);
        life.Venue.Events.Clear();
        life.Venue.Fill("by-hand", 0.5m);
        life.Deliver();
        Assert.Equal([1m, 1.5m], life.Updates.Select(u => u.Order.CumulativeQuantity));
        Assert.Equal(0.5m, Assert.Single(life.FillsOf("by-hand")).Quantity);
        life.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(life.Venue.Queries);
    }

    [Fact]
    public void A_report_that_fits_nothing_and_says_too_little_is_counted()
    {
        using var life = new OrderLifeBench();
        life.Orders.OnReport(new OrderReport { Source = ReportSource.Event, Symbol = "BTCUSDT", VenueOrderId = "99", Status = OrderStatus.Cancelled, ReceivedTime = life.Time.GetUtcNow() });
        Assert.Empty(life.Updates);
        Assert.Equal(1, life.Orders.Counters.Unattributed);
    }

    [Fact]
    public void Another_order_under_our_client_order_id_is_kept_apart()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        life.Venue.End("a", OrderStatus.Cancelled);
        life.Deliver();
        life.Venue.Make("a", 5);
        life.Deliver();
        Assert.Equal(1, life.Orders.Counters.ClientIdConflicts);
        Assert.Equal(OrderStatus.Cancelled, life.Last("a").Status);
        var other = life.Updates[^1].Order;
        Assert.Equal(("", "2", OrderOrigin.External), (other.ClientOrderId, other.VenueOrderId, other.Origin));
    }

    [Fact]
    public void An_order_ends_by_the_venues_rules_with_its_reason()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        var reason = new ExchangeError { Code = ExchangeErrorCode.RejectedByVenue, Message = "self-trade prevention" };
        life.Orders.OnReport(life.Venue.End("a", OrderStatus.Expired) with { Reason = reason });
        Assert.Equal([OrderEvent.Submitted, OrderEvent.Accepted, OrderEvent.Expired], life.EventsOf("a"));
        Assert.Equal(reason, life.Last("a").Reason);
    }

    [Fact]
    public void An_order_that_fills_at_once_goes_through_its_states_in_order()
    {
        using var life = new OrderLifeBench();
        var answer = life.Orders.PlaceAsync(Limit("a"));
        life.Venue.LastSent.Arrive();
        life.Venue.Events.Clear();
        life.Venue.Fill("a", 2);
        life.Deliver();
        Assert.Equal([OrderStatus.PendingNew, OrderStatus.Working, OrderStatus.Filled], life.Updates.Select(u => u.Order.Status));
        Assert.Equal([0m, 0m, 2m], life.Updates.Select(u => u.Order.CumulativeQuantity));
        Assert.Equal(OrderStatus.Filled, Done(answer).OrThrow().Order.Status);
    }

    [Fact]
    public void A_venue_that_only_took_note_is_asked_and_may_refuse_later()
    {
        using var life = new OrderLifeBench();
        var answer = life.Orders.PlaceAsync(Limit("a"));
        life.Venue.LastSent.Arrive();
        life.Venue.LastSent.AnswerWith(CommandReply.Done(new OrderReport { Source = ReportSource.Reply, Symbol = "BTCUSDT", ClientOrderId = "a", Status = OrderStatus.PendingNew, ReceivedTime = life.Time.GetUtcNow() }));
        Assert.Equal(OrderStatus.PendingNew, Done(answer).OrThrow().Order.Status);
        life.Orders.OnReport(life.Venue.End("a", OrderStatus.Rejected));
        Assert.Equal(OrderStatus.Rejected, life.Last("a").Status);
        Assert.Equal([OrderEvent.Submitted, OrderEvent.Rejected], life.EventsOf("a"));
    }

    [Fact]
    public void A_repeat_is_told_more_than_that_the_venue_took_note()
    {
        using var life = new OrderLifeBench();
        var answer = life.Orders.PlaceAsync(Limit("a"));
        life.Venue.LastSent.Arrive();
        life.Venue.LastSent.AnswerWith(CommandReply.Done(new OrderReport { Source = ReportSource.Reply, Symbol = "BTCUSDT", ClientOrderId = "a", Status = OrderStatus.PendingNew, ReceivedTime = life.Time.GetUtcNow() }));
        Assert.Null(Done(answer).OrThrow().Order.VenueOrderId);
        life.Deliver();
        var repeated = Done(life.Orders.PlaceAsync(Limit("a"))).OrThrow().Order;
        Assert.Equal(OrderStatus.Working, repeated.Status);
        Assert.NotNull(repeated.VenueOrderId);
        Assert.Single(life.Venue.Sent);
    }
}
