using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Http;

/// <summary>What a request is for: cancels may use a part of the budget that nothing else may.</summary>
public enum RequestPriority
{
    /// <summary>Anything but a cancel.</summary>
    Normal = 0,
    /// <summary>A cancel, or what a cancel needs.</summary>
    Cancel = 1,
}

/// <summary>
/// Meters a venue's budget as the venue meters it: windows that start with the venue's own minute (or other interval), not
/// sliding ones. The budget belongs to the address and is shared with other roles and processes, so there are two
/// counts: what this role has used of its share, and what the venue says that all have used.
/// </summary>
public sealed class RateMeter
{
    private readonly Lock _gate = new();
    private readonly Func<DateTimeOffset> _venueNow;
    private readonly int _share;
    private readonly int _reserve;
    private long _window;
    private int _own;
    private int _all;

    /// <summary>Creates a meter.</summary>
    /// <param name="limit">The venue's limit in one window.</param>
    /// <param name="window">The window's length.</param>
    /// <param name="share">The part of the limit that this role may use, above 0 and up to 1.</param>
    /// <param name="reserve">The part of the limit that is kept for cancels, 0 up to 1.</param>
    /// <param name="venueNow">The venue's clock.</param>
    public RateMeter(int limit, TimeSpan window, double share, double reserve, Func<DateTimeOffset> venueNow)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(window, TimeSpan.Zero);
        Limit = limit;
        Window = window;
        _share = Math.Max(1, (int)(limit * share));
        _reserve = (int)(limit * reserve);
        _venueNow = venueNow;
    }

    /// <summary>The venue's limit in one window.</summary>
    public int Limit { get; }

    /// <summary>The window's length.</summary>
    public TimeSpan Window { get; }

    /// <summary>What all have used of the current window, as far as is known.</summary>
    public int Used
    {
        get
        {
            lock (_gate)
            {
                Turn();
                return _all;
            }
        }
    }

    /// <summary>Takes <paramref name="weight"/> from the budget if it is there.</summary>
    /// <param name="weight">What the venue charges.</param>
    /// <param name="priority">What it is for.</param>
    /// <param name="retryAt">When the next window starts by the venue's clock, if the budget does not suffice.</param>
    public bool TryTake(int weight, RequestPriority priority, out DateTimeOffset retryAt)
    {
        lock (_gate)
        {
            Turn();
            var limit = priority == RequestPriority.Cancel ? Limit : Limit - _reserve;
            var withinShare = priority == RequestPriority.Cancel || _own + weight <= _share;
            if (withinShare && _all + weight <= limit)
            {
                _own += weight;
                _all += weight;
                retryAt = default;
                return true;
            }

            retryAt = new DateTimeOffset((_window + 1) * Window.Ticks, TimeSpan.Zero);
            return false;
        }
    }

    /// <summary>The venue told what all have used of its current window. It is believed only upwards: requests under way are not in it yet.</summary>
    public void Observe(int used)
    {
        // Binance has been seen to send -1 where it does not count.
        if (used < 0)
            return;
        lock (_gate)
        {
            Turn();
            _all = Math.Max(_all, used);
        }
    }

    /// <summary>An error that says when to come back.</summary>
    public ExchangeError Exhausted(DateTimeOffset retryAt) => new()
    {
        Code = ExchangeErrorCode.RateLimited,
        Message = $"our share of the venue's request budget ({_share} of {Limit} in {Window.TotalSeconds:0} s) is used up; try again at {retryAt:HH:mm:ss} UTC",
        Retryable = true,
        RetryAt = retryAt,
    };

    private void Turn()
    {
        var window = _venueNow().UtcTicks / Window.Ticks;
        if (window == _window)
            return;
        _window = window;
        _own = 0;
        _all = 0;
    }
}
