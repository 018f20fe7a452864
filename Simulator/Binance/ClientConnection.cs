using System.Globalization;
using System.Text;
using Exchange.Simulator.Sockets;

namespace Exchange.Simulator.Binance;

/// <summary>
/// A client's socket with the rules that all of the venue's sockets share: a ping every three minutes, its pong within ten,
/// a day's life. Used within the simulator's turn, except <see cref="RunAsync"/>.
/// </summary>
internal abstract class ClientConnection
{
    public static readonly TimeSpan PingInterval = TimeSpan.FromMinutes(3);
    public static readonly TimeSpan PongTimeout = TimeSpan.FromMinutes(10);
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    private readonly WebSocketConnection _socket;
    private readonly SimulatorContext _context;
    private DateTimeOffset _lastPing;
    private DateTimeOffset? _unansweredPing;
    private byte[] _pingPayload = [];

    protected ClientConnection(long id, string routeName, WebSocketConnection socket, SimulatorContext context)
    {
        Id = id;
        RouteName = routeName;
        _socket = socket;
        _context = context;
        OpenedAt = _lastPing = context.Clock.Now;
    }

    public long Id { get; }

    /// <summary>What faults choose by: public, market, private, unrouted, ws-fapi.</summary>
    public string RouteName { get; }

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

    /// <summary>Completes when everything sent so far is with the network.</summary>
    public Task WhenDrained() => _socket.WhenDrained();

    public void SendText(ReadOnlySpan<byte> frame)
    {
        _context.Probe?.Invoke(RouteName, true, frame);
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
            _pingPayload = Encoding.ASCII.GetBytes(_context.Clock.VenueMilliseconds.ToString(CultureInfo.InvariantCulture));
            _socket.Send(Opcode.Ping, _pingPayload);
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

    /// <summary>It is over, whoever ended it.</summary>
    public virtual void End(string reason) => Ended ??= reason;

    /// <summary>A text or binary message.</summary>
    protected abstract void Handle(ReadOnlySpan<byte> message);

    /// <summary>Whether a pong keeps the socket; on stream sockets an unasked one does too.</summary>
    protected virtual bool CountsAsAnswer(ReadOnlySpan<byte> pong, ReadOnlySpan<byte> lastPing) => true;

    /// <summary>Counts a frame from the client; true when there are more of them than the venue puts up with.</summary>
    protected abstract bool IsTooFast(Opcode opcode);

    private void Receive(Opcode opcode, ReadOnlySpan<byte> payload)
    {
        _context.Probe?.Invoke(RouteName, false, payload);
        lock (_context.Turn)
        {
            if (Ended is not null)
            {
                return;
            }

            MessagesReceived++;
            if (IsTooFast(opcode))
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
                _unansweredPing = CountsAsAnswer(payload, _pingPayload) ? null : _unansweredPing;
            }
            else
            {
                Handle(payload);
            }

            _context.Touch();
        }
    }
}
