using System.Collections.Immutable;
using System.Globalization;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Exchange.Exchanges.Grvt;

/// <summary>
/// The trading socket (venue sheet, sections 4 to 7): commands and their replies, and the account's own streams. It may be silent as long
/// as nothing happens, except while an event is owed for an order that the venue has taken.
/// </summary>
/// <param name="access">Addresses, clock, budget and login.</param>
/// <param name="options">Settings.</param>
/// <param name="logger">The log.</param>
/// <param name="user">Takes what the streams tell.</param>
/// <param name="streams">The streams.</param>
/// <param name="prepare">What must be done before a socket is opened; an error ends the attempt.</param>
/// <param name="reconcile">What must be done on a new socket before it is in service; an error ends the attempt.</param>
internal sealed class GrvtTradeSocket(
    GrvtAccess access,
    GrvtOptions options,
    ILogger logger,
    GrvtUserStream user,
    ImmutableArray<string> streams,
    Func<CancellationToken, Task<ExchangeError?>> prepare,
    Func<CancellationToken, Task<ExchangeError?>> reconcile) : GrvtSocket(access, options, logger, isPrivate: true)
{
    /// <summary>Orders whole and in brief, executions, positions, and what became of cancels with a time to live.</summary>
    public static readonly ImmutableArray<string> OrderStreams = ["v1.order", "v1.state", "v1.fill", "v1.position", "v1.cancel"];

    /// <summary>Positions, and what moves money.</summary>
    public static readonly ImmutableArray<string> AccountStreams = ["v1.position", "v1.fill", Transfers];

    private const string Transfers = "v1.transfer";

    /// <inheritdoc/>
    public override long? ExpectsDataSince => user.OwesSince;

    /// <inheritdoc/>
    public override async Task<Result<Uri>> LocateAsync(Uri url, CancellationToken cancellationToken)
    {
        if (Access.CredentialsError is { } missing)
            return missing;
        return await prepare(cancellationToken).ConfigureAwait(false) is { } error ? error : await base.LocateAsync(url, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async Task<ExchangeError?> SubscribeAsync(SocketLink link, CancellationToken cancellationToken)
    {
        if (Access.Signer is not { } signer)
            return Access.CredentialsError;
        user.Forget();
        var account = signer.SubAccountId.ToString(CultureInfo.InvariantCulture);
        foreach (var stream in streams)
        {
            if (stream != Transfers)
            {
                if (await SubscribeAsync(link, stream, [account], cancellationToken).ConfigureAwait(false) is { } error)
                    return error;
            }
            else if (Access.Login.Grant?.FundingAccount is { } funding
                && await SubscribeAsync(link, stream, [$"{funding}-{account}"], cancellationToken).ConfigureAwait(false) is { } refused)
            {
                // The key may not look at the main account; the balances tell what was moved, some seconds later.
                GrvtLog.QueryFailed(Logger, Transfers, refused.Message);
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public override Task<ExchangeError?> ReconcileAsync(SocketLink link, CancellationToken cancellationToken) => reconcile(cancellationToken);

    /// <inheritdoc/>
    public override void OnLost(SocketLink link, string reason)
    {
        base.OnLost(link, reason);
        user.OnLost(reason);
    }

    /// <inheritdoc/>
    protected override FrameKind OnData(SocketLink link, in GrvtFrame frame, GrvtStep step, DateTimeOffset receivedAt) => user.OnData(frame, step, receivedAt);
}
