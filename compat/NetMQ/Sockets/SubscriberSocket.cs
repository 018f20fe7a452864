using System.Text;
using NetMQ.Native;

namespace NetMQ.Sockets;

/// <summary>Receives the messages whose beginning it subscribed to.</summary>
public class SubscriberSocket : NetMQSocket
{
    /// <summary>Creates the socket; addresses without '@' (bind) or '&gt;' (connect) are connected.</summary>
    public SubscriberSocket(string? connectionString = null)
        : base(ZmqSocketType.Sub, connectionString, DefaultAction.Connect)
    {
    }

    /// <summary>Not supported.</summary>
    public override bool TrySend(ref Msg msg, TimeSpan timeout, bool more) =>
        throw new NotSupportedException("Subscriber socket doesn't support sending");

    /// <summary>Subscribes to messages that begin with a topic, in ASCII.</summary>
    public virtual void Subscribe(string topic) => Subscribe(topic, Encoding.ASCII);

    /// <summary>Subscribes to messages that begin with a topic.</summary>
    public virtual void Subscribe(string topic, Encoding encoding)
    {
        ArgumentNullException.ThrowIfNull(encoding);
        Subscribe(encoding.GetBytes(topic));
    }

    /// <summary>Subscribes to messages that begin with a topic.</summary>
    public virtual void Subscribe(byte[] topic) => SetOption(ZmqOption.Subscribe, (ReadOnlySpan<byte>)topic);

    /// <summary>Subscribes to every message.</summary>
    public virtual void SubscribeToAnyTopic() => Subscribe(string.Empty);

    /// <summary>Takes a subscription back, in ASCII.</summary>
    public virtual void Unsubscribe(string topic) => Unsubscribe(topic, Encoding.ASCII);

    /// <summary>Takes a subscription back.</summary>
    public virtual void Unsubscribe(string topic, Encoding encoding)
    {
        ArgumentNullException.ThrowIfNull(encoding);
        Unsubscribe(encoding.GetBytes(topic));
    }

    /// <summary>Takes a subscription back.</summary>
    public virtual void Unsubscribe(byte[] topic) => SetOption(ZmqOption.Unsubscribe, (ReadOnlySpan<byte>)topic);
}
