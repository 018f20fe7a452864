using System.Collections.Concurrent;
using System.Collections.Immutable;
using Exchange.Exchanges.Common.Http;
using Exchange.Exchanges.Common.Orders;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Exchange.Exchanges.Binance;

/// <summary>
/// Binance as the order life sees it. Commands go over the WebSocket API; batches, cancel-all and the countdown, which it does not offer,
/// over HTTP. Conditional orders live in a service of their own until they are triggered, under ids of their own: whoever is not found
/// in one place is asked for in the other before it counts as not found.
/// </summary>
internal sealed partial class BinanceOrderVenue : IOrderVenue
{
    private readonly BinanceAccess _access;
    private readonly BinanceOptions _options;
    private readonly string _exchange;
    private readonly BinanceTradeSocket _socket;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<string, bool> _symbols = new(StringComparer.Ordinal);
    private volatile object? _mode;

    public BinanceOrderVenue(BinanceAccess access, BinanceOptions options, string exchange, BinanceTradeSocket socket, TimeProvider time, ILogger logger)
    {
        _access = access;
        _options = options;
        _exchange = exchange;
        _socket = socket;
        _time = time;
        _logger = logger;
        Capabilities = BinanceCapabilities.For(exchange);
    }

    /// <inheritdoc/>
    public Capabilities Capabilities { get; }

    /// <inheritdoc/>
    public DateTimeOffset VenueNow => _access.Clock.Now;

    /// <inheritdoc/>
    public TimeSpan CommandValidity => _access.Private.Validity;

    /// <summary>One-way or hedge; null while it is not known, and then no order leaves.</summary>
    public PositionMode? Mode
    {
        get => (PositionMode?)_mode;
        set => _mode = value;
    }

    /// <summary>Marks the place on the user stream before a command leaves: its event may come before its reply.</summary>
    public Func<long> MarkStream { get; set; } = () => 0;

    /// <summary>Is told the mark when the venue has acknowledged what it must tell on the user stream as well.</summary>
    public Action<long> OnAcknowledged { get; set; } = _ => { };

    /// <summary>Is told when the venue refuses the leg of an order: the position mode is another than we think.</summary>
    public Action OnModeDoubted { get; set; } = () => { };

    /// <inheritdoc/>
    public ExchangeError? Check(Order order) => BinanceOrderRequests.Check(order, Mode, VenueNow);

    /// <summary>Notes a symbol that has, or may have, working orders: cancel-all must reach it.</summary>
    public void NoteSymbol(string symbol) => _symbols.TryAdd(symbol, true);

    /// <inheritdoc/>
    public async Task<CommandReply> PlaceAsync(Order order, DateTimeOffset lastChance)
    {
        if (Mode is not { } mode)
            return CommandReply.Failed(Check(order)!);
        if (_access.Budget.TakeOrders(1, 1) is { } tooMany)
            return CommandReply.Failed(tooMany);
        NoteSymbol(order.Symbol);
        var mark = MarkStream();
        var conditional = BinanceWords.IsConditional(order.Type);
        var answer = conditional
            ? await _socket.RequestAsync("algoOrder.place", 0, p => BinanceOrderRequests.Algo(p, order, mode, _options.SelfTradePrevention), lastChance - CommandValidity).ConfigureAwait(false)
            : await _socket.RequestAsync("order.place", 0, p => BinanceOrderRequests.Order(p, order, mode, _options.SelfTradePrevention), lastChance - CommandValidity).ConfigureAwait(false);
        Doubt(answer.Error);
        return Reply(answer, conditional, "order.place", mark);
    }

    /// <inheritdoc/>
    public async Task<CommandReply> ReplaceAsync(Order order, decimal price, decimal quantity, DateTimeOffset lastChance)
    {
        if (order.Type == OrderType.Market || BinanceOrderRequests.IsInAlgoService(order))
        {
            return CommandReply.Failed(new ExchangeError
            {
                Code = ExchangeErrorCode.NotSupported,
                Message = "Binance changes limit orders only; a conditional order that has not been triggered must be cancelled and placed anew",
                Outcome = CommandOutcome.Rejected,
            });
        }

        if (_access.Budget.TakeOrders(1, 1) is { } tooMany)
            return CommandReply.Failed(tooMany);
        var mark = MarkStream();
        var answer = await _socket.RequestAsync("order.modify", 1, p => BinanceOrderRequests.Modify(p, order, price, quantity), lastChance - CommandValidity).ConfigureAwait(false);
        var reply = Reply(answer, isAlgo: false, "order.modify", mark);
        return reply with { Report = reply.Report is { } report ? report with { Amended = true } : null };
    }

