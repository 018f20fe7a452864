using System.Collections.Concurrent;
using System.Text;
using Exchange.Exchanges.Common.Market;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Exchanges.Common.Text;

namespace Exchange.Exchanges.Grvt;

/// <summary>
/// GRVT's envelope, in either encoding: <c>{"stream":…,"selector":…,"sequence_number":…,"feed":…,"prev_sequence_number":…}</c>. What stands in
/// the usual order is read in one pass; all else is taken apart first. A message counts in its connection's numbers once it was read: one
/// that cannot be read shows as a gap before the next.
/// </summary>
internal sealed class GrvtMarketDataProcessor : MarketDataProcessor
{
    private const int LongestKey = 256;

    private readonly ConcurrentDictionary<int, GrvtSequences> _links = new();
    private readonly Utf8KeyTable<StreamHandler> _slots = new();
    private long _repeated;
    private long _gaps;

    /// <summary>Messages that came twice.</summary>
    public long Repeated => Interlocked.Read(ref _repeated);

    /// <summary>Messages before which others were lost.</summary>
    public long Gaps => Interlocked.Read(ref _gaps);

    /// <inheritdoc/>
    public override void Add(StreamHandler handler)
    {
        base.Add(handler);

        // The papers show frames that name the instrument only; a connection has one selector of it.
        _slots.Set(GrvtChannels.SlotOf(handler.Stream), handler);
    }

    /// <inheritdoc/>
    public override void Remove(StreamHandler handler)
    {
        base.Remove(handler);
        _slots.Remove(GrvtChannels.SlotOf(handler.Stream), handler);
    }

    /// <inheritdoc/>
    public override FrameKind OnFrame(ReadOnlySpan<byte> frame, int link, DateTimeOffset receivedAt, out long replyTo)
    {
        replyTo = -1;
        if (TryTake(frame, link, receivedAt, out var kind))
            return kind;
        if (!GrvtFrame.TryRead(frame, out var read))
            return FrameKind.Unreadable;
        switch (read.Kind)
        {
            case GrvtFrameKind.Reply:
                replyTo = read.Id;
                OnReply(read.Result, link);
                return FrameKind.Reply;
            case GrvtFrameKind.Data:
                return OnData(read, link, receivedAt) ?? FrameKind.Unknown;
            case GrvtFrameKind.Complaint:
                return FrameKind.Notice;
            default:
                return FrameKind.Unknown;
        }
    }

    /// <summary>Takes the result of a subscribe or unsubscribe call: it tells where numbers begin.</summary>
    public void OnReply(ReadOnlySpan<byte> result, int link)
    {
        if (!result.IsEmpty)
            SequencesOf(link).NoteSubscribed(result);
    }

    /// <summary>Takes a message that was taken apart; null when nobody asked for its stream.</summary>
    public FrameKind? OnData(in GrvtFrame frame, int link, DateTimeOffset receivedAt)
    {
        if (!TryFind(frame.Stream, frame.Selector, out var handler))
            return null;
        var json = new Utf8Scanner(frame.Feed);
        lock (handler.Gate)
        {
            return handler.TryRead(ref json) && json.AtEnd ? Count(handler, link, frame.Sequence, frame.Previous, receivedAt) : FrameKind.Unreadable;
        }
    }

    /// <summary>The link is gone, and its numbers with it.</summary>
    public void OnLost(int link) => _links.TryRemove(link, out _);

    /// <summary>Takes a message whose members stand in the usual order; false when it is not one, or of a stream that nobody asked for.</summary>
    public bool TryTake(ReadOnlySpan<byte> frame, int link, DateTimeOffset receivedAt, out FrameKind kind)
    {
        kind = FrameKind.Unreadable;
        var json = new Utf8Scanner(frame);
        if (!json.TryEnterObject()
            || !json.NextProperty(out var name) || !(name.SequenceEqual("stream"u8) || name is [(byte)'s']) || !json.TryReadString(out var stream, out _)
            || !json.NextProperty(out name) || !(name.SequenceEqual("selector"u8) || name.SequenceEqual("s1"u8)) || !json.TryReadString(out var selector, out _)
            || !json.NextProperty(out name) || !(name.SequenceEqual("sequence_number"u8) || name.SequenceEqual("sn"u8)) || !json.TryReadId(out var sequence)
            || !json.NextProperty(out name) || !(name.SequenceEqual("feed"u8) || name is [(byte)'f'])
            || !TryFind(stream, selector, out var handler))
        {
            return false;
        }

        lock (handler.Gate)
        {
            if (handler.TryRead(ref json) && TryReadPrevious(ref json, out var previous) && json.AtEnd)
                kind = Count(handler, link, sequence, previous, receivedAt);
            return true;
        }
    }

    private static bool TryReadPrevious(ref Utf8Scanner json, out long previous)
    {
        previous = 0;
        while (json.NextProperty(out var name))
        {
            if (!(name.SequenceEqual("prev_sequence_number"u8) || name.SequenceEqual("ps"u8) ? json.TryReadId(out previous) : json.TrySkip()))
                return false;
        }

        return json.Ok;
    }

    /// <summary>Judges a message that was read by its number, and applies it. Called while holding the handler's lock.</summary>
    private FrameKind Count(StreamHandler handler, int link, long sequence, long previous, DateTimeOffset receivedAt)
    {
        if (link == handler.LostLink)
            return FrameKind.Notice;
        long missing = 0;
        var step = GrvtStep.Snapshot;
        if (sequence != 0)
        {
            Span<byte> key = stackalloc byte[LongestKey];
            step = Encoding.UTF8.TryGetBytes(handler.Stream, key, out var length)
                ? SequencesOf(link).Judge(key[..length], sequence, previous, out missing)
                : GrvtStep.Gap;
        }

        switch (step)
        {
            case GrvtStep.Repeated:
                Interlocked.Increment(ref _repeated);
                handler.LastLink = link;
                return FrameKind.Data;
            case GrvtStep.Gap:
                Interlocked.Increment(ref _gaps);
                break;
        }

        handler.Place(new MessagePlace(
            step switch
            {
                GrvtStep.Snapshot => PlaceKind.Snapshot,
                GrvtStep.Next => PlaceKind.Next,
                _ => PlaceKind.Gap,
            },
            link,
            missing));
        return Apply(handler, link, receivedAt);
    }

    private bool TryFind(ReadOnlySpan<byte> stream, ReadOnlySpan<byte> selector, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out StreamHandler? handler)
    {
        handler = null;
        var length = stream.Length + 1 + selector.Length;
        if (length > LongestKey)
            return false;
        Span<byte> key = stackalloc byte[LongestKey];
        stream.CopyTo(key);
        key[stream.Length] = (byte)' ';
        selector.CopyTo(key[(stream.Length + 1)..]);
        key = key[..length];
        return TryFind(key, false, out handler) || (!selector.Contains((byte)'@') && _slots.TryGet(key, out handler));
    }

    private GrvtSequences SequencesOf(int link) => _links.GetOrAdd(link, static _ => new GrvtSequences());
}
