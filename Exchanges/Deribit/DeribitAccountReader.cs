using System.Collections.Immutable;
using Exchange.Exchanges.Common.Http;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Deribit;

/// <summary>An account with what its summaries tell beside: the limits on orders.</summary>
/// <param name="Account">Balances, a currency a row.</param>
/// <param name="OrderRate">Orders a second that the account may send; null where it is not told.</param>
/// <param name="OrderBurst">Orders that it may send at once.</param>
internal sealed record DeribitAccount(AccountUpdate Account, decimal? OrderRate, decimal? OrderBurst);

/// <summary>The account over HTTP (venue sheet, section 6). Positions that are flat may be listed, or not.</summary>
internal sealed class DeribitAccountReader(DeribitPrivateRest rest, string exchange, TimeProvider time)
{
    /// <summary>Balances, margin and limits.</summary>
    public Task<Result<DeribitAccount>> GetAccount(CancellationToken cancellationToken) =>
        rest.QueryAsync("private/get_account_summaries", p => p.Add("extended", true), ReadAccount, RequestPriority.Cancel, cancellationToken);

    /// <summary>Positions of all currencies and kinds.</summary>
    public Task<Result<ImmutableArray<Position>>> GetPositions(CancellationToken cancellationToken) =>
        rest.QueryAsync("private/get_positions", p => p.Add("currency", "any"), ReadPositions, RequestPriority.Cancel, cancellationToken);

    internal Result<DeribitAccount> ReadAccount(ReadOnlySpan<byte> result)
    {
        var balances = ImmutableArray.CreateBuilder<Balance>();
        decimal? initial = null, maintenance = null, rate = null, burst = null;
        var json = new Utf8Scanner(result);
        var hasSummaries = false;
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            if (!name.SequenceEqual("summaries"u8))
            {
                ok = json.TrySkip();
                continue;
            }

            hasSummaries = ok = json.TryEnterArray();
            while (ok && json.NextElement())
            {
                ok = DeribitAccountMessages.TryReadPortfolio(ref json, out var one);
                if (!ok)
                    break;
                balances.Add(one.Balance);

                // Told alike in every currency: figures of the whole account.
                initial ??= one.InitialMargin;
                maintenance ??= one.MaintenanceMargin;
                rate ??= one.OrderRate;
                burst ??= one.OrderBurst;
            }

            ok &= json.Ok;
        }

        if (!ok || !json.AtEnd || !hasSummaries)
            return DeribitRpc.Unreadable("private/get_account_summaries");
        var account = new AccountUpdate
        {
            Exchange = exchange,
            Event = AccountEvent.Snapshot,
            Balances = balances.ToImmutable(),
            InitialMargin = initial,
            MaintenanceMargin = maintenance,
            PositionMode = PositionMode.OneWay,
            ReceivedTime = time.GetUtcNow(),
        };
        return new DeribitAccount(account, rate, burst);
    }

    internal Result<ImmutableArray<Position>> ReadPositions(ReadOnlySpan<byte> result)
    {
        var positions = ImmutableArray.CreateBuilder<Position>();
        var json = new Utf8Scanner(result);
        return DeribitAccountMessages.TryReadPositions(ref json, exchange, time.GetUtcNow(), positions) && json.AtEnd
            ? positions.ToImmutable()
            : DeribitRpc.Unreadable("private/get_positions");
    }
}