    /// <inheritdoc/>
    public async Task<CommandReply> CancelAsync(Order order)
    {
        return BinanceOrderRequests.IsInAlgoService(order)
            ? await CancelAlgoAsync(order).ConfigureAwait(false)
            : await CancelOrderAsync(order).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<bool> CanNoLongerActAsync(Order order, DateTimeOffset lastChance, CancellationToken cancellationToken) =>
        _access.Clock.IsPastAsync(lastChance, _access.Rest.GetTime, cancellationToken);

    /// <summary>An order that is unknown there (-2011) may have been filled or cancelled: the order life asks what became of it (T30).</summary>
    private async Task<CommandReply> CancelOrderAsync(Order order)
    {
        var mark = MarkStream();
        var answer = await _socket.RequestAsync("order.cancel", 1, p => BinanceOrderRequests.Name(p, order), priority: RequestPriority.Cancel).ConfigureAwait(false);
        return Reply(answer, isAlgo: false, "order.cancel", mark);
    }

    private async Task<CommandReply> CancelAlgoAsync(Order order)
    {
        var mark = MarkStream();
        var answer = await _socket.RequestAsync("algoOrder.cancel", 1, p => BinanceOrderRequests.NameAlgo(p, order), priority: RequestPriority.Cancel).ConfigureAwait(false);
        if (answer.Error is null)
            return ReadAlgoCancel(order, answer, mark);
        if (answer.Error.Outcome == CommandOutcome.Unknown || answer.Error.Retryable)
            return new CommandReply(null, answer.Error, answer.LastChance);

        // Gone from there: it may have been triggered, and then the order that it became is the one to cancel.
        var found = await QueryAsync(order, CancellationToken.None).ConfigureAwait(false);
        var successor = found.Reports.Select(r => r.SuccessorVenueOrderId).FirstOrDefault(id => id is not null);
        if (successor is not null && !found.Reports.Any(r => r.VenueOrderId == successor && IsOver(r)))
            return await CancelOrderAsync(order with { VenueOrderId = successor }).ConfigureAwait(false);
        var last = found.Reports.LastOrDefault(r => r.Status is not null);
        return last?.Status == OrderStatus.Cancelled
            ? CommandReply.Done(last)
            : new CommandReply(last, answer.Error with { Code = last is not null && IsOver(last) ? ExchangeErrorCode.OrderAlreadyTerminal : answer.Error.Code });
    }

    private static bool IsOver(OrderReport report) =>
        report.Status is OrderStatus.Filled or OrderStatus.Cancelled or OrderStatus.Expired or OrderStatus.Rejected;

    private CommandReply Reply(BinanceTradeAnswer answer, bool isAlgo, string what, long mark)
    {
        if (answer.Error is not null)
            return new CommandReply(null, answer.Error, answer.LastChance);
        OnAcknowledged(mark);
        var json = new Utf8Scanner(answer.Result.Span);
        var now = _time.GetUtcNow();
        var report = isAlgo
            ? BinanceOrderMessages.TryReadAlgo(ref json, out var algo) && json.AtEnd ? algo.ToAlgoReport(ReportSource.Reply, now) : null
            : BinanceOrderMessages.TryReadOrder(ref json, out var order) && json.AtEnd ? order.ToReport(ReportSource.Reply, _exchange, now) : null;
        return report is not null
            ? new CommandReply(report, null, answer.LastChance)
            : new CommandReply(null, UnreadableReply(what), answer.LastChance);
    }

    /// <summary><c>{"algoId":…,"clientAlgoId":"…","code":"200","msg":"success"}</c>: tells no state beyond having been taken.</summary>
    private CommandReply ReadAlgoCancel(Order order, BinanceTradeAnswer answer, long mark)
    {
        OnAcknowledged(mark);
        var json = new Utf8Scanner(answer.Result.Span);
        long id = 0, code = 200;
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            ok = name switch
            {
                _ when name.SequenceEqual("algoId"u8) => json.TryReadId(out id),
                _ when name.SequenceEqual("code"u8) => json.TryReadId(out code),
                _ => json.TrySkip(),
            };
        }

        if (!ok || !json.AtEnd || id == 0)
            return new CommandReply(null, UnreadableReply("algoOrder.cancel"), answer.LastChance);
        if (code != 200)
            return new CommandReply(null, BinanceErrors.Read(400, answer.Result.Span), answer.LastChance);
        return CommandReply.Done(new OrderReport
        {
            Source = ReportSource.Reply,
            Symbol = order.Symbol,
            ClientOrderId = order.ClientOrderId.Length > 0 ? order.ClientOrderId : null,
            VenueOrderId = BinanceWords.AlgoPrefix + id.ToString(System.Globalization.CultureInfo.InvariantCulture),
            Status = OrderStatus.Cancelled,
            VenueStatus = "CANCELED",
            ReceivedTime = _time.GetUtcNow(),
        });
    }

    private void Doubt(ExchangeError? error)
    {
        if (error?.Code == ExchangeErrorCode.PositionSideMismatch && error.VenueCode is not null)
            OnModeDoubted();
    }

    private static ExchangeError UnreadableReply(string what) => new()
    {
        Code = ExchangeErrorCode.UnreadableReply,
        Message = $"Binance answered {what} with something that cannot be read",
        Outcome = CommandOutcome.Unknown,
    };
}
