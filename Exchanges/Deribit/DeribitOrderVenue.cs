using System.Collections.Immutable;
using Exchange.Exchanges.Common.Http;
using Exchange.Exchanges.Common.Orders;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Exchange.Exchanges.Deribit;

/// <summary>
/// Deribit as the order life sees it. Commands go over the private socket, every create and change with the time until which it is valid.
/// The client order id is the order's label, which the venue does not keep unique: we do.
/// </summary>
internal sealed partial class DeribitOrderVenue : IOrderVenue, IDeribitQueries
{
    /// <summary><c>valid_until</c> was past when the command came.</summary>
    private const string TimedOut = "13888";

    private readonly DeribitAccess _access;
    private readonly DeribitOptions _options;
    private readonly string _exchange;
    private readonly DeribitTradeSocket _socket;
    private readonly TimeProvider _time;
    private readonly DeribitOrderReader _reader;

    public DeribitOrderVenue(DeribitAccess access, DeribitOptions options, string exchange, DeribitTradeSocket socket, TimeProvider time)
    {
        _access = access;
        _options = options;
        _exchange = exchange;
        _socket = socket;
        _time = time;
        _reader = new DeribitOrderReader(this, exchange, time);
        Capabilities = DeribitCapabilities.For(exchange);
    }

    /// <inheritdoc/>
    public Capabilities Capabilities { get; }

    /// <inheritdoc/>
    public DateTimeOffset VenueNow => _access.Clock.Now;

    /// <inheritdoc/>
    public TimeSpan CommandValidity => TimeSpan.FromMilliseconds(_options.ValidityMs);

    /// <summary>Marks the place in the account's channel before a command leaves: its event may come before its reply.</summary>
    public Func<long> MarkEvents { get; set; } = () => 0;

    /// <summary>Is told the mark when the venue has acknowledged what it must tell on the account's channel as well.</summary>
    public Action<long> OnAcknowledged { get; set; } = _ => { };

    /// <summary>Takes what a reply tells beside the order itself: executions, and the link to a trigger order.</summary>
    public Action<OrderReport> OnReport { get; set; } = _ => { };

    /// <summary>The currency under which the venue keeps an instrument's orders; null when the instrument is not known.</summary>
    public Func<string, string?> CurrencyOf { get; set; } = _ => null;

    /// <inheritdoc/>
    public ExchangeError? Check(Order order) => DeribitOrderRequests.Check(order, VenueNow);

