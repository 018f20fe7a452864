using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Http;

/// <summary>
/// Meters a venue's budget as the venue meters it: windows that start with the venue's own minute (or other interval), not
/// sliding ones. The budget belongs to the address and is shared with other roles and processes, so there are two
/// counts: what this role has used of its share, and what the venue says that all have used.
/// </summary>
public sealed class RateMeter : RequestBudget
{
    private readonly Lock _gate = new();
    private readonly double _share;
    private readonly double _reserve;
    private long _window;
    private int _own;
    private int _all;
    private int _limit;

    /// <summary>Creates a meter.</summary>
    /// <param name="limit">The venue's limit in one window.</param>
    /// <param name="window">The window's length.</param>
    /// <param name="share">The part of the limit that this role may use, above 0 and up to 1.</param>
    /// <param name="reserve">The part of the limit that is kept for cancels, 0 up to 1.</param>
    /// <param name="venueNow">The venue's clock.</param>
    public RateMeter(int limit, TimeSpan window, double share, double reserve, Func<DateTimeOffset> venueNow)
        : base(venueNow)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(window, TimeSpan.Zero);
        _limit = limit;
        Window = window;
        _share = share;
        _reserve = reserve;
    }

    /// <summary>The venue's limit in one window. Accounts differ: it may be set once the venue has told it.</summary>
    public int Limit
    {
        get
        {
            lock (_gate)
                return _limit;
        }

        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            lock (_gate)
                _limit = value;
        }
    }

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

    /// <inheritdoc/>
    public override bool TryTake(int weight, RequestPriority priority, out DateTimeOffset retryAt)
    {
        lock (_gate)
        {
            Turn();
            var limit = priority == RequestPriority.Cancel ? _limit : _limit - (int)(_limit * _reserve);
            var withinShare = priority == RequestPriority.Cancel || _own + weight <= Share;
            if (withinShare && _all + weight <= limit)
            {
                _own += weight;
                _all += weight;
                retryAt = default;
                return true;
            }

            retryAt = WindowEnd(_window);
            return false;
        }
    }

    /// <summary>Gives back what was taken for a request that did not leave.</summary>
    public void Return(int weight)
    {
        lock (_gate)
        {
            _own = Math.Max(0, _own - weight);
            _all = Math.Max(0, _all - weight);
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

    /// <inheritdoc/>
    public override ExchangeError Exhausted(DateTimeOffset retryAt) => new()
    {
        Code = ExchangeErrorCode.RateLimited,
        Message = $"our share of the venue's request budget ({Share} of {_limit} in {Window.TotalSeconds:0} s) is used up; try again at {retryAt:HH:mm:ss} UTC",
        Retryable = true,
        RetryAt = retryAt,
    };

    /// <inheritdoc/>
    protected override DateTimeOffset PauseEnd => WindowEnd(Now.UtcTicks / Window.Ticks);

    private int Share => Math.Max(1, (int)(_limit * _share));

    private DateTimeOffset WindowEnd(long window) => new((window + 1) * Window.Ticks, TimeSpan.Zero);

    private void Turn()
    {
        var window = Now.UtcTicks / Window.Ticks;
        if (window == _window)
            return;
        _window = window;
        _own = 0;
        _all = 0;
    }
}
