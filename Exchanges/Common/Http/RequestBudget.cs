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

/// <summary>A venue's budget of requests as one role sees it, and the pause that the venue may ask for.</summary>
public abstract class RequestBudget
{
    private readonly Lock _gate = new();
    private readonly Func<DateTimeOffset> _venueNow;
    private ExchangeError? _pause;

    /// <summary>Creates a budget without a pause.</summary>
    /// <param name="venueNow">The venue's clock.</param>
    protected RequestBudget(Func<DateTimeOffset> venueNow) => _venueNow = venueNow;

    /// <summary>The venue's clock, as the budget sees it.</summary>
    public DateTimeOffset Now => _venueNow();

    /// <summary>
    /// The venue wants less of us: why, with the time (<see cref="ExchangeError.RetryAt"/>) before which nothing may be sent, not even a
    /// cancel; null when it is over. Sending on turns a refusal into a ban, and a ban into a longer one.
    /// </summary>
    public ExchangeError? Pause
    {
        get
        {
            lock (_gate)
            {
                if (_pause is not null && _pause.RetryAt <= _venueNow())
                    _pause = null;
                return _pause;
            }
        }
    }

    /// <summary>Notes that the venue refuses us for coming too often.</summary>
    /// <param name="refusal">What it said; without a time of its own it holds as long as the kind of budget says.</param>
    /// <returns>The refusal, with its time.</returns>
    public ExchangeError PauseFor(ExchangeError refusal)
    {
        lock (_gate)
        {
            var until = refusal.RetryAt ?? PauseEnd;
            refusal = refusal with { RetryAt = until, Retryable = refusal.Outcome != CommandOutcome.Unknown };
            if (_pause is null || _pause.RetryAt < until)
                _pause = refusal;
            return refusal;
        }
    }

    /// <summary>Takes <paramref name="weight"/> from the budget if it is there.</summary>
    /// <param name="weight">What the venue charges.</param>
    /// <param name="priority">What it is for.</param>
    /// <param name="retryAt">From when on it will be there, by the venue's clock, if it is not now.</param>
    public abstract bool TryTake(int weight, RequestPriority priority, out DateTimeOffset retryAt);

    /// <summary>An error that says when to come back.</summary>
    public abstract ExchangeError Exhausted(DateTimeOffset retryAt);

    /// <summary>The end of a pause for which the venue gave none.</summary>
    protected abstract DateTimeOffset PauseEnd { get; }
}
