using System.Globalization;
using System.Text;
using Exchange.Simulator.Faults;
using Exchange.Simulator.Sockets;

namespace Exchange.Simulator.Binance;

/// <summary>
/// A client's market-stream socket with its subscriptions and the session rules of sheet section 10.1. Used within the
/// simulator's turn, except <see cref="RunAsync"/>.
/// </summary>
internal sealed class BinanceConnection
{
    public const int MaximumStreams = 1024;
    public const int MessagesPerSecond = 10;

    public static readonly TimeSpan PingInterval = TimeSpan.FromMinutes(3);
    public static readonly TimeSpan PongTimeout = TimeSpan.FromMinutes(10);
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    private readonly WebSocketConnection _socket;
    private readonly SimulatorContext _context;
    private readonly StreamHub _hub;
    private readonly ControlMessages _control;
    private readonly Queue<DateTimeOffset> _incoming = new();
    private readonly List<(StreamTopic Topic, byte[] Frame)> _held = [];
    private DateTimeOffset _lastPing;
    private DateTimeOffset? _unansweredPing;

    public BinanceConnection(
        long id, Route route, bool combined, WebSocketConnection socket, SimulatorContext context, StreamHub hub)
    {
        Id = id;
        Route = route;
        Combined = combined;
        _socket = socket;
        _context = context;
        _hub = hub;
        _control = new ControlMessages(this);
        OpenedAt = _lastPing = context.Clock.Now;
    }

    public long Id { get; }

    public Route Route { get; }

    public string RouteName => Route.ToString().ToLowerInvariant();

    /// <summary>Whether frames come in the envelope that names their stream.</summary>
    public bool Combined { get; set; }

    public DateTimeOffset OpenedAt { get; }

    /// <summary>In the order of subscription, also those that this route never delivers.</summary>
    public List<string> Subscriptions { get; } = [];

    public long FramesSent { get; private set; }

    public long MessagesReceived { get; private set; }

    public long PingsReceived { get; private set; }

    public long PongsReceived { get; private set; }

    public int PendingBytes => _socket.PendingBytes;

    /// <summary>Why it ended; null while it lives.</summary>
    public string? Ended { get; private set; }

    public Task RunAsync() => _socket.RunAsync(Receive);

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

        if (!_context.Faults.ConcernFrames && _held.Count == 0)
        {
            SendText(frame);
            return;
        }

        SendDamaged(topic, frame, _context.Faults.TakeForFrame(Scope(topic.Name)));
    }

    public void SendText(ReadOnlySpan<byte> frame)
    {
        if (_socket.Send(Opcode.Text, frame))
        {
            FramesSent++;
        }
        else
        {
            Cut("slow: its send queue was full");
        }
    }

    /// <summary>Pings, and ends what has not answered or has lived its day.</summary>
    public void CheckSession()
    {
        var now = _context.Clock.Now;
        if (now - OpenedAt >= Lifetime)
        {
            Close(1001, "24 hours are over");
        }
        else if (_unansweredPing is { } pinged && now - pinged >= PongTimeout)
        {
            Close(1008, "Pong timeout");
        }
        else if (now - _lastPing >= PingInterval)
        {
            _lastPing = now;
            _unansweredPing ??= now;
            _socket.Send(Opcode.Ping, Encoding.ASCII.GetBytes(
                _context.Clock.VenueMilliseconds.ToString(CultureInfo.InvariantCulture)));
        }
    }

    /// <summary>A close frame, then the end.</summary>
    public void Close(int code, string reason)
    {
        End($"closed {code}: {reason}");
        _socket.Close(code, reason);
    }

    /// <summary>The TCP connection is cut.</summary>
    public void Cut(string reason)
    {
        End(reason);
        _socket.Abort();
    }

    /// <summary>No frame is given to it any more.</summary>
    public void End(string reason)
    {
        if (Ended is null)
        {
            Ended = reason;
            foreach (var stream in Subscriptions)
            {
                if (StreamNames.Delivers(Route, stream))
                {
                    _hub.Unsubscribe(this, stream);
                }
            }
        }
    }

    private FaultScope Scope(string? stream) => new("binance", RouteName, Id, stream);

    private void SendDamaged(StreamTopic topic, ReadOnlySpan<byte> frame, Fault? fault)
    {
        switch (fault?.Kind)
        {
            case FaultKind.LoseFrame or FaultKind.Silence:
                break;
            case FaultKind.ReorderFrames:
                _held.Add((topic, frame.ToArray()));
                return;
            case FaultKind.DuplicateFrame:
                SendText(frame);
                SendText(frame);
                break;
            case FaultKind.DropSocket:
                Cut("fault: drop_socket");
                return;
            case null:
                SendText(frame);
                break;
            default:
                if (FrameDamage.Insert(fault, topic.Name, Combined) is { } inserted)
                {
                    SendText(inserted);
                    SendText(frame);
                }
                else
                {
                    SendText(FrameDamage.Replace(fault, frame) ?? frame);
                }

                break;
        }

        // What was held back follows the next frame of its stream.
        for (var i = 0; i < _held.Count; i++)
        {
            if (_held[i].Topic == topic)
            {
                SendText(_held[i].Frame);
                _held.RemoveAt(i--);
            }
        }
    }

    private void Receive(Opcode opcode, ReadOnlySpan<byte> payload)
    {
        lock (_context.Turn)
        {
            if (Ended is not null)
            {
                return;
            }

            MessagesReceived++;
            if (IsTooFast())
            {
                Close(1008, "Too many requests");
            }
            else if (opcode == Opcode.Ping)
            {
                PingsReceived++;
                _socket.Send(Opcode.Pong, payload);
            }
            else if (opcode == Opcode.Pong)
            {
                PongsReceived++;
                _unansweredPing = null;
            }
            else
            {
                Handle(payload);
            }

            _context.Touch();
        }
    }

    private void Handle(ReadOnlySpan<byte> message)
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

    private bool IsTooFast()
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
