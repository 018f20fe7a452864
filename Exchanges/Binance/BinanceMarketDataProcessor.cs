using Exchange.Exchanges.Common.Market;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Exchanges.Common.Text;

namespace Exchange.Exchanges.Binance;

/// <summary>Binance's envelope: the combined form <c>{"stream":…,"data":…}</c>, and replies beside it.</summary>
internal sealed class BinanceMarketDataProcessor : MarketDataProcessor
{
    /// <inheritdoc/>
    public override FrameKind OnFrame(ReadOnlySpan<byte> frame, int link, DateTimeOffset receivedAt, out long replyTo)
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

    private static FrameKind Handle(StreamHandler handler, ref Utf8Scanner json, int link, DateTimeOffset receivedAt)
    {
        lock (handler.Gate)
        {
            if (!handler.TryRead(ref json) || json.NextProperty(out _) || !json.AtEnd)
                return FrameKind.Unreadable;
            return Apply(handler, link, receivedAt);
        }
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
        return stream.IsEmpty || data.IsEmpty || !TryFind(stream, escaped, out var handler)
            ? FrameKind.Unknown
            : Handle(handler, data, link, receivedAt);
    }
}
