using Exchange.Exchanges.Common.Market;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Exchange.Exchanges.Binance;

/// <summary>One stream socket of a route. What Binance does not acknowledge is looked up in its own list.</summary>
internal sealed class BinanceMarketSocket : SocketProtocol, IMarketRequests
{
    private readonly BinanceMarketDataProcessor _processor;

    public BinanceMarketSocket(string route, BinanceMarketDataProcessor processor, TimeProvider time, ILogger logger)
    {
        _processor = processor;
        Streams = new MarketStreams(this, this, "Binance", route, processor, time, logger);
    }

    /// <summary>What is on it.</summary>
    public MarketStreams Streams { get; }

    /// <inheritdoc/>
    public SocketSession Session { get; set; } = null!;

    /// <inheritdoc/>
    public int BatchSize => 100;

    /// <inheritdoc/>
    public bool HasList => true;

    /// <inheritdoc/>
    public override long? ExpectsDataSince => Streams.ExpectsDataSince;

    /// <inheritdoc/>
    public override FrameKind OnFrame(SocketLink link, ReadOnlySpan<byte> frame, DateTimeOffset receivedAt, out long replyTo)
    {
        var kind = _processor.OnFrame(frame, link.Serial, receivedAt, out replyTo);

        // Errors may come without the id; only one request is ever under way.
        if (kind == FrameKind.Reply && replyTo < 0)
            replyTo = link.LastRequestId;
        return kind;
    }

    /// <inheritdoc/>
    public override Task<ExchangeError?> SubscribeAsync(SocketLink link, CancellationToken cancellationToken) => Streams.SubscribeAsync(link, cancellationToken);

    /// <inheritdoc/>
    public override Task<ExchangeError?> ReconcileAsync(SocketLink link, CancellationToken cancellationToken) => Streams.ReconcileAsync(link, cancellationToken);

    /// <inheritdoc/>
    public override void OnLost(SocketLink link, string reason) => Streams.OnLost(link, reason);

    /// <inheritdoc/>
    public Task<StreamReply> SubscribeAsync(SocketLink link, IReadOnlyCollection<string> streams, CancellationToken cancellationToken) =>
        RequestAsync(link, id => BinanceControl.Subscribe(id, streams), cancellationToken);

    /// <inheritdoc/>
    public async Task<StreamReply> UnsubscribeAsync(SocketLink link, IReadOnlyCollection<string> streams, CancellationToken cancellationToken) =>
        new((await RequestAsync(link, id => BinanceControl.Unsubscribe(id, streams), cancellationToken).ConfigureAwait(false)).IsAnswered);

    /// <inheritdoc/>
    public async Task<IReadOnlySet<string>?> LookUpAsync(
        SocketLink link, IReadOnlyCollection<string> present, IReadOnlyCollection<string> asked, CancellationToken cancellationToken)
    {
        var reply = await link.RequestAsync(BinanceControl.List, null, cancellationToken).ConfigureAwait(false);
        return reply.Frame is null ? null : BinanceControl.StreamsOf(reply.Frame);
    }

    private static async Task<StreamReply> RequestAsync(SocketLink link, Func<long, ReadOnlyMemory<byte>> makeFrame, CancellationToken cancellationToken)
    {
        var reply = await link.RequestAsync(makeFrame, null, cancellationToken).ConfigureAwait(false);
        return reply.Frame is null ? default : new StreamReply(true, BinanceControl.ErrorOf(reply.Frame));
    }
}
