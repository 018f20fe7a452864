using System.Text.Json;

namespace Exchange.Simulator.Binance;

/// <summary>The body of <c>exchangeInfo</c> (sheet, section 9).</summary>
internal static class ExchangeInfo
{
    public static void Write(Utf8JsonWriter writer, IEnumerable<BinanceInstrument> instruments, long now)
    {
        writer.WriteStartObject();
        writer.WriteString("timezone"u8, "UTC"u8);
        writer.WriteNumber("serverTime"u8, now);
        writer.WriteString("futuresType"u8, "U_MARGINED"u8);
        writer.WriteStartArray("rateLimits"u8);
        Limit("REQUEST_WEIGHT", "MINUTE", 1, RequestWeights.Limit);
        Limit("ORDERS", "MINUTE", 1, 1200);
        Limit("ORDERS", "SECOND", 10, 300);
        writer.WriteEndArray();
        writer.WriteStartArray("exchangeFilters"u8);
        writer.WriteEndArray();
        writer.WriteStartArray("assets"u8);
        Asset("USDT", "-10000");
        Asset("BTC", "-0.10000000");
        Asset("ETH", "-5.00000000");
        writer.WriteEndArray();
        writer.WriteStartArray("symbols"u8);
        foreach (var instrument in instruments)
        {
            instrument.WriteTo(writer);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();

        void Limit(string type, string interval, int number, int limit)
        {
            writer.WriteStartObject();
            writer.WriteString("rateLimitType"u8, type);
            writer.WriteString("interval"u8, interval);
            writer.WriteNumber("intervalNum"u8, number);
            writer.WriteNumber("limit"u8, limit);
            writer.WriteEndObject();
        }

        void Asset(string name, string exchange)
        {
            writer.WriteStartObject();
            writer.WriteString("asset"u8, name);
            writer.WriteBoolean("marginAvailable"u8, true);
            writer.WriteString("autoAssetExchange"u8, exchange);
            writer.WriteEndObject();
        }
    }
}
