using System.Buffers;
using System.Text;
using System.Text.Json;
using Exchange.Simulator.Deribit.Api;
using Exchange.Simulator.Deribit.Market;
using Exchange.Simulator.Deribit.Trading;
using Exchange.Simulator.Faults;
using Exchange.Simulator.Sockets;

namespace Exchange.Simulator.Deribit;

/// <summary>
/// A client's socket: its session, heartbeat, cancel-on-disconnect and subscriptions (sheet, section 3). Used within the
/// simulator's turn, except <see cref="ClientSocket.RunAsync"/>.
/// </summary>
internal sealed class DeribitConnection : ClientSocket
{
    public const int HeartbeatClose = 4000;

    /// <summary>A larger frame is refused with -32600.</summary>
    public const int MostBytes = 32 * 1024;

    private static readonly TimeSpan _answerTime = TimeSpan.FromSeconds(10);

    private readonly SimulatorContext _context;
    private readonly DeribitVenue _venue;
    private readonly Dictionary<string, ChannelName> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (List<byte[]> Items, UserEvent Last)> _waiting = new(StringComparer.Ordinal);
    private readonly List<Action> _behindAnswer = [];
    private DateTimeOffset _lastTraffic;
    private DateTimeOffset _lastTest;
    private DateTimeOffset? _unanswered;

    public DeribitConnection(long id, WebSocketConnection socket, SimulatorContext context, DeribitVenue venue)
        : base(id, socket, context)
    {
        _context = context;
        _venue = venue;
        _lastTraffic = OpenedAt;
    }

    /// <summary>A socket is private once it has logged in.</summary>
    public override string RouteName => Token is null ? "public" : "private";

    /// <summary>What the socket remembers of <c>public/auth</c>.</summary>
    public Token? Token { get; private set; }

    public IReadOnlyCollection<string> Subscriptions => _names.Keys;

    public bool HasUserChannels => _names.Values.Any(name => name.IsUser);

    public bool CancelsOnDisconnect { get; set; }

    /// <summary>Seconds between test requests; null: none.</summary>
    public int? HeartbeatSeconds { get; private set; }

    /// <summary>What private notifications are called by.</summary>
    public string? Label { get; set; }

    public void LogIn(Token token)
    {
        Token = token;
        CancelsOnDisconnect |= token.Account.ArmsConnections;
    }

    public void SetHeartbeat(int? seconds)
    {
        HeartbeatSeconds = seconds;
        _lastTest = _context.Clock.Now;
        _unanswered = null;
    }

    /// <summary><c>public/test</c> has come: whatever was asked is answered.</summary>
    public void OnTest()
    {
        if (_context.Faults.Take(FaultKind.IgnoreHeartbeat, new FaultScope(DeribitVenue.VenueName, RouteName, Id)) is null)
        {
            _unanswered = null;
        }
    }

    /// <summary>Asks for a sign of life, and ends what gives none.</summary>
    public void CheckSession()
    {
        var now = _context.Clock.Now;
        if (_unanswered is { } asked && now - asked >= _answerTime)
        {
            Close(HeartbeatClose, "heartbeat close");
        }
        else if (HeartbeatSeconds is { } seconds)
        {
            if (_unanswered is null && now - _lastTest >= TimeSpan.FromSeconds(seconds))
            {
                (_lastTest, _unanswered) = (now, now);
                SendText(RpcJson.Heartbeat("test_request"));
            }
            else if (now - _lastTraffic >= TimeSpan.FromSeconds(seconds))
            {
                _lastTraffic = now;
                SendText(RpcJson.Heartbeat("heartbeat"));
            }
        }
        else if (_names.Count == 0 && now - _lastTraffic >= _venue.Options.IdleLife)
        {
            Cut("idle");
        }
    }

    public bool Has(string channel) => _names.ContainsKey(channel);

    /// <summary>Subscribes to a channel that it does not have yet; what it begins with is sent behind the answer.</summary>
    public Channel? Add(ChannelName name)
    {
        if (!_names.TryAdd(name.Text, name))
        {
            return null;
        }

        return name.IsUser ? null : _venue.Hub.Subscribe(this, name);
    }

