using Exchange.Simulator.Binance.Trading;
using Exchange.Simulator.Faults;
using Exchange.Simulator.Sockets;

namespace Exchange.Simulator.Binance;

/// <summary>
/// A client's market-stream socket with its subscriptions and the session rules of sheet section 10.1. Used within the
/// simulator's turn, except <see cref="RunAsync"/>.
/// </summary>
internal sealed class BinanceConnection : ClientConnection
{
    public const int MaximumStreams = 1024;
    public const int MessagesPerSecond = 10;

    private readonly SimulatorContext _context;
    private readonly StreamHub _hub;
    private readonly ControlMessages _control;
    private readonly Queue<DateTimeOffset> _incoming = new();

    public BinanceConnection(
        long id, Route route, bool combined, WebSocketConnection socket, SimulatorContext context, StreamHub hub)
        : base(id, route.ToString().ToLowerInvariant(), socket, context)
    {
        Route = route;
        Combined = combined;
        _context = context;
        _hub = hub;
        _control = new ControlMessages(this);
    }

    public Route Route { get; }

    /// <summary>Whether frames come in the envelope that names their stream.</summary>
    public bool Combined { get; set; }

    public void Subscribe(string stream)
    {
        if (!Subscriptions.Contains(stream))
        {
            Subscriptions.Add(stream);
            if (StreamNames.Delivers(Route, stream))
            {
                _hub.Subscribe(this, stream);
            }
        }
    }

    public void Unsubscribe(string stream)
    {
        if (Subscriptions.Remove(stream) && StreamNames.Delivers(Route, stream))
        {
            _hub.Unsubscribe(this, stream);
        }
    }

    /// <summary>A frame of a stream, in the form this connection wants it.</summary>
    public void SendStream(StreamTopic topic, ReadOnlySpan<byte> frame)
    {
        if (Ended is not null)
        {
            return;
        }

        if (!_context.Faults.ConcernFrames && !HoldsFrames)
        {
            SendText(frame);
            return;
        }

        SendDamaged(topic, frame, _context.Faults.TakeForFrame(Scope(topic.Name)));
    }

    /// <summary>Which user events it asked for in its URL; null: all.</summary>
    public IReadOnlySet<string>? Events { get; init; }

    /// <summary>An event of the account whose listen key it has subscribed to.</summary>
    public void SendUser(StreamTopic topic, UserEvent happened, ReadOnlySpan<byte> frame)
    {
        if (Ended is not null || (Events is not null && !Events.Contains(happened.Type)))
        {
            return;
        }

        if (!_context.Faults.ConcernFrames && !HoldsFrames)
        {
            SendText(frame);
            return;
        }

        SendDamaged(topic, frame, _context.Faults.TakeForFrame(new FaultScope(
            "binance", RouteName, Id, topic.Name, Symbol: happened.Symbol, Event: happened.Type, ClientOrderId: happened.ClientOrderId)));
    }

    /// <summary>No frame is given to it any more.</summary>
    public override void End(string reason)
    {
        if (Ended is null)
        {
            foreach (var stream in Subscriptions)
            {
                if (StreamNames.Delivers(Route, stream))
                {
                    _hub.Unsubscribe(this, stream);
                }
            }
        }

        base.End(reason);
    }

    private FaultScope Scope(string? stream) => new("binance", RouteName, Id, stream);

    private void SendDamaged(StreamTopic topic, ReadOnlySpan<byte> frame, Fault? fault) =>
        SendDamaged(topic.Name, frame, fault, damage => FrameDamage.Insert(damage, topic.Name, Combined));

    protected override void Handle(ReadOnlySpan<byte> message)
    {
        var faults = _context.Faults;
        var scope = Scope(null);
        if (faults.Take(FaultKind.DropBeforeRequest, scope) is not null)
        {
            Cut("fault: drop_before_request");
            return;
        }

        var answer = _control.Handle(message);
        if (faults.Take(FaultKind.DropAfterRequest, scope) is not null)
        {
            Cut("fault: drop_after_request");
        }
        else if (faults.Take(FaultKind.SwallowAck, scope) is null)
        {
            if (faults.Take(FaultKind.DelayAck, scope) is { } delayed)
            {
                _context.Timetable.After(TimeSpan.FromMilliseconds(delayed.DelayMs ?? 1000), () => SendText(answer));
            }
            else
            {
                SendText(answer);
            }
        }
    }

    protected override bool IsTooFast(Opcode opcode)
    {
        var now = _context.Clock.Now;
        while (_incoming.TryPeek(out var first) && now - first >= TimeSpan.FromSeconds(1))
        {
            _incoming.Dequeue();
        }

        _incoming.Enqueue(now);
        return _incoming.Count > MessagesPerSecond;
    }
}
