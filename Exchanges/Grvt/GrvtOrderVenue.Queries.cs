using System.Collections.Immutable;
using Exchange.Exchanges.Common.Http;
using Exchange.Exchanges.Common.Orders;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Grvt;

/// <summary>Questions about one order and about all that work.</summary>
internal sealed partial class GrvtOrderVenue
{
    private const int MostFillPages = 20;

    /// <summary>All working orders.</summary>
    public async Task<Result<ImmutableArray<OrderReport>>> GetOpenOrdersAsync(CancellationToken cancellationToken)
    {
        var orders = await _reader.GetOpenOrders(RequestPriority.Cancel, cancellationToken).ConfigureAwait(false);
        if (orders.IsSuccess)
        {
            foreach (var report in orders.Value)
                Note(report);
        }

        return orders;
    }

    /// <inheritdoc/>
    public async Task<OrderLookup> QueryAsync(Order order, CancellationToken cancellationToken)
    {
        try
        {
            var clientId = order.ClientOrderId.Length > 0 && (order.Origin == OrderOrigin.Trader || order.VenueOrderId is null) ? order.ClientOrderId : null;
            if (clientId is null && order.VenueOrderId is null)
                return OrderLookup.NotFound;
            var answer = await AskAsync(clientId, order.VenueOrderId, cancellationToken).ConfigureAwait(false);
            if (answer.Error is { } error)
                return error.Code == ExchangeErrorCode.OrderNotFound ? OrderLookup.NotFound : OrderLookup.Failed(error);
            var report = answer.Value!;
            Note(report);
            return await WithFillsAsync(order, report, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return OrderLookup.Failed(new ExchangeError { Code = ExchangeErrorCode.Timeout, Message = "the question was given up", Retryable = true });
        }
    }

    /// <summary>By the socket in service, or by HTTP when there is none or it does not answer.</summary>
    private async Task<Result<OrderReport>> AskAsync(string? clientId, string? venueId, CancellationToken cancellationToken)
    {
        var p = new GrvtParams(_options.IsLite);
        if (_access.Signer is { } signer)
            p.Add(GrvtNames.SubAccountId, signer.SubAccountId);
        GrvtOrderReader.Name(p, clientId, venueId);
        var answer = await _socket.RequestAsync("v1/order", p.Finish(), _access.Budget.Queries, 1, RequestPriority.Normal, cancellationToken).ConfigureAwait(false);
        if (answer.Error is null)
        {
            if (GrvtRpc.TryOpen(answer.Result.Span, out var result, out _))
            {
                var json = new Utf8Scanner(result);
                if (GrvtOrderMessages.TryReadOrder(ref json, out var fields) && json.AtEnd && fields.ToReport(ReportSource.Query, _time.GetUtcNow()) is { } report)
                    return report;
            }
        }
        else if (answer.Error.Code == ExchangeErrorCode.OrderNotFound || answer.Error.RetryAt is not null)
        {
            return answer.Error with { Outcome = null };
        }

        return await _reader.GetOrder(clientId, venueId, RequestPriority.Normal, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The executions that are not known yet, then the order: so its state is never ahead of what explains it.</summary>
    private async Task<OrderLookup> WithFillsAsync(Order order, OrderReport report, CancellationToken cancellationToken)
    {
        if (report.CumulativeQuantity is not > 0 || report.CumulativeQuantity <= order.CumulativeQuantity || report.VenueOrderId is null)
            return OrderLookup.Found(report);
        var fills = new List<Fill>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var from = (report.CreatedTime ?? order.CreatedTime) - TimeSpan.FromSeconds(1);
        string? cursor = null;
        for (var page = 0; page < MostFillPages; page++)
        {
            var answer = await _reader.GetFills(Instruments()?.Get(report.Symbol), from, null, cursor, RequestPriority.Normal, cancellationToken).ConfigureAwait(false);
            if (answer.Error is { } error)
                return OrderLookup.Failed(error);
            fills.AddRange(answer.Value.Items.Where(f => f.VenueOrderId == report.VenueOrderId && seen.Add(f.TradeId)));

            // A cursor that comes again would go round for ever.
            if (answer.Value.Next is not { } next || next == cursor || fills.Sum(f => f.Quantity) >= report.CumulativeQuantity)
                break;
            cursor = next;
        }

        // Newest first on the wire.
        fills.Reverse();
        return new OrderLookup([.. fills.Select(f => GrvtOrderMessages.ToReport(f, ReportSource.Query, report.ReceivedTime)), report], null);
    }
}
