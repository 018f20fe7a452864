using System.Text.Json;
using Exchange.Simulator.Deribit.Trading;

namespace Exchange.Simulator.Deribit.Api;

/// <summary>Positions and money (sheet, section 6).</summary>
internal sealed class AccountMethods(TradingDesk desk, DeribitSimulatorOptions options)
{
    private const long CreatedAt = 1_687_000_000_000;

    public IEnumerable<RpcMethod> Methods() =>
    [
        new("private/get_positions", "trade:read", GetPositions),
        new("private/get_position", "trade:read", (call, writer) => OrderJson.WritePosition(
            writer, call.Account, desk.Feed(call.Parameters.Required("instrument_name")), queried: true)),
        new("private/get_account_summary", "account:read", GetSummary),
        new("private/get_account_summaries", "account:read", GetSummaries),
    ];

    private void GetPositions(RpcCall call, Utf8JsonWriter writer)
    {
        var currency = call.Parameters.Text("currency") ?? "any";
        var kind = call.Parameters.Word("kind", "any", "any", "future", "option", "spot", "future_combo", "option_combo");
        writer.WriteStartArray();

        // What was held once is told as flat for the rest of the session.
        foreach (var position in call.Account.Positions.Where(position => (position.Amount != 0 || position.Realised != 0)
            && (currency == "any" || position.Instrument.SettlementCurrency == currency) && (kind == "any" || position.Instrument.Kind == kind)))
        {
            OrderJson.WritePosition(writer, call.Account, desk.Feed(position.Instrument.Name), queried: true);
        }

        writer.WriteEndArray();
    }

    private void GetSummary(RpcCall call, Utf8JsonWriter writer)
    {
        var currency = call.Parameters.Required("currency").ToUpperInvariant();
        if (!call.Account.Balances.ContainsKey(currency))
        {
            throw DeribitException.Parameters("currency", $"value must be one of {string.Join(", ", call.Account.Balances.Keys)}");
        }

        writer.WriteStartObject();
        if (call.Parameters.Flag("extended") == true)
        {
            WriteAccount(call, writer);
        }

        WriteCurrency(call, writer, currency);
        writer.WriteEndObject();
    }

    private void GetSummaries(RpcCall call, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        WriteAccount(call, writer);
        writer.WriteStartArray("summaries"u8);
        foreach (var currency in call.Account.Balances.Keys.ToArray())
        {
            writer.WriteStartObject();
            WriteCurrency(call, writer, currency);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteAccount(RpcCall call, Utf8JsonWriter writer)
    {
        writer.WriteNumber("id"u8, call.Account.UserId);
        writer.WriteString("type"u8, "main"u8);
        writer.WriteString("username"u8, call.Account.Name);
        writer.WriteString("system_name"u8, call.Account.Name);
        writer.WriteString("email"u8, call.Account.Name + "@example.com");
        writer.WriteNumber("creation_timestamp"u8, CreatedAt);
        writer.WriteNull("referrer_id"u8);
        writer.WriteBoolean("mmp_enabled"u8, false);
        writer.WriteString("self_trading_reject_mode"u8, "cancel_maker"u8);
    }

    private void WriteCurrency(RpcCall call, Utf8JsonWriter writer, string currency)
    {
        OrderJson.WriteMoney(writer, DeribitMargin.Of(call.Account, currency, desk.Market));
        writer.WriteStartObject("limits"u8);
        writer.WriteBoolean("limits_per_currency"u8, false);
        Limit("non_matching_engine", 20, 100);
        writer.WriteStartObject("matching_engine"u8);
        writer.WriteStartObject("trading"u8);
        Limit("total", options.MatchingRate, options.MatchingBurst);
        writer.WriteEndObject();
        Limit("spot", options.MatchingRate, options.MatchingBurst);
        Limit("cancel_all", options.MatchingRate, options.MatchingBurst);
        writer.WriteEndObject();
        writer.WriteEndObject();

        void Limit(string name, int rate, int burst)
        {
            writer.WriteStartObject(name);
            writer.WriteNumber("rate"u8, rate);
            writer.WriteNumber("burst"u8, burst);
            writer.WriteEndObject();
        }
    }
}
