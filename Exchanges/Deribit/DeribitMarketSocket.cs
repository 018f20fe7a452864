using Exchange.Exchanges.Common.Market;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Exchange.Exchanges.Deribit;

/// <summary>
/// One public socket. The venue confirms a request by the list of channels that it took, which may lack some without an error; it has
/// no list of what a socket has, and sends no snapshot to who subscribes again, so a request without a reply is taken back first.
/// </summary>
internal sealed class DeribitMarketSocket : DeribitSocket, IMarketRequests
{
    private const string Subscribe = "public/subscribe";
    private const string Unsubscribe = "public/unsubscribe";

    private readonly DeribitMarketDataProcessor _processor;

    public DeribitMarketSocket(
        DeribitAccess access, DeribitOptions options, DeribitMarketDataProcessor processor, string route, DeribitLogin? login, TimeProvider time, ILogger logger)
        : base(access, options, time, logger, login)
    {
        _processor = processor;
        Streams = new MarketStreams(this, this, "Deribit", route, processor, time, logger);
    }

    /// <summary>What is on it.</summary>
    public MarketStreams Streams { get; }

    /// <inheritdoc/>
    public int BatchSize => 200;

    /// <inheritdoc/>
    public bool HasList => false;

    /// <inheritdoc/>
    public override FrameKind OnFrame(SocketLink link, ReadOnlySpan<byte> frame, DateTimeOffset receivedAt, out long replyTo)
    {
        replyTo = 0;
        return _processor.TryTake(frame, link.Serial, receivedAt, out var kind) ? kind : base.OnFrame(link, frame, receivedAt, out replyTo);
    }

    /// <inheritdoc/>
    public override Task<ExchangeError?> SubscribeAsync(SocketLink link, CancellationToken cancellationToken) => Streams.SubscribeAsync(link, cancellationToken);

    /// <inheritdoc/>
    public override Task<ExchangeError?> ReconcileAsync(SocketLink link, CancellationToken cancellationToken) => Streams.ReconcileAsync(link, cancellationToken);

    /// <inheritdoc/>
    public override void OnLost(SocketLink link, string reason) => Streams.OnLost(link, reason);

    /// <inheritdoc/>
    public Task<StreamReply> SubscribeAsync(SocketLink link, IReadOnlyCollection<string> streams, CancellationToken cancellationToken) =>
        RequestAsync(link, Subscribe, streams, cancellationToken);

    /// <inheritdoc/>
    public async Task<StreamReply> UnsubscribeAsync(SocketLink link, IReadOnlyCollection<string> streams, CancellationToken cancellationToken) =>
        new((await RequestAsync(link, Unsubscribe, streams, cancellationToken).ConfigureAwait(false)).IsAnswered);

    /// <inheritdoc/>
    public async Task<IReadOnlySet<string>?> LookUpAsync(
        SocketLink link, IReadOnlyCollection<string> present, IReadOnlyCollection<string> asked, CancellationToken cancellationToken)
    {
        var reply = await RequestAsync(link, Unsubscribe, asked, cancellationToken).ConfigureAwait(false);
        return reply is { IsAnswered: true, Error: null } ? present.Except(asked).ToHashSet(StringComparer.Ordinal) : null;
    }

    /// <inheritdoc/>
    protected override FrameKind OnNotification(SocketLink link, ReadOnlySpan<byte> channel, ReadOnlySpan<byte> data, DateTimeOffset receivedAt) =>
        _processor.OnNotification(channel, data, link.Serial, receivedAt);

    /// <summary>Asks, as soon as there are credits: one call too many would end the session.</summary>
    private async Task<StreamReply> RequestAsync(SocketLink link, string method, IReadOnlyCollection<string> channels, CancellationToken cancellationToken)
    {
        while (true)
        {
            var reply = await SubscribeAsync(link, method, channels, cancellationToken).ConfigureAwait(false);
            if (reply.IsSuccess)
                return new StreamReply(true, null, reply.Value);
            var error = reply.Error;
            if (error is { Code: ExchangeErrorCode.RateLimited, VenueCode: null, RetryAt: { } retryAt } && link.IsOpen)
            {
                var wait = retryAt - Access.Clock.Now;
                await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.FromMilliseconds(1), Time, cancellationToken).ConfigureAwait(false);
                continue;
            }

            // What has no number of the venue's was not answered, or not in a way that can be read.
            return error.VenueCode is null && error.Code is ExchangeErrorCode.Timeout or ExchangeErrorCode.ConnectionLost or ExchangeErrorCode.UnreadableReply
                ? default
                : new StreamReply(true, error);
        }
    }
}
