using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Orders;

/// <summary>How many orders may leave in a second: a bucket that holds one second's worth and fills evenly.</summary>
internal sealed class OrderRate(int? perSecond, TimeProvider time)
{
    private long _last = time.GetTimestamp();
    private double _left = perSecond ?? 0;

    /// <summary>Takes one; null when it was there.</summary>
    public ExchangeError? Take()
    {
        if (perSecond is not { } most)
            return null;
        var now = time.GetTimestamp();
        _left = Math.Min(most, _left + (time.GetElapsedTime(_last, now).TotalSeconds * most));
        _last = now;
        if (_left >= 1)
        {
            _left--;
            return null;
        }

        return new ExchangeError
        {
            Code = ExchangeErrorCode.RateLimited,
            Message = $"our own limit of {most} orders a second is used up (OrdersPerSecond)",
            Retryable = true,
            RetryAt = time.GetUtcNow() + TimeSpan.FromSeconds((1 - _left) / most),
        };
    }
}
