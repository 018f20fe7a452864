using System.Collections.Immutable;
using System.Globalization;
using Exchange.Exchanges.Common.Orders;
using Exchange.Grains.Interfaces;

namespace Exchange.Tests.Support.Orders;

/// <summary>
/// A venue in memory. Commands wait in <see cref="Sent"/> until the test lets them arrive and answers them (or all at once with
/// <see cref="Auto"/>); what happens to orders waits in <see cref="Events"/> until the test delivers it.
/// </summary>
internal sealed class FakeOrderVenue(TimeProvider time) : IOrderVenue
{
    private readonly List<VenueOrder> _orders = [];
    private readonly List<(int Count, TaskCompletionSource Sent)> _waiting = [];
    private DateTimeOffset _last;
    private int _ids;
    private int _trades;

    /// <summary>All commands, in the order in which they left.</summary>
    public List<SentCommand> Sent { get; } = [];

    /// <summary>Private events that were not delivered yet.</summary>
    public List<OrderReport> Events { get; } = [];

    /// <summary>All executions there ever were.</summary>
    public List<Fill> Fills { get; } = [];

    /// <summary>Orders asked for one by one, by client order id.</summary>
    public List<string> Queries { get; } = [];

    /// <summary>Commands arrive and are answered at once.</summary>
    public bool Auto { get; set; }

    /// <summary>Questions cannot be answered.</summary>
    public bool Mute { get; set; }

    /// <summary>Many things happen within one tick of the venue's clock.</summary>
    public bool CoarseClock { get; set; }

    /// <summary>Answers questions instead of the venue.</summary>
    public Func<Order, OrderLookup?>? Lookup { get; set; }

    public Func<Order, ExchangeError?>? Refuses { get; set; }

    public Func<DateTimeOffset, bool>? CanNoLongerAct { get; set; }

    public Capabilities Capabilities { get; set; } = new() { Exchange = "test", NativeReplace = true, MaxBatchSize = 5 };

    public TimeSpan CommandValidity { get; set; } = TimeSpan.FromSeconds(5);

    public DateTimeOffset VenueNow => time.GetUtcNow();

    public IReadOnlyList<VenueOrder> Orders => _orders;

    public SentCommand LastSent => Sent[^1];

    /// <summary>How often an order was made under a client order id.</summary>
    public int Placed(string clientId) => _orders.Count(o => o.ClientId == clientId);

    public VenueOrder this[string clientId] => _orders.Last(o => o.ClientId == clientId);

    public ExchangeError? Check(Order order) => Refuses?.Invoke(order);

    public Task<CommandReply> PlaceAsync(Order order, DateTimeOffset lastChance) => Send(new SentCommand(this, CommandKind.Place, order, lastChance));

    public async Task<ImmutableArray<CommandReply>> PlaceBatchAsync(ImmutableArray<Order> orders, DateTimeOffset lastChance) =>
        [.. await Task.WhenAll(orders.Select(o => PlaceAsync(o, lastChance)))];

    public Task<CommandReply> CancelAsync(Order order) => Send(new SentCommand(this, CommandKind.Cancel, order, VenueNow + CommandValidity));

    public Task<CommandReply> ReplaceAsync(Order order, decimal price, decimal quantity, DateTimeOffset lastChance) =>
        Send(new SentCommand(this, CommandKind.Replace, order, lastChance) { Price = price, Quantity = quantity });

    public Task<CommandReply> CancelAllAsync(string? symbol) => Send(new SentCommand(this, CommandKind.CancelAll, null, VenueNow + CommandValidity) { Symbol = symbol });

    public Task<OrderLookup> QueryAsync(Order order, CancellationToken cancellationToken)
    {
        Queries.Add(order.ClientOrderId);
        if (Lookup?.Invoke(order) is { } answer)
            return Task.FromResult(answer);
        if (Mute)
            return Task.FromResult(OrderLookup.Failed(Errors.NoAnswer));
        var found = _orders.LastOrDefault(o => order.ClientOrderId.Length > 0 ? o.ClientId == order.ClientOrderId : o.Id == order.VenueOrderId);
        return Task.FromResult(found is null
            ? OrderLookup.NotFound
            : OrderLookup.Found([.. found.Fills.Select(f => found.Report(ReportSource.Query, f)), found.Report(ReportSource.Query)]));
    }

    public Task<bool> CanNoLongerActAsync(Order order, DateTimeOffset lastChance, CancellationToken cancellationToken) =>
        Task.FromResult(CanNoLongerAct?.Invoke(lastChance) ?? VenueNow > lastChance);

    /// <summary>The open orders, as a snapshot tells them.</summary>
    public ImmutableArray<OrderReport> Snapshot() => [.. _orders.Where(o => o.IsOpen).Select(o => o.Report(ReportSource.Query))];

