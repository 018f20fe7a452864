using System.Text;
using NetMQ.Native;

namespace NetMQ.Sockets;

/// <summary>A publisher that receives its subscribers' wishes: a byte 1 (subscribe) or 0 (unsubscribe) and the topic.</summary>
public class XPublisherSocket : NetMQSocket
{
    // Verbose only: how many peers have each topic.
    private Dictionary<string, int>? _subscribers;
    private bool _frameContinues;

    /// <summary>Creates the socket; addresses without '@' (bind) or '&gt;' (connect) are bound.</summary>
    public XPublisherSocket(string? connectionString = null)
        : base(ZmqSocketType.XPub, connectionString, DefaultAction.Bind)
    {
    }

    private protected override bool NeedsOrigin => _subscribers is not null;

    /// <inheritdoc />
    public override bool TryReceive(ref Msg msg, TimeSpan timeout)
    {
        var deadline = new Deadline(timeout);
        while (TryReceive(ref msg, deadline, out var fromPeer))
        {
            if (IsHandedOut(msg, fromPeer))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Subscribes the peer whose wish was received last, in ASCII. For <see cref="SocketOptions.ManualPublisher"/>.</summary>
    public virtual void Subscribe(string topic) => Subscribe(topic, Encoding.ASCII);

    /// <summary>Subscribes the peer whose wish was received last. For <see cref="SocketOptions.ManualPublisher"/>.</summary>
    public virtual void Subscribe(string topic, Encoding encoding)
    {
        ArgumentNullException.ThrowIfNull(encoding);
        Subscribe(encoding.GetBytes(topic));
    }

    /// <summary>Subscribes the peer whose wish was received last. For <see cref="SocketOptions.ManualPublisher"/>.</summary>
    public virtual void Subscribe(byte[] topic) => SetOption(ZmqOption.Subscribe, (ReadOnlySpan<byte>)topic);

    /// <summary>Unsubscribes the peer whose wish was received last, in ASCII. For <see cref="SocketOptions.ManualPublisher"/>.</summary>
    public virtual void Unsubscribe(string topic) => Unsubscribe(topic, Encoding.ASCII);

    /// <summary>Unsubscribes the peer whose wish was received last. For <see cref="SocketOptions.ManualPublisher"/>.</summary>
    public virtual void Unsubscribe(string topic, Encoding encoding)
    {
        ArgumentNullException.ThrowIfNull(encoding);
        Unsubscribe(encoding.GetBytes(topic));
    }

    /// <summary>Unsubscribes the peer whose wish was received last. For <see cref="SocketOptions.ManualPublisher"/>.</summary>
    public virtual void Unsubscribe(byte[] topic) => SetOption(ZmqOption.Unsubscribe, (ReadOnlySpan<byte>)topic);

    /// <summary>Sends newcomers no welcome.</summary>
    public void ClearWelcomeMessage() => SetOption(ZmqOption.XPubWelcomeMessage, ReadOnlySpan<byte>.Empty);

    /// <summary>Sets the message that each newcomer is sent.</summary>
    public void SetWelcomeMessage(string welcomeMessage, Encoding encoding)
    {
        ArgumentNullException.ThrowIfNull(encoding);
        SetWelcomeMessage(encoding.GetBytes(welcomeMessage));
    }

    /// <summary>Sets the message that each newcomer is sent, in ASCII.</summary>
    public void SetWelcomeMessage(string welcomeMessage) => SetWelcomeMessage(welcomeMessage, Encoding.ASCII);

    /// <summary>Sets the message that each newcomer is sent.</summary>
    public void SetWelcomeMessage(byte[] welcomeMessage) =>
        SetOption(ZmqOption.XPubWelcomeMessage, (ReadOnlySpan<byte>)welcomeMessage);

    internal override void SetVerbose(bool verbose)
    {
        // NetMQ's verbose hands out unsubscriptions too. libzmq's "verboser" does so as well, but also for each topic of a
        // peer that is gone, although others still have it; those are held back below.
        base.SetVerbose(verbose);
        _subscribers = verbose ? new Dictionary<string, int>(StringComparer.Ordinal) : null;
    }

    private bool IsHandedOut(in Msg msg, bool fromPeer)
    {
        var first = !_frameContinues;
        _frameContinues = msg.HasMore;
        if (_subscribers is null || !first || msg.IsEmpty || msg.Slice()[0] > 1)
        {
            return true;
        }

        var topic = Encoding.Latin1.GetString(msg.Slice(1));
        var count = _subscribers.GetValueOrDefault(topic);
        if (msg.Slice()[0] == 1)
        {
            _subscribers[topic] = count + 1;
            return true;
        }

        if (count > 1)
        {
            _subscribers[topic] = count - 1;
            return fromPeer;
        }

        _subscribers.Remove(topic);
        return true;
    }
}
