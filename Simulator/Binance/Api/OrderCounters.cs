using Exchange.Simulator.Binance.Trading;
using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Binance.Api;

/// <summary>Orders that an account has sent in the ten seconds and in the minute that are running.</summary>
internal readonly record struct OrderCount(int TenSeconds, int Minute);

/// <summary>The order limits of each account (sheet, section 7.2).</summary>
internal sealed class OrderCounters(SimulatorClock clock, SimulatorOptions options)
{
    public int LimitPerTenSeconds => options.OrdersPerTenSeconds;

    public int LimitPerMinute => options.OrdersPerMinute;

    private readonly Dictionary<Account, (long TenSeconds, long Minute, OrderCount Count)> _counts = [];

    public OrderCount Of(Account account) => Current(account).Count;

    /// <summary>Counts a command, whether or not it then succeeds.</summary>
    /// <exception cref="BinanceErrorException">-1015.</exception>
    public OrderCount Charge(Account account, (int TenSeconds, int Minute) orders)
    {
        var (tenSeconds, minute, count) = Current(account);
        var after = new OrderCount(count.TenSeconds + orders.TenSeconds, count.Minute + orders.Minute);
        if (after.TenSeconds > LimitPerTenSeconds)
        {
            throw TooMany($"{LimitPerTenSeconds} orders per TEN_SECONDS");
        }

        if (after.Minute > LimitPerMinute)
        {
            throw TooMany($"{LimitPerMinute} orders per MINUTE");
        }

        _counts[account] = (tenSeconds, minute, after);
        return after;
    }

    private static BinanceErrorException TooMany(string limit) =>
        new(StatusCodes.Status429TooManyRequests, -1015, $"Too many new orders; current limit is {limit}.");

    private (long TenSeconds, long Minute, OrderCount Count) Current(Account account)
    {
        var seconds = clock.Now.ToUnixTimeSeconds();
        var (tenSeconds, minute) = (seconds / 10, seconds / 60);
        var held = _counts.GetValueOrDefault(account);
        return (tenSeconds, minute, new OrderCount(
            held.TenSeconds == tenSeconds ? held.Count.TenSeconds : 0, held.Minute == minute ? held.Count.Minute : 0));
    }
}
