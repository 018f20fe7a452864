using System.Collections.Immutable;
using System.Globalization;
using Exchange.Exchanges.Common.Http;
using Exchange.Exchanges.Common.Orders;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Binance;

/// <summary>Questions about one order and about all that work.</summary>
internal sealed partial class BinanceOrderVenue
{
    private BinanceOrderReader Reader => field ??= new BinanceOrderReader(_access.Private, _exchange, _time);

    /// <summary>All working orders, conditional ones too: neither list holds the other's. Weight 80.</summary>
    public async Task<Result<ImmutableArray<OrderReport>>> GetOpenOrdersAsync(CancellationToken cancellationToken)
    {
        var orders = Reader.GetOpenOrders(null, RequestPriority.Cancel, cancellationToken);
        var algos = Reader.GetOpenAlgoOrders(null, RequestPriority.Cancel, cancellationToken);
        await Task.WhenAll(orders, algos).ConfigureAwait(false);
        if ((await orders.ConfigureAwait(false)).Error is { } ordersError)
            return ordersError;
        if ((await algos.ConfigureAwait(false)).Error is { } algosError)
            return algosError;
        ImmutableArray<OrderReport> all = [.. (await orders.ConfigureAwait(false)).Value, .. (await algos.ConfigureAwait(false)).Value];
        foreach (var report in all)
            NoteSymbol(report.Symbol);
        return all;
    }

