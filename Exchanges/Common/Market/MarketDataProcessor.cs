using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Exchanges.Common.Text;

namespace Exchange.Exchanges.Common.Market;

/// <summary>
/// From frames to updates: finds the stream that a frame belongs to, reads it from UTF-8 and hands it to the stream's handler.
/// Needs no socket: a replay drives it with the frames of a recording. A venue adds its envelope.
/// </summary>
internal abstract class MarketDataProcessor
{
    private readonly Utf8KeyTable<StreamHandler> _handlers = new();

    /// <summary>Starts to take a stream's messages.</summary>
    public virtual void Add(StreamHandler handler) => _handlers.Set(handler.Stream, handler);

    /// <summary>Gives a handler no more messages. One that has taken its place meanwhile stays.</summary>
    public virtual void Remove(StreamHandler handler) => _handlers.Remove(handler.Stream, handler);

    /// <summary>Takes one frame.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="link">The serial number of the link that it came by.</param>
    /// <param name="receivedAt">When it arrived, UTC.</param>
    /// <param name="replyTo">The id of the request that it answers; -1 when the venue did not tell.</param>
    public abstract FrameKind OnFrame(ReadOnlySpan<byte> frame, int link, DateTimeOffset receivedAt, out long replyTo);

    /// <summary>Applies what a handler has read, unless it came by a link that is lost. Called while holding the handler's lock.</summary>
    protected static FrameKind Apply(StreamHandler handler, int link, DateTimeOffset receivedAt)
    {
        if (link == handler.LostLink)
            return FrameKind.Notice;
        handler.LastLink = link;
        handler.Apply(receivedAt);
        return FrameKind.Data;
    }

    /// <summary>Reads a message's data that stands by itself, and applies it.</summary>
    protected static FrameKind Handle(StreamHandler handler, ReadOnlySpan<byte> data, int link, DateTimeOffset receivedAt)
    {
        lock (handler.Gate)
        {
            var json = new Utf8Scanner(data);
            return handler.TryRead(ref json) && json.AtEnd ? Apply(handler, link, receivedAt) : FrameKind.Unreadable;
        }
    }

    /// <summary>Finds the handler of a stream by its name as it stands in the frame.</summary>
    protected bool TryFind(ReadOnlySpan<byte> stream, bool escaped, [NotNullWhen(true)] out StreamHandler? handler)
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
            return _handlers.TryGet(Encoding.UTF8.GetBytes(reader.GetString()!), out handler);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }
}
