using System.Collections.Immutable;
using Exchange.Exchanges.Common.Http;
using Exchange.Exchanges.Common.Orders;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Grvt;

/// <summary>What reaches many orders at once (venue sheet, sections 6.2 to 6.4).</summary>
internal sealed partial class GrvtOrderVenue
{
    private static readonly TimeSpan _shortestCountdown = TimeSpan.FromMilliseconds(1001);
    private static readonly TimeSpan _longestCountdown = TimeSpan.FromMinutes(5);

    /// <summary>Adds the filters that an instrument has.</summary>
    public static void Filter(GrvtParams p, Instrument instrument)
    {
        p.Add(GrvtNames.Kind, [KindOf(instrument)]).Add(GrvtNames.Base, [instrument.Base]).Add(GrvtNames.Quote, [instrument.Quote]);
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<CommandReply>> PlaceBatchAsync(ImmutableArray<Order> orders, DateTimeOffset lastChance)
    {
        if (!_options.BulkOrders || orders.Length < 2)
            return [.. await Task.WhenAll(orders.Select(o => PlaceAsync(o, lastChance))).ConfigureAwait(false)];
        var replies = new CommandReply[orders.Length];

        // One command, one instrument (2234).
        await Task.WhenAll(Enumerable.Range(0, orders.Length).GroupBy(i => orders[i].Symbol, StringComparer.Ordinal).SelectMany(g => g.Chunk(GrvtCapabilities.MaxBulk)).Select(async chunk =>
        {
            var answers = await PlaceChunkAsync([.. chunk.Select(i => orders[i])]).ConfigureAwait(false);
            for (var i = 0; i < chunk.Length; i++)
                replies[chunk[i]] = answers[i];
        })).ConfigureAwait(false);
        return [.. replies];
    }

    /// <inheritdoc/>
    public async Task<CommandReply> CancelAllAsync(string? symbol)
    {
        var instrument = symbol is null ? null : Instruments()?.Get(symbol);

        // Creates that the venue has not shown to have may come after the command, which says nothing of them.
        var onTheirWay = _known.Where(k => !k.Value.IsSeen && (symbol is null || k.Value.Symbol == symbol)).Select(k => k.Key).ToList();
        var kills = onTheirWay.Select(id => CancelAsync(Stub(id, null), _longestKill)).ToList();
        CommandReply all;
        if (symbol is not null && instrument is not { Kind: InstrumentKind.Perpetual })
        {
            // Kind, base and quote name more than one instrument where there are expiries.
            all = await CancelEachAsync(symbol).ConfigureAwait(false);
        }
        else
        {
            var answer = await SendAsync(
                "v1/cancel_all_orders",
                () =>
                {
                    var p = new GrvtParams(_options.IsLite);
                    if (_access.Signer is { } signer)
                        p.Add(GrvtNames.SubAccountId, signer.SubAccountId);
                    if (instrument is not null)
                        Filter(p, instrument);
                    return p.Finish();
                },
                RequestPriority.Cancel,
                GrvtBudget.CancelAllWeight).ConfigureAwait(false);
            all = Receipt(answer, "v1/cancel_all_orders");
        }

        var killed = await Task.WhenAll(kills).ConfigureAwait(false);
        if (all.Error is not null)
            return all;
        return Array.Find(killed, k => k.Error is not null) is { Error: { } error } ? CommandReply.Failed(error.WithOutcome(CommandOutcome.Unknown)) : all;
    }

    /// <summary>Arms, renews (a positive time) or disarms (zero) the account's timer, which cancels all its orders when it is not renewed.</summary>
    public async Task<ExchangeError?> SetCountdownAsync(TimeSpan timeToLive)
    {
        if (timeToLive != TimeSpan.Zero && (timeToLive < _shortestCountdown || timeToLive > _longestCountdown))
            return ExchangeError.InvalidArgument("time_to_live", "zero to disarm, or more than 1 second and up to 5 minutes at GRVT").WithOutcome(CommandOutcome.Rejected);
        var answer = await SendAsync(
            "v1/cancel_on_disconnect",
            () =>
            {
                var p = new GrvtParams(_options.IsLite);
                if (_access.Signer is { } signer)
                    p.Add(GrvtNames.SubAccountId, signer.SubAccountId);
                return p.AddNumber(GrvtNames.CountdownTime, (long)timeToLive.TotalMilliseconds).Finish();
            },
            RequestPriority.Cancel).ConfigureAwait(false);
        return Receipt(answer, "v1/cancel_on_disconnect").Error;
    }

    private async Task<CommandReply> CancelEachAsync(string symbol)
    {
        var open = await GetOpenOrdersAsync(CancellationToken.None).ConfigureAwait(false);
        if (!open.IsSuccess)
            return CommandReply.Failed(open.Error.WithOutcome(CommandOutcome.Rejected));
        var replies = await Task.WhenAll(open.Value.Where(r => r.Symbol == symbol).Select(r => CancelAsync(Stub(null, r.VenueOrderId), _longestKill))).ConfigureAwait(false);
        return Array.Find(replies, r => r.Error is not null) is { Error: { } error } ? CommandReply.Failed(error.WithOutcome(CommandOutcome.Unknown)) : CommandReply.Done(null);
    }

    private async Task<ImmutableArray<CommandReply>> PlaceChunkAsync(ImmutableArray<Order> orders)
    {
        if (_access.Signer is not { } signer || Instruments()?.SignedTermsOf(orders[0].Symbol) is not { } terms)
            return [.. orders.Select(o => CommandReply.Failed(Check(o) ?? _access.CredentialsError!.WithOutcome(CommandOutcome.Rejected)))];
        foreach (var order in orders)
            _known.TryAdd(order.ClientOrderId, new Known(order.Symbol, IsSeen: false));
        var mark = MarkStream();
        var answer = await SendAsync("v2/bulk_orders", () => _requests.Bulk(orders, signer, terms, VenueNow), weight: orders.Length).ConfigureAwait(false);
        if (answer.Error is { } error)
            return [.. orders.Select(_ => CommandReply.Failed(error))];
        var taken = ReadBulk(answer.Result.Span);
        if (taken is null)
            return [.. orders.Select(_ => CommandReply.Failed(GrvtRpc.Unreadable("v2/bulk_orders")))];
        OnAcknowledged(mark);
        return [.. orders.Select(o => taken.Contains(o.ClientOrderId) ? CommandReply.Done(Taken(o)) : CommandReply.Failed(GrvtRpc.Unreadable("v2/bulk_orders")))];
    }

    /// <summary>The client order ids of the creates in a bulk's answer; null when it cannot be read.</summary>
    internal static HashSet<string>? ReadBulk(ReadOnlySpan<byte> body)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var json = new Utf8Scanner(body);
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            if (!name.SequenceEqual("orders"u8) && name is not [(byte)'o'])
            {
                ok = json.TrySkip();
                continue;
            }

            ok = json.TryEnterArray();
            while (ok && json.NextElement())
            {
                ok = GrvtOrderMessages.TryReadOrder(ref json, out var fields);
                if (ok && fields.RealClientId is { } id)
                    taken.Add(id);
            }
        }

        return ok && json.AtEnd ? taken : null;
    }

    private Order Stub(string? clientOrderId, string? venueOrderId) => new()
    {
        Exchange = _exchange,
        Symbol = "",
        ClientOrderId = clientOrderId ?? "",
        VenueOrderId = venueOrderId,
        Side = Side.Buy,
        Type = OrderType.Limit,
        Quantity = 0,
        Status = OrderStatus.Working,
        CreatedTime = _time.GetUtcNow(),
        UpdatedTime = _time.GetUtcNow(),
    };

    private static string KindOf(Instrument instrument) => instrument switch
    {
        { Kind: InstrumentKind.Future } => "FUTURE",
        { OptionKind: OptionKind.Call } => "CALL",
        { OptionKind: OptionKind.Put } => "PUT",
        _ => "PERPETUAL",
    };
}
