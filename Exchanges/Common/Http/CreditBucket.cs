using System.Globalization;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Http;

/// <summary>
/// Keeps a venue's budget that fills up again steadily (Deribit's credits): a burst at once, then so many a second. The budget belongs to
/// the account and is shared with other roles, so this one keeps to its share of both numbers; a part of the burst is left to cancels.
/// </summary>
public sealed class CreditBucket : RequestBudget
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly string _what;
    private readonly double _share;
    private readonly double _reserve;
    private readonly TimeSpan _pause;
    private double _rate;
    private double _burst;
    private double _tokens;
    private long _at;

    /// <summary>Creates a full bucket.</summary>
    /// <param name="what">What is metered, for messages.</param>
    /// <param name="rate">Requests a second that the venue takes in the long run.</param>
    /// <param name="burst">Requests that it takes at once.</param>
    /// <param name="share">The part of both that this role may use, above 0 and up to 1.</param>
    /// <param name="reserve">The part of the burst that is kept for cancels, 0 up to 1.</param>
    /// <param name="pause">How long nothing is sent after the venue has refused us for coming too often.</param>
    /// <param name="venueNow">The venue's clock.</param>
    /// <param name="time">The clock that the bucket fills by.</param>
    public CreditBucket(
        string what, double rate, double burst, double share, double reserve, TimeSpan pause, Func<DateTimeOffset> venueNow, TimeProvider time)
        : base(venueNow)
    {
        ArgumentNullException.ThrowIfNull(time);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(rate, 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(burst, 1);
        _what = what;
        _share = share;
        _reserve = reserve;
        _pause = pause;
        _time = time;
        _at = time.GetTimestamp();
        _rate = rate * share;
        _burst = _tokens = Math.Max(1, burst * share);
    }

    /// <summary>Requests that could be sent now, cancels.</summary>
    public double Tokens
    {
        get
        {
            lock (_gate)
            {
                Fill();
                return _tokens;
            }
        }
    }

    /// <summary>The venue's own numbers, once it has told them: accounts differ, and change.</summary>
    public void SetLimits(double rate, double burst)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(rate, 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(burst, 1);
        lock (_gate)
        {
            Fill();
            var used = _burst - _tokens;
            _rate = rate * _share;
            _burst = Math.Max(1, burst * _share);
            _tokens = Math.Max(0, _burst - used);
        }
    }

    /// <summary>The venue has refused us for coming too often, so nothing is left, whoever used it up.</summary>
    public void Drain()
    {
        lock (_gate)
        {
            Fill();
            _tokens = 0;
        }
    }

    /// <summary>Takes what must be sent whether or not it is there: the answer that keeps a socket open.</summary>
    public void Charge(int weight)
    {
        lock (_gate)
        {
            Fill();
            _tokens -= weight;
        }
    }

    /// <inheritdoc/>
    public override bool TryTake(int weight, RequestPriority priority, out DateTimeOffset retryAt)
    {
        lock (_gate)
        {
            Fill();

            // What is asked for at once is never more than there can be.
            var kept = priority == RequestPriority.Cancel ? 0 : Math.Min(_burst * _reserve, _burst - 1);
            var missing = Math.Min(weight, _burst - kept) + kept - _tokens;
            if (missing <= 0)
            {
                _tokens -= weight;
                retryAt = default;
                return true;
            }

            retryAt = Now + TimeSpan.FromSeconds(missing / _rate);
            return false;
        }
    }

    /// <inheritdoc/>
    public override ExchangeError Exhausted(DateTimeOffset retryAt) => new()
    {
        Code = ExchangeErrorCode.RateLimited,
        Message = string.Create(CultureInfo.InvariantCulture, $"our share of the venue's {_what} ({_burst:0.#} at once, {_rate:0.##} a second) is used up; try again at {retryAt:HH:mm:ss.fff} UTC"),
        Outcome = CommandOutcome.Rejected,
        Retryable = true,
        RetryAt = retryAt,
    };

    /// <inheritdoc/>
    protected override DateTimeOffset PauseEnd => Now + _pause;

    private void Fill()
    {
        var now = _time.GetTimestamp();
        _tokens = Math.Min(_burst, _tokens + (_time.GetElapsedTime(_at, now).TotalSeconds * _rate));
        _at = now;
    }
}
