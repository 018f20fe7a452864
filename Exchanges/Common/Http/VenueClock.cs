using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Http;

/// <summary>
/// The venue's clock as seen from here. An answer's time lies between sending and receiving, so each sample is off by at most
/// half its round trip; of several, the slow ones are left out and the median of the others counts.
/// </summary>
public sealed class VenueClock(TimeProvider time)
{
    private long _offsetTicks;
    private volatile bool _measured;

    /// <summary>The venue's clock minus ours; null before the first measurement.</summary>
    public TimeSpan? Offset => _measured ? TimeSpan.FromTicks(Interlocked.Read(ref _offsetTicks)) : null;

    /// <summary>The venue's time now, as far as is known.</summary>
    public DateTimeOffset Now => time.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _offsetTicks));

    /// <summary>Measures the offset.</summary>
    /// <param name="askTime">Asks the venue for its time.</param>
    /// <param name="samples">How often to ask.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The offset, or the error of the venue when not one sample was had.</returns>
    public async Task<Result<TimeSpan>> MeasureAsync(
        Func<CancellationToken, Task<Result<DateTimeOffset>>> askTime, int samples = 3, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(askTime);
        var seen = new List<(TimeSpan RoundTrip, TimeSpan Offset)>(samples);
        ExchangeError? error = null;
        for (var i = 0; i < samples; i++)
        {
            var sentAt = time.GetUtcNow();
            var started = time.GetTimestamp();
            var answer = await askTime(cancellationToken).ConfigureAwait(false);
            var roundTrip = time.GetElapsedTime(started);
            if (answer.IsSuccess)
                seen.Add((roundTrip, answer.Value - (sentAt + (roundTrip / 2))));
            else
                error = answer.Error;
        }

        if (seen.Count == 0)
            return error ?? new ExchangeError { Code = ExchangeErrorCode.Timeout, Message = "the venue's time is not known", Retryable = true };
        var offset = Estimate(seen);
        Interlocked.Exchange(ref _offsetTicks, offset.Ticks);
        _measured = true;
        return offset;
    }

    /// <summary>
    /// Waits until a moment is past by the venue's clock, and true when the venue says so itself: our own clock may have been set meanwhile.
    /// </summary>
    /// <param name="moment">The moment, by the venue's clock.</param>
    /// <param name="askTime">Asks the venue for its time.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<bool> IsPastAsync(DateTimeOffset moment, Func<CancellationToken, Task<Result<DateTimeOffset>>> askTime, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(askTime);

        // A second for what the clock may be wrong by.
        var end = moment + TimeSpan.FromSeconds(1);
        while (end - Now is var left && left > TimeSpan.Zero)
            await Task.Delay(left < TimeSpan.FromSeconds(30) ? left : TimeSpan.FromSeconds(30), time, cancellationToken).ConfigureAwait(false);
        var answer = await askTime(cancellationToken).ConfigureAwait(false);
        return answer.IsSuccess && answer.Value > moment;
    }

    /// <summary>The median offset of the samples whose round trip is at most twice the shortest.</summary>
    internal static TimeSpan Estimate(IReadOnlyCollection<(TimeSpan RoundTrip, TimeSpan Offset)> samples)
    {
        var shortest = samples.Min(s => s.RoundTrip);
        var good = samples.Where(s => s.RoundTrip <= (shortest * 2) + TimeSpan.FromMilliseconds(1)).Select(s => s.Offset).Order().ToList();
        return good.Count % 2 == 1 ? good[good.Count / 2] : (good[(good.Count / 2) - 1] + good[good.Count / 2]) / 2;
    }
}
