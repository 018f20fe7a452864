using System.Runtime.InteropServices;

namespace NetMQ.Native;

/// <summary>Room for a zmq_msg_t: 64 bytes, aligned as a pointer is.</summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal struct ZmqMsg
{
    private readonly nint _first;
}

/// <summary>A zmq_pollitem_t, in the layout of every system whose descriptors are ints.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ZmqPollItem
{
    public nint Socket;
    public int Descriptor;
    public short Events;
    public short Returned;
}

internal enum ZmqSocketType
{
    Pair = 0,
    Pub = 1,
    Sub = 2,
    Req = 3,
    Rep = 4,
    Dealer = 5,
    Router = 6,
    XPub = 9,
    XSub = 10,
}

internal enum ZmqOption
{
    Identity = 5,
    Subscribe = 6,
    Unsubscribe = 7,
    SendBuffer = 11,
    ReceiveBuffer = 12,
    Events = 15,
    Linger = 17,
    ReconnectInterval = 18,
    Backlog = 19,
    ReconnectIntervalMax = 21,
    MaxMessageSize = 22,
    SendHighWatermark = 23,
    ReceiveHighWatermark = 24,
    LastEndpoint = 32,
    RouterMandatory = 33,
    TcpKeepalive = 34,
    CurveServer = 47,
    CurvePublicKey = 48,
    CurveSecretKey = 49,
    CurveServerKey = 50,
    RequestCorrelate = 52,
    RequestRelaxed = 53,
    RouterHandover = 56,
    XPubManual = 71,
    XPubWelcomeMessage = 72,
    HeartbeatInterval = 75,
    HeartbeatTtl = 76,
    HeartbeatTimeout = 77,
    XPubVerboser = 78,
}

internal static class ZmqFlags
{
    public const int DontWait = 1;
    public const int SendMore = 2;
}

internal static class ZmqContextOption
{
    public const int IoThreads = 1;
    public const int MaxSockets = 2;
}
