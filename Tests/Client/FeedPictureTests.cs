using Exchange.Client.Gateway;
using Exchange.Client.Gateway.Updates;
using Exchange.Client.Protocol;
using Exchange.Grains.Interfaces;
using Exchange.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Exchange.Tests.Client;

/// <summary>A picture of the state is taken in at its place among the updates: none of them is swallowed by it.</summary>
public sealed class FeedPictureTests
{
    private readonly UpdateOutbox _outbox = new(100, 1 << 20, 100);
    private readonly Feed _feed;

    public FeedPictureTests() => _feed = new Feed(_outbox);

    [Fact]
    public async Task A_picture_that_is_ahead_of_the_updates_waits_for_them()
    {
        await Next(7, 1);
        Assert.True(_feed.Take(7, 3));
        Assert.Empty(_feed.Taken);
        await Next(7, 2);
        Assert.Empty(_feed.Taken);
        await Next(7, 3);
        Assert.Equal([3L], _feed.Taken);
        await Next(7, 4);
        Assert.Equal([1L, 2, 3, 4], Sent());
    }

    [Fact]
    public async Task A_picture_that_the_updates_have_reached_is_taken_at_once()
    {
        await Next(7, 1);
        await Next(7, 2);
        Assert.True(_feed.Take(7, 1));
        Assert.Equal([1L], _feed.Taken);
        await Next(7, 3);
        Assert.Equal([1L, 2, 3], Sent());
    }

    [Fact]
    public async Task A_picture_of_another_activation_is_not_taken()
    {
        await Next(7, 5);
        Assert.False(_feed.Take(8, 1));
        Assert.False(_feed.Take(6, 9));
        Assert.True(_feed.Take(7, 6));
        // The one that waits is of an activation that is gone.
        await Next(8, 6);
        Assert.Empty(_feed.Taken);
        Assert.Equal([5L, 6], Sent());
    }

    private Task Next(long epoch, long seq) => _feed.OnNextAsync(new StreamUpdate<Trade>
    {
        Epoch = epoch,
        Seq = seq,
        Time = DateTimeOffset.UnixEpoch,
        Data = new Trade { Exchange = "binance", Symbol = "X", TradeId = "1", Price = 1, Quantity = 1, AggressorSide = Side.Buy, VenueTime = default, ReceivedTime = default },
    });

    private List<long> Sent()
    {
        var seen = new List<long>();
        while (_outbox.TryDequeue(out var message))
            seen.Add(message.Seq);
        return seen;
    }

    private sealed class Feed(UpdateOutbox outbox) : StreamFeed<Trade>(TopicName.OfSymbol(TopicKind.Trade, "binance", "X"), ContextOf(outbox), FeedFormats.Trade)
    {
        public List<long> Taken { get; } = [];

        public bool Take(long epoch, long seq) => TakePicture(epoch, seq, () => Taken.Add(seq));

        private static FeedContext ContextOf(UpdateOutbox outbox)
        {
            var (time, counters) = (new ManualTimeProvider(), new GatewayCounters());
            return new FeedContext(
                outbox, null!, null!, time, counters, new NoticeFeed(outbox, time, counters), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), NullLogger.Instance);
        }
    }
}
