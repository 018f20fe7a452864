using System.Collections.Immutable;
using Exchange.Exchanges.Common.Http;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Grvt;

/// <summary>The account over HTTP (venue sheet, section 8). A picture lists what is not flat; absence means flat.</summary>
internal sealed class GrvtAccountReader(GrvtPrivateRest rest, string exchange, TimeProvider time)
{
    /// <summary>Balances and margin.</summary>
    public Task<Result<AccountUpdate>> GetAccount(CancellationToken cancellationToken) =>
        rest.QueryAsync("v1/account_summary", GrvtBudget.AccountWeight, ReadAccount, cancellationToken: cancellationToken);

    /// <summary>Positions.</summary>
    public Task<Result<ImmutableArray<Position>>> GetPositions(RequestPriority priority, CancellationToken cancellationToken) =>
        rest.QueryAsync("v1/positions", 1, ReadPositions, priority: priority, cancellationToken: cancellationToken);

    internal Result<AccountUpdate> ReadAccount(byte[] body)
    {
        if (!GrvtRpc.TryOpen(body, out var result, out _))
            return Unreadable("account_summary");
        var json = new Utf8Scanner(result);
        return GrvtAccountMessages.TryReadAccount(ref json, exchange, time.GetUtcNow(), out var account) && json.AtEnd ? account : Unreadable("account_summary");
    }

    internal Result<ImmutableArray<Position>> ReadPositions(byte[] body)
    {
        if (!GrvtRpc.TryOpen(body, out var result, out _))
            return Unreadable("positions");
        var positions = ImmutableArray.CreateBuilder<Position>();
        var json = new Utf8Scanner(result);
        var now = time.GetUtcNow();
        var ok = json.TryEnterArray();
        while (ok && json.NextElement())
        {
            ok = GrvtAccountMessages.TryReadPosition(ref json, exchange, now, out var position);
            if (ok)
                positions.Add(position);
        }

        return ok && json.AtEnd ? positions.ToImmutable() : Unreadable("positions");
    }

    /// <summary>The error of a query whose answer cannot be read.</summary>
    internal static ExchangeError Unreadable(string what) => GrvtRpc.Unreadable(what) with { Outcome = null };
}