    /// <inheritdoc/>
    public async Task<OrderLookup> QueryAsync(Order order, CancellationToken cancellationToken)
    {
        try
        {
            var isAlgo = BinanceOrderRequests.IsInAlgoService(order);
            var first = isAlgo ? await AskAlgoAsync(order, cancellationToken).ConfigureAwait(false) : await AskOrderAsync(order, cancellationToken).ConfigureAwait(false);
            if (!first.IsNotFound)
                return first;

            // Not found in one service says nothing of the other (T21); a type that we think plain may have been made conditional by hand.
            return isAlgo ? await AskOrderAsync(order, cancellationToken).ConfigureAwait(false) : await AskAlgoAsync(order, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return OrderLookup.Failed(new ExchangeError { Code = ExchangeErrorCode.Timeout, Message = "the question was given up", Retryable = true });
        }
    }

    private async Task<OrderLookup> AskOrderAsync(Order order, CancellationToken cancellationToken)
    {
        var number = BinanceOrderRequests.NumberOf(order.VenueOrderId);
        if (number is null && order.ClientOrderId.Length == 0)
            return OrderLookup.NotFound;
        var answer = await AskStatusAsync(order, number, cancellationToken).ConfigureAwait(false);
        if (answer.Error is { } error)
            return error.Code == ExchangeErrorCode.OrderNotFound ? OrderLookup.NotFound : OrderLookup.Failed(error);
        var report = answer.Value!;
        return await WithFillsAsync(order, report, null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>By the session in service, or by HTTP when there is none or it does not answer.</summary>
    private async Task<Result<OrderReport>> AskStatusAsync(Order order, long? number, CancellationToken cancellationToken)
    {
        void Fill(BinanceParams p)
        {
            p.Add("symbol", order.Symbol);
            if (number is { } id)
                p.Add("orderId", id);
            else
                p.Add("origClientOrderId", order.ClientOrderId);
        }

        var answer = await _socket.RequestAsync("order.status", 1, Fill, cancellationToken: cancellationToken).ConfigureAwait(false);
        if (answer.Error is null)
        {
            var json = new Utf8Scanner(answer.Result.Span);
            if (BinanceOrderMessages.TryReadOrder(ref json, out var fields) && json.AtEnd && fields.ToReport(ReportSource.Query, _exchange, _time.GetUtcNow()) is { } report)
                return report;
        }
        else if (answer.Error.Code == ExchangeErrorCode.OrderNotFound || answer.Error.RetryAt is not null)
        {
            return answer.Error with { Outcome = null };
        }

        return await Reader.GetOrder(Fill, cancellationToken).ConfigureAwait(false);
    }

    private async Task<OrderLookup> AskAlgoAsync(Order order, CancellationToken cancellationToken)
    {
        if (BinanceOrderRequests.AlgoNumberOf(order) is null && order.ClientOrderId.Length == 0)
            return OrderLookup.NotFound;
        var answer = await Reader.GetAlgo(p => BinanceOrderRequests.NameAlgo(p, order), cancellationToken).ConfigureAwait(false);
        if (answer.Error?.Code == ExchangeErrorCode.OrderNotFound)
            answer = await FindInHistoryAsync(order, cancellationToken).ConfigureAwait(false);
        if (answer.Error is { } error)
            return error.Code == ExchangeErrorCode.OrderNotFound ? OrderLookup.NotFound : OrderLookup.Failed(error);
        var algo = answer.Value!;
        if (algo.SuccessorVenueOrderId is not { } successor)
            return OrderLookup.Found(algo);

        // The order that it became knows how far it has come.
        var became = await AskStatusAsync(order with { Symbol = algo.Symbol }, BinanceOrderRequests.NumberOf(successor), cancellationToken).ConfigureAwait(false);
        if (became.Error is { } unknown)
            return unknown.Code == ExchangeErrorCode.OrderNotFound ? OrderLookup.Found(algo) : OrderLookup.Failed(unknown);
        return await WithFillsAsync(order, became.Value!, algo, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The last place to look (T21). Weight 5.</summary>
    private async Task<Result<OrderReport>> FindInHistoryAsync(Order order, CancellationToken cancellationToken)
    {
        var from = order.CreatedTime + (_access.Clock.Offset ?? TimeSpan.Zero) - TimeSpan.FromMinutes(1);
        var to = from + TimeSpan.FromDays(7) - TimeSpan.FromSeconds(1);
        var listed = await Reader.GetAlgoHistory(order.Symbol, from, to < VenueNow ? to : VenueNow, 1000, cancellationToken).ConfigureAwait(false);
        if (listed.Error is { } error)
            return error;
        var number = BinanceOrderRequests.AlgoNumberOf(order) is { } id ? BinanceWords.AlgoPrefix + id.ToString(CultureInfo.InvariantCulture) : null;
        return listed.Value.FirstOrDefault(r => number is not null ? r.VenueOrderId == number : r.ClientOrderId == order.ClientOrderId) is { } found
            ? found
            : new ExchangeError { Code = ExchangeErrorCode.OrderNotFound, Message = "Binance lists no such conditional order" };
    }

    /// <summary>The executions that are not known yet, then the order: so its state is never ahead of what explains it.</summary>
    private async Task<OrderLookup> WithFillsAsync(Order order, OrderReport report, OrderReport? algo, CancellationToken cancellationToken)
    {
        var reports = ImmutableArray.CreateBuilder<OrderReport>();
        if (algo is not null)
            reports.Add(algo);
        if (report.CumulativeQuantity > order.CumulativeQuantity && BinanceOrderRequests.NumberOf(report.VenueOrderId) is { } id)
        {
            var fills = await Reader.GetFills(report.Symbol, p => p.Add("orderId", id).Add("limit", 1000L), cancellationToken).ConfigureAwait(false);
            if (fills.Error is { } error)
                return OrderLookup.Failed(error);
            foreach (var fill in fills.Value.Where(f => f.VenueOrderId == report.VenueOrderId))
            {
                reports.Add(new OrderReport
                {
                    Source = ReportSource.Query,
                    Symbol = report.Symbol,
                    ClientOrderId = report.ClientOrderId,
                    VenueOrderId = report.VenueOrderId,
                    Side = fill.Side,
                    PositionSide = fill.PositionSide,
                    Fill = fill with { ClientOrderId = report.ClientOrderId },
                    VenueTime = fill.VenueTime,
                    ReceivedTime = report.ReceivedTime,
                });
            }
        }

        reports.Add(report);
        return new OrderLookup(reports.ToImmutable(), null);
    }
}
