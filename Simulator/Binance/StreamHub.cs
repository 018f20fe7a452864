using System.Buffers;
using System.Text;
using System.Text.Json;
using Exchange.Simulator.Binance.Trading;

namespace Exchange.Simulator.Binance;

/// <summary>One stream name and who is given its frames.</summary>
internal sealed class StreamTopic(string name)
{
    public string Name { get; } = name;

    public byte[] Prefix { get; } = Encoding.UTF8.GetBytes($"{{\"stream\":\"{JsonEncodedText.Encode(name)}\",\"data\":");

    /// <summary>Replaced, never changed: a frame in the middle of its round may cost somebody their connection.</summary>
    public BinanceConnection[] Subscribers { get; set; } = [];

    public bool IsWanted => Subscribers.Length > 0;
}

/// <summary>
/// Hands frames to subscribers. A frame is written once, inside its combined-stream envelope; whoever has a raw stream is
/// sent the part within.
/// </summary>
internal sealed class StreamHub : IDisposable
{
    private readonly Dictionary<string, StreamTopic> _topics = new(StringComparer.Ordinal);
    private readonly ArrayBufferWriter<byte> _buffer = new(64 * 1024);
    private readonly Utf8JsonWriter _writer;

    public StreamHub() => _writer = new Utf8JsonWriter(_buffer, new JsonWriterOptions { SkipValidation = true });

    /// <summary>Told of each subscription to a stream that is delivered.</summary>
    public Action<string>? Subscribed { get; set; }

    public long FramesPublished { get; private set; }

    public StreamTopic Topic(string name)
    {
        if (!_topics.TryGetValue(name, out var topic))
        {
            _topics.Add(name, topic = new StreamTopic(name));
        }

        return topic;
    }

    public bool IsWanted(string name) => _topics.TryGetValue(name, out var topic) && topic.IsWanted;

    public void Subscribe(BinanceConnection connection, string name)
    {
        var topic = Topic(name);
        topic.Subscribers = [.. topic.Subscribers, connection];
        Subscribed?.Invoke(name);
    }

    public void Unsubscribe(BinanceConnection connection, string name)
    {
        var topic = Topic(name);
        topic.Subscribers = topic.Subscribers.Where(subscriber => subscriber != connection).ToArray();
        if (!topic.IsWanted && StreamNames.RouteOf(name) is null)
        {
            _topics.Remove(name);
        }
    }

    /// <summary>Starts a frame; write its payload, then call <see cref="Publish(StreamTopic)"/>.</summary>
    public Utf8JsonWriter Begin(StreamTopic topic)
    {
        _buffer.ResetWrittenCount();
        _buffer.Write(topic.Prefix);
        _writer.Reset(_buffer);
        return _writer;
    }

    public void Publish(StreamTopic topic)
    {
        _writer.Flush();
        Send(topic);
    }

    /// <summary>Publishes a payload that is there already.</summary>
    public void Publish(StreamTopic topic, ReadOnlySpan<byte> payload)
    {
        if (topic.IsWanted)
        {
            _buffer.ResetWrittenCount();
            _buffer.Write(topic.Prefix);
            _buffer.Write(payload);
            Send(topic);
        }
    }

    /// <summary>Publishes an account's event on the stream that is named after its listen key.</summary>
    public void PublishUser(StreamTopic topic, UserEvent happened)
    {
        if (!topic.IsWanted)
        {
            return;
        }

        _buffer.ResetWrittenCount();
        _buffer.Write(topic.Prefix);
        _buffer.Write(happened.Body);
        _buffer.Write("}"u8);
        FramesPublished++;
        var envelope = _buffer.WrittenMemory;
        foreach (var subscriber in topic.Subscribers)
        {
            subscriber.SendUser(topic, happened, subscriber.Combined ? envelope.Span : happened.Body);
        }
    }

    public void Dispose() => _writer.Dispose();

    private void Send(StreamTopic topic)
    {
        _buffer.Write("}"u8);
        var envelope = _buffer.WrittenSpan;
        FramesPublished++;
        foreach (var subscriber in topic.Subscribers)
        {
            subscriber.SendStream(topic, subscriber.Combined ? envelope : envelope[topic.Prefix.Length..^1]);
        }
    }
}
