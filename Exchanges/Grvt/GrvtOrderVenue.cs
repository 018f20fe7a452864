using System.Collections.Concurrent;
using Exchange.Exchanges.Common.Http;
using Exchange.Exchanges.Common.Orders;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Grvt;

/// <summary>
/// GRVT as the order life sees it. A create's reply is a receipt, without the venue's order id: what became of it is told by the account's
/// streams, or when asked. A cancel's reply is one too, and says nothing of an order that is not there. There is no way to change an
/// order: the order life cancels it and creates the rest.
/// </summary>
internal sealed partial class GrvtOrderVenue : IOrderVenue
{
    /// <summary>The longest that a cancel kills a create that comes after it (2301).</summary>
    private static readonly TimeSpan _longestKill = TimeSpan.FromSeconds(5);

    private readonly GrvtAccess _access;
    private readonly GrvtOptions _options;
    private readonly string _exchange;
    private readonly GrvtTradeSocket _socket;
    private readonly GrvtOrderRequests _requests;
    private readonly GrvtOrderReader _reader;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, Known> _known = new(StringComparer.Ordinal);

    public GrvtOrderVenue(GrvtAccess access, GrvtOptions options, string exchange, GrvtTradeSocket socket, TimeProvider time)
    {
        _access = access;
        _options = options;
        _exchange = exchange;
        _socket = socket;
        _time = time;
        _requests = new GrvtOrderRequests(options);
        _reader = new GrvtOrderReader(access.Private, exchange, time);
        Capabilities = GrvtCapabilities.For(exchange, options);
    }

    /// <inheritdoc/>
    public Capabilities Capabilities { get; }

    /// <inheritdoc/>
    public DateTimeOffset VenueNow => _access.Clock.Now;

    /// <inheritdoc/>
    public TimeSpan CommandValidity => _longestKill;

    /// <summary>Marks the place on the account's streams before a command leaves: its event may come before its reply.</summary>
    public Func<long> MarkStream { get; init; } = () => 0;

    /// <summary>Is told the mark when the venue has taken what it must tell on the streams as well.</summary>
    public Action<long> OnAcknowledged { get; init; } = _ => { };

    /// <summary>The instruments; null while they are not loaded.</summary>
    public Func<GrvtInstruments?> Instruments { get; init; } = () => null;

    /// <inheritdoc/>
    public ExchangeError? Check(Order order) => GrvtOrderRequests.Check(order, Instruments()?.SignedTermsOf(order.Symbol), VenueNow);

    /// <summary>The symbol of an order that works, by its client order id; null when it is not known.</summary>
    public string? SymbolOf(string clientOrderId) => _known.TryGetValue(clientOrderId, out var known) ? known.Symbol : null;

    /// <summary>Keeps in mind what the venue says of an order.</summary>
    public void Note(OrderReport report)
    {
        if (report.ClientOrderId is not { } id)
            return;
        if (report.Status is OrderStatus.Filled or OrderStatus.Cancelled or OrderStatus.Expired or OrderStatus.Rejected)
            _known.TryRemove(id, out _);
        else if (report.Status is not OrderStatus.PendingNew)
            _known[id] = new Known(report.Symbol, IsSeen: true);
    }

    /// <inheritdoc/>
    public async Task<CommandReply> PlaceAsync(Order order, DateTimeOffset lastChance)
    {
        if (_access.Signer is not { } signer || Instruments()?.SignedTermsOf(order.Symbol) is not { } terms)
            return CommandReply.Failed(Check(order) ?? _access.CredentialsError!.WithOutcome(CommandOutcome.Rejected));
        _known.TryAdd(order.ClientOrderId, new Known(order.Symbol, IsSeen: false));
        var mark = MarkStream();
        var answer = await SendAsync("v1/create_order", () => _requests.Create(order, signer, terms, VenueNow)).ConfigureAwait(false);
        if (answer.Error is { Code: ExchangeErrorCode.ClockSkew, Outcome: CommandOutcome.Rejected } && await _access.Private.MeasureClockAsync().ConfigureAwait(false) is null)
            answer = await SendAsync("v1/create_order", () => _requests.Create(order, signer, terms, VenueNow)).ConfigureAwait(false);
        if (answer.Error is { } error)
        {
            if (error.Outcome == CommandOutcome.Rejected)
                _known.TryRemove(order.ClientOrderId, out _);
            return CommandReply.Failed(error);
        }

        if (!GrvtRpc.TryOpen(answer.Result.Span, out var result, out _))
            return CommandReply.Failed(GrvtRpc.Unreadable("v1/create_order"));
        var json = new Utf8Scanner(result);
        if (!GrvtOrderMessages.TryReadOrder(ref json, out var fields) || fields.RealClientId != order.ClientOrderId)
            return CommandReply.Failed(GrvtRpc.Unreadable("v1/create_order"));
        OnAcknowledged(mark);
        return CommandReply.Done(fields.ToReport(ReportSource.Reply, _time.GetUtcNow()) ?? Taken(order));
    }