    public bool Remove(string channel)
    {
        if (!_names.Remove(channel, out var name))
        {
            return false;
        }

        if (!name.IsUser)
        {
            _venue.Hub.Unsubscribe(this, channel);
        }

        return true;
    }

    /// <summary>A notification of a public channel.</summary>
    public void Notify(string channel, string? instrument, ReadOnlySpan<byte> frame)
    {
        if (Ended is null)
        {
            Send(channel, new FaultScope(DeribitVenue.VenueName, RouteName, Id, channel, Symbol: instrument), frame);
        }
    }

    /// <summary>Something has happened to an account; this is told of it when it is its own, and wanted.</summary>
    public void NotifyUser(UserEvent happened)
    {
        if (Ended is not null || Token?.Account != happened.Account)
        {
            return;
        }

        foreach (var name in _names.Values.Where(name => name.Family == happened.Family).ToArray())
        {
            if (happened.Instrument is { } instrument ? !name.Covers(instrument)
                : name.Family == "user.portfolio" && name.Currency != "any" && name.Currency != happened.Currency)
            {
                continue;
            }

            if (name.Interval is "100ms" or "agg2")
            {
                Collect(name, happened);
            }
            else if (name.Family == "user.orders")
            {
                SendUser(name, happened, happened.Items[0]);
            }
            else
            {
                SendUser(name, happened, name.Family == "user.trades" ? Array(happened.Items) : happened.Items[0]);
            }
        }
    }

    /// <summary>What user channels of this interval have collected.</summary>
    public void FlushInterval(string interval)
    {
        foreach (var (channel, (items, last)) in _waiting.ToArray())
        {
            if (!_names.TryGetValue(channel, out var name))
            {
                _waiting.Remove(channel);
            }
            else if (name.Interval == interval)
            {
                _waiting.Remove(channel);
                if (name.Family == "user.changes")
                {
                    items.ForEach(item => SendUser(name, last, item));
                }
                else
                {
                    SendUser(name, last, Array(items));
                }
            }
        }
    }

    /// <summary>What is to be sent behind the answer to the call that is being carried out.</summary>
    public void BehindAnswer(Action send) => _behindAnswer.Add(send);

    public void SendBehindAnswer()
    {
        var sends = _behindAnswer.ToArray();
        _behindAnswer.Clear();
        foreach (var send in sends)
        {
            send();
        }
    }

    /// <summary>An answer. Only faults that name a method damage answers.</summary>
    public void Answer(string method, byte[] frame)
    {
        if (Ended is not null)
        {
            return;
        }

        var scope = new FaultScope(DeribitVenue.VenueName, RouteName, Id, Method: method);
        _lastTraffic = _context.Clock.Now;
        SendDamaged("", frame, _context.Faults.ConcernFrames ? _context.Faults.TakeForAnswer(scope) : null, Unheard);
    }

    /// <summary>No frame is given to it any more; and where that was asked for, its orders go.</summary>
    public override void End(string reason)
    {
        if (Ended is null)
        {
            base.End(reason);
            foreach (var name in _names.Values.Where(name => !name.IsUser))
            {
                _venue.Hub.Unsubscribe(this, name.Text);
            }

            _venue.OnEnded(this);
        }
    }

    protected override void Handle(ReadOnlySpan<byte> message)
    {
        _lastTraffic = _context.Clock.Now;
        if (message.Length > MostBytes)
        {
            Refuse(null, DeribitException.Of(-32600));
            return;
        }

        JsonDocument document;
        try
        {
            var reader = new Utf8JsonReader(message);
            document = JsonDocument.ParseValue(ref reader);
        }
        catch (JsonException)
        {
            Refuse(null, new DeribitException(11050, "bad_request", "invalid json"));
            return;
        }

        using (document)
        {
            Handle(document.RootElement);
        }
    }

