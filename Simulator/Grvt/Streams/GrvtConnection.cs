using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Exchange.Simulator.Faults;
using Exchange.Simulator.Grvt.Api;
using Exchange.Simulator.Grvt.Wire;
using Exchange.Simulator.Sockets;

namespace Exchange.Simulator.Grvt.Streams;

/// <summary>The forms that a socket speaks (sheet, section 4).</summary>
internal enum GrvtDialect
{
    Full,
    Lite,

    /// <summary>The older frames with <c>request_id</c> and <c>feed</c>; data is lite unless asked otherwise.</summary>
    Legacy,
}

/// <summary>A client's socket on the trading host or on the market data host. Used within the simulator's turn, except <see cref="ClientSocket.RunAsync"/>.</summary>
internal sealed class GrvtConnection : ClientSocket
{
    public const string PrivateRoute = "private";
    public const string PublicRoute = "public";
    public const string CallRoute = "rpc";

    private readonly SimulatorContext _context;
    private readonly GrvtApi _api;

    public GrvtConnection(long id, bool isTrading, GrvtDialect dialect, GrvtSession? session, WebSocketConnection socket, SimulatorContext context, GrvtApi api)
        : base(id, socket, context) =>
        (IsTrading, Dialect, Session, _context, _api) = (isTrading, dialect, session, context, api);

    public bool IsTrading { get; }

    public GrvtDialect Dialect { get; }

    /// <summary>Who is at the other end of a trading socket.</summary>
    public GrvtSession? Session { get; }

    public override string RouteName => IsTrading ? PrivateRoute : PublicRoute;

    private bool IsLite => Dialect == GrvtDialect.Lite;

    public override void End(string reason)
    {
        if (Ended is null)
        {
            base.End(reason);
            _api.Streams.Forget(this);
        }
    }

    /// <summary>A frame of a subscription.</summary>
    public void SendFeed(GrvtSubscription subscription, byte[] feed, bool isSnapshot, string? symbol, string? clientOrderId)
    {
        if (Ended is not null)
        {
            return;
        }

        var stream = subscription.Selector.Stream;
        var fault = _context.Faults.ConcernFrames
            ? _context.Faults.TakeForFrame(new FaultScope(GrvtVenue.VenueName, RouteName, Id, stream, Symbol: symbol, Event: stream, ClientOrderId: clientOrderId))
            : null;
        if (fault?.Kind == FaultKind.SkipSequence && !isSnapshot)
        {
            subscription.Skip();
        }

        // The number that it skips, and the level that crosses, are in the frame itself.
        var frame = subscription.Frame(feed, isSnapshot);
        SendDamaged(
            $"{stream} {subscription.Selector.Text}", fault?.Kind == FaultKind.CrossedBook ? GrvtDamage.Cross(frame) : frame,
            fault?.Kind is FaultKind.SkipSequence or FaultKind.CrossedBook ? null : fault, GrvtDamage.Insert);
    }

    protected override void Handle(ReadOnlySpan<byte> message)
    {
        JsonObject members;
        try
        {
            members = JsonNode.Parse(message, documentOptions: new JsonDocumentOptions { MaxDepth = 32 }) as JsonObject ?? throw new JsonException();
        }
        catch (JsonException)
        {
            // Also the answer to a text of "ping".
            new Replier(this, null, "", isLegacy: Dialect == GrvtDialect.Legacy).Reply(GrvtAnswer.Refusal(new GrvtErrorException(1003), IsLite));
            return;
        }

        if (Dialect == GrvtDialect.Legacy)
        {
            HandleLegacy(members);
        }
        else
        {
            HandleCall(members);
        }
    }

    private void HandleCall(JsonObject members)
    {
        var id = members[IsLite ? "i" : "id"] is JsonValue given ? given.ToJsonString() : null;
        var method = members[IsLite ? "m" : "method"] is JsonValue named ? named.ToString() : "";
        var replier = new Replier(this, id, method, isLegacy: false);
        var parameters = members[IsLite ? "p" : "params"];
        try
        {
            if (method is "subscribe" or "unsubscribe")
            {
                var request = GrvtRequest.Of(parameters, IsLite, "subscribe");
                Subscribe(method, request.Text("stream") ?? "", request.Texts("selectors") ?? [], IsLite, request.Flag("use_global_sequence_number"), replier);
                return;
            }

            var call = _api.Find(method, IsTrading);
            _api.Pipeline.Run(new GrvtCall(call, GrvtRequest.Of(parameters ?? new JsonObject(), IsLite, call.Shape), IsLite, Session, CallRoute, Id), replier);
        }
        catch (GrvtErrorException error)
        {
            replier.Reply(GrvtAnswer.Refusal(error, IsLite));
        }
    }

    private void HandleLegacy(JsonObject members)
    {
        var request = new GrvtRequest(members);
        var id = members["request_id"] is JsonValue given ? given.ToJsonString() : null;
        var method = request.Text("method") ?? "";
        var replier = new Replier(this, id, method, isLegacy: true);
        try
        {
            if (method is not ("subscribe" or "unsubscribe"))
            {
                throw new GrvtErrorException(1003);
            }

            Subscribe(method, request.Text("stream") ?? "", request.Texts("feed") ?? [], lite: !request.Flag("is_full"), request.Flag("use_global_sequence_number"), replier);
        }
        catch (GrvtErrorException error)
        {
            replier.Reply(GrvtAnswer.Refusal(error, lite: false));
        }
    }

