using System.Globalization;
using System.Text.Json;
using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Deribit;

/// <summary>An instrument with the venue's own rules (sheet, sections 1 and 6).</summary>
internal sealed class DeribitInstrument
{
    /// <summary>Initial margin as a part of the position's value.</summary>
    public const decimal InitialMargin = 0.02m;

    public const decimal MaintenanceMargin = 0.01m;

    private const long CreatedAt = 1_700_000_000_000;
    private const long Never = 32_503_708_800_000;

    /// <summary>31DEC27, 08:00 UTC.</summary>
    private const long Expiry = 1_830_240_000_000;

    public required Instrument Core { get; init; }

    public required long Id { get; init; }

    /// <summary>Money is the base coin (<c>reversed</c>); else USDC.</summary>
    public bool IsInverse { get; init; }

    public bool IsOption => OptionType is not null;

    public bool IsPerpetual { get; init; }

    /// <summary><c>call</c> or <c>put</c>; null for a future.</summary>
    public string? OptionType { get; init; }

    public decimal Strike { get; init; }

    public required string BaseCurrency { get; init; }

    /// <summary>In which fees, profit and margin are counted.</summary>
    public required string SettlementCurrency { get; init; }

    public required string PriceIndex { get; init; }

    public required decimal ContractSize { get; init; }

    public required decimal MinimumAmount { get; init; }

    public required decimal TickSize { get; init; }

    /// <summary>Coarser grids above a price, ascending.</summary>
    public IReadOnlyList<(decimal Above, decimal Tick)> TickSteps { get; init; } = [];

    public required decimal MakerCommission { get; init; }

    public required decimal TakerCommission { get; init; }

    /// <summary><c>open</c>, <c>locked</c>, <c>halted</c>, <c>inactive</c> …</summary>
    public string State { get; set; } = "open";

    public string Name => Core.Symbol;

    public string Kind => IsOption ? "option" : "future";

    public decimal AmountStep => Math.Min(ContractSize, MinimumAmount);

    /// <summary>Ids begin with it, except in BTC.</summary>
    public string IdPrefix => SettlementCurrency == "BTC" ? "" : SettlementCurrency + "-";

    /// <summary>The grid at a price. The boundary itself belongs to the finer one.</summary>
    public decimal TickAt(decimal price)
    {
        var tick = TickSize;
        foreach (var (above, coarser) in TickSteps)
        {
            tick = price > above ? coarser : tick;
        }

        return tick;
    }

    /// <summary>Amounts are dollars.</summary>
    public bool CountsDollars => IsInverse && !IsOption;

    /// <summary>The value of an amount in the settlement currency.</summary>
    public decimal Value(decimal amount, decimal price) => CountsDollars ? (price == 0 ? 0 : amount / price) : amount * price;

    public static IReadOnlyList<DeribitInstrument> All() =>
    [
        Perpetual(210838, "BTC-PERPETUAL", "BTC", inverse: true, 61_200m, 0.5m, 1, 10m, 6_000m),
        Perpetual(210760, "ETH-PERPETUAL", "ETH", inverse: true, 2_500m, 0.05m, 2, 1m, 1_500m),
        Perpetual(300001, "SOL_USDC-PERPETUAL", "SOL", inverse: false, 141m, 0.01m, 2, 0.1m, 20m),
        Perpetual(300002, "BTC_USDC-PERPETUAL", "BTC", inverse: false, 61_210m, 0.5m, 1, 0.001m, 0.06m),
        Future(410001, "BTC-31DEC27", "BTC", 63_000m, 2.5m, 1, 10m, 4_000m),
        Option(500001, "BTC-31DEC27-50000-C", "BTC", "call", 50_000m, 0.31m, 1m),
        Option(500002, "BTC-31DEC27-70000-C", "BTC", "call", 70_000m, 0.2m, 1m),
        Option(500003, "BTC-31DEC27-70000-P", "BTC", "put", 70_000m, 0.25m, 1m),
        Option(500004, "ETH-31DEC27-2500-C", "ETH", "call", 2_500m, 0.22m, 10m),
    ];

    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("instrument_name"u8, Name);
        writer.WriteNumber("instrument_id"u8, Id);
        writer.WriteString("kind"u8, Kind);
        writer.WriteString("instrument_type"u8, IsInverse ? "reversed" : "linear");
        if (IsOption)
        {
            writer.WriteString("option_type"u8, OptionType);
            writer.WriteAmount("strike"u8, Strike);
        }
        else
        {
            writer.WriteString("future_type"u8, IsInverse ? "reversed" : "linear");
            writer.WriteNumber("max_leverage"u8, 50);
        }

