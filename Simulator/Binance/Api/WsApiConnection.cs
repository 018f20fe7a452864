using System.Buffers;
using System.Text.Json;
using Exchange.Simulator.Faults;
using Exchange.Simulator.Sockets;

namespace Exchange.Simulator.Binance.Api;

/// <summary>A socket of the WebSocket API: requests, session, answers in their envelope (sheet, section 5).</summary>
internal sealed class WsApiConnection : ClientConnection
{
    public const string Route = "ws-fapi";
    public const int HandshakeWeight = 5;

    private const int PingsPerSecond = 5;

    private readonly SimulatorContext _context;
    private readonly VenueApi _api;
    private readonly Queue<DateTimeOffset> _pings = new();

    public WsApiConnection(long id, WebSocketConnection socket, SimulatorContext context, VenueApi api, bool tellsRateLimits)
        : base(id, Route, socket, context)
    {
        _context = context;
        _api = api;
        TellsRateLimits = tellsRateLimits;
    }

    /// <summary>The key that the session is logged on with.</summary>
    public ApiKey? Session { get; private set; }

    public long? AuthorizedSince { get; private set; }

    /// <summary>A fault has taken the session's rights away; the next request tells the client.</summary>
    public bool IsRevoked { get; set; }

    public bool TellsRateLimits { get; }

    protected override void Handle(ReadOnlySpan<byte> message)
    {
        JsonDocument document;
        try
        {
            var reader = new Utf8JsonReader(message);
            document = JsonDocument.ParseValue(ref reader);
        }
        catch (JsonException)
        {
            Refuse(null, new BinanceErrorException(400, -1000, "Invalid JSON."));
            return;
        }

        using (document)
        {
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                Refuse(null, new BinanceErrorException(400, -1000, "The request must be a JSON object."));
                return;
            }

            Handle(document.RootElement);
        }
    }

    // Only the ping's own payload will do here.
    protected override bool CountsAsAnswer(ReadOnlySpan<byte> pong, ReadOnlySpan<byte> lastPing) => pong.SequenceEqual(lastPing);

    // Market-stream sockets count every message; here only pings and pongs are limited.
    protected override bool IsTooFast(Opcode opcode)
    {
        if (opcode is not (Opcode.Ping or Opcode.Pong))
        {
            return false;
        }

        var now = _context.Clock.Now;
        while (_pings.TryPeek(out var first) && now - first >= TimeSpan.FromSeconds(1))
        {
            _pings.Dequeue();
        }

        _pings.Enqueue(now);
        return _pings.Count > PingsPerSecond;
    }

    private void Handle(JsonElement request)
    {
        var id = request.TryGetProperty("id"u8, out var given) && given.ValueKind is JsonValueKind.String or JsonValueKind.Number
            ? given.GetRawText()
            : null;
        if (IsRevoked)
        {
            (IsRevoked, Session, AuthorizedSince) = (false, null, null);
            Refuse(null, Gatekeeper.Refused(), withLimits: false);
            return;
        }

        var name = request.TryGetProperty("method"u8, out var method) && method.ValueKind == JsonValueKind.String ? method.GetString()! : "";
        request.TryGetProperty("params"u8, out var members);
        var parameters = Parameters.OfJson(members);
        var credentials = new Credentials(parameters.Peek("apiKey"), parameters.Sorted(), parameters.Peek("signature"), Session);
        var replier = new WsReplier(this, id, TellsLimits(parameters));
        if (name.StartsWith("session.", StringComparison.Ordinal))
        {
            HandleSession(name, parameters, credentials, replier);
            return;
        }

        if (_api.FindWsMethod(name) is not { } known)
        {
            Refuse(id, new BinanceErrorException(400, -1130, $"Method '{name}' is not known."));
            return;
        }

        _api.Pipeline.Run(new ApiRequest(Route, Id, known, parameters, credentials), replier);
    }

    private bool TellsLimits(Parameters parameters) => parameters.Peek("returnRateLimits") switch
    {
        "true" => true,
        "false" => false,
        _ => TellsRateLimits,
    };

    private void HandleSession(string name, Parameters parameters, Credentials credentials, WsReplier replier)
    {
        try
        {
            _api.Weights.Charge(2);
            switch (name)
            {
                case "session.logon":
                    if (_context.Faults.Take(FaultKind.RefuseLogon, new FaultScope("binance", Route, Id, Method: name)) is { } refusal)
                    {
                        throw refusal.Code is null ? Gatekeeper.Refused() : VenueErrors.Of(refusal, _context.Clock);
                    }

                    Session = _api.Gatekeeper.LogOn(parameters, credentials);
                    AuthorizedSince = _context.Clock.VenueMilliseconds;
                    break;
                case "session.logout":
                    (Session, AuthorizedSince) = (null, null);
                    break;
                case "session.status":
                    break;
                default:
                    throw new BinanceErrorException(400, -1130, $"Method '{name}' is not known.");
            }

            replier.Reply(new ApiAnswer(200, ApiJson.Write(WriteSession)));
        }
        catch (BinanceErrorException refused)
        {
            replier.Reply(ApiAnswer.Refusal(refused));
        }
    }

    private void WriteSession(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("apiKey"u8, Session?.Key);
        if (AuthorizedSince is { } since)
        {
            writer.WriteNumber("authorizedSince"u8, since);
        }
        else
        {
            writer.WriteNull("authorizedSince"u8);
        }

        writer.WriteNumber("connectedSince"u8, OpenedAt.Add(_context.Clock.Skew).ToUnixTimeMilliseconds());
        writer.WriteBoolean("returnRateLimits"u8, TellsRateLimits);
        writer.WriteNumber("serverTime"u8, _context.Clock.VenueMilliseconds);
        writer.WriteEndObject();
    }

    private void Refuse(string? id, BinanceErrorException refused, bool withLimits = true) =>
        new WsReplier(this, id, withLimits && TellsRateLimits).Reply(ApiAnswer.Refusal(refused));

    private void Send(byte[] frame)
    {
        if (Ended is not null)
        {
            return;
        }

        var damage = _context.Faults.ConcernFrames ? _context.Faults.TakeForFrame(new FaultScope("binance", Route, Id)) : null;
        SendDamaged("", frame, damage, fault => FrameDamage.Insert(fault, "", combined: false));
    }

    /// <summary>Puts an answer into its envelope.</summary>
    private sealed class WsReplier(WsApiConnection connection, string? id, bool withLimits) : IReplier
    {
        public void Reply(ApiAnswer answer)
        {
            var buffer = new ArrayBufferWriter<byte>(answer.Body.Length + 512);
            using (var writer = new Utf8JsonWriter(buffer, ApiJson.Options))
            {
                writer.WriteStartObject();
                writer.WritePropertyName("id"u8);
                if (id is null)
                {
                    writer.WriteNullValue();
                }
                else
                {
                    writer.WriteRawValue(id);
                }

                writer.WriteNumber("status"u8, answer.Status);
                writer.WritePropertyName(answer.IsError ? "error"u8 : "result"u8);
                writer.WriteRawValue(answer.Body, skipInputValidation: true);
                if (withLimits)
                {
                    connection._api.WriteLimits(writer, answer.Orders);
                }

                writer.WriteEndObject();
            }

            connection.Send(buffer.WrittenSpan.ToArray());
        }

        public void Cut(string reason) => connection.Cut(reason);

        public Task WhenDrained() => connection.WhenDrained();
    }
}