    private static byte[] Array(IReadOnlyList<byte[]> items)
    {
        var buffer = new ArrayBufferWriter<byte>();
        buffer.Write("["u8);
        for (var i = 0; i < items.Count; i++)
        {
            buffer.Write(i == 0 ? [] : ","u8);
            buffer.Write(items[i]);
        }

        buffer.Write("]"u8);
        return buffer.WrittenSpan.ToArray();
    }

    private static byte[]? Unheard(Fault fault) => FrameDamage.Insert(fault, member => Encoding.UTF8.GetBytes(
        $"{{\"jsonrpc\":\"2.0\",\"method\":\"subscription\",\"params\":{{\"channel\":\"unheard.of\",\"data\":{{{member}}}}}}}"));

    private void Handle(JsonElement request)
    {
        if (request.ValueKind != JsonValueKind.Object)
        {
            Refuse(null, DeribitException.Of(-32600));
            return;
        }

        var id = request.TryGetProperty("id"u8, out var given) && given.ValueKind is JsonValueKind.String or JsonValueKind.Number ? given.GetRawText() : null;
        var name = request.TryGetProperty("method"u8, out var method) && method.ValueKind == JsonValueKind.String ? method.GetString()! : null;
        if (name is null || _venue.Find(name) is not { } known)
        {
            Refuse(id, name is null ? DeribitException.Of(-32600) : DeribitException.Of(-32601));
            return;
        }

        try
        {
            request.TryGetProperty("params"u8, out var members);
            var parameters = RpcParams.OfJson(members);
            _venue.Pipeline.Run(new RpcRequest(RouteName, this, known, parameters, () => Authorise(known, parameters)), new Replier(this, id, name));
        }
        catch (DeribitException refused)
        {
            Refuse(id, refused);
        }
    }

    /// <summary>The token in the call, or the one that the socket remembers.</summary>
    private Token? Authorise(RpcMethod method, RpcParams parameters)
    {
        if (parameters.Text("access_token") is { } access)
        {
            return _venue.Gatekeeper.Find(access, Id);
        }

        if (Token is not { } token || (method.IsPrivate && token.Session is null && _venue.Options.NeedsAccessToken))
        {
            return null;
        }

        return _venue.Gatekeeper.IsAlive(token) ? token : method.IsPrivate ? throw DeribitException.InvalidToken() : null;
    }

    private void Collect(ChannelName name, UserEvent happened)
    {
        if (!_waiting.TryGetValue(name.Text, out var waiting))
        {
            waiting.Items = [];
        }

        waiting.Items.AddRange(happened.Items);
        _waiting[name.Text] = (waiting.Items, happened);
    }

    private void SendUser(ChannelName name, UserEvent happened, byte[] data)
    {
        var frame = new ArrayBufferWriter<byte>(data.Length + 160);
        frame.Write(ChannelHub.Envelope(name.Text, Label));
        frame.Write(data);
        frame.Write(ChannelHub.Suffix);
        var scope = new FaultScope(
            DeribitVenue.VenueName, RouteName, Id, name.Text, Symbol: happened.Instrument?.Name, Event: happened.Family, ClientOrderId: happened.Label);
        Send(name.Text, scope, frame.WrittenSpan);
    }

    private void Send(string channel, in FaultScope scope, ReadOnlySpan<byte> frame)
    {
        _lastTraffic = _context.Clock.Now;
        if (!_context.Faults.ConcernFrames && !HoldsFrames)
        {
            SendText(frame);
            return;
        }

        SendDamaged(channel, frame, _context.Faults.TakeForFrame(scope), Unheard);
    }

    private void Refuse(string? id, DeribitException refused) => SendText(RpcJson.Answer(id, RpcAnswer.Of(refused), _context.Clock));

    private sealed class Replier(DeribitConnection connection, string? id, string method) : IRpcReplier
    {
        public void Reply(RpcAnswer answer) => connection.Answer(method, RpcJson.Answer(id, answer, connection._context.Clock));

        public void Cut(string reason) => connection.Cut(reason);

        public Task WhenDrained() => connection.WhenDrained();
    }
}