    /// <inheritdoc/>
    public Task<CommandReply> ReplaceAsync(Order order, decimal price, decimal quantity, DateTimeOffset lastChance) =>
        Task.FromResult(CommandReply.Failed(new ExchangeError
        {
            Code = ExchangeErrorCode.NotSupported,
            Message = "GRVT has no way to change an order",
            Outcome = CommandOutcome.Rejected,
        }));

    /// <inheritdoc/>
    public Task<CommandReply> CancelAsync(Order order) =>
        CancelAsync(order, order.VenueOrderId is null ? _longestKill : TimeSpan.FromMilliseconds(_options.CancelTimeToLiveMs));

    /// <summary>
    /// A create that was sent may lie anywhere on its way for any time, and there is no way to say until when it holds. So a cancel by client
    /// order id is left at the venue, which kills the create if it comes; when that time is over, no answer was missed that could still come.
    /// </summary>
    public async Task<bool> CanNoLongerActAsync(Order order, DateTimeOffset lastChance, CancellationToken cancellationToken)
    {
        if (order.ClientOrderId.Length == 0)
            return true;
        var reply = await CancelAsync(order, _longestKill).ConfigureAwait(false);
        if (reply.Error is not null)
            return false;
        await Task.Delay(_longestKill + TimeSpan.FromMilliseconds(500), _time, cancellationToken).ConfigureAwait(false);
        if (_known.TryGetValue(order.ClientOrderId, out var known) && !known.IsSeen)
            _known.TryRemove(order.ClientOrderId, out _);
        return true;
    }

    private async Task<CommandReply> CancelAsync(Order order, TimeSpan timeToLive)
    {
        // By the venue's id what is not ours: its client order id may have been used before.
        var byVenueId = order.VenueOrderId is not null && (order.ClientOrderId.Length == 0 || order.Origin != OrderOrigin.Trader);
        var answer = await SendAsync(
            "v1/cancel_order",
            () =>
            {
                var p = new GrvtParams(_options.IsLite);
                if (_access.Signer is { } signer)
                    p.Add(GrvtNames.SubAccountId, signer.SubAccountId);
                GrvtOrderReader.Name(p, byVenueId ? null : order.ClientOrderId, order.VenueOrderId);
                if (!byVenueId)
                    p.Add(GrvtNames.TimeToLive, (ulong)timeToLive.TotalMilliseconds);
                return p.Finish();
            },
            RequestPriority.Cancel).ConfigureAwait(false);
        return Receipt(answer, "v1/cancel_order");
    }

    /// <summary>Sends a command by the socket; over HTTP where the socket's login has ended, which provably kept it from being acted upon.</summary>
    private async Task<GrvtAnswer> SendAsync(string method, Func<ReadOnlyMemory<byte>> make, RequestPriority priority = RequestPriority.Normal, int weight = 1)
    {
        var answer = await _socket.RequestAsync(method, make(), _access.Budget.Orders, weight, priority).ConfigureAwait(false);
        if (!GrvtErrors.IsLoginOver(answer.Error))
            return answer;
        var again = await _access.Private.CommandAsync(method, body => Result<byte[]>.Success(body), make(), priority).ConfigureAwait(false);
        return again.IsSuccess ? new GrvtAnswer(again.Value, null) : new GrvtAnswer(default, again.Error);
    }

    /// <summary>The venue took note of an order: no more is said by that.</summary>
    private OrderReport Taken(Order order) => new()
    {
        Source = ReportSource.Reply,
        Symbol = order.Symbol,
        ClientOrderId = order.ClientOrderId,
        Status = OrderStatus.PendingNew,
        VenueStatus = "PENDING",
        ReceivedTime = _time.GetUtcNow(),
    };

    /// <summary>The venue took note of a cancel: no more is said by that.</summary>
    private static CommandReply Receipt(GrvtAnswer answer, string what)
    {
        if (answer.Error is { } error)
            return CommandReply.Failed(error);
        return GrvtRpc.TryOpen(answer.Result.Span, out var result, out _) && GrvtRpc.IsAck(result) ? CommandReply.Done(null) : CommandReply.Failed(GrvtRpc.Unreadable(what));
    }

    /// <summary>An order on its way, or working.</summary>
    /// <param name="Symbol">Its symbol.</param>
    /// <param name="IsSeen">Whether the venue has shown that it has it.</param>
    private sealed record Known(string Symbol, bool IsSeen);
}
