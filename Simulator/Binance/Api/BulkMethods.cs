using System.Text.Json;
using Exchange.Simulator.Binance.Trading;
using Exchange.Simulator.Control;

namespace Exchange.Simulator.Binance.Api;

/// <summary>Several orders with one call (sheet, section 6.6), and the countdown that cancels a symbol's.</summary>
internal sealed class BulkMethods(SimulatorContext context, TradingDesk desk, OrderMethods orders, Func<CommandLog> log)
{
    private const int MostPlaced = 5;
    private const int MostCancelled = 10;

    private readonly Dictionary<(Account Account, string Symbol), long> _countdowns = [];

    public IEnumerable<ApiMethod> Methods() =>
    [
        Rest("POST /fapi/v1/batchOrders", _ => 5, (call, writer) => Each(call, writer, "order.place", (account, parameters) =>
        {
            var (order, wantsResult) = orders.Place(account, parameters);
            return item => OrderMethods.WritePlaced(item, order, wantsResult);
        }), (5, 1)),
        Rest("PUT /fapi/v1/batchOrders", _ => 5, (call, writer) => Each(call, writer, "order.modify", (account, parameters) =>
            item => orders.WriteModified(account, parameters, item)), (5, 1)),
        Rest("DELETE /fapi/v1/batchOrders", _ => 1, CancelSome),
        Rest("DELETE /fapi/v1/allOpenOrders", _ => 1, CancelAll),
        Rest("POST /fapi/v1/countdownCancelAll", _ => 10, Countdown),
    ];

    private static ApiMethod Rest(
        string route, Func<Parameters, int> weight, Action<ApiCall, Utf8JsonWriter> handle, (int, int) counted = default) =>
        new(route, route, Security.Trade, weight, counted, handle);

    private static JsonElement.ArrayEnumerator Items(ApiCall call, string name, int most, JsonDocument document)
    {
        if (document.RootElement.ValueKind != JsonValueKind.Array || document.RootElement.GetArrayLength() == 0)
        {
            throw BinanceErrorException.Missing(name);
        }

        return document.RootElement.GetArrayLength() <= most
            ? document.RootElement.EnumerateArray()
            : throw new BinanceErrorException(400, -4082, "Invalid number of batch place orders.");
    }

    private static JsonDocument Parse(ApiCall call, string name)
    {
        try
        {
            return JsonDocument.Parse(call.Parameters.Required(name));
        }
        catch (JsonException)
        {
            throw BinanceErrorException.Missing(name);
        }
    }

    /// <summary>Each for itself: an order or an error, in the order of the request.</summary>
    private void Each(ApiCall call, Utf8JsonWriter writer, string method, Func<Account, Parameters, Action<Utf8JsonWriter>> handle)
    {
        using var document = Parse(call, "batchOrders");
        writer.WriteStartArray();
        foreach (var item in Items(call, "batchOrders", MostPlaced, document))
        {
            var parameters = Parameters.OfJson(item);
            var entry = log().AddPart(call.Entry, method, parameters);
            try
            {
                // What is refused half-way must leave nothing behind in the answer.
                writer.WriteRawValue(ApiJson.Write(handle(call.Account, parameters)), skipInputValidation: true);
                entry.Fate = CommandFate.Executed;
            }
            catch (BinanceErrorException refused)
            {
                (entry.Fate, entry.Code) = (CommandFate.Refused, refused.Code);
                ApiJson.WriteError(writer, refused.Code, refused.Message);
            }
        }

        writer.WriteEndArray();
    }

    private void CancelSome(ApiCall call, Utf8JsonWriter writer)
    {
        var symbol = desk.Feed(call.Parameters.Required("symbol")).Instrument.Symbol;
        var name = call.Parameters.Has("orderIdList") ? "orderIdList" : "origClientOrderIdList";
        using var document = Parse(call, name);
        writer.WriteStartArray();
        foreach (var item in Items(call, name, MostCancelled, document))
        {
            var order = item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out var id)
                ? call.Account.Find(symbol, id)
                : item.ValueKind == JsonValueKind.String ? call.Account.Find(symbol, item.GetString()!) : null;
            if (order is { IsOpen: true })
            {
                OrderJson.WriteCancelled(writer, desk.Cancel(order));
            }
            else
            {
                ApiJson.WriteError(writer, -2011, "Unknown order sent.");
            }
        }

        writer.WriteEndArray();
    }

    private void CancelAll(ApiCall call, Utf8JsonWriter writer)
    {
        CancelAll(call.Account, desk.Feed(call.Parameters.Required("symbol")).Instrument.Symbol);
        writer.WriteStartObject();
        writer.WriteNumber("code"u8, 200);
        writer.WriteString("msg"u8, "The operation of cancel all open order is done."u8);
        writer.WriteEndObject();
    }

    private void CancelAll(Account account, string symbol)
    {
        foreach (var order in account.OpenOrders.Where(order => order.Symbol == symbol).ToArray())
        {
            if (order.IsOpen)
            {
                desk.Cancel(order);
            }
        }
    }

    /// <summary>Each call arms it anew; 0 disarms it. Conditional orders are left alone.</summary>
    private void Countdown(ApiCall call, Utf8JsonWriter writer)
    {
        var symbol = desk.Feed(call.Parameters.Required("symbol")).Instrument.Symbol;
        var milliseconds = call.Parameters.RequiredLong("countdownTime");
        if (milliseconds < 0)
        {
            throw BinanceErrorException.InvalidValue("countdownTime");
        }

        var key = (call.Account, symbol);
        var armed = _countdowns[key] = _countdowns.GetValueOrDefault(key) + 1;
        if (milliseconds > 0)
        {
            context.Timetable.After(TimeSpan.FromMilliseconds(milliseconds), () =>
            {
                if (_countdowns[key] == armed)
                {
                    CancelAll(call.Account, symbol);
                }
            });
        }

        writer.WriteStartObject();
        writer.WriteString("symbol"u8, symbol);
        writer.WriteString("countdownTime"u8, milliseconds.ToString(System.Globalization.CultureInfo.InvariantCulture));
        writer.WriteEndObject();
    }
}
