using Exchange.Exchanges.Common.Orders;
using Exchange.Grains.Interfaces;
using Exchange.Tests.Support;
using Exchange.Tests.Support.Orders;
using Xunit;
using static Exchange.Tests.Support.Orders.OrderLifeBench;

namespace Exchange.Tests.Exchanges.Common.Orders;

public sealed class OrderReconcileTests
{
    private static async Task<ReconcileResult> Reconcile(OrderLifeBench life, string? symbol = null)
    {
        var mark = life.Orders.BeginSnapshot();
        var reconciled = life.Orders.ReconcileAsync(mark, life.Venue.Snapshot(), symbol, TestContext.Current.CancellationToken);
        life.Time.Advance(TimeSpan.FromSeconds(3));
        return await Awaiting.Within(reconciled, "the reconciliation, with every doubtful order asked for");
    }

    [Fact]
    public async Task What_happened_while_the_stream_was_away_is_booked_once()
    {
        using var life = new OrderLifeBench();
        life.Working("filled");
        life.Working("partly");
        life.Working("cancelled");
        life.Working("same");
        life.Orders.OnConnectionLost("24 hours are over");
        life.Venue.Fill("filled", 2);
        life.Venue.Fill("partly", 0.5m);
        life.Venue.End("cancelled", OrderStatus.Cancelled);
        life.Venue.Make("by-hand", 1);
        life.Venue.Events.Clear();
        var result = await Reconcile(life);
        Assert.Equal(new ReconcileResult(3, 1, 3, 0), result);
        Assert.Equal(OrderStatus.Filled, life.Last("filled").Status);
        Assert.Equal((OrderStatus.PartiallyFilled, 0.5m), (life.Last("partly").Status, life.Last("partly").CumulativeQuantity));
        Assert.Equal(OrderStatus.Cancelled, life.Last("cancelled").Status);
        Assert.Equal([2m], life.FillsOf("filled").Select(f => f.Quantity));
        Assert.Equal([0.5m], life.FillsOf("partly").Select(f => f.Quantity));
        Assert.Equal(OrderEvent.Adopted, Assert.Single(life.EventsOf("by-hand")));
        Assert.Equal(2, life.EventsOf("same").Count());

        var count = life.Updates.Count;
        Assert.Equal(new ReconcileResult(3, 0, 0, 0), await Reconcile(life));
        Assert.Equal(count, life.Updates.Count);
        Assert.Equal(["by-hand", "partly", "same"], life.Orders.GetOpenOrders().Orders.Select(o => o.ClientOrderId).Order());
    }

    [Fact]
    public async Task An_order_that_left_after_the_list_was_asked_for_is_not_missed_in_it()
    {
        using var life = new OrderLifeBench();
        var mark = life.Orders.BeginSnapshot();
        var before = life.Venue.Snapshot();
        life.Working("a");
        await Awaiting.Within(life.Orders.ReconcileAsync(mark, before, null, TestContext.Current.CancellationToken), "the reconciliation");
        Assert.Empty(life.Venue.Queries);
        Assert.Equal(OrderStatus.Working, life.Last("a").Status);
    }

    [Fact]
    public async Task A_list_of_one_symbol_says_nothing_of_others()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        Assert.Equal(0, (await Reconcile(life, "ETHUSDT")).LookedUp);
    }

    [Fact]
    public async Task A_list_answers_an_unknown_place_and_an_unknown_cancel()
    {
        using var life = new OrderLifeBench();
        life.Working("kept");
        life.Venue.Mute = true;
        _ = life.Orders.PlaceAsync(Limit("placed"));
        life.Venue.LastSent.Arrive().TimeOut();
        _ = life.Orders.CancelAsync(Key("kept"));
        life.Venue.LastSent.TimeOut();
        life.Venue.Events.Clear();
        Assert.Equal(2, life.Orders.Counters.Unknown);
        Assert.Equal(0, (await Reconcile(life)).Unresolved);
        Assert.Equal((OrderStatus.Working, OrderStatus.Working), (life.Last("placed").Status, life.Last("kept").Status));
    }

    [Fact]
    public async Task An_order_that_the_venue_forgot_is_unknown_and_not_gone()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        life.Venue.Lookup = _ => OrderLookup.NotFound;
        var mark = life.Orders.BeginSnapshot();
        var reconciled = life.Orders.ReconcileAsync(mark, [], null, TestContext.Current.CancellationToken);
        life.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, (await Awaiting.Within(reconciled, "the reconciliation")).Unresolved);
        Assert.Equal((OrderStatus.Working, OrderEvent.BecameUnknown), (life.Last("a").Status, life.Updates[^1].Event));
        life.Venue.Fill("a", 2);
        life.Deliver();
        Assert.Equal((OrderStatus.Filled, OrderEvent.Resolved, null), (life.Last("a").Status, life.Updates[^1].Event, life.Last("a").UnknownSince));
    }

    [Fact]
    public async Task A_question_that_fails_does_not_hold_the_reconciliation_up()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        life.Venue.Mute = true;
        var mark = life.Orders.BeginSnapshot();
        var reconciled = life.Orders.ReconcileAsync(mark, [], null, TestContext.Current.CancellationToken);
        life.Time.Advance(TimeSpan.FromSeconds(1));
        await Awaiting.Within(reconciled, "the reconciliation");
        life.Venue.Mute = false;
        life.Venue.End("a", OrderStatus.Cancelled);
        life.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(OrderStatus.Cancelled, life.Last("a").Status);
    }

    [Fact]
    public void GetOrder_tells_what_the_venue_says_now_and_takes_it_in()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        life.Venue.Fill("a", 2);
        life.Venue.Events.Clear();
        var got = life.Orders.GetOrderAsync(Key("a"), TestContext.Current.CancellationToken);
        Assert.Equal(OrderStatus.Filled, Done(got).OrThrow().Order.Status);
        Assert.Single(life.FillsOf("a"));
        var none = Done(life.Orders.GetOrderAsync(Key("none"), TestContext.Current.CancellationToken)).Error!;
        Assert.Equal((ExchangeErrorCode.OrderNotFound, null), (none.Code, none.Outcome));
        life.Venue.Mute = true;
        Assert.Equal(ExchangeErrorCode.VenueUnavailable, Done(life.Orders.GetOrderAsync(Key("a"), TestContext.Current.CancellationToken)).Error!.Code);
    }

    [Fact]
    public void The_open_orders_come_with_their_place_in_the_stream()
    {
        using var life = new OrderLifeBench();
        life.Working("b");
        life.Working("a");
        var snapshot = life.Orders.GetOpenOrders();
        Assert.Equal((7, 4), (snapshot.Epoch, snapshot.Seq));
        Assert.Equal(["b", "a"], snapshot.Orders.Select(o => o.ClientOrderId));
    }
}