    private void Subscribe(string method, string stream, IReadOnlyList<string> selectors, bool lite, bool global, Replier replier)
    {
        var scope = new FaultScope(GrvtVenue.VenueName, CallRoute, Id, Path: "/" + method, Method: method);
        if (_context.Faults.Take(FaultKind.DropBeforeRequest, scope) is not null)
        {
            Cut("fault: drop_before_request");
            return;
        }

        var send = new List<Action>();
        GrvtAnswer answer;
        try
        {
            var body = method == "subscribe" ? Subscribe(stream, selectors, lite, global, send) : Unsubscribe(stream, selectors);
            answer = new GrvtAnswer(body, null);
        }
        catch (GrvtErrorException error)
        {
            answer = GrvtAnswer.Refusal(error, IsLite);
        }

        _api.Pipeline.Deliver(answer, replier, scope);
        send.ForEach(static snapshots => snapshots());
    }

    private byte[] Subscribe(string stream, IReadOnlyList<string> selectors, bool lite, bool global, List<Action> send)
    {
        if (GrvtSelector.IsPrivate(stream) != IsTrading)
        {
            throw new GrvtErrorException(stream.StartsWith("v1.", StringComparison.Ordinal) ? 1001 : 3001);
        }

        if (IsTrading && !_api.Sessions.IsAlive(Session!) && _api.Options.SocketAtExpiry == GrvtSocketAtExpiry.Refuse)
        {
            throw new GrvtErrorException(1000);
        }

        // One that is wrong spoils them all.
        var parsed = selectors.Select(text => GrvtSelector.Parse(stream, text, _api.Market, Session?.Account)).ToArray();
        if (parsed.Length == 0)
        {
            throw new GrvtErrorException(1101);
        }

        var made = parsed.Select(selector => _api.Streams.Subscribe(this, selector, lite, global)).ToArray();
        var snapshots = made.Select(pair => _api.Streams.Snapshots(pair.Added, Session?.Account)).ToArray();
        send.AddRange(snapshots.Select(static snapshot => snapshot.Send));
        return GrvtWriter.Render(IsLite, writer => writer.Object("subscribed", members =>
        {
            members.Text("stream", stream);
            members.Texts("subs", parsed.Select(static selector => selector.Text));
            members.Texts("unsubs", made.Where(static pair => pair.Replaced is not null).Select(static pair => pair.Replaced!.Selector.Text));
            members.Array("num_snapshots", snapshots, static (inner, snapshot) => inner.Value(snapshot.Count));
            members.Texts("first_sequence_number", made.Select(static pair => GrvtText.Nanoseconds(pair.Added.First)));
            members.Texts("latest_sequence_number", made.Select(static pair => GrvtText.Nanoseconds(pair.Added.Last)));
        }));
    }

    private byte[] Unsubscribe(string stream, IReadOnlyList<string> selectors)
    {
        var gone = selectors.Where(text => _api.Streams.Unsubscribe(this, stream, text) is not null).ToArray();
        return GrvtWriter.Render(IsLite, writer => writer.Object("unsubscribed", members =>
        {
            members.Text("stream", stream);
            members.Texts("unsubs", gone);
        }));
    }

    /// <summary>Puts an answer into its envelope.</summary>
    private sealed class Replier(GrvtConnection connection, string? id, string method, bool isLegacy) : IGrvtReplier
    {
        public void Reply(GrvtAnswer answer)
        {
            if (connection.Ended is not null)
            {
                return;
            }

            var fault = connection._context.Faults.ConcernFrames
                ? connection._context.Faults.TakeForFrame(new FaultScope(GrvtVenue.VenueName, CallRoute, connection.Id, Method: method))
                : null;
            connection.SendDamaged("", isLegacy ? Legacy(answer) : Envelope(answer), fault, GrvtDamage.Insert);
        }

        public void Cut(string reason) => connection.Cut(reason);

        public Task WhenDrained() => connection.WhenDrained();

        private byte[] Envelope(GrvtAnswer answer) => GrvtWriter.Render(connection.IsLite, writer => writer.Object("rpc", members =>
        {
            members.Text("jsonrpc", "2.0");
            if (answer.Error is { } error)
            {
                members.Object("error", "error", inner =>
                {
                    inner.Count("code", error.Code);
                    inner.Text("message", error.Message);
                });
            }
            else
            {
                members.Raw("result", answer.Body);
            }

            members.Id("id", id);

            // The short form's key for it is the request's, and is taken there by an error's message only inside the error.
            members.Text("method", method);
        }));

        private byte[] Legacy(GrvtAnswer answer)
        {
            if (answer.Error is { } error)
            {
                return GrvtWriter.Render(lite: false, writer => writer.Object("error", members =>
                {
                    members.Count("code", error.Code);
                    members.Text("message", error.Message);
                    members.Count("status", error.Status);
                }));
            }

            var body = Encoding.UTF8.GetString(answer.Body);
            return Encoding.UTF8.GetBytes(id is null ? body : $"{{\"request_id\":{id},{body[1..]}");
        }
    }
}
