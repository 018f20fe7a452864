using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Exchange.Simulator.Deribit.Market;

/// <summary>A public channel and who is given its notifications.</summary>
internal sealed class Channel(ChannelName name)
{
    public ChannelName Name { get; } = name;

    public byte[] Prefix { get; } = ChannelHub.Envelope(name.Text, null);

    /// <summary>Replaced, never changed: a frame in the middle of its round may cost somebody their connection.</summary>
    public DeribitConnection[] Subscribers { get; set; } = [];

    public bool IsWanted => Subscribers.Length > 0;
}

/// <summary>Hands notifications of public channels to their subscribers. A frame is written once for all of them.</summary>
internal sealed class ChannelHub : IDisposable
{
    private readonly Dictionary<string, Channel> _channels = new(StringComparer.Ordinal);
    private readonly ArrayBufferWriter<byte> _buffer = new(64 * 1024);
    private readonly Utf8JsonWriter _writer;

    public ChannelHub() => _writer = new Utf8JsonWriter(_buffer, new JsonWriterOptions { SkipValidation = true });

    public static ReadOnlySpan<byte> Suffix => "}}"u8;

    public long FramesPublished { get; private set; }

    /// <summary>The start of a notification, up to its data.</summary>
    /// <param name="label">What the subscriber wants to be called by, if anything.</param>
    public static byte[] Envelope(string channel, string? label) => Encoding.UTF8.GetBytes(
        $"{{\"jsonrpc\":\"2.0\",\"method\":\"subscription\",\"params\":{{{(label is null ? "" : $"\"label\":\"{JsonEncodedText.Encode(label)}\",")}\"channel\":\"{channel}\",\"data\":");

    /// <summary>The channel, when somebody listens to it.</summary>
    public Channel? Find(string channel) => _channels.TryGetValue(channel, out var known) && known.IsWanted ? known : null;

    /// <summary>The channels that somebody listens to.</summary>
    public IEnumerable<Channel> Wanted => _channels.Values.Where(channel => channel.IsWanted);

    public Channel Subscribe(DeribitConnection connection, ChannelName name)
    {
        if (!_channels.TryGetValue(name.Text, out var channel))
        {
            _channels.Add(name.Text, channel = new Channel(name));
        }

        channel.Subscribers = [.. channel.Subscribers, connection];
        return channel;
    }

    public void Unsubscribe(DeribitConnection connection, string name)
    {
        if (_channels.TryGetValue(name, out var channel))
        {
            channel.Subscribers = channel.Subscribers.Where(subscriber => subscriber != connection).ToArray();
            if (!channel.IsWanted)
            {
                _channels.Remove(name);
            }
        }
    }

    /// <summary>Writes data and sends them to all who have the channel, or to one of them (a snapshot).</summary>
    public void Publish(Channel channel, Action<Utf8JsonWriter> write, DeribitConnection? onlyTo = null)
    {
        _buffer.ResetWrittenCount();
        _buffer.Write(channel.Prefix);
        _writer.Reset(_buffer);
        write(_writer);
        _writer.Flush();
        Send(channel, onlyTo);
    }

    /// <summary>The same with data that are there already.</summary>
    public void Publish(Channel channel, ReadOnlySpan<byte> data, DeribitConnection? onlyTo = null, DeribitConnection? except = null)
    {
        _buffer.ResetWrittenCount();
        _buffer.Write(channel.Prefix);
        _buffer.Write(data);
        Send(channel, onlyTo, except);
    }

    public void Dispose() => _writer.Dispose();

    private void Send(Channel channel, DeribitConnection? onlyTo, DeribitConnection? except = null)
    {
        _buffer.Write(Suffix);
        FramesPublished++;
        foreach (var subscriber in onlyTo is null ? channel.Subscribers : [onlyTo])
        {
            if (subscriber != except)
            {
                subscriber.Notify(channel.Name.Text, channel.Name.Instrument, _buffer.WrittenSpan);
            }
        }
    }
}
