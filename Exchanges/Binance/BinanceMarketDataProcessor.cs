using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Exchanges.Common.Text;

namespace Exchange.Exchanges.Binance;

/// <summary>Takes the messages of one stream: read, then applied, both while holding <see cref="Gate"/>.</summary>
internal abstract class BinanceStreamHandler(string stream, Lock gate)
{
    /// <summary>The stream's name.</summary>
    public string Stream { get; } = stream;

    /// <summary>Guards the stream's state; also held while its updates are published, which keeps them in order.</summary>
    public Lock Gate { get; } = gate;

    /// <summary>Whether messages come all the time, so that silence means trouble.</summary>
    public virtual bool IsSteady => true;

    /// <summary>The link by which a message last came, or that acknowledged the stream; 0 when none did.</summary>
    public int LastLink { get; set; }

    /// <summary>The link that was lost last: what it may still deliver does not count.</summary>
    public int LostLink { get; private set; }

    /// <summary>Reads the message's <c>data</c>; false when it cannot be read. Changes nothing that is visible.</summary>
    public abstract bool TryRead(ref Utf8Scanner json);

    /// <summary>Applies what was read.</summary>
    public abstract void Apply(DateTimeOffset receivedAt);

    /// <summary>The venue has acknowledged the subscription on this link.</summary>
    public void MarkSubscribed(int link)
    {
        lock (Gate)
        {
            if (link == LostLink)
                return;
            LastLink = link;
            OnSubscribed();
        }
    }

    /// <summary>The link was lost, and with it everything until the next one.</summary>
    public void MarkLost(int link, string reason)
    {
        lock (Gate)
        {
            LostLink = link;
            LastLink = 0;
            OnLost(reason);
        }
    }

    /// <summary>The venue has acknowledged the subscription. Called while holding <see cref="Gate"/>.</summary>
    protected virtual void OnSubscribed()
    {
    }

    /// <summary>The link was lost. Called while holding <see cref="Gate"/>.</summary>
    protected abstract void OnLost(string reason);
}

/// <summary>
/// From frames to updates: finds the stream that a frame belongs to, reads it from UTF-8 and hands it to the stream's handler.
/// Needs no socket: a replay drives it with the frames of a recording.
/// </summary>
internal sealed class BinanceMarketDataProcessor
{
    private readonly Utf8KeyTable<BinanceStreamHandler> _handlers = new();

    /// <summary>Starts to take a stream's messages.</summary>
    public void Add(BinanceStreamHandler handler) => _handlers.Set(handler.Stream, handler);

    /// <summary>Gives a handler no more messages. One that has taken its place meanwhile stays.</summary>
    public void Remove(BinanceStreamHandler handler) => _handlers.Remove(handler.Stream, handler);

    /// <summary>Takes one frame in the combined form, or a reply.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="link">The serial number of the link that it came by.</param>
    /// <param name="receivedAt">When it arrived, UTC.</param>
    /// <param name="replyTo">The id of the request that it answers; -1 when the venue did not tell.</param>
    public FrameKind OnFrame(ReadOnlySpan<byte> frame, int link, DateTimeOffset receivedAt, out long replyTo)
    {
        replyTo = -1;
        var json = new Utf8Scanner(frame);
        if (!json.TryEnterObject())
            return FrameKind.Unreadable;
        if (!json.NextProperty(out var name))
            return json.Ok ? FrameKind.Unknown : FrameKind.Unreadable;
        if (!name.SequenceEqual("stream"u8))
            return OnOther(frame, link, receivedAt, out replyTo);
        if (!json.TryReadString(out var stream, out var escaped))
            return FrameKind.Unreadable;
        if (!json.NextProperty(out name))
            return FrameKind.Unreadable;
        if (!name.SequenceEqual("data"u8))
            return OnOther(frame, link, receivedAt, out replyTo);
        return TryFind(stream, escaped, out var handler) ? Handle(handler, ref json, link, receivedAt) : PassOver(ref json);
    }

    private static FrameKind Handle(BinanceStreamHandler handler, ref Utf8Scanner json, int link, DateTimeOffset receivedAt)
    {
        lock (handler.Gate)
        {
            if (!handler.TryRead(ref json) || json.NextProperty(out _) || !json.AtEnd)
                return FrameKind.Unreadable;
            return Apply(handler, link, receivedAt);
        }
    }

    private static FrameKind Apply(BinanceStreamHandler handler, int link, DateTimeOffset receivedAt)
    {
        if (link == handler.LostLink)
            return FrameKind.Notice;
        handler.LastLink = link;
        handler.Apply(receivedAt);
        return FrameKind.Data;
    }

    /// <summary>A stream that nobody asked for: counted, after it is known to be well formed.</summary>
    private static FrameKind PassOver(ref Utf8Scanner json)
    {
        if (!json.TrySkip())
            return FrameKind.Unreadable;
        while (json.NextProperty(out _))
        {
            if (!json.TrySkip())
                return FrameKind.Unreadable;
        }

        return json.AtEnd ? FrameKind.Unknown : FrameKind.Unreadable;
    }

    /// <summary>A reply, an error, or a stream message with its members in another order.</summary>
    private FrameKind OnOther(ReadOnlySpan<byte> frame, int link, DateTimeOffset receivedAt, out long replyTo)
    {
        replyTo = -1;
        ReadOnlySpan<byte> stream = default, data = default;
        bool escaped = false, isReply = false;
        var json = new Utf8Scanner(frame);
        json.TryEnterObject();
        while (json.NextProperty(out var name))
        {
            bool ok;
            if (name.SequenceEqual("stream"u8))
            {
                ok = json.TryReadString(out stream, out escaped);
            }
            else if (name.SequenceEqual("data"u8))
            {
                ok = json.TryReadRaw(out data);
            }
            else if (name.SequenceEqual("id"u8))
            {
                ok = json.TryReadNull() || (json.Ok && json.TryReadInt64(out replyTo));
            }
            else
            {
                isReply |= name.SequenceEqual("result"u8) || name.SequenceEqual("code"u8) || name.SequenceEqual("error"u8);
                ok = json.TrySkip();
            }

            if (!ok)
                return FrameKind.Unreadable;
        }

        if (!json.AtEnd)
            return FrameKind.Unreadable;
        if (isReply)
            return FrameKind.Reply;
        if (stream.IsEmpty || data.IsEmpty || !TryFind(stream, escaped, out var handler))
            return FrameKind.Unknown;
        lock (handler.Gate)
        {
            var inner = new Utf8Scanner(data);
            if (!handler.TryRead(ref inner) || !inner.AtEnd)
                return FrameKind.Unreadable;
            return Apply(handler, link, receivedAt);
        }
    }

    private bool TryFind(ReadOnlySpan<byte> stream, bool escaped, [NotNullWhen(true)] out BinanceStreamHandler? handler)
    {
        if (!escaped)
            return _handlers.TryGet(stream, out handler);

        // A symbol in Chinese may come with escapes. Rare: names are ASCII otherwise.
        handler = null;
        try
        {
            var quoted = new byte[stream.Length + 2];
            quoted[0] = quoted[^1] = (byte)'"';
            stream.CopyTo(quoted.AsSpan(1));
            var reader = new Utf8JsonReader(quoted);
            reader.Read();
            return _handlers.TryGet(System.Text.Encoding.UTF8.GetBytes(reader.GetString()!), out handler);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }
}
