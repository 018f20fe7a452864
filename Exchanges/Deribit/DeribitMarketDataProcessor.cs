using Exchange.Exchanges.Common.Market;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Exchanges.Common.Text;

namespace Exchange.Exchanges.Deribit;

/// <summary>
/// Deribit's envelope: <c>{"jsonrpc":…,"method":"subscription","params":{"channel":…,"data":…}}</c>. What stands in the usual order is read in
/// one pass; all else is taken apart first.
/// </summary>
internal sealed class DeribitMarketDataProcessor : MarketDataProcessor
{
    /// <inheritdoc/>
    public override FrameKind OnFrame(ReadOnlySpan<byte> frame, int link, DateTimeOffset receivedAt, out long replyTo)
    {
        replyTo = -1;
        if (TryTake(frame, link, receivedAt, out var kind))
            return kind;
        if (!DeribitFrame.TryRead(frame, out var read))
            return FrameKind.Unreadable;
        switch (read.Kind)
        {
            case DeribitFrameKind.Reply:
                replyTo = read.Id;
                return FrameKind.Reply;
            case DeribitFrameKind.Subscription:
                return OnNotification(read.Channel, read.Data, link, receivedAt);
            case DeribitFrameKind.Unknown:
                return FrameKind.Unknown;
            default:
                return FrameKind.Notice;
        }
    }

    /// <summary>Takes what a channel tells.</summary>
    public FrameKind OnNotification(ReadOnlySpan<byte> channel, ReadOnlySpan<byte> data, int link, DateTimeOffset receivedAt) =>
        TryFind(channel, channel.Contains((byte)'\\'), out var handler) ? Handle(handler, data, link, receivedAt) : FrameKind.Unknown;

    /// <summary>Takes a notification whose members stand in the usual order; false when it is not one, or of a channel that nobody asked for.</summary>
    public bool TryTake(ReadOnlySpan<byte> frame, int link, DateTimeOffset receivedAt, out FrameKind kind)
    {
        kind = FrameKind.Unreadable;
        var json = new Utf8Scanner(frame);
        if (!json.TryEnterObject()
            || !json.NextProperty(out var name) || !name.SequenceEqual("jsonrpc"u8) || !json.TrySkip()
            || !json.NextProperty(out name) || !name.SequenceEqual("method"u8) || !json.TryReadString(out var method, out _) || !method.SequenceEqual("subscription"u8)
            || !json.NextProperty(out name) || !name.SequenceEqual("params"u8) || !json.TryEnterObject()
            || !json.NextProperty(out name) || !name.SequenceEqual("channel"u8) || !json.TryReadString(out var channel, out var escaped)
            || !json.NextProperty(out name) || !name.SequenceEqual("data"u8)
            || !TryFind(channel, escaped, out var handler))
        {
            return false;
        }

        lock (handler.Gate)
        {
            if (handler.TryRead(ref json) && SkipRest(ref json) && SkipRest(ref json) && json.AtEnd)
                kind = Apply(handler, link, receivedAt);
            return true;
        }
    }

    /// <summary>Passes over what is left of an object.</summary>
    private static bool SkipRest(ref Utf8Scanner json)
    {
        while (json.NextProperty(out _))
        {
            if (!json.TrySkip())
                return false;
        }

        return json.Ok;
    }
}