    /// <inheritdoc/>
    public async Task<CommandReply> PlaceAsync(Order order, DateTimeOffset lastChance)
    {
        var mark = MarkEvents();
        var method = DeribitOrderRequests.PlaceMethod(order);
        var (answer, until) = await TimedAsync(method, (p, valid) => DeribitOrderRequests.Place(p, order, valid), lastChance).ConfigureAwait(false);
        return Placed(answer, method, mark) with { LastChance = until };
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<CommandReply>> PlaceBatchAsync(ImmutableArray<Order> orders, DateTimeOffset lastChance) =>
        [.. await Task.WhenAll(orders.Select(o => PlaceAsync(o, lastChance))).ConfigureAwait(false)];

    /// <inheritdoc/>
    public async Task<CommandReply> ReplaceAsync(Order order, decimal price, decimal quantity, DateTimeOffset lastChance)
    {
        var mark = MarkEvents();
        var method = order.VenueOrderId is null ? "private/edit_by_label" : "private/edit";
        var (answer, until) = await TimedAsync(
            method, (p, valid) => DeribitOrderRequests.Edit(p, order, price, quantity, _options.ValidUntilOnEdit ? valid : null), lastChance).ConfigureAwait(false);
        var reply = Placed(answer, method, mark);
        return reply with { Report = reply.Report is { } report ? report with { Amended = true } : null, LastChance = until };
    }

    /// <inheritdoc/>
    public async Task<CommandReply> CancelAsync(Order order)
    {
        if (order.VenueOrderId is not { } id)
            return await CancelByLabelAsync(order).ConfigureAwait(false);
        var reply = await CancelByIdAsync(id).ConfigureAwait(false);
        if (reply.Error is not { Code: ExchangeErrorCode.OrderNotFound or ExchangeErrorCode.OrderAlreadyTerminal } gone || !DeribitWords.IsConditional(order.Type))
            return reply;

        // It may have been triggered, and then the order that it became is the one to cancel.
        var found = await QueryAsync(order, CancellationToken.None).ConfigureAwait(false);
        var successor = found.Reports.Select(r => r.SuccessorVenueOrderId).FirstOrDefault(s => s is not null && s != id);
        return successor is null ? CommandReply.Failed(gone) : await CancelByIdAsync(successor).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<CommandReply> CancelAllAsync(string? symbol)
    {
        var answer = symbol is null
            ? await _socket.RequestAsync("private/cancel_all", p => p.Add("detailed", false), isOrder: true, RequestPriority.Cancel).ConfigureAwait(false)
            : await _socket.RequestAsync("private/cancel_all_by_instrument", p => p.Add("instrument_name", symbol).Add("type", "all"), isOrder: true, RequestPriority.Cancel).ConfigureAwait(false);

        // The count is of no use: an order of ours may be on its way there, and the channel tells of each.
        return answer.Error is { } error ? CommandReply.Failed(error) : CommandReply.Done(null);
    }

    /// <inheritdoc/>
    public Task<bool> CanNoLongerActAsync(Order order, DateTimeOffset lastChance, CancellationToken cancellationToken) =>
        _access.Clock.IsPastAsync(lastChance, _access.Rest.GetTime, cancellationToken);

    /// <summary>
    /// Sends what is valid for a time. When the venue finds that time over at once, it did nothing, and its clock may be another than we
    /// think: it is measured, and the command sent anew, once.
    /// </summary>
    private async Task<(DeribitAnswer Answer, DateTimeOffset LastChance)> TimedAsync(string method, Action<DeribitParams, DateTimeOffset> fill, DateTimeOffset lastChance)
    {
        var offset = _access.Clock.Offset;
        var answer = await _socket.RequestAsync(method, p => fill(p, lastChance), isOrder: true).ConfigureAwait(false);
        if (answer.Error?.VenueCode != TimedOut || await _access.Private.MeasureClockAsync().ConfigureAwait(false) is not null || !_access.Private.HasMoved(offset))
            return (answer, lastChance);
        var anew = VenueNow + CommandValidity;
        return (await _socket.RequestAsync(method, p => fill(p, anew), isOrder: true).ConfigureAwait(false), anew);
    }

    private async Task<CommandReply> CancelByIdAsync(string id)
    {
        var mark = MarkEvents();
        var answer = await _socket.RequestAsync("private/cancel", p => p.Add("order_id", id), isOrder: true, RequestPriority.Cancel).ConfigureAwait(false);
        if (answer.Error is { } error)
            return CommandReply.Failed(error);
        OnAcknowledged(mark);

        // The order object itself. A trigger order was seen as it was before: what is not terminal is awaited.
        var json = new Utf8Scanner(answer.Result.Span);
        return DeribitOrderMessages.TryReadOrder(ref json, out var order) && json.AtEnd
            ? CommandReply.Done(order.ToReport(ReportSource.Reply, _time.GetUtcNow()))
            : CommandReply.Failed(DeribitRpc.Unreadable("private/cancel"));
    }

    /// <summary>Answers how many there were: none means that the venue knows no open order under the label.</summary>
    private async Task<CommandReply> CancelByLabelAsync(Order order)
    {
        var currency = CurrencyOf(order.Symbol);
        var answer = await _socket.RequestAsync(
            "private/cancel_by_label",
            p =>
            {
                p.Add("label", order.ClientOrderId);
                if (currency is not null)
                    p.Add("currency", currency);
            },
            isOrder: true,
            RequestPriority.Cancel).ConfigureAwait(false);
        if (answer.Error is { } error)
            return CommandReply.Failed(error);
        if (!DeribitRpc.TryReadInteger(answer.Result.Span, out var count))
            return CommandReply.Failed(DeribitRpc.Unreadable("private/cancel_by_label"));
        return count > 0 ? CommandReply.Done(null) : CommandReply.Failed(new ExchangeError
        {
            Code = ExchangeErrorCode.OrderNotFound,
            Message = $"Deribit has no open order under the label '{order.ClientOrderId}'",
            Outcome = CommandOutcome.Rejected,
        });
    }

    private CommandReply Placed(DeribitAnswer answer, string method, long mark)
    {
        if (answer.Error is { } error)
            return CommandReply.Failed(error);
        OnAcknowledged(mark);
        var before = new List<OrderReport>();
        if (DeribitOrderMessages.ReadPlaced(answer.Result.Span, _exchange, _time.GetUtcNow(), before) is not { } report)
            return CommandReply.Failed(DeribitRpc.Unreadable(method));
        foreach (var one in before)
            OnReport(one);
        return CommandReply.Done(report);
    }
}
