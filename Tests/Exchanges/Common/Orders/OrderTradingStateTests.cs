using Exchange.Exchanges.Common.Journal;
using Exchange.Exchanges.Common.Orders;
using Exchange.Grains.Interfaces;
using Exchange.Tests.Support.Orders;
using Xunit;
using static Exchange.Tests.Support.Orders.OrderLifeBench;

namespace Exchange.Tests.Exchanges.Common.Orders;

public sealed class OrderTradingStateTests
{
    private static readonly ExchangeError _full = new() { Code = ExchangeErrorCode.JournalUnavailable, Message = "no space left on the device" };

    [Fact]
    public void A_halt_stops_new_orders_and_is_written_down()
    {
        using var life = new OrderLifeBench();
        Assert.Equal(TradingState.Halted, life.Orders.SetTradingState(TradingState.Halted).OrThrow());
        var record = Assert.Single(life.Memory.Records);
        Assert.Equal((JournalKind.Trading, TradingState.Halted), (record.Kind, record.Trading));
        Assert.Equal(ExchangeErrorCode.TradingHalted, Done(life.Orders.PlaceAsync(Limit("a"))).Error!.Code);
        Assert.Equal(ExchangeErrorCode.TradingHalted, Done(life.Orders.PlaceAsync(Limit("a") with { ReduceOnly = true })).Error!.Code);
        life.Orders.SetTradingState(TradingState.Active);
        _ = life.Orders.PlaceAsync(Limit("a"));
        Assert.Single(life.Venue.Sent);
    }

    [Fact]
    public void Reduce_only_lets_what_reduces_pass_in_either_position_mode()
    {
        using var life = new OrderLifeBench();
        life.Orders.SetTradingState(TradingState.ReduceOnly);
        Assert.Equal(ExchangeErrorCode.ReduceOnlyMode, Done(life.Orders.PlaceAsync(Limit("a"))).Error!.Code);
        Assert.Equal(ExchangeErrorCode.ReduceOnlyMode, Done(life.Orders.PlaceAsync(Limit("b") with { PositionSide = PositionSide.Long })).Error!.Code);
        _ = life.Orders.PlaceAsync(Limit("c") with { ReduceOnly = true });
        _ = life.Orders.PlaceAsync(Limit("d") with { PositionSide = PositionSide.Short });
        Assert.Equal(["c", "d"], life.Venue.Sent.Select(s => s.Order!.ClientOrderId));
    }

    [Fact]
    public void An_order_may_be_made_smaller_and_not_larger_under_reduce_only()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        life.Orders.SetTradingState(TradingState.ReduceOnly);
        Assert.Equal(ExchangeErrorCode.ReduceOnlyMode, Done(life.Orders.ReplaceAsync(Replace("a", quantity: 3))).Error!.Code);
        _ = life.Orders.ReplaceAsync(Replace("a", quantity: 1));
        Assert.Equal(CommandKind.Replace, life.Venue.LastSent.Kind);
    }

    [Fact]
    public void A_halt_survives_a_restart()
    {
        using var life = new OrderLifeBench(journal: new MemoryOrderJournal { Contents = new JournalContents { TradingState = TradingState.Halted } });
        Assert.Equal(TradingState.Halted, life.Orders.TradingState);
        Assert.Equal(ExchangeErrorCode.TradingHalted, Done(life.Orders.PlaceAsync(Limit("a"))).Error!.Code);
    }

    [Fact]
    public void With_a_full_disk_a_halt_is_taken_and_a_release_is_refused()
    {
        using var life = new OrderLifeBench();
        life.Memory.Failure = _full;
        Assert.True(life.Orders.SetTradingState(TradingState.Halted).IsSuccess);
        Assert.Equal(ExchangeErrorCode.JournalUnavailable, life.Orders.SetTradingState(TradingState.Active).Error!.Code);
        Assert.Equal(TradingState.Halted, life.Orders.TradingState);
    }

    [Fact]
    public void With_a_full_disk_no_order_leaves_and_what_the_venue_tells_is_still_published()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        life.Memory.Failure = _full;
        var error = Done(life.Orders.PlaceAsync(Limit("b"))).Error!;
        Assert.Equal((ExchangeErrorCode.JournalUnavailable, CommandOutcome.Rejected), (error.Code, error.Outcome!.Value));
        Assert.Equal(ExchangeErrorCode.JournalUnavailable, Done(life.Orders.ReplaceAsync(Replace("a", price: 101))).Error!.Code);
        Assert.Single(life.Venue.Sent);
        life.Venue.Fill("a", 2);
        life.Deliver();
        Assert.Equal(OrderStatus.Filled, life.Last("a").Status);
        life.Memory.Failure = null;
        _ = life.Orders.PlaceAsync(Limit("b"));
        Assert.Equal("b", life.Venue.LastSent.Order!.ClientOrderId);
    }

    [Fact]
    public void What_could_not_be_brought_to_the_disk_does_not_leave()
    {
        using var life = new OrderLifeBench();
        life.Memory.SyncFailure = _full;
        var error = Done(life.Orders.PlaceAsync(Limit("a"))).Error!;
        Assert.Equal((ExchangeErrorCode.JournalUnavailable, CommandOutcome.Rejected), (error.Code, error.Outcome!.Value));
        Assert.Equal([OrderEvent.Submitted, OrderEvent.Rejected], life.EventsOf("a"));
        Assert.Empty(life.Venue.Sent);
    }

    [Fact]
    public async Task A_newer_activation_stops_this_one_for_good_cancels_too()
    {
        using var life = new OrderLifeBench();
        life.Working("a");
        life.Memory.Failure = new ExchangeError { Code = ExchangeErrorCode.Fenced, Message = "epoch 8 has taken over" };
        Assert.Equal((ExchangeErrorCode.Fenced, CommandOutcome.Rejected), Code(Done(life.Orders.PlaceAsync(Limit("b"))).Error!));
        life.Memory.Failure = null;
        Assert.Equal((ExchangeErrorCode.Fenced, CommandOutcome.Rejected), Code(Done(life.Orders.PlaceAsync(Limit("c"))).Error!));
        Assert.Equal((ExchangeErrorCode.Fenced, CommandOutcome.Rejected), Code(Done(life.Orders.CancelAsync(Key("a"))).Error!));
        Assert.Equal((ExchangeErrorCode.Fenced, CommandOutcome.Rejected), Code(Done(life.Orders.CancelAllAsync()).Error!));
        Assert.Equal((ExchangeErrorCode.Fenced, CommandOutcome.Rejected), Code(Done(life.Orders.ReplaceAsync(Replace("a", price: 101))).Error!));
        Assert.Single(life.Venue.Sent);
        Assert.Equal(ExchangeErrorCode.Fenced, (await Support.Awaiting.Within(life.Orders.WhenFenced, "the fence to be told")).Code);

        static (ExchangeErrorCode, CommandOutcome) Code(ExchangeError error) => (error.Code, error.Outcome!.Value);
    }
}
