using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Deribit.Api;

/// <summary>
/// The credits of one payer (an account; all that have not logged in together), in whole requests: each pool refills steadily up
/// to its burst (sheet, section 8). Who has none left is refused with 10028, and loses the session.
/// </summary>
internal sealed class Credits
{
    private readonly SimulatorClock _clock;
    private readonly Dictionary<Pool, Bucket> _pools;

    public Credits(SimulatorClock clock, DeribitSimulatorOptions options)
    {
        _clock = clock;
        var now = clock.Now;
        _pools = new()
        {
            [Pool.NonMatching] = new(20m, 100m, now),
            [Pool.Matching] = new(options.MatchingRate, options.MatchingBurst, now),
            [Pool.Subscribe] = new(10m / 3, 10m, now),
            [Pool.Instruments] = new(1m, 50m, now),
        };
    }

    /// <exception cref="DeribitException">10028.</exception>
    public void Charge(Pool pool)
    {
        if (!_pools[pool].TryTake(_clock.Now))
        {
            throw new DeribitException(10028, DeribitErrors.Text(10028)) { EndsSession = true, Status = StatusCodes.Status429TooManyRequests };
        }
    }

    /// <summary>Requests that could be made now.</summary>
    public decimal Left(Pool pool) => _pools[pool].Left(_clock.Now);

    private sealed class Bucket(decimal rate, decimal burst, DateTimeOffset began)
    {
        private decimal _used;
        private DateTimeOffset _at = began;

        public decimal Left(DateTimeOffset now) => burst - Math.Max(0, _used - (rate * (decimal)(now - _at).TotalSeconds));

        public bool TryTake(DateTimeOffset now)
        {
            var left = Left(now);
            (_used, _at) = (burst - left, now);
            if (left < 1)
            {
                return false;
            }

            _used++;
            return true;
        }
    }
}
