using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Exchange.Exchanges.Common.Instruments;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Binance;

/// <summary>The instruments of <c>GET /fapi/v1/exchangeInfo</c>. Loaded seldom, so it is read as a document.</summary>
internal sealed class BinanceInstruments : InstrumentTable
{
    private BinanceInstruments(ImmutableArray<Instrument> all, int unreadable, int? weightLimit)
        : base("Binance", all, unreadable) => WeightLimit = weightLimit;

    /// <summary>The venue's request weight a minute, where it tells.</summary>
    public int? WeightLimit { get; }

    /// <summary>Reads the body. One entry that cannot be read is left out and counted; a body without entries is an error.</summary>
    public static Result<BinanceInstruments> Read(byte[] body, string exchange)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (!document.RootElement.TryGetProperty("symbols"u8, out var symbols) || symbols.ValueKind != JsonValueKind.Array)
                return Unusable("it has no symbols");
            var all = ImmutableArray.CreateBuilder<Instrument>(symbols.GetArrayLength());
            var seen = new HashSet<string>(StringComparer.Ordinal);
            var unreadable = 0;
            foreach (var symbol in symbols.EnumerateArray())
            {
                if (ReadOne(symbol, exchange) is { } instrument && seen.Add(instrument.Symbol))
                    all.Add(instrument);
                else
                    unreadable++;
            }

            return all.Count > 0 ? new BinanceInstruments(all.ToImmutable(), unreadable, ReadWeightLimit(document.RootElement)) : Unusable("it lists nothing that can be read");
        }
        catch (JsonException e)
        {
            return Unusable(e.Message);
        }

        static ExchangeError Unusable(string why) =>
            new() { Code = ExchangeErrorCode.UnreadableReply, Message = $"Binance's exchangeInfo cannot be used: {why}", Retryable = true };
    }

    private static Instrument? ReadOne(JsonElement json, string exchange)
    {
        if (json.ValueKind != JsonValueKind.Object)
            return null;
        var symbol = Text(json, "symbol");
        var filters = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        if (json.TryGetProperty("filters"u8, out var list) && list.ValueKind == JsonValueKind.Array)
        {
            foreach (var filter in list.EnumerateArray())
            {
                if (Text(filter, "filterType") is { } type)
                    filters[type] = filter;
            }
        }

        var price = filters.GetValueOrDefault("PRICE_FILTER");
        var lot = filters.GetValueOrDefault("LOT_SIZE");
        var tick = Number(price, "tickSize");
        var step = Number(lot, "stepSize");
        if (string.IsNullOrEmpty(symbol) || Text(json, "baseAsset") is not { } baseAsset || Text(json, "quoteAsset") is not { } quoteAsset
            || tick is null || step is null)
        {
            return null;
        }

        var type2 = Text(json, "contractType") ?? "";
        var perpetual = type2.Contains("PERPETUAL", StringComparison.Ordinal);
        var status = Text(json, "status") ?? Text(json, "contractStatus");
        var percent = filters.GetValueOrDefault("PERCENT_PRICE");
        return new Instrument
        {
            Exchange = exchange,
            Symbol = symbol,
            Kind = perpetual ? InstrumentKind.Perpetual : type2.EndsWith("MONTH", StringComparison.Ordinal) || type2.EndsWith("QUARTER", StringComparison.Ordinal) ? InstrumentKind.Future : InstrumentKind.Other,
            Base = baseAsset,
            Quote = quoteAsset,
            Settlement = Text(json, "marginAsset") ?? quoteAsset,
            TickSize = tick.Value,
            LotStep = step.Value,
            MinQuantity = Number(lot, "minQty") ?? step.Value,
            MaxQuantity = Number(lot, "maxQty"),
            MaxMarketQuantity = Number(filters.GetValueOrDefault("MARKET_LOT_SIZE"), "maxQty"),
            MinNotional = Number(filters.GetValueOrDefault("MIN_NOTIONAL"), "notional"),

            // A bound of 0 is switched off (venue sheet, section 9).
            MinPrice = Number(price, "minPrice") is > 0 and var min ? min : null,
            MaxPrice = Number(price, "maxPrice") is > 0 and var max ? max : null,
            QuantityUnit = QuantityUnit.Base,
            IsTrading = status == "TRADING",
            VenueStatus = status,
            Expiry = !perpetual && Number(json, "deliveryDate") is { } ms && Utf8Numbers.TryToTime((long)ms, out var expiry) ? expiry : null,
            MaxPriceToMark = Number(percent, "multiplierUp"),
            MinPriceToMark = Number(percent, "multiplierDown"),
        };
    }

    private static int? ReadWeightLimit(JsonElement root)
    {
        if (!root.TryGetProperty("rateLimits"u8, out var limits) || limits.ValueKind != JsonValueKind.Array)
            return null;
        foreach (var limit in limits.EnumerateArray())
        {
            if (Text(limit, "rateLimitType") == "REQUEST_WEIGHT" && Text(limit, "interval") == "MINUTE" && Number(limit, "limit") is > 0 and var number)
                return (int)number;
        }

        return null;
    }

    private static string? Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A number, or a text that is one (T36).</summary>
    private static decimal? Number(JsonElement json, string name)
    {
        if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty(name, out var value))
            return null;
        var text = value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.Number => value.GetRawText(),
            _ => "",
        };
        return Utf8Numbers.TryParseDecimal(Encoding.UTF8.GetBytes(text), out var number) ? number : null;
    }
}