        writer.WriteString("base_currency"u8, BaseCurrency);
        writer.WriteString("quote_currency"u8, IsOption ? BaseCurrency : IsInverse ? "USD" : SettlementCurrency);
        writer.WriteString("counter_currency"u8, IsInverse ? "USD" : SettlementCurrency);
        writer.WriteString("settlement_currency"u8, SettlementCurrency);
        writer.WriteString("settlement_period"u8, IsPerpetual ? "perpetual" : "month");
        writer.WriteString("price_index"u8, PriceIndex);
        writer.WriteAmount("tick_size"u8, TickSize);
        writer.WriteStartArray("tick_size_steps"u8);
        foreach (var (above, tick) in TickSteps)
        {
            writer.WriteStartObject();
            writer.WriteAmount("above_price"u8, above);
            writer.WriteAmount("tick_size"u8, tick);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteAmount("min_trade_amount"u8, MinimumAmount);
        writer.WriteAmount("contract_size"u8, ContractSize);
        writer.WriteAmount("maker_commission"u8, MakerCommission);
        writer.WriteAmount("taker_commission"u8, TakerCommission);
        writer.WriteAmount("max_liquidation_commission"u8, 0.0075m);
        writer.WriteAmount("block_trade_commission"u8, 0.0003m);
        writer.WriteNumber("creation_timestamp"u8, CreatedAt);
        writer.WriteNumber("expiration_timestamp"u8, IsPerpetual ? Never : Expiry);
        writer.WriteBoolean("is_active"u8, State == "open");
        writer.WriteString("state"u8, State);
        writer.WriteBoolean("rfq"u8, false);
        writer.WriteEndObject();
    }

    private static DeribitInstrument Perpetual(
        long id, string name, string coin, bool inverse, decimal start, decimal tick, int priceDigits, decimal contract, decimal typical) => new()
        {
            Core = Engine(name, coin, inverse ? "USD" : "USDC", start, tick, priceDigits, contract, typical),
            Id = id,
            IsInverse = inverse,
            IsPerpetual = true,
            BaseCurrency = coin,
            SettlementCurrency = inverse ? coin : "USDC",
            PriceIndex = $"{coin.ToLowerInvariant()}_{(inverse ? "usd" : "usdc")}",
            ContractSize = contract,
            MinimumAmount = contract,
            TickSize = tick,
            MakerCommission = inverse ? 0m : 0.0001m,
            TakerCommission = 0.0005m,
        };

    private static DeribitInstrument Future(
        long id, string name, string coin, decimal start, decimal tick, int priceDigits, decimal contract, decimal typical) => new()
        {
            Core = Engine(name, coin, "USD", start, tick, priceDigits, contract, typical),
            Id = id,
            IsInverse = true,
            BaseCurrency = coin,
            SettlementCurrency = coin,
            PriceIndex = coin.ToLowerInvariant() + "_usd",
            ContractSize = contract,
            MinimumAmount = contract,
            TickSize = tick,
            MakerCommission = 0m,
            TakerCommission = 0.0005m,
        };

    // The flow quotes on the coarser grid: all of its prices are above the step.
    private static DeribitInstrument Option(long id, string name, string coin, string type, decimal strike, decimal start, decimal least) => new()
    {
        Core = Engine(name, coin, coin, start, 0.0005m, 4, least / 10, least * 2),
        Id = id,
        IsInverse = true,
        OptionType = type,
        Strike = strike,
        BaseCurrency = coin,
        SettlementCurrency = coin,
        PriceIndex = coin.ToLowerInvariant() + "_usd",
        ContractSize = 1m,
        MinimumAmount = least / 10,
        TickSize = 0.0001m,
        TickSteps = [(0.005m, 0.0005m)],
        MakerCommission = 0.0003m,
        TakerCommission = 0.0003m,
    };

    private static Instrument Engine(string name, string coin, string quote, decimal start, decimal tick, int priceDigits, decimal step, decimal typical) => new()
    {
        Symbol = name,
        BaseAsset = coin,
        QuoteAsset = quote,
        Tick = Fixed8.Of(tick),
        TickText = tick.ToString(CultureInfo.InvariantCulture),
        LotStep = Fixed8.Of(step),
        PriceDigits = priceDigits,
        QuantityDigits = 3,
        StartPrice = Fixed8.Of(start),
        TypicalQuantity = Fixed8.Of(typical),
    };
}
