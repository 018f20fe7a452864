namespace Exchange.Simulator.Binance.Trading;

/// <summary>One step of the venue's table: up to this notional, this leverage at most.</summary>
internal sealed record LeverageBracket(int Number, int Leverage, decimal Floor, decimal Cap, decimal MaintenanceRate, decimal Cumulative);

/// <summary>One table for all symbols, in the shape of the venue's own for large contracts.</summary>
internal static class LeverageBrackets
{
    public static readonly IReadOnlyList<LeverageBracket> All =
    [
        new(1, 125, 0, 300_000, 0.004m, 0),
        new(2, 100, 300_000, 800_000, 0.005m, 300),
        new(3, 75, 800_000, 3_000_000, 0.0065m, 1_500),
        new(4, 50, 3_000_000, 12_000_000, 0.01m, 12_000),
        new(5, 25, 12_000_000, 70_000_000, 0.02m, 132_000),
        new(6, 20, 70_000_000, 100_000_000, 0.025m, 482_000),
        new(7, 10, 100_000_000, 230_000_000, 0.05m, 2_982_000),
        new(8, 5, 230_000_000, 480_000_000, 0.1m, 14_482_000),
        new(9, 1, 480_000_000, 1_800_000_000, 0.125m, 26_482_000),
    ];

    public const int MaximumLeverage = 125;

    /// <summary>The largest position that this leverage allows.</summary>
    public static decimal MaximumNotional(int leverage) => All.Last(bracket => bracket.Leverage >= leverage || bracket.Number == 1).Cap;

    public static decimal Maintenance(decimal notional)
    {
        var bracket = All.FirstOrDefault(candidate => notional < candidate.Cap) ?? All[^1];
        return (notional * bracket.MaintenanceRate) - bracket.Cumulative;
    }

    public static decimal MaintenanceRate(decimal notional) =>
        (All.FirstOrDefault(candidate => notional < candidate.Cap) ?? All[^1]).MaintenanceRate;
}
