using Exchange.Grains.Interfaces;
using Microsoft.Extensions.DependencyInjection;

namespace Exchange.Streaming;

/// <summary>
/// Epochs for producers whose consumers recover by a snapshot: microseconds of the clock, and always more than the last
/// one of this process. Two machines agree as far as their clocks do, which suffices for market data; orders are fenced
/// by an epoch from grain storage instead.
/// </summary>
public sealed class EpochSource([FromKeyedServices(StreamNames.Provider)] TimeProvider time)
{
    // Silos that share a process, as in tests, share this too.
    private static long _last;

    /// <summary>The next epoch.</summary>
    public long Next()
    {
        while (true)
        {
            var last = Volatile.Read(ref _last);
            var now = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
            var next = Math.Max(last + 1, now);
            if (Interlocked.CompareExchange(ref _last, next, last) == last)
                return next;
        }
    }
}
