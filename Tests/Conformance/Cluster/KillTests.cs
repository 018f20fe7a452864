using Exchange.Grains.Interfaces;
using Exchange.Tests.Conformance.Soak;
using Exchange.Tests.Support;
using Orleans.Runtime;
using Xunit;

namespace Exchange.Tests.Conformance.Cluster;

/// <summary>Silos with orders in flight are killed at random points; the ordinary run takes a sample of the points.</summary>
public sealed class KillTests
{
    private const int Sample = 3;

    private int _orders;

    public static TheoryData<string> Venues => [.. Harnesses.All.Keys];

    /// <summary>
    /// No order is placed again unless the first was provably refused, every order ends known, the trader's stream is contiguous or says
    /// that it is not, and positions are the sum of fills. The connector that the dead silo leaves behind sends nothing any more.
    /// </summary>
    [Theory]
    [MemberData(nameof(Venues))]
    public async Task A_silo_that_is_killed_with_orders_in_flight_loses_nothing_and_places_nothing_twice(string venue)
    {
        var seed = SoakTests.Number("EXCHANGE_SOAK_SEED") ?? 1;
        var random = new Random(seed);
        await using var cluster = await VenueCluster.StartAsync(await Harnesses.All[venue](new HarnessOptions { Seed = seed }));
        var answers = new List<Task>();
        for (var kill = 1; kill <= (SoakTests.Number("EXCHANGE_SOAK_KILLS") ?? Sample); kill++)
        {
            var context = $"seed {seed}, kill {kill}";
            answers.AddRange(await Trade(cluster, random));
            var (epoch, left) = await cluster.Kill();
            cluster.Venue.LiftAll();
            await cluster.Ready(after: epoch);
            await SendsNothing(cluster, left);
            await VenueCluster.End(left);
            await cluster.Settle(context);
            await cluster.AddSilo().Within("another standby");
        }

        await Task.WhenAll(answers).Within("every command's answer, or its time running out");
    }

    [Theory]
    [MemberData(nameof(Venues))]
    public async Task With_a_places_acknowledgement_swallowed_a_cancel_passes_it_through_the_grain(string venue)
    {
        await using var cluster = await VenueCluster.StartAsync(await Harnesses.All[venue](new HarnessOptions()));
        var harness = cluster.Venue;
        (await cluster.Oms.PlaceLimitOrder(Limit(cluster, "c-1")).Within("the first place")).OrThrow();
        Task<Result<OrderAck>> second;
        using (harness.Apply(new VenueFault(VenueFaultKind.HoldEvents)))
        {
            harness.Apply(new VenueFault(VenueFaultKind.SwallowAck) { ClientOrderId = "c-2" });
            second = cluster.Oms.PlaceLimitOrder(Limit(cluster, "c-2"));
            await harness.WhenReceived("c-2", VenueCommand.Place).Within("the second place");
            var cancel = cluster.Oms.CancelOrder(Key(cluster, "c-1"));
            await harness.WhenReceived("c-1", VenueCommand.Cancel).Within("the cancel being received");
            Assert.False(second.IsCompleted);
            await cancel.Within("the cancel's answer");
        }

        await second.Within("the second place's answer");
        await cluster.Settle("after the cancel");
    }

    /// <summary>A random stretch of trading; what it returns may still be on its way.</summary>
    private async Task<List<Task>> Trade(VenueCluster cluster, Random random)
    {
        var answers = new List<Task>();
        var ids = new List<string>();
        VenueFaultKind[] faults = [VenueFaultKind.HoldAck, VenueFaultKind.SwallowAck, VenueFaultKind.ExecuteLate, VenueFaultKind.HoldEvents, VenueFaultKind.DropBefore, VenueFaultKind.DropAfter];
        var steps = random.Next(3, 12);
        for (var step = 0; step < steps; step++)
        {
            // What is in flight at the end is so because of what happens to it here.
            if (step >= steps - 3 && random.Next(2) == 0)
                cluster.Venue.Apply(new VenueFault(faults[random.Next(faults.Length)], (VenueCommand)(random.Next(2) * 2)));
            var id = $"k-{++_orders}";
            var which = ids.Count > 0 ? random.Next(10) : 0;
            var target = ids.Count > 0 ? ids[random.Next(ids.Count)] : id;
            Task answer;
            switch (which)
            {
                case < 4:
                    ids.Add(id);
                    cluster.Given[id] = true;
                    answer = Answered(cluster.Oms.PlaceLimitOrder(Limit(cluster, id)));
                    break;
                case < 6:
                    cluster.Given[id] = true;
                    answer = Answered(cluster.Oms.PlaceMarketOrder(new MarketOrderRequest
                    {
                        Symbol = cluster.Venue.Symbol,
                        Side = random.Next(2) == 0 ? Side.Buy : Side.Sell,
                        Quantity = cluster.Venue.Quantity,
                        ClientOrderId = id,
                    }));
                    break;
                case < 8:
                    answer = Answered(cluster.Oms.CancelOrder(Key(cluster, target)));
                    break;
                default:
                    answer = Task.CompletedTask;
                    try
                    {
                        cluster.Venue.Fill(target, cluster.Venue.Quantity / 5);
                    }
                    catch (ArgumentException)
                    {
                        // It is not in the book (any more).
                    }

                    break;
            }

            answers.Add(answer);
            if (random.Next(2) == 0)
                await Task.WhenAny(answer, which < 6 ? cluster.Venue.WhenReceived(id, VenueCommand.Place) : answer).Within("a command being received or answered");
        }

        return answers;
    }

    private static async Task SendsNothing(VenueCluster cluster, IExchangeOms left)
    {
        ExchangeErrorCode[] stopped = [ExchangeErrorCode.Fenced, ExchangeErrorCode.NotReady, ExchangeErrorCode.Stopping, ExchangeErrorCode.JournalUnavailable];
        const string Late = "too-late";
        Result<OrderAck> answer;
        try
        {
            answer = await left.PlaceLimitOrder(Limit(cluster, Late)).Within("the answer of the one that was left behind");
        }
        catch (ObjectDisposedException)
        {
            return;
        }

        Assert.False(answer.IsSuccess);
        Assert.Contains(answer.Error!.Code, stopped);
        Assert.Equal(CommandOutcome.Rejected, answer.Error.Outcome);
        Assert.Equal(0, cluster.Venue.CountReceived(Late, VenueCommand.Place));
    }

    /// <summary>An answer, or that there was nobody to give one: the silo died.</summary>
    private static async Task Answered<T>(Task<Result<T>> call)
    {
        try
        {
            await call;
        }
        catch (Exception e) when (e is OrleansException or TimeoutException or InvalidOperationException)
        {
            // The trader does not know; it asks afterwards.
        }
    }

    private static LimitOrderRequest Limit(VenueCluster cluster, string id) => new()
    {
        Symbol = cluster.Venue.Symbol,
        Side = Side.Buy,
        Quantity = cluster.Venue.Quantity,
        Price = cluster.Venue.OnTick(cluster.Venue.Best(cluster.Venue.Symbol).Bid * 0.99m),
        ClientOrderId = id,
    };

    private static OrderKey Key(VenueCluster cluster, string id) => new() { Symbol = cluster.Venue.Symbol, ClientOrderId = id };
}
