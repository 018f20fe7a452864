using Exchange.Exchanges.Common.Market;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Exchange.Exchanges.Grvt;

/// <summary>
/// One public socket. The venue takes one stream a request, and confirms by the list of selectors that it took. It has no heartbeat, and a
/// still book is silent: a ticker that always moves is kept beside what is asked for, so that a dead socket shows.
/// </summary>
internal sealed class GrvtMarketSocket : GrvtSocket, IMarketRequests
{
    private const string PulseStream = "v1.mini.s";
    private const string PulseRate = "@1000";

    private readonly GrvtMarketDataProcessor _processor;
    private readonly TimeProvider _time;
    private long _pulseSince;

    public GrvtMarketSocket(GrvtAccess access, GrvtOptions options, GrvtMarketDataProcessor processor, string route, TimeProvider time, ILogger logger)
        : base(access, options, logger, isPrivate: false)
    {
        _processor = processor;
        _time = time;
        Streams = new MarketStreams(this, this, "GRVT", route, processor, time, logger);
    }

    /// <summary>What is on it.</summary>
    public MarketStreams Streams { get; }

    /// <inheritdoc/>
    public int BatchSize => 50;

    /// <inheritdoc/>
    public bool HasList => false;

    /// <inheritdoc/>
    public override long? ExpectsDataSince => Interlocked.Read(ref _pulseSince) is var since and not 0 ? since : null;

    /// <inheritdoc/>
    public override FrameKind OnFrame(SocketLink link, ReadOnlySpan<byte> frame, DateTimeOffset receivedAt, out long replyTo)
    {
        replyTo = 0;
        return _processor.TryTake(frame, link.Serial, receivedAt, out var kind) ? kind : base.OnFrame(link, frame, receivedAt, out replyTo);
    }

    /// <inheritdoc/>
    public override async Task<ExchangeError?> SubscribeAsync(SocketLink link, CancellationToken cancellationToken)
    {
        Interlocked.Exchange(ref _pulseSince, 0);
        if (Options.PulseSymbol.Length > 0)
        {
            var pulse = await AskAsync(link, "subscribe", PulseStream, [Options.PulseSymbol + PulseRate], cancellationToken).ConfigureAwait(false);
            if (pulse.Error is null)
                Interlocked.Exchange(ref _pulseSince, _time.GetTimestamp());
            else if (IsUnanswered(pulse.Error))
                return pulse.Error;
            else
                GrvtLog.QueryFailed(Logger, $"{PulseStream} {Options.PulseSymbol}, by which a dead socket would show", pulse.Error.Message);
        }

        return await Streams.SubscribeAsync(link, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override Task<ExchangeError?> ReconcileAsync(SocketLink link, CancellationToken cancellationToken) => Streams.ReconcileAsync(link, cancellationToken);

    /// <inheritdoc/>
    public override void OnLost(SocketLink link, string reason)
    {
        base.OnLost(link, reason);
        Streams.OnLost(link, reason);
        _processor.OnLost(link.Serial);
    }

    /// <inheritdoc/>
    public async Task<StreamReply> SubscribeAsync(SocketLink link, IReadOnlyCollection<string> streams, CancellationToken cancellationToken)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var group in streams.Select(s => (Channel: s, Parts: GrvtChannels.Split(s))).GroupBy(s => s.Parts.Stream, StringComparer.Ordinal))
        {
            var reply = await AskAsync(link, "subscribe", group.Key, [.. group.Select(s => s.Parts.Selector)], cancellationToken).ConfigureAwait(false);
            if (reply.Error is { } error)
            {
                if (IsUnanswered(error))
                    return default;
                if (error.Retryable || streams.Count == 1)
                    return new StreamReply(true, error);

                // One bad selector spoils the request, and must not spoil other streams: each by itself.
                if (group.Count() == 1)
                {
                    GrvtLog.QueryFailed(Logger, group.First().Channel, error.Message);
                    continue;
                }

                foreach (var single in group)
                {
                    var alone = await SubscribeAsync(link, [single.Channel], cancellationToken).ConfigureAwait(false);
                    if (!alone.IsAnswered || alone.Error is { Retryable: true })
                        return alone;
                    if (alone.Error is { } refusal)
                        GrvtLog.QueryFailed(Logger, single.Channel, refusal.Message);
                    else
                        taken.UnionWith(alone.Streams ?? new HashSet<string>());
                }

                continue;
            }

            if (GrvtChannels.ReadTaken(reply.Result.Span) is not { } selectors)
                return default;
            taken.UnionWith(group.Where(s => selectors.Contains(s.Parts.Selector) || selectors.Contains(s.Parts.Selector.Split('@')[0])).Select(s => s.Channel));
        }

        return new StreamReply(true, null, taken);
    }

    /// <inheritdoc/>
    public async Task<StreamReply> UnsubscribeAsync(SocketLink link, IReadOnlyCollection<string> streams, CancellationToken cancellationToken)
    {
        foreach (var group in streams.Select(GrvtChannels.Split).GroupBy(s => s.Stream, StringComparer.Ordinal))
        {
            var reply = await AskAsync(link, "unsubscribe", group.Key, [.. group.Select(s => s.Selector)], cancellationToken).ConfigureAwait(false);
            if (reply.Error is { } error && (error.Retryable || IsUnanswered(error)))
                return default;
        }

        return new StreamReply(true);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlySet<string>?> LookUpAsync(
        SocketLink link, IReadOnlyCollection<string> present, IReadOnlyCollection<string> asked, CancellationToken cancellationToken) =>
        (await UnsubscribeAsync(link, asked, cancellationToken).ConfigureAwait(false)).IsAnswered ? present.Except(asked).ToHashSet(StringComparer.Ordinal) : null;

    /// <inheritdoc/>
    protected override void OnReply(SocketLink link, ReadOnlySpan<byte> result) => _processor.OnReply(result, link.Serial);

    /// <summary>The pulse, what was given back and is under way still, and what does not stand in the usual order.</summary>
    protected override FrameKind OnData(SocketLink link, in GrvtFrame frame, GrvtStep step, DateTimeOffset receivedAt) =>
        _processor.OnData(frame, link.Serial, receivedAt) ?? (frame.Stream.SequenceEqual("v1.mini.s"u8) ? FrameKind.Data : FrameKind.Unknown);

    /// <summary>Whether nothing came that the venue has said of the request.</summary>
    private static bool IsUnanswered(ExchangeError error) =>
        error.VenueCode is null && error.Code is ExchangeErrorCode.Timeout or ExchangeErrorCode.ConnectionLost or ExchangeErrorCode.UnreadableReply;
}
