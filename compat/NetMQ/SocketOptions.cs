using System.Diagnostics.CodeAnalysis;
using NetMQ.Native;

namespace NetMQ;

/// <summary>The settings of a socket. Most count for what is bound or connected after they were set.</summary>
public class SocketOptions
{
    private readonly NetMQSocket _socket;

    /// <summary>Creates the settings of a socket.</summary>
    public SocketOptions(NetMQSocket socket) => _socket = socket;

    /// <summary>The routing id that ROUTER sockets know this socket by: 1 to 255 bytes, the first not 0.</summary>
    [DisallowNull]
    public byte[]? Identity
    {
        get => _socket.GetBytes(ZmqOption.Identity, 255);
        set => _socket.SetOption(ZmqOption.Identity, (ReadOnlySpan<byte>)value);
    }

    /// <summary>The size of the kernel's send buffer in bytes; -1: the system's choice.</summary>
    public int SendBuffer
    {
        get => _socket.GetInt32(ZmqOption.SendBuffer);
        set => _socket.SetOption(ZmqOption.SendBuffer, value);
    }

    /// <summary>The size of the kernel's receive buffer in bytes; -1: the system's choice.</summary>
    public int ReceiveBuffer
    {
        get => _socket.GetInt32(ZmqOption.ReceiveBuffer);
        set => _socket.SetOption(ZmqOption.ReceiveBuffer, value);
    }

    /// <summary>How long the closed socket goes on sending what is queued; negative: until it is sent.</summary>
    public TimeSpan Linger
    {
        get => GetTime(ZmqOption.Linger);
        set => SetTime(ZmqOption.Linger, value);
    }

    /// <summary>How long to wait between attempts to connect. Default: 100 ms.</summary>
    public TimeSpan ReconnectInterval
    {
        get => GetTime(ZmqOption.ReconnectInterval);
        set => SetTime(ZmqOption.ReconnectInterval, value);
    }

    /// <summary>Up to which wait the interval doubles at each failed attempt; zero: it does not.</summary>
    public TimeSpan ReconnectIntervalMax
    {
        get => GetTime(ZmqOption.ReconnectIntervalMax);
        set => SetTime(ZmqOption.ReconnectIntervalMax, value);
    }

    /// <summary>How many connections may wait to be accepted. Default: 100.</summary>
    public int Backlog
    {
        get => _socket.GetInt32(ZmqOption.Backlog);
        set => _socket.SetOption(ZmqOption.Backlog, value);
    }

    /// <summary>The longest frame to accept in bytes; who sends a longer one is disconnected; -1: any.</summary>
    public long MaxMsgSize
    {
        get => _socket.GetInt64(ZmqOption.MaxMessageSize);
        set => _socket.SetOption(ZmqOption.MaxMessageSize, value);
    }

    /// <summary>How many messages may wait to be sent to a peer; 0: any number. Default: 1000.</summary>
    public int SendHighWatermark
    {
        get => _socket.GetInt32(ZmqOption.SendHighWatermark);
        set => _socket.SetOption(ZmqOption.SendHighWatermark, value);
    }

    /// <summary>How many received messages of a peer may wait; 0: any number. Default: 1000.</summary>
    public int ReceiveHighWatermark
    {
        get => _socket.GetInt32(ZmqOption.ReceiveHighWatermark);
        set => _socket.SetOption(ZmqOption.ReceiveHighWatermark, value);
    }

    /// <summary>The address that was bound or connected last, with the port that was chosen.</summary>
    public string? LastEndpoint => _socket.GetString(ZmqOption.LastEndpoint) is { Length: > 0 } endpoint ? endpoint : null;

    /// <summary>Whether a ROUTER throws <see cref="HostUnreachableException"/> for an unknown peer instead of dropping the message.</summary>
    public bool RouterMandatory
    {
        set => _socket.SetOption(ZmqOption.RouterMandatory, value);
    }

    /// <summary>Whether a ROUTER gives a routing id in use to the newcomer that brings it.</summary>
    public bool RouterHandover
    {
        set => _socket.SetOption(ZmqOption.RouterHandover, value);
    }

    /// <summary>Whether TCP looks after idle connections.</summary>
    public bool TcpKeepalive
    {
        get => _socket.GetInt32(ZmqOption.TcpKeepalive) == 1;
        set => _socket.SetOption(ZmqOption.TcpKeepalive, value);
    }

    /// <summary>
    /// Whether an XPUB hands out every subscription and every unsubscription that a peer sends, not only the first and the
    /// last of a topic. What a peer that is gone had subscribed to is handed out as unsubscribed only if nobody else has it.
    /// </summary>
    public bool XPubVerbose
    {
        set => _socket.SetVerbose(value);
    }

    /// <summary>Whether an XPUB leaves it to its user to subscribe its peers.</summary>
    public bool ManualPublisher
    {
        set => _socket.SetOption(ZmqOption.XPubManual, value);
    }

    /// <summary>Whether a REQ may send again before the reply came.</summary>
    public bool Relaxed
    {
        set => _socket.SetOption(ZmqOption.RequestRelaxed, value);
    }

    /// <summary>Whether a REQ recognises the reply to its request by a number.</summary>
    public bool Correlate
    {
        set => _socket.SetOption(ZmqOption.RequestCorrelate, value);
    }

    /// <summary>How often to send a ping to the peer; zero: never.</summary>
    public TimeSpan HeartbeatInterval
    {
        get => GetTime(ZmqOption.HeartbeatInterval);
        set => SetTime(ZmqOption.HeartbeatInterval, value);
    }

    /// <summary>After how long without any traffic the peer shall drop the connection.</summary>
    public TimeSpan HeartbeatTtl
    {
        get => GetTime(ZmqOption.HeartbeatTtl);
        set => SetTime(ZmqOption.HeartbeatTtl, value);
    }

    /// <summary>How long after a ping without any traffic to drop the connection.</summary>
    public TimeSpan HeartbeatTimeout
    {
        get => GetTime(ZmqOption.HeartbeatTimeout);
        set => SetTime(ZmqOption.HeartbeatTimeout, value);
    }

    /// <summary>Whether this end proves itself by its certificate to every client. Clients are not checked.</summary>
    public bool CurveServer
    {
        get => _socket.GetInt32(ZmqOption.CurveServer) == 1;
        set => _socket.SetOption(ZmqOption.CurveServer, value);
    }

    /// <summary>This end's key pair.</summary>
    public NetMQCertificate CurveCertificate
    {
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            if (value.SecretKey is not { } secret)
            {
                throw new ArgumentException("NetMQCertificate must have a secret key", nameof(value));
            }

            _socket.SetOption(ZmqOption.CurveSecretKey, secret);
            _socket.SetOption(ZmqOption.CurvePublicKey, value.PublicKey);
        }
    }

    /// <summary>The public key that a client expects of its server: 32 bytes.</summary>
    [DisallowNull]
    public byte[]? CurveServerKey
    {
        get => _socket.GetBytes(ZmqOption.CurveServerKey, 32);
        set => _socket.SetOption(ZmqOption.CurveServerKey, (ReadOnlySpan<byte>)value);
    }

    private TimeSpan GetTime(ZmqOption option) => TimeSpan.FromMilliseconds(_socket.GetInt32(option));

    private void SetTime(ZmqOption option, TimeSpan value) => _socket.SetOption(option, (int)value.TotalMilliseconds);
}
