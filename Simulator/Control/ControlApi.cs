using System.Buffers;
using System.Text.Json;
using Exchange.Simulator.Faults;

namespace Exchange.Simulator.Control;

/// <summary>The control port: faults, state and clock, for people and for tests in other processes. See docs/simulator.md.</summary>
internal sealed class ControlApi(SimulatorHost host)
{
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
                case ("POST", "/step"):
                    await StepAsync(http);
                    break;
                default:
                    if (!await OfVenueAsync(http, path))
                    {
                        await ErrorAsync(http, 404, $"no {http.Request.Method} {path} here; there are GET /state, "
                            + "GET /state/book?symbol=&venue=, GET|POST|DELETE /faults, DELETE /faults/<id>, GET|POST /clock, POST /step"
                            + string.Concat(host.Venues.Select(Described)));
                    }

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

    private static string Name(FaultKind kind) => JsonNamingPolicy.SnakeCaseLower.ConvertName(kind.ToString());

    private static async Task WriteBodyAsync(HttpContext http, int status, ReadOnlyMemory<byte> body)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = body.Length;
        await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }

    private static Task ErrorAsync(HttpContext http, int status, string message) =>
        WriteBodyAsync(http, status, JsonSerializer.SerializeToUtf8Bytes(new { error = message }, ControlJson.Options));

    private static async Task<T> ReadAsync<T>(HttpContext http) =>
        await JsonSerializer.DeserializeAsync<T>(http.Request.Body, ControlJson.Options, http.RequestAborted)
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
        await AnswerAsync(http, 201, writer => JsonSerializer.Serialize(writer, fault, ControlJson.Options));
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

    private static string Described(ISimulatedVenue venue)
    {
        try
        {
            return $", GET /{venue.Name}/{string.Join('|', venue.Control.Truths)}, POST /{venue.Name}/{string.Join('|', venue.Control.Actions)}";
        }
        catch (ArgumentException)
        {
            // It plays a recording: nothing trades.
            return "";
        }
    }

    /// <summary><c>/&lt;venue&gt;/&lt;truth or action&gt;</c>; false when the path is none.</summary>
    private async Task<bool> OfVenueAsync(HttpContext http, string path)
    {
        var parts = path.Split('/');
        if (parts.Length != 3 || host.Venues.FirstOrDefault(venue => venue.Name == parts[1]) is not { } venue)
        {
            return false;
        }

        var control = venue.Control;
        switch (http.Request.Method)
        {
            case "GET" when control.Truths.Contains(parts[2]):
                var truth = control.Truth(parts[2], Query(http, "account"), Query(http, "client_order_id"));
                await WriteBodyAsync(http, 200, JsonSerializer.SerializeToUtf8Bytes(truth, ControlJson.Options));
                return true;
            case "POST":
                var made = control.Do(parts[2], await ReadAsync<JsonElement>(http));
                await WriteBodyAsync(http, 200, JsonSerializer.SerializeToUtf8Bytes(new { ClientOrderId = made }, ControlJson.Options));
                return true;
            default:
                return false;
        }
    }

    private static string? Query(HttpContext http, string name) => http.Request.Query[name].ToString() is { Length: > 0 } given ? given : null;

    private async Task BookAsync(HttpContext http)
    {
        var symbol = Query(http, "symbol") ?? "";
        var among = Query(http, "venue") is { } named ? [host.Venue(named)] : host.Venues;
        if (among.FirstOrDefault(candidate => candidate.Symbols.Contains(symbol)) is not { } venue)
        {
            await ErrorAsync(http, 404, $"symbol: one of {string.Join(", ", among.SelectMany(candidate => candidate.Symbols))}");
            return;
        }

        await AnswerAsync(http, 200, writer =>
        {
            var book = venue.Book(symbol);
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

    private void WriteFaults(Utf8JsonWriter writer) => JsonSerializer.Serialize(writer, host.Context.Faults.Faults, ControlJson.Options);

    private void WriteState(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteNumber("seed"u8, host.Context.Seed);
        writer.WritePropertyName("clock"u8);
        WriteClock(writer);
        writer.WritePropertyName("faults"u8);
        WriteFaults(writer);
        writer.WriteStartObject("venues"u8);
        foreach (var venue in host.Venues)
        {
            writer.WritePropertyName(venue.Name);
            venue.WriteState(writer);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private sealed record ClockChange(int? OffsetMs = null, long AdvanceMs = 0);

    private sealed record StepRequest(int Decisions = 0, long AdvanceMs = 0);
}