    /// <summary>Fills a part of an order, for an event to tell.</summary>
    public OrderReport Fill(string clientId, decimal quantity, decimal? price = null, string? tradeId = null)
    {
        var order = this[clientId];
        order.Updated = Tick();
        order.Cumulative += quantity;
        order.Status = order.Cumulative >= order.Quantity ? OrderStatus.Filled : OrderStatus.PartiallyFilled;
        var fill = new Fill
        {
            Exchange = "test",
            Symbol = order.Symbol,
            TradeId = tradeId ?? (++_trades).ToString(CultureInfo.InvariantCulture),
            VenueOrderId = order.Id,
            ClientOrderId = order.ClientId,
            Side = order.Side,
            Price = price ?? order.Price ?? 100,
            Quantity = quantity,
            VenueTime = order.Updated,
        };
        order.Fills.Add(fill);
        Fills.Add(fill);
        return Tell(order, fill);
    }

    /// <summary>The venue ends an order by itself.</summary>
    public OrderReport End(string clientId, OrderStatus status)
    {
        var order = this[clientId];
        order.Status = status;
        order.Updated = Tick();
        return Tell(order);
    }

    /// <summary>Makes an order that no command of ours made.</summary>
    public VenueOrder Make(string clientId, decimal quantity, decimal? price = 100, OrderType type = OrderType.Limit, Side side = Side.Buy, string symbol = "BTCUSDT", decimal? trigger = null)
    {
        var now = Tick();
        var order = new VenueOrder
        {
            Id = (++_ids).ToString(CultureInfo.InvariantCulture),
            ClientId = clientId,
            Symbol = symbol,
            Side = side,
            Type = type,
            Price = price,
            TriggerPrice = trigger,
            Quantity = quantity,
            Status = type is OrderType.Market or OrderType.Limit ? OrderStatus.Working : OrderStatus.Untriggered,
            Created = now,
            Updated = now,
        };
        _orders.Add(order);
        Tell(order);
        return order;
    }

    /// <summary>What the venue does about a command.</summary>
    public CommandReply Act(SentCommand command)
    {
        if (command.Kind == CommandKind.CancelAll)
        {
            foreach (var open in _orders.Where(o => o.IsOpen && (command.Symbol is null || o.Symbol == command.Symbol)).ToList())
                End(open.ClientId, OrderStatus.Cancelled);
            return CommandReply.Done(null);
        }

        var wanted = command.Order!;
        var held = _orders.LastOrDefault(o => o.ClientId == wanted.ClientOrderId || (wanted.ClientOrderId.Length == 0 && o.Id == wanted.VenueOrderId));
        if (command.Kind == CommandKind.Place)
        {
            if (VenueNow > command.LastChance)
                return CommandReply.Failed(Errors.Refused(ExchangeErrorCode.ClockSkew));
            if (held is { IsOpen: true })
                return CommandReply.Failed(Errors.Refused(ExchangeErrorCode.DuplicateClientOrderId));
            return CommandReply.Done(Make(wanted.ClientOrderId, wanted.Quantity, wanted.Price, wanted.Type, wanted.Side, wanted.Symbol, wanted.TriggerPrice).Report(ReportSource.Reply));
        }

        if (held is not { IsOpen: true })
            return CommandReply.Failed(Errors.Refused(ExchangeErrorCode.OrderNotFound));
        if (command.Kind == CommandKind.Cancel)
        {
            End(held.ClientId, OrderStatus.Cancelled);
            return CommandReply.Done(held.Report(ReportSource.Reply));
        }

        if (VenueNow > command.LastChance)
            return CommandReply.Failed(Errors.Refused(ExchangeErrorCode.ClockSkew));
        held.Updated = Tick();
        if (command.Quantity <= held.Cumulative)
        {
            held.Status = OrderStatus.Cancelled;
            Tell(held);
        }
        else
        {
            (held.Price, held.Quantity) = (command.Price, command.Quantity);
            Events.Add(held.Report(ReportSource.Event, amended: true));
        }

        return CommandReply.Done(held.Report(ReportSource.Reply));
    }

    private OrderReport Tell(VenueOrder order, Fill? fill = null)
    {
        var report = order.Report(ReportSource.Event, fill);
        Events.Add(report);
        return report;
    }

    // Otherwise the venue's clock never stands still between two things that happen.
    private DateTimeOffset Tick() => _last = VenueNow > _last || CoarseClock ? VenueNow : _last.AddMilliseconds(1);

    /// <summary>Completes when so many commands have left.</summary>
    public Task WhenSent(int count)
    {
        lock (_waiting)
        {
            if (Sent.Count >= count)
                return Task.CompletedTask;
            var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((count, sent));
            return sent.Task;
        }
    }

    private Task<CommandReply> Send(SentCommand command)
    {
        lock (_waiting)
        {
            Sent.Add(command);
            foreach (var (count, sent) in _waiting)
            {
                if (Sent.Count >= count)
                    sent.TrySetResult();
            }
        }

        if (Auto)
            command.Answer();
        return command.Reply;
    }
}
