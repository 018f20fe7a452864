using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using Exchange.Exchanges.Common.Http;
using Exchange.Exchanges.Common.Orders;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Binance;

/// <summary>What reaches many orders at once: HTTP only (venue sheet, section 6.6).</summary>
internal sealed partial class BinanceOrderVenue
{
    private const int BatchWeight = 5;

    /// <inheritdoc/>
    public async Task<ImmutableArray<CommandReply>> PlaceBatchAsync(ImmutableArray<Order> orders, DateTimeOffset lastChance)
    {
        var replies = new CommandReply[orders.Length];
        var plain = Enumerable.Range(0, orders.Length).Where(i => !BinanceWords.IsConditional(orders[i].Type)).ToArray();

        // Conditional orders are not taken in a batch; they go by themselves, at the same time.
        var single = Enumerable.Range(0, orders.Length).Except(plain).Select(async i => replies[i] = await PlaceAsync(orders[i], lastChance).ConfigureAwait(false));
        var batches = plain.Chunk(Capabilities.MaxBatchSize).Select(async chunk =>
        {
            var answers = await PlaceChunkAsync([.. chunk.Select(i => orders[i])], lastChance).ConfigureAwait(false);
            for (var i = 0; i < chunk.Length; i++)
                replies[chunk[i]] = answers[i];
        });
        await Task.WhenAll([.. single, .. batches]).ConfigureAwait(false);
        return [.. replies];
    }

    /// <inheritdoc/>
    public async Task<CommandReply> CancelAllAsync(string? symbol)
    {
        HashSet<string> symbols = symbol is null ? [.. _symbols.Keys] : [symbol];
        ExchangeError? incomplete = null;
        if (symbol is null)
        {
            // The venue cancels by symbol, and knows best which ones have orders; an order of ours on its way there it does not know yet.
            var open = await GetOpenOrdersAsync(CancellationToken.None).ConfigureAwait(false);
            if (open.IsSuccess)
                symbols.UnionWith(open.Value.Select(r => r.Symbol));
            else
                incomplete = open.Error.WithOutcome(CommandOutcome.Unknown);
        }

        var cancels = symbols.Order(StringComparer.Ordinal).SelectMany(s => new[] { DeleteAllAsync("/fapi/v1/allOpenOrders", s), DeleteAllAsync("/fapi/v1/algoOpenOrders", s) });
        var errors = (await Task.WhenAll(cancels).ConfigureAwait(false)).Append(incomplete).OfType<ExchangeError>().ToList();
        if (errors.Count == 0)
            return CommandReply.Done(null);

        // Some of it may have been done: nothing is rejected unless all of it was.
        var doubtful = errors.Find(e => e.Outcome == CommandOutcome.Unknown);
        return CommandReply.Failed(doubtful ?? errors[0].WithOutcome(errors.Count == symbols.Count * 2 ? CommandOutcome.Rejected : CommandOutcome.Unknown));
    }

    /// <summary>Arms, renews (a positive time) or disarms (zero) the countdown of a symbol. Weight 10.</summary>
    public async Task<ExchangeError?> SetCountdownAsync(string symbol, TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        var (answer, _) = await _access.Private.CommandAsync(
            HttpMethod.Post,
            "/fapi/v1/countdownCancelAll",
            10,
            Taken,
            p => p.Add("symbol", symbol).Add("countdownTime", (long)timeToLive.TotalMilliseconds),
            RequestPriority.Cancel,
            cancellationToken: cancellationToken).ConfigureAwait(false);
        return answer.Error;
    }

    private async Task<ExchangeError?> DeleteAllAsync(string path, string symbol)
    {
        var (answer, _) = await _access.Private.CommandAsync(HttpMethod.Delete, path, 1, Taken, p => p.Add("symbol", symbol), RequestPriority.Cancel).ConfigureAwait(false);
        return answer.Error;
    }

    private async Task<ImmutableArray<CommandReply>> PlaceChunkAsync(ImmutableArray<Order> orders, DateTimeOffset lastChance)
    {
        if (Mode is not { } mode)
            return [.. orders.Select(o => CommandReply.Failed(Check(o)!))];
        if (_access.Budget.TakeOrders(orders.Length, 1) is { } tooMany)
            return [.. orders.Select(_ => CommandReply.Failed(tooMany))];
        foreach (var order in orders)
            NoteSymbol(order.Symbol);
        var mark = MarkStream();
        var (answer, until) = await _access.Private.CommandAsync(
            HttpMethod.Post,
            "/fapi/v1/batchOrders",
            BatchWeight,
            Reader.ReadBatch,
            p => p.Add("batchOrders", BatchJson(orders, mode)),
            stamp: lastChance - CommandValidity).ConfigureAwait(false);
        if (answer.Error is { } error)
            return [.. orders.Select(_ => new CommandReply(null, _access.Budget.Observe(error), until))];

        // Answers are matched by position; when their number is another, none can be told to be whose.
        if (answer.Value.Length != orders.Length)
            return [.. orders.Select(_ => new CommandReply(null, UnreadableReply("batchOrders"), until))];
        if (answer.Value.Any(one => one.IsSuccess))
            OnAcknowledged(mark);
        return [.. answer.Value.Select(one =>
        {
            Doubt(one.Error);
            return one.IsSuccess ? new CommandReply(one.Value, null, until) : new CommandReply(null, _access.Budget.Observe(one.Error), until);
        })];
    }

    private string BatchJson(ImmutableArray<Order> orders, PositionMode mode)
    {
        var json = new ArrayBufferWriter<byte>(256 * orders.Length);
        var one = new BinanceParams();
        var separator = "["u8;
        foreach (var order in orders)
        {
            json.Write(separator);
            separator = ","u8;
            one.Clear();
            BinanceOrderRequests.Order(one, order, mode, _options.SelfTradePrevention);
            one.WriteJson(json, null, json);
        }

        json.Write("]"u8);
        return Encoding.UTF8.GetString(json.WrittenSpan);
    }

    /// <summary><c>{"code":200,"msg":"…"}</c>, the code a number or a text; or an object without a code.</summary>
    private static Result<Unit> Taken(byte[] body)
    {
        var json = new Utf8Scanner(body);
        long code = 200;
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
            ok = name.SequenceEqual("code"u8) ? json.TryReadId(out code) : json.TrySkip();
        if (!ok || !json.AtEnd)
            return UnreadableReply("a command");
        return code == 200 ? Unit.Success : BinanceErrors.Read(400, body);
    }
}
