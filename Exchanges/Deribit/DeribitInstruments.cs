using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Exchange.Exchanges.Common.Instruments;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Deribit;

/// <summary>
/// The instruments of <c>public/get_instruments</c> (venue sheet, sections 1 and 6). Loaded seldom, so it is read as a document. Quantities
/// are the venue's <c>amount</c>, never its <c>contracts</c>: US dollars of an inverse future, base coins of all others.
/// </summary>
internal sealed class DeribitInstruments : InstrumentTable
{
    private DeribitInstruments(ImmutableArray<Instrument> all, int unreadable)
        : base("Deribit", all, unreadable)
    {
    }

    /// <summary>Reads the result. One entry that cannot be read is left out and counted; a result without entries is an error.</summary>
    public static Result<DeribitInstruments> Read(ReadOnlySpan<byte> result, string exchange)
    {
        try
        {
            var reader = new Utf8JsonReader(result);
            using var document = JsonDocument.ParseValue(ref reader);
            if (document.RootElement.ValueKind != JsonValueKind.Array)
                return Unusable("it is no list");
            var all = ImmutableArray.CreateBuilder<Instrument>(document.RootElement.GetArrayLength());
            var seen = new HashSet<string>(StringComparer.Ordinal);
            var unreadable = 0;
            foreach (var one in document.RootElement.EnumerateArray())
            {
                if (ReadOne(one, exchange) is { } instrument && seen.Add(instrument.Symbol))
                    all.Add(instrument);
                else
                    unreadable++;
            }

            return all.Count > 0 ? new DeribitInstruments(all.ToImmutable(), unreadable) : Unusable("it lists nothing that can be read");
        }
        catch (JsonException e)
        {
            return Unusable(e.Message);
        }

        static ExchangeError Unusable(string why) =>
            new() { Code = ExchangeErrorCode.UnreadableReply, Message = $"Deribit's get_instruments cannot be used: {why}", Retryable = true };
    }

    /// <summary>The currency whose orders an instrument is among: the queue and the queries by label are per currency.</summary>
    public string? CurrencyOf(string symbol) => Get(symbol)?.Settlement;

    private static Instrument? ReadOne(JsonElement json, string exchange)
    {
        if (json.ValueKind != JsonValueKind.Object)
            return null;
        var symbol = Text(json, "instrument_name");
        var baseCurrency = Text(json, "base_currency");
        var quote = Text(json, "quote_currency");
        var tick = Number(json, "tick_size");
        var least = Number(json, "min_trade_amount");
        if (string.IsNullOrEmpty(symbol) || baseCurrency is null || quote is null || tick is not > 0 || least is not > 0 || ReadSteps(json) is not { } steps)
            return null;

        var kind = (Text(json, "kind"), Text(json, "settlement_period")) switch
        {
            ("future", "perpetual") => InstrumentKind.Perpetual,
            ("future", _) => InstrumentKind.Future,
            ("option", _) => InstrumentKind.Option,
            _ => InstrumentKind.Other,
        };
        var inverse = Text(json, "instrument_type") == "reversed" && kind is InstrumentKind.Perpetual or InstrumentKind.Future;
        var state = Text(json, "state");
        var open = state is null ? Flag(json, "is_active") : state == "open" && Flag(json, "is_active");
        return new Instrument
        {
            Exchange = exchange,
            Symbol = symbol,
            Kind = kind,
            Base = baseCurrency,
            Quote = quote,
            Settlement = Text(json, "settlement_currency") ?? quote,
            TickSize = tick.Value,
            TickSteps = steps,

            // An amount is a multiple of the contract size, but for options, whose contract of one coin is traded in tenths.
            LotStep = Number(json, "contract_size") is > 0 and var contract && contract < least ? contract : least.Value,
            MinQuantity = least.Value,
            QuantityUnit = inverse ? QuantityUnit.Quote : QuantityUnit.Base,
            IsTrading = open && kind != InstrumentKind.Other,
            VenueStatus = state,
            Expiry = kind != InstrumentKind.Perpetual && Number(json, "expiration_timestamp") is > 0 and var ms && ms < long.MaxValue && Utf8Numbers.TryToTime((long)ms, out var expiry) ? expiry : null,
            Strike = kind == InstrumentKind.Option ? Number(json, "strike") : null,
            OptionKind = Text(json, "option_type") switch { "call" => OptionKind.Call, "put" => OptionKind.Put, _ => null },
            VenueInstrumentId = json.TryGetProperty("instrument_id"u8, out var id) && id.ValueKind == JsonValueKind.Number ? id.GetRawText() : null,
        };
    }

    /// <summary>The tick sizes above given prices, in rising order; an array, though the schema says an object. Null when one cannot be read.</summary>
    private static ImmutableArray<TickStep>? ReadSteps(JsonElement json)
    {
        if (!json.TryGetProperty("tick_size_steps"u8, out var steps) || steps.ValueKind == JsonValueKind.Null)
            return [];
        if (steps.ValueKind != JsonValueKind.Array)
            return null;
        var read = new List<TickStep>();
        foreach (var step in steps.EnumerateArray())
        {
            if (Number(step, "above_price") is not { } above || Number(step, "tick_size") is not { } tick || tick <= 0)
                return null;
            read.Add(new TickStep(above, tick));
        }

        return [.. read.OrderBy(s => s.AbovePrice)];
    }

    private static string? Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool Flag(JsonElement json, string name) => !json.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.False;

    /// <summary>A number as it was written, an exponent too; never by way of a double.</summary>
    private static decimal? Number(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number
        && Utf8Numbers.TryParseDecimal(Encoding.ASCII.GetBytes(value.GetRawText()), out var number) ? number : null;
}
