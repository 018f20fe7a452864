using System.Collections.Immutable;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Exchange.Exchanges.Deribit;

/// <summary>The private socket of the position connection: the account's channels and nothing else.</summary>
internal sealed class DeribitAccountSocket(
    DeribitAccess access, DeribitOptions options, TimeProvider time, ILogger logger, DeribitLogin login, DeribitUserEvents events, Func<CancellationToken, Task<ExchangeError?>> reconcile)
    : DeribitSocket(access, options, time, logger, login)
{
    private static readonly ImmutableArray<string> _channels = [DeribitTradeSocket.Changes, "user.portfolio.any", "user.lock"];

    /// <inheritdoc/>
    public override async Task<ExchangeError?> SubscribeAsync(SocketLink link, CancellationToken cancellationToken)
    {
        var confirmed = await SubscribeAsync(link, "private/subscribe", _channels, cancellationToken).ConfigureAwait(false);
        return confirmed.IsSuccess ? Missing(_channels, confirmed.Value) : confirmed.Error;
    }

    /// <inheritdoc/>
    public override Task<ExchangeError?> ReconcileAsync(SocketLink link, CancellationToken cancellationToken) => reconcile(cancellationToken);

    /// <inheritdoc/>
    public override void OnLost(SocketLink link, string reason) => events.OnLost(reason);

    /// <inheritdoc/>
    protected override FrameKind OnNotification(SocketLink link, ReadOnlySpan<byte> channel, ReadOnlySpan<byte> data, DateTimeOffset receivedAt) =>
        events.OnNotification(channel, data, receivedAt);
}
