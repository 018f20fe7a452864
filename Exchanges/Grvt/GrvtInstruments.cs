using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Exchange.Exchanges.Common.Instruments;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Grvt;

/// <summary>What of an instrument is signed.</summary>
/// <param name="AssetId">Its hash, as the venue tells it: never built from a name.</param>
/// <param name="BaseDecimals">By what power of ten sizes are multiplied.</param>
internal sealed record GrvtSignedTerms(byte[] AssetId, int BaseDecimals);

/// <summary>The instruments of <c>v1/all_instruments</c>. Loaded seldom, so it is read as a document; in either encoding.</summary>
internal sealed class GrvtInstruments : InstrumentTable
{
    private const int LongestHash = 32;

    private readonly FrozenDictionary<string, GrvtSignedTerms> _signed;

    private GrvtInstruments(ImmutableArray<Instrument> all, int unreadable)
        : base("GRVT", all, unreadable) => _signed = all.ToFrozenDictionary(
            i => i.Symbol,
            i => new GrvtSignedTerms(GrvtUnits.TryHex(i.VenueInstrumentId, LongestHash)!, i.BaseDecimals!.Value),
            StringComparer.Ordinal);

    /// <summary>What is signed of an instrument; null for one that is not listed, and then nothing may be signed.</summary>
    public GrvtSignedTerms? SignedTermsOf(string symbol) => _signed.GetValueOrDefault(symbol);

    /// <summary>Reads the body. One entry that cannot be read is left out and counted; a body without entries is an error.</summary>
    public static Result<GrvtInstruments> Read(byte[] body, string exchange)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (Member(document.RootElement, "result", "r") is not { ValueKind: JsonValueKind.Array } list)
                return Unusable("it has no result");
            var all = ImmutableArray.CreateBuilder<Instrument>(list.GetArrayLength());
            var seen = new HashSet<string>(StringComparer.Ordinal);
            var unreadable = 0;
            foreach (var entry in list.EnumerateArray())
            {
                if (ReadOne(entry, exchange) is { } instrument && seen.Add(instrument.Symbol))
                    all.Add(instrument);
                else
                    unreadable++;
            }

            return all.Count > 0 ? new GrvtInstruments(all.ToImmutable(), unreadable) : Unusable("it lists nothing that can be read");
        }
        catch (JsonException e)
        {
            return Unusable(e.Message);
        }

        static ExchangeError Unusable(string why) =>
            new() { Code = ExchangeErrorCode.UnreadableReply, Message = $"GRVT's list of instruments cannot be used: {why}", Retryable = true };
    }

    private static Instrument? ReadOne(JsonElement json, string exchange)
    {
        if (json.ValueKind != JsonValueKind.Object)
            return null;
        var symbol = Text(json, "instrument", "i");
        var hash = Text(json, "instrument_hash", "ih");
        var decimals = Number(json, "base_decimals", "bd");
        var tick = Number(json, "tick_size", "ts");
        var least = Number(json, "min_size", "ms");
        if (string.IsNullOrEmpty(symbol) || GrvtUnits.TryHex(hash, LongestHash) is null || decimals is not (>= 0 and <= 18) || tick is not > 0 || least is not > 0
            || Text(json, "base", "b") is not { } baseAsset || Text(json, "quote", "q") is not { } quoteAsset)
        {
            return null;
        }

        var parts = symbol.Split('_');
        var kind = Text(json, "kind", "k") switch
        {
            "PERPETUAL" => InstrumentKind.Perpetual,
            "FUTURE" => InstrumentKind.Future,
            "CALL" or "PUT" => InstrumentKind.Option,
            _ => InstrumentKind.Other,
        };
        return new Instrument
        {
            Exchange = exchange,
            Symbol = symbol,
            Kind = kind,
            Base = baseAsset,
            Quote = quoteAsset,
            Settlement = quoteAsset,
            TickSize = tick.Value,

            // Sizes are multiples of the least one (2065).
            LotStep = least.Value,
            MinQuantity = least.Value,
            MinNotional = Number(json, "min_notional", "mn"),
            QuantityUnit = QuantityUnit.Base,
            IsTrading = true,
            VenueStatus = "ACTIVE",
            Strike = kind == InstrumentKind.Option && parts.Length > 4 && Utf8Numbers.TryParseDecimal(Encoding.UTF8.GetBytes(parts[4]), out var strike) ? strike : null,
            OptionKind = Text(json, "kind", "k") switch { "CALL" => OptionKind.Call, "PUT" => OptionKind.Put, _ => null },
            VenueInstrumentId = hash,
            BaseDecimals = (int)decimals.Value,
        };
    }

    private static JsonElement? Member(JsonElement json, string full, string lite) =>
        json.ValueKind != JsonValueKind.Object ? null : json.TryGetProperty(full, out var value) || json.TryGetProperty(lite, out value) ? value : null;

    private static string? Text(JsonElement json, string full, string lite) =>
        Member(json, full, lite) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    /// <summary>A number, or a text that is one.</summary>
    private static decimal? Number(JsonElement json, string full, string lite)
    {
        var text = Member(json, full, lite) switch
        {
            { ValueKind: JsonValueKind.String } value => value.GetString()!,
            { ValueKind: JsonValueKind.Number } value => value.GetRawText(),
            _ => "",
        };
        return Utf8Numbers.TryParseDecimal(Encoding.UTF8.GetBytes(text), out var number) ? number : null;
    }
}
