using System.Collections.Concurrent;
using Exchange.Grains.Interfaces;
using Exchange.Streaming;
using Orleans;
using Orleans.Runtime;
using Orleans.Streams;

namespace Exchange.Tests.Streaming;

/// <summary>A grain that consumes a stream, for tests.</summary>
[Alias("exchange.tests.consumer-grain")]
public interface IConsumerGrain : IGrainWithStringKey
{
    /// <summary>Subscribes to the trades of a symbol, given as exchange/symbol.</summary>
    Task Subscribe(string key);
}

/// <summary>Hands what it gets to the test, with where it got it.</summary>
public sealed class ConsumerGrain : Grain, IConsumerGrain
{
    internal static ConcurrentDictionary<string, RecordingObserver<Trade>> Observers { get; } = new();

    /// <inheritdoc/>
    public async Task Subscribe(string key)
    {
        var observer = Observers[this.GetPrimaryKeyString()];
        var own = TaskScheduler.Current;
        var stream = this.GetStreamProvider(StreamNames.Provider).GetStream<StreamUpdate<Trade>>(StreamNames.Trades, key);
        await stream.SubscribeAsync(
            (update, token) =>
            {
                Assert(own);
                return observer.OnNextAsync(update, token);
            },
            notice =>
            {
                Assert(own);
                return observer.OnErrorAsync(notice);
            });
    }

    private static void Assert(TaskScheduler own) => Xunit.Assert.Same(own, TaskScheduler.Current);
}
