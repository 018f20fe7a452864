using Exchange.Exchanges.Common.Orders;
using Exchange.Grains.Interfaces;
using Xunit;

namespace Exchange.Tests.Exchanges.Common.Orders;

public sealed class OrderTransitionsTests
{
    private static IEnumerable<(OrderStatus From, OrderStatus To)> Pairs =>
        from a in Enum.GetValues<OrderStatus>() from b in Enum.GetValues<OrderStatus>() select (a, b);

    [Fact]
    public void The_table_covers_every_pair_and_only_the_same_state_is_the_same() =>
        Assert.All(Pairs, p => Assert.Equal(p.From == p.To, OrderTransitions.Judge(p.From, p.To) == Step.Same));

    [Fact]
    public void No_end_is_left_in_the_ordinary_course() =>
        Assert.All(Pairs.Where(p => OrderTransitions.IsTerminal(p.From)), p => Assert.NotEqual(Step.Lawful, OrderTransitions.Judge(p.From, p.To)));

    [Fact]
    public void Every_open_state_may_be_filled_cancelled_and_expired() =>
        Assert.All(
            Pairs.Where(p => !OrderTransitions.IsTerminal(p.From) && p.To is OrderStatus.Filled or OrderStatus.Cancelled or OrderStatus.Expired),
            p => Assert.Equal(Step.Lawful, OrderTransitions.Judge(p.From, p.To)));

    [Theory]
    [InlineData(OrderStatus.Working, OrderStatus.PendingNew)]
    [InlineData(OrderStatus.Working, OrderStatus.Untriggered)]
    [InlineData(OrderStatus.PartiallyFilled, OrderStatus.Working)]
    [InlineData(OrderStatus.PartiallyFilled, OrderStatus.Rejected)]
    [InlineData(OrderStatus.Filled, OrderStatus.Cancelled)]
    [InlineData(OrderStatus.Cancelled, OrderStatus.Expired)]
    [InlineData(OrderStatus.Cancelled, OrderStatus.PendingCancel)]
    public void There_is_no_way_back(OrderStatus from, OrderStatus to) => Assert.Equal(Step.Stale, OrderTransitions.Judge(from, to));

    [Fact]
    public void A_rejection_can_be_corrected_to_anything_but_pending() =>
        Assert.All(
            Pairs.Where(p => p.From == OrderStatus.Rejected && p.To is not (OrderStatus.Rejected or OrderStatus.PendingNew or OrderStatus.PendingCancel or OrderStatus.PendingReplace)),
            p => Assert.Equal(Step.Correction, OrderTransitions.Judge(p.From, p.To)));
}
