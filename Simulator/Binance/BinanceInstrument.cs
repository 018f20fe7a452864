using System.Text.Json;
using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Binance;

/// <summary>An instrument with the trading rules that <c>exchangeInfo</c> tells (sheet, section 9).</summary>
internal sealed class BinanceInstrument
{
    public required Instrument Core { get; init; }

    public required string MinimumPrice { get; set; }

    public required string MaximumPrice { get; init; }

    public required string MaximumQuantity { get; init; }

    public required string MaximumMarketQuantity { get; init; }

    public required string MinimumNotional { get; init; }

    public required string UnderlyingSubType { get; init; }

    public string Symbol => Core.Symbol;

    /// <summary>The venue's word: TRADING, and SETTLING once delisted.</summary>
    public string Status { get; set; } = "TRADING";

    /// <summary>4133404800000 (the year 2100) is what the venue tells of a perpetual that is not to end.</summary>
    public long DeliveryDate { get; set; } = 4133404800000;

    /// <summary>Rules as the venue published them in mid-2026; prices are where the simulation starts.</summary>
    public static IReadOnlyList<BinanceInstrument> All() =>
    [
        Create("BTC", 61240.00m, 2, 0.10m, "0.10", 3, 0.001m, 0.24m, "556.80", "4529764", "1000", "120", "100", "PoW"),
        Create("ETH", 2510.40m, 2, 0.01m, "0.01", 3, 0.001m, 3.2m, "39.86", "306177", "10000", "2000", "20", "Layer-1"),
        Create("SOL", 148.3700m, 4, 0.01m, "0.0100", 2, 0.01m, 40m, "0.4200", "6857", "1000000", "80000", "5", "Layer-1"),
        Create("DOGE", 0.171230m, 6, 0.00001m, "0.000010", 0, 1m, 6000m, "0.002440", "30", "50000000", "30000000", "5", "Meme"),
    ];

    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("symbol"u8, Symbol);
        writer.WriteString("pair"u8, Symbol);
        writer.WriteString("contractType"u8, "PERPETUAL"u8);
        writer.WriteNumber("deliveryDate"u8, DeliveryDate);
        writer.WriteNumber("onboardDate"u8, 1569398400000);
        writer.WriteString("status"u8, Status);
        writer.WriteString("maintMarginPercent"u8, "2.5000"u8);
        writer.WriteString("requiredMarginPercent"u8, "5.0000"u8);
        writer.WriteString("baseAsset"u8, Core.BaseAsset);
        writer.WriteString("quoteAsset"u8, Core.QuoteAsset);
        writer.WriteString("marginAsset"u8, Core.QuoteAsset);
        writer.WriteNumber("pricePrecision"u8, Core.PriceDigits);
        writer.WriteNumber("quantityPrecision"u8, Core.QuantityDigits);
        writer.WriteNumber("baseAssetPrecision"u8, 8);
        writer.WriteNumber("quotePrecision"u8, 8);
        writer.WriteString("underlyingType"u8, "COIN"u8);
        writer.WriteStartArray("underlyingSubType"u8);
        writer.WriteStringValue(UnderlyingSubType);
        writer.WriteEndArray();
        writer.WriteNumber("settlePlan"u8, 0);
        writer.WriteString("triggerProtect"u8, "0.0500"u8);
        writer.WriteString("liquidationFee"u8, "0.012500"u8);
        writer.WriteString("marketTakeBound"u8, "0.05"u8);
        writer.WriteNumber("maxMoveOrderLimit"u8, 10000);
        WriteFilters(writer);
        WriteList(writer, "orderTypes"u8,
            ["LIMIT", "MARKET", "STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET", "TRAILING_STOP_MARKET"]);
        WriteList(writer, "timeInForce"u8, ["GTC", "IOC", "FOK", "GTX", "GTD"]);
        writer.WriteEndObject();
    }

    private static BinanceInstrument Create(
        string asset, decimal start, int priceDigits, decimal tick, string tickText, int quantityDigits, decimal step,
        decimal typical, string minimumPrice, string maximumPrice, string maximumQuantity, string maximumMarketQuantity,
        string minimumNotional, string subType) => new()
        {
            Core = new Instrument
            {
                Symbol = asset + "USDT",
                BaseAsset = asset,
                QuoteAsset = "USDT",
                Tick = Fixed8.Of(tick),
                TickText = tickText,
                LotStep = Fixed8.Of(step),
                PriceDigits = priceDigits,
                QuantityDigits = quantityDigits,
                StartPrice = Fixed8.Of(start),
                TypicalQuantity = Fixed8.Of(typical),
            },
            MinimumPrice = minimumPrice,
            MaximumPrice = maximumPrice,
            MaximumQuantity = maximumQuantity,
            MaximumMarketQuantity = maximumMarketQuantity,
            MinimumNotional = minimumNotional,
            UnderlyingSubType = subType,
        };

    private static void WriteList(Utf8JsonWriter writer, ReadOnlySpan<byte> name, ReadOnlySpan<string> items)
    {
        writer.WriteStartArray(name);
        foreach (var item in items)
        {
            writer.WriteStringValue(item);
        }

        writer.WriteEndArray();
    }

    private void WriteFilters(Utf8JsonWriter writer)
    {
        var step = Fixed8.ToText(Core.LotStep, Core.QuantityDigits);
        writer.WriteStartArray("filters"u8);
        Filter("PRICE_FILTER", ("minPrice", MinimumPrice), ("maxPrice", MaximumPrice), ("tickSize", Core.TickText));
        Filter("LOT_SIZE", ("minQty", step), ("maxQty", MaximumQuantity), ("stepSize", step));
        Filter("MARKET_LOT_SIZE", ("minQty", step), ("maxQty", MaximumMarketQuantity), ("stepSize", step));
        writer.WriteStartObject();
        writer.WriteString("filterType"u8, "MAX_NUM_ORDERS"u8);
        writer.WriteNumber("limit"u8, 200);
        writer.WriteEndObject();
        Filter("MIN_NOTIONAL", ("notional", MinimumNotional));
        Filter("PERCENT_PRICE", ("multiplierUp", "1.0500"), ("multiplierDown", "0.9500"), ("multiplierDecimal", "4"));
        writer.WriteEndArray();

        void Filter(string type, params ReadOnlySpan<(string Name, string Value)> members)
        {
            writer.WriteStartObject();
            writer.WriteString("filterType"u8, type);
            foreach (var (name, value) in members)
            {
                writer.WriteString(name, value);
            }

            writer.WriteEndObject();
        }
    }
}
