namespace Exchange.Simulator.Binance;

/// <summary>The intervals of klines, and where the one that holds a time begins.</summary>
internal readonly record struct KlineInterval(string Name, long Milliseconds)
{
    private const long Minute = 60_000;

    public static readonly KlineInterval[] All =
    [
        new("1m", Minute), new("3m", 3 * Minute), new("5m", 5 * Minute), new("15m", 15 * Minute), new("30m", 30 * Minute),
        new("1h", 60 * Minute), new("2h", 120 * Minute), new("4h", 240 * Minute), new("6h", 360 * Minute),
        new("8h", 480 * Minute), new("12h", 720 * Minute), new("1d", 1440 * Minute), new("3d", 4320 * Minute),
        new("1w", 10080 * Minute), new("1M", 0),
    ];

    public static KlineInterval? Find(string? name)
    {
        foreach (var interval in All)
        {
            if (interval.Name == name)
            {
                return interval;
            }
        }

        return null;
    }

    public long StartOf(long time)
    {
        switch (Name)
        {
            case "1M":
                var day = DateTimeOffset.FromUnixTimeMilliseconds(time);
                return new DateTimeOffset(day.Year, day.Month, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
            case "1w":
                // Weeks begin on Mondays; 1970-01-05 was one.
                const long Monday = 4 * 1440 * Minute;
                return time - ((time - Monday) % Milliseconds);
            default:
                return time - (time % Milliseconds);
        }
    }

    public long EndOf(long start) => Name == "1M"
        ? DateTimeOffset.FromUnixTimeMilliseconds(start).AddMonths(1).ToUnixTimeMilliseconds() - 1
        : start + Milliseconds - 1;
}
