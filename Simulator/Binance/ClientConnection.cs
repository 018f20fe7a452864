using System.Globalization;
using System.Text;
using Exchange.Simulator.Sockets;

namespace Exchange.Simulator.Binance;

/// <summary>
/// A client's socket with the rules that all of the venue's sockets share: a ping every three minutes, its pong within ten,
/// a day's life. Used within the simulator's turn, except <see cref="ClientSocket.RunAsync"/>.
/// </summary>
internal abstract class ClientConnection : ClientSocket
{
    public static readonly TimeSpan PingInterval = TimeSpan.FromMinutes(3);
    public static readonly TimeSpan PongTimeout = TimeSpan.FromMinutes(10);
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    private readonly SimulatorContext _context;
    private DateTimeOffset _lastPing;
    private DateTimeOffset? _unansweredPing;
    private byte[] _pingPayload = [];

    protected ClientConnection(long id, string routeName, WebSocketConnection socket, SimulatorContext context)
        : base(id, socket, context)
    {
        RouteName = routeName;
        _context = context;
        _lastPing = OpenedAt;
    }

    /// <summary>What faults choose by: public, market, private, unrouted, ws-fapi.</summary>
    public override string RouteName { get; }

    /// <summary>In the order of subscription, also those that this route never delivers.</summary>
    public List<string> Subscriptions { get; } = [];

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
            SendPing(_pingPayload);
        }
    }

    /// <summary>Whether a pong keeps the socket; on stream sockets an unasked one does too.</summary>
    protected virtual bool CountsAsAnswer(ReadOnlySpan<byte> pong, ReadOnlySpan<byte> lastPing) => true;

    /// <summary>Counts a frame from the client; true when there are more of them than the venue puts up with.</summary>
    protected abstract bool IsTooFast(Opcode opcode);

    protected override bool Admit(Opcode opcode)
    {
        if (!IsTooFast(opcode))
        {
            return true;
        }

        Close(1008, "Too many requests");
        return false;
    }

    protected override void OnPong(ReadOnlySpan<byte> payload) =>
        _unansweredPing = CountsAsAnswer(payload, _pingPayload) ? null : _unansweredPing;
}
