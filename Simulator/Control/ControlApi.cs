using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using Exchange.Simulator.Binance;
using Exchange.Simulator.Faults;

namespace Exchange.Simulator.Control;

/// <summary>The control port: faults, state and clock, for people and for tests in other processes. See docs/simulator.md.</summary>
internal sealed class ControlApi(SimulatorHost host)
{
    private static readonly JsonSerializerOptions _json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        DictionaryKeyPolicy = null,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };

    public async Task HandleAsync(HttpContext http)
    {
        try
        {
            var path = http.Request.Path.Value?.TrimEnd('/') ?? "";
            switch (http.Request.Method, path)
            {
                case ("GET", "/state"):
                    await AnswerAsync(http, 200, WriteState);
                    break;
                case ("GET", "/state/book"):
                    await BookAsync(http);
                    break;
                case ("GET", "/faults"):
                    await AnswerAsync(http, 200, WriteFaults);
                    break;
                case ("POST", "/faults"):
                    await AddFaultAsync(http);
                    break;
                case ("DELETE", "/faults"):
                    host.ClearFaults();
                    await AnswerAsync(http, 200, WriteFaults);
                    break;
                case ("DELETE", _) when path.StartsWith("/faults/", StringComparison.Ordinal):
                    await RemoveFaultAsync(http, path["/faults/".Length..]);
                    break;
                case ("GET", "/clock"):
                    await AnswerAsync(http, 200, WriteClock);
                    break;
                case ("POST", "/clock"):
                    await ClockAsync(http);
                    break;
                case ("GET", "/binance/commands") or ("GET", "/binance/orders") or ("GET", "/binance/algo-orders") or ("GET", "/binance/fills")
                    or ("GET", "/binance/positions") or ("GET", "/binance/wallets"):
                    await TruthAsync(http, path["/binance/".Length..]);
                    break;
                case ("POST", _) when path.StartsWith("/binance/", StringComparison.Ordinal):
                    var made = TradingActions.Do(Trading, path["/binance/".Length..], await ReadAsync<TradingActionRequest>(http));
                    await WriteBodyAsync(http, 200, JsonSerializer.SerializeToUtf8Bytes(new { ClientOrderId = made }, _json));
                    break;
                case ("POST", "/step"):
                    await StepAsync(http);
                    break;
                default:
                    await ErrorAsync(http, 404, $"no {http.Request.Method} {path} here; there are GET /state, "
                        + "GET /state/book?symbol=, GET|POST|DELETE /faults, DELETE /faults/<id>, GET|POST /clock, POST /step, "
                        + "GET /binance/commands|orders|algo-orders|fills|positions|wallets, POST /binance/<action> with one of "
                        + TradingActions.Names);
                    break;
            }
        }
        catch (Exception refused) when (refused is JsonException or ArgumentException or NotSupportedException)
        {
            await ErrorAsync(http, 400, refused is JsonException
                ? $"{refused.Message} Kinds of fault: {string.Join(", ", Enum.GetValues<FaultKind>().Select(Name))}."
                : refused.Message);
        }
    }

    private TradingControl Trading => host.Trading;

    private static string Name(FaultKind kind) => JsonNamingPolicy.SnakeCaseLower.ConvertName(kind.ToString());

    private static async Task WriteBodyAsync(HttpContext http, int status, ReadOnlyMemory<byte> body)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = body.Length;
        await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }

    private static Task ErrorAsync(HttpContext http, int status, string message) =>
        WriteBodyAsync(http, status, JsonSerializer.SerializeToUtf8Bytes(new { error = message }, _json));

    private static async Task<T> ReadAsync<T>(HttpContext http) =>
        await JsonSerializer.DeserializeAsync<T>(http.Request.Body, _json, http.RequestAborted)
            ?? throw new ArgumentException("the body is empty");

    private async Task AnswerAsync(HttpContext http, int status, Action<Utf8JsonWriter> write)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(body))
        {
            lock (host.Context.Turn)
            {
                write(writer);
            }
        }

        await WriteBodyAsync(http, status, body.WrittenMemory);
    }

    private async Task AddFaultAsync(HttpContext http)
    {
        var fault = await ReadAsync<Fault>(http);
        host.AddFault(fault);
        await AnswerAsync(http, 201, writer => JsonSerializer.Serialize(writer, fault, _json));
    }

    private async Task RemoveFaultAsync(HttpContext http, string id)
    {
        bool removed;
        lock (host.Context.Turn)
        {
            removed = long.TryParse(id, out var number) && host.Context.Faults.Remove(number);
        }

        if (removed)
        {
            await AnswerAsync(http, 200, WriteFaults);
        }
        else
        {
            await ErrorAsync(http, 404, $"no fault {id}");
        }
    }

    private async Task BookAsync(HttpContext http)
    {
        var symbol = http.Request.Query["symbol"].ToString();
        if (!host.Binance.Market.Symbols.Contains(symbol))
        {
            await ErrorAsync(http, 404, $"symbol: one of {string.Join(", ", host.Binance.Market.Symbols)}");
            return;
        }

        await AnswerAsync(http, 200, writer =>
        {
            var book = host.Binance.Market.Book(symbol);
            writer.WriteStartObject();
            writer.WriteString("symbol"u8, symbol);
            writer.WriteNumber("last_update_id"u8, book.LastUpdateId);
            foreach (var (name, side) in (ReadOnlySpan<(string, IReadOnlyList<(string, string)>)>)[("bids", book.Bids), ("asks", book.Asks)])
            {
                writer.WriteStartArray(name);
                foreach (var (price, quantity) in side)
                {
                    writer.WriteStartArray();
                    writer.WriteStringValue(price);
                    writer.WriteStringValue(quantity);
                    writer.WriteEndArray();
                }

                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        });
    }

    /// <summary>What the venue knows, as it is: for whoever checks what others believe.</summary>
    private Task TruthAsync(HttpContext http, string of)
    {
        var account = http.Request.Query["account"].ToString() is { Length: > 0 } named ? named : null;
        var clientOrderId = http.Request.Query["client_order_id"].ToString();
        object truth = of switch
        {
            "commands" => Trading.Commands.Where(command => clientOrderId.Length == 0 || command.ClientOrderId == clientOrderId),
            "orders" => Trading.Orders(account).Where(order => clientOrderId.Length == 0 || order.ClientOrderId == clientOrderId),
            "algo-orders" => Trading.AlgoOrders(account),
            "fills" => Trading.Fills(account),
            "positions" => Trading.Positions(account),
            _ => Trading.Wallets(account),
        };
        return WriteBodyAsync(http, 200, JsonSerializer.SerializeToUtf8Bytes(truth, _json));
    }

    private async Task ClockAsync(HttpContext http)
    {
        var change = await ReadAsync<ClockChange>(http);
        if (change.OffsetMs is { } offset)
        {
            host.Clock.Skew = TimeSpan.FromMilliseconds(offset);
        }

        host.Advance(TimeSpan.FromMilliseconds(change.AdvanceMs));
        await AnswerAsync(http, 200, WriteClock);
    }

    private async Task StepAsync(HttpContext http)
    {
        var step = await ReadAsync<StepRequest>(http);
        host.Step(step.Decisions);
        host.Advance(TimeSpan.FromMilliseconds(step.AdvanceMs));
        await AnswerAsync(http, 200, WriteClock);
    }

    private void WriteClock(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteNumber("venue_time_ms"u8, host.Clock.VenueMilliseconds);
        writer.WriteNumber("session_time_ms"u8, host.Clock.Now.ToUnixTimeMilliseconds());
        writer.WriteNumber("offset_ms"u8, (long)host.Clock.Skew.TotalMilliseconds);
        writer.WriteEndObject();
    }

    private void WriteFaults(Utf8JsonWriter writer) => JsonSerializer.Serialize(writer, host.Context.Faults.Faults, _json);

    private void WriteState(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteNumber("seed"u8, host.Context.Seed);
        writer.WritePropertyName("clock"u8);
        WriteClock(writer);
        writer.WritePropertyName("faults"u8);
        WriteFaults(writer);
        writer.WriteStartObject("venues"u8);
        writer.WritePropertyName("binance"u8);
        BinanceState.Write(writer, host.Binance);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private sealed record ClockChange(int? OffsetMs = null, long AdvanceMs = 0);

    private sealed record StepRequest(int Decisions = 0, long AdvanceMs = 0);
}
