using System.Collections.Immutable;
using Exchange.Exchanges.Common.Http;
using Exchange.Exchanges.Common.Orders;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Exchange.Exchanges.Deribit;

/// <summary>
/// The private socket of the order connection: commands, and the account's own channel on the same socket. A command is bound to the socket
/// that it went out by. Cancel on disconnect is off unless somebody has asked for it, whatever the account's own setting.
/// </summary>
internal sealed class DeribitTradeSocket(
    DeribitAccess access, DeribitOptions options, TimeProvider time, ILogger logger, DeribitLogin login, DeribitUserEvents events)
    : DeribitSocket(access, options, time, logger, login)
{
    /// <summary>Orders, own trades and positions of an instrument in one message, unbatched.</summary>
    public const string Changes = "user.changes.any.any.raw";

    /// <summary>The right that arming cancel on disconnect needs.</summary>
    public const string ArmingScope = "account:read_write";

    private static readonly ImmutableArray<string> _channels = [Changes];

    private static readonly TimeSpan _goodbye = TimeSpan.FromSeconds(2);

    private volatile bool _armed;

    /// <summary>Whether cancel on disconnect is wanted, on this socket and those that follow.</summary>
    public bool Armed => _armed;

    /// <inheritdoc/>
    public override async Task<ExchangeError?> SubscribeAsync(SocketLink link, CancellationToken cancellationToken)
    {
        if (await ArmAsync(link, _armed, cancellationToken).ConfigureAwait(false) is { } notArmed)
            return notArmed with { Outcome = null };
        events.Forget();
        var confirmed = await SubscribeAsync(link, "private/subscribe", _channels, cancellationToken).ConfigureAwait(false);
        return confirmed.IsSuccess ? Missing(_channels, confirmed.Value) : confirmed.Error;
    }

    /// <inheritdoc/>
    public override void OnLost(SocketLink link, string reason) => events.OnLost(reason);

    /// <summary>Sends a command to the matching engine, or a question, on the socket in service.</summary>
    /// <param name="method">The method.</param>
    /// <param name="fill">Adds the parameters.</param>
    /// <param name="isOrder">Paid from the orders' credits.</param>
    /// <param name="priority">What it is for.</param>
    /// <param name="cancellationToken">Gives the wait up. What was sent stays sent.</param>
    public Task<DeribitAnswer> RequestAsync(
        string method, Action<DeribitParams>? fill, bool isOrder = false, RequestPriority priority = RequestPriority.Normal, CancellationToken cancellationToken = default) =>
        Session.Current is { } link
            ? CallAsync(link, method, fill, isOrder ? Access.Budget.Orders : null, priority, cancellationToken)
            : Task.FromResult(new DeribitAnswer(default, new ExchangeError
            {
                Code = ExchangeErrorCode.NotReady,
                Message = $"the order connection is {Session.Status.State}",
                Outcome = CommandOutcome.Rejected,
                Retryable = true,
            }));

    /// <summary>Arms or disarms cancel on disconnect, on the socket in service and on those that follow.</summary>
    public async Task<ExchangeError?> SetArmedAsync(bool armed, CancellationToken cancellationToken)
    {
        if (armed && Grant is { } grant && !grant.Has(ArmingScope))
        {
            return new ExchangeError
            {
                Code = ExchangeErrorCode.PermissionDenied,
                Message = $"the key DERIBIT_CLIENT_ID has not the scope {ArmingScope}, which cancel on disconnect needs; it was granted: {grant}",
                Outcome = CommandOutcome.Rejected,
            };
        }

        if (armed == _armed && Session.Current is not null)
            return null;

        // Noted before it leaves: the next socket begins as it is wanted, whatever becomes of this one.
        _armed = armed;
        if (Session.Current is not { } link)
            return null;
        var error = await ArmAsync(link, armed, cancellationToken).ConfigureAwait(false);
        if (error is not null && armed)
            _armed = false;
        return error;
    }

    /// <summary>The account's channel is deaf: subscribes anew, on the same socket.</summary>
    public async Task<ExchangeError?> ResubscribeAsync(SocketLink link, CancellationToken cancellationToken)
    {
        events.Forget();
        var gone = await SubscribeAsync(link, "private/unsubscribe", _channels, cancellationToken).ConfigureAwait(false);
        if (!gone.IsSuccess)
            return gone.Error;
        var confirmed = await SubscribeAsync(link, "private/subscribe", _channels, cancellationToken).ConfigureAwait(false);
        return confirmed.IsSuccess ? Missing(_channels, confirmed.Value) : confirmed.Error;
    }

    /// <summary>Says good-bye, so that the close which follows does not cancel what works. Has no reply.</summary>
    public async Task LogOutAsync(CancellationToken cancellationToken)
    {
        if (Session.Current is not { } link)
            return;

        // Nothing answers it but the end of the socket.
        await link.RequestAsync(id => DeribitRpc.Request(id, "private/logout", new DeribitParams().Add("invalidate_token", true)), _goodbye, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override FrameKind OnNotification(SocketLink link, ReadOnlySpan<byte> channel, ReadOnlySpan<byte> data, DateTimeOffset receivedAt) =>
        events.OnNotification(channel, data, receivedAt);

    private async Task<ExchangeError?> ArmAsync(SocketLink link, bool armed, CancellationToken cancellationToken)
    {
        // Without the right nothing can be changed; the account's own setting holds, and is told where it can be read.
        if (Grant is { } grant && !grant.Has(ArmingScope))
            return null;
        var answer = await CallAsync(
            link,
            armed ? "private/enable_cancel_on_disconnect" : "private/disable_cancel_on_disconnect",
            p => p.Add("scope", "connection"),
            priority: RequestPriority.Cancel,
            cancellationToken: cancellationToken).ConfigureAwait(false);
        if (answer.Error is null)
            DeribitLog.CancelOnDisconnect(Logger, "socket #" + link.Generation.ToString(System.Globalization.CultureInfo.InvariantCulture), armed ? "on" : "off");
        return answer.Error;
    }
}
