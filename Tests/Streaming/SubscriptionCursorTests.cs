using System.Collections.Immutable;
using Exchange.Grains.Interfaces;
using Exchange.Streaming;
using Exchange.Streaming.Hub;
using Exchange.Streaming.Subscriptions;
using Exchange.Tests.Grains;
using Xunit;

namespace Exchange.Tests.Streaming;

public sealed class SubscriptionCursorTests
{
    /// <summary>
    /// Whatever arrives, late, twice, of a dead producer or with holes: what the consumer is handed is contiguous from the place
    /// that it was last told, and nothing is handed over twice.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void No_update_is_handed_over_as_the_next_one_unless_it_is(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 500; round++)
        {
            var cursor = new SubscriptionCursor(TestCluster.TradesStream, null);
            cursor.Answered(Answer(SubscribeStatus.Created, 1, random.Next(3)), first: true);
            var told = cursor.Start!.Value;
            for (var step = 0; step < 30; step++)
            {
                if (random.Next(4) == 0)
                {
                    cursor.Answered(Answer((SubscribeStatus)random.Next(4), 1 + random.Next(3), random.Next(12)), first: false);
                    continue;
                }

                var update = Update(1 + random.Next(3), 1 + random.Next(12));
                ImmutableArray<StreamUpdate<Trade>> batch = [update, Update(update.Epoch, update.Seq + 1)];
                for (var i = 0; i < batch.Length;)
                {
                    while (cursor.NextNotice() is { } notice)
                        told = notice is StreamSnapshotRequiredException required ? required.Position : told;
                    var taken = cursor.Take(batch, i);
                    foreach (var handed in batch.Skip(i).Take(taken))
                    {
                        Assert.Equal(new UpdatePosition(told.Epoch, told.Seq + 1), new UpdatePosition(handed.Epoch, handed.Seq));
                        told = new UpdatePosition(handed.Epoch, handed.Seq);
                    }

                    if (taken == 0 && cursor.Step(batch[i]) == UpdateStep.Ahead)
                        cursor.Jump(batch[i]);
                    else
                        i += Math.Max(taken, 1);
                }
            }
        }
    }

    [Fact]
    public void An_outage_is_told_once_and_its_end_is_told()
    {
        var cursor = new SubscriptionCursor(TestCluster.TradesStream, null);
        cursor.Answered(Answer(SubscribeStatus.Created, 7, 3), first: true);
        Assert.True(cursor.Lost(new TimeoutException()));
        Assert.False(cursor.Lost(new TimeoutException()));
        cursor.Answered(Answer(SubscribeStatus.Renewed, 7, 9), first: false);

        Assert.IsType<StreamProducerLostException>(cursor.NextNotice());
        Assert.Equal(new UpdatePosition(7, 3), Assert.IsType<StreamResumedException>(cursor.NextNotice()).Position);
        Assert.Null(cursor.NextNotice());
    }

    private static SubscribeAnswer Answer(SubscribeStatus status, long epoch, long after) => new() { Status = status, Epoch = epoch, After = after };

    private static StreamUpdate<Trade> Update(long epoch, long seq) =>
        new() { Epoch = epoch, Seq = seq, Time = DateTimeOffset.UnixEpoch, Data = Trades.Make(seq) };
}
