using Exchange.Simulator.Engine;
using Exchange.Simulator.Grvt.Wire;

namespace Exchange.Simulator.Grvt.Market;

/// <summary>An instrument with the rules that the venue tells (sheet, section 8); the size step is the least size.</summary>
internal sealed class GrvtInstrument
{
    public required Instrument Core { get; init; }

    /// <summary>What is signed in place of the name.</summary>
    public required string Hash { get; init; }

    /// <summary>Decimals of a signed size.</summary>
    public required int BaseDecimals { get; init; }

    public required decimal MinimumNotional { get; init; }

    public required decimal MaximumPosition { get; init; }

    public string Symbol => Core.Symbol;

    public decimal Tick => Fixed8.ToDecimal(Core.Tick);

    public decimal SizeStep => Fixed8.ToDecimal(Core.LotStep);

    /// <summary>Prices are where the simulation starts.</summary>
    public static IReadOnlyList<GrvtInstrument> All() =>
    [
        Create("BTC", "0x030501", 9, 61240.0m, 0.1m, 0.001m, 0.24m, 100, 1000),
        Create("ETH", "0x030401", 9, 2510.40m, 0.01m, 0.01m, 3.2m, 20, 20_000),
        Create("SOL", "0x030601", 9, 148.37m, 0.01m, 0.1m, 40m, 20, 100_000),
        Create("SUI", "0x031501", 6, 0.93m, 0.0001m, 0.1m, 2000m, 5, 5_000_000),
    ];

    public void Write(GrvtWriter writer)
    {
        writer.Text("instrument", Symbol);
        writer.Text("instrument_hash", Hash);
        writer.Text("base", Core.BaseAsset);
        writer.Text("quote", Core.QuoteAsset);
        writer.Text("kind", "PERPETUAL");
        writer.Texts("venues", "ORDERBOOK", "RFQ");
        writer.Text("settlement_period", "PERPETUAL");
        writer.Count("base_decimals", BaseDecimals);
        writer.Count("quote_decimals", 6);
        writer.Text("tick_size", Core.TickText);
        writer.Text("min_size", GrvtText.Of(SizeStep));
        writer.Text("create_time", "1768040726362828205");
        writer.Number("max_position_size", MaximumPosition);
        writer.Count("funding_interval_hours", 8);
        writer.Text("adjusted_funding_rate_cap", "0.3");
        writer.Text("adjusted_funding_rate_floor", "-0.3");
        writer.Number("min_notional", MinimumNotional);
    }

    private static GrvtInstrument Create(
        string asset, string hash, int baseDecimals, decimal price, decimal tick, decimal step, decimal typical, decimal notional, decimal maximum) => new()
        {
            Core = new Instrument
            {
                Symbol = asset + "_USDT_Perp",
                BaseAsset = asset,
                QuoteAsset = "USDT",
                Tick = Fixed8.Of(tick),
                TickText = GrvtText.Of(tick),
                LotStep = Fixed8.Of(step),
                PriceDigits = tick.Scale,
                QuantityDigits = step.Scale,
                StartPrice = Fixed8.Of(price),
                TypicalQuantity = Fixed8.Of(typical),
            },
            Hash = hash,
            BaseDecimals = baseDecimals,
            MinimumNotional = notional,
            MaximumPosition = maximum,
        };
}
