using Exchange.Exchanges.Common.Orders;
using Exchange.Grains.Interfaces;
using Exchange.Tests.Support.Orders;
using FsCheck;
using FsCheck.Fluent;
using Xunit;
using static Exchange.Tests.Support.Orders.OrderLifeBench;

namespace Exchange.Tests.Exchanges.Common.Orders;

/// <summary>
/// Random lives: commands that arrive late, twice answered, or never; events that are lost, doubled and out of order; questions that
/// cannot be answered. The venue itself is the slow and obvious model: once everything has been asked for, what is held here must be
/// what is held there, and nothing that was published on the way may have been a lie.
/// </summary>
public sealed class OrderLifeProperties
{
    private const int Orders = 4;

    private enum Act
    {
        Place,
        Cancel,
        CancelAll,
        Replace,
        Arrive,
        Answer,
        Lose,
        Fill,
        Expire,
        Deliver,
        Duplicate,
        Drop,
        Wait,
        Mute,
        Reconcile,
    }

    private readonly record struct Step(Act Act, int Which, int Amount)
    {
        public override string ToString() => $"{Act}({Which},{Amount})";
    }

    private static readonly Gen<Step> _steps =
        from act in Gen.Frequency(
            (6, Gen.Constant(Act.Place)), (3, Gen.Constant(Act.Cancel)), (1, Gen.Constant(Act.CancelAll)), (4, Gen.Constant(Act.Replace)),
            (8, Gen.Constant(Act.Arrive)), (8, Gen.Constant(Act.Answer)), (3, Gen.Constant(Act.Lose)), (6, Gen.Constant(Act.Fill)), (1, Gen.Constant(Act.Expire)),
            (10, Gen.Constant(Act.Deliver)), (3, Gen.Constant(Act.Duplicate)), (2, Gen.Constant(Act.Drop)), (4, Gen.Constant(Act.Wait)), (1, Gen.Constant(Act.Mute)), (1, Gen.Constant(Act.Reconcile)))
        from which in Gen.Choose(0, 1000)
        from amount in Gen.Choose(1, 4000)
        select new Step(act, which, amount);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Whatever_is_lost_doubled_or_late_the_life_ends_with_the_venues_truth_and_never_lied(bool coarseClock) =>
        Prop.ForAll(Arb.From(_steps.ListOf().Select(l => l.ToArray()), Shorter), steps => Holds(steps, coarseClock))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(400).WithStartSize(10).WithEndSize(120).WithReplay(20261122, 3));

    private static IEnumerable<Step[]> Shorter(Step[] steps)
    {
        for (var length = steps.Length / 2; length > 0; length /= 2)
        {
            for (var at = 0; at + length <= steps.Length; at += length)
                yield return [.. steps[..at], .. steps[(at + length)..]];
        }
    }

    private static bool Holds(Step[] steps, bool coarseClock)
    {
        using var life = new OrderLifeBench();
        life.Venue.CoarseClock = coarseClock;
        var answers = new List<Task>();
        var published = 0;
        foreach (var step in steps)
        {
            Take(life, step, answers);
            CheckUpdates(life, ref published);
        }

        End(life, answers);
        CheckUpdates(life, ref published);
        CheckEnd(life);
        return true;
    }

    private static void Take(OrderLifeBench life, Step step, List<Task> answers)
    {
        var venue = life.Venue;
        var id = $"o{step.Which % Orders}";
        switch (step.Act)
        {
            case Act.Place:
                answers.Add(life.Orders.PlaceAsync(Limit(id, 4)));
                break;
            case Act.Cancel:
                answers.Add(life.Orders.CancelAsync(Key(id)));
                break;
            case Act.CancelAll:
                answers.Add(life.Orders.CancelAllAsync());
                break;
            case Act.Replace:
                answers.Add(life.Orders.ReplaceAsync(Replace(id, price: 95 + (step.Amount % 10), quantity: 2 + (step.Amount % 4))));
                break;
            case Act.Arrive:
                Pick(venue.Sent.Where(c => !c.Arrived), step.Which)?.Arrive();
                break;
            case Act.Answer:
                Pick(venue.Sent.Where(c => !c.Answered), step.Which)?.Answer();
                break;
            case Act.Lose:
                Pick(venue.Sent.Where(c => !c.Answered), step.Which)?.TimeOut();
                break;
            case Act.Fill:
                if (Pick(venue.Orders.Where(o => o.IsOpen), step.Which) is { } filled)
                    venue.Fill(filled.ClientId, Math.Min(filled.Quantity - filled.Cumulative, 1 + (step.Amount % 2)));
                break;
            case Act.Expire:
                if (Pick(venue.Orders.Where(o => o.IsOpen), step.Which) is { } expired)
                    venue.End(expired.ClientId, OrderStatus.Expired);
                break;
            case Act.Deliver or Act.Duplicate or Act.Drop:
                if (Pick(venue.Events, step.Which) is not { } report)
                    break;
                if (step.Act != Act.Drop)
                    life.Orders.OnReport(report);
                if (step.Act != Act.Duplicate)
                    venue.Events.Remove(report);
                break;
            case Act.Wait:
                life.Time.Advance(TimeSpan.FromMilliseconds(step.Amount));
                break;
            case Act.Mute:
                venue.Mute = !venue.Mute;
                break;
            case Act.Reconcile:
                answers.Add(life.Orders.ReconcileAsync(life.Orders.BeginSnapshot(), venue.Snapshot()));
                break;
        }
    }

    /// <summary>Nothing more comes by itself; all that is doubtful is asked for.</summary>
    private static void End(OrderLifeBench life, List<Task> answers)
    {
        foreach (var command in life.Venue.Sent.Where(c => !c.Answered).ToList())
            command.TimeOut();
        life.Venue.Mute = false;
        life.Venue.Events.Clear();
        life.Time.Advance(TimeSpan.FromMinutes(1));
        var reconciled = life.Orders.ReconcileAsync(life.Orders.BeginSnapshot(), life.Venue.Snapshot());
        life.Time.Advance(TimeSpan.FromHours(2));
        Done(reconciled.ContinueWith(_ => true, TaskScheduler.Default));
        Done(Task.WhenAll(answers).ContinueWith(_ => true, TaskScheduler.Default));
    }

    private static void CheckUpdates(OrderLifeBench life, ref int from)
    {
        for (; from < life.Updates.Count; from++)
        {
            var update = life.Updates[from];
            var before = life.Updates.Take(from).LastOrDefault(u => u.Order.ClientOrderId == update.Order.ClientOrderId)?.Order;
            if (before is null)
            {
                Assert.Equal(OrderEvent.Submitted, update.Event);
                continue;
            }

            // This venue never takes an end back, so no correction may ever be needed.
            Assert.True(
                OrderTransitions.Judge(before.Status, update.Order.Status) is Exchange.Exchanges.Common.Orders.Step.Same or Exchange.Exchanges.Common.Orders.Step.Lawful,
                $"{before.Status} -> {update.Order.Status} by {update.Event} of {update.Order.ClientOrderId}");
            Assert.True(update.Order.CumulativeQuantity >= before.CumulativeQuantity, "the cumulative quantity fell");
            Assert.True(update.Order.VenueOrderId == before.VenueOrderId || before.VenueOrderId is null, "the venue order id changed");
            Assert.Equal(update.Event == OrderEvent.BecameUnknown || (before.UnknownSince is not null && update.Order.UnknownSince is not null), update.Order.UnknownSince is not null);
        }
    }

    private static void CheckEnd(OrderLifeBench life)
    {
        var counters = life.Orders.Counters;
        Assert.Equal((0, 0, 0L, 0L, 0L, 0L), (counters.Unknown, counters.LookupsWaiting, counters.Revived, counters.Contradictions, counters.ConnectorFailures, counters.Adopted));
        var open = life.Orders.GetOpenOrders().Orders;
        Assert.Equal(life.Venue.Orders.Where(o => o.IsOpen).Select(o => o.ClientId).Order(), open.Select(o => o.ClientOrderId).Order());
        for (var i = 0; i < Orders; i++)
            CheckOrder(life, $"o{i}");
    }

    private static void CheckOrder(OrderLifeBench life, string id)
    {
        var sent = life.Venue.Sent.Count(c => c.Kind == CommandKind.Place && c.Order!.ClientOrderId == id);
        Assert.True(sent <= 1, $"{id} was sent {sent} times");
        Assert.True(life.Venue.Placed(id) <= sent, $"{id} was placed more often than sent");
        if (sent == 0)
            return;
        var held = life.Last(id);
        if (life.Venue.Placed(id) == 0)
        {
            Assert.Equal(OrderStatus.Rejected, held.Status);
            return;
        }

        var truth = life.Venue[id];
        Assert.Equal((truth.Status, truth.Cumulative, truth.Id), (held.Status, held.CumulativeQuantity, held.VenueOrderId));
        if (truth.IsOpen)
            Assert.Equal((truth.Price, truth.Quantity), (held.Price, held.Quantity));
        Assert.Equal(truth.Fills.Select(f => f.TradeId).Order(), life.FillsOf(id).Select(f => f.TradeId).Order());
        Assert.Equal(truth.Cumulative, life.FillsOf(id).Sum(f => f.Quantity));
        Assert.Null(held.UnknownSince);
    }

    private static T? Pick<T>(IEnumerable<T> from, int which)
        where T : class
    {
        var all = from.ToList();
        return all.Count == 0 ? null : all[which % all.Count];
    }
}
