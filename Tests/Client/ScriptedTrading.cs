using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Threading.Channels;
using Exchange.Exchanges.Common.Account;
using Exchange.Exchanges.Common.Journal;
using Exchange.Exchanges.Common.Orders;
using Exchange.Grains.Connectors;
using Exchange.Grains.Interfaces;
using Exchange.Tests.Support;

namespace Exchange.Tests.Client;

/// <summary>The order and position connectors of a test's exchange. Orders outlive an activation, as they do at a venue.</summary>
internal sealed class ScriptedTrading
{
    private readonly Channel<string> _asked = Channel.CreateUnbounded<string>();
    private readonly Channel<ScriptedOms> _made = Channel.CreateUnbounded<ScriptedOms>();

    public ConcurrentDictionary<string, Order> Orders { get; } = new(StringComparer.Ordinal);

    /// <summary>Epochs of the order connectors made so far.</summary>
    public ConcurrentQueue<long> Epochs { get; } = new();

    public TradingState State { get; set; }

    /// <summary>When set, each cancel fails with it.</summary>
    public ExchangeError? CancelError { get; set; }

    /// <summary>When set, the venue refuses its dead-man switch with it.</summary>
    public ExchangeError? DeadManError { get; set; }

    /// <summary>When set, no order connector can be made: its journal is of no use.</summary>
    public ExchangeError? JournalError { get; set; }

    public ImmutableArray<Position> Positions { get; set; } = [];

    public ScriptedOms Oms { get; private set; } = null!;

    public ScriptedOms CreateOms(IServiceProvider services, OmsConnectorContext context)
    {
        if (JournalError is { } error)
            throw new OrderJournalException(error);
        Epochs.Enqueue(context.Epoch);
        Oms = new ScriptedOms(this, context);
        _made.Writer.TryWrite(Oms);
        return Oms;
    }

    /// <summary>The order connector of the next activation.</summary>
    public Task<ScriptedOms> NextOms() => _made.Reader.ReadAsync().AsTask();

    public ScriptedPms CreatePms(IServiceProvider services, ConnectionId connection, IAccountSink sink) => new(this, connection, sink);

    public void Asked(string what) => _asked.Writer.TryWrite(what);

    /// <summary>The next command at the venue: <c>place c1 by mm1</c>, <c>cancel c1</c>, <c>dead man BTCUSDT 120</c>.</summary>
    public Task<string> NextAsked() => _asked.Reader.ReadAsync().AsTask().Within("a command at the order connector");

    /// <summary>The next command that begins with the given words.</summary>
    public async Task<string> NextAsked(string beginning)
    {
        while (true)
        {
            if (await NextAsked() is var asked && asked.StartsWith(beginning, StringComparison.Ordinal))
                return asked;
        }
    }
}

/// <summary>An order connector with a venue that takes everything.</summary>
internal sealed class ScriptedOms(ScriptedTrading trading, OmsConnectorContext context) : IExchangeOms
{
    private readonly Lock _gate = new();
    private ConnectionStatus _status = new() { Connection = context.Connection, State = ConnectionState.Stopped, Since = DateTimeOffset.UnixEpoch };

    public Task<Result<OrderAck>> PlaceMarketOrder(MarketOrderRequest request, CancellationToken cancellationToken = default) => Place(request, OrderType.Market, null);

    public Task<Result<OrderAck>> PlaceLimitOrder(LimitOrderRequest request, CancellationToken cancellationToken = default) => Place(request, OrderType.Limit, request.Price);

    public Task<Result<OrderAck>> PlaceStopOrder(StopOrderRequest request, CancellationToken cancellationToken = default) => Place(request, OrderType.StopMarket, request.Price);

    public Task<Result<OrderAck>> PlaceTakeProfitOrder(TakeProfitOrderRequest request, CancellationToken cancellationToken = default) => Place(request, OrderType.TakeProfitMarket, request.Price);

    public Task<Result<OrderAck>> PlaceTrailingStopOrder(TrailingStopOrderRequest request, CancellationToken cancellationToken = default) => Place(request, OrderType.TrailingStop, null);

    public async Task<Result<OrderBatchResult>> PlaceOrders(OrderBatch batch, CancellationToken cancellationToken = default)
    {
        var results = new List<Result<OrderAck>>();
        foreach (var order in batch.Orders)
            results.Add(await Place(order, OrderType.Limit, (order as LimitOrderRequest)?.Price));
        return new OrderBatchResult { Orders = [.. results] };
    }

    public Task<Result<OrderAck>> CancelOrder(OrderKey order, CancellationToken cancellationToken = default)
    {
        Result<OrderAck> result = trading.CancelError is { } error
            ? error
            : Change(order.ClientOrderId!, OrderEvent.Cancelled, o => o with { Status = OrderStatus.Cancelled });
        trading.Asked($"cancel {order.ClientOrderId}");
        return Task.FromResult(result);
    }

    public Task<Result<CancelAllResult>> CancelAllOrders(string? symbol = null, CancellationToken cancellationToken = default) =>
        Task.FromResult<Result<CancelAllResult>>(new CancelAllResult());

    public Task<Result<OrderAck>> ReplaceOrder(ReplaceOrderRequest request, CancellationToken cancellationToken = default) =>
        Task.FromResult<Result<OrderAck>>(Change(request.Order.ClientOrderId!, OrderEvent.Replaced, o => o with { Price = request.Price ?? o.Price, Quantity = request.Quantity ?? o.Quantity }));

    public Task<Result<OrderAck>> GetOrder(OrderKey order, CancellationToken cancellationToken = default) =>
        Task.FromResult<Result<OrderAck>>(new OrderAck { Order = trading.Orders[order.ClientOrderId!], Epoch = context.Epoch, Seq = context.Sink.LastPlace.Seq });

    public Task<Result<OrdersSnapshot>> GetOpenOrders(CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            return Task.FromResult<Result<OrdersSnapshot>>(new OrdersSnapshot
            {
                Epoch = context.Epoch,
                Seq = context.Sink.LastPlace.Seq,
                Orders = [.. trading.Orders.Values.Where(o => !o.IsTerminal).OrderBy(o => o.ClientOrderId, StringComparer.Ordinal)],
            });
        }
    }

    public Task<Result<TradingState>> SetTradingState(TradingState state, CancellationToken cancellationToken = default) =>
        Task.FromResult<Result<TradingState>>(trading.State = state);

    public Task<Result<TradingState>> GetTradingState(CancellationToken cancellationToken = default) => Task.FromResult<Result<TradingState>>(trading.State);

    public Task<Result<Unit>> SetDeadManSwitch(string? symbol, TimeSpan timeToLive, CancellationToken cancellationToken = default)
    {
        trading.Asked(string.Create(CultureInfo.InvariantCulture, $"dead man {symbol} {timeToLive.TotalSeconds}"));
        return Task.FromResult(trading.DeadManError is { } refused ? refused : Unit.Success);
    }

    public Task<Result<ConnectionStatus>> Connect(CancellationToken cancellationToken = default)
    {
        _status = _status with { State = ConnectionState.Ready };
        context.Sink.OnStatus(_status);
        return GetStatus(cancellationToken);
    }

    public Task<Result<ConnectionStatus>> Disconnect(CancellationToken cancellationToken = default)
    {
        _status = _status with { State = ConnectionState.Stopped };
        return GetStatus(cancellationToken);
    }

    public Task<Result<ConnectionStatus>> GetStatus(CancellationToken cancellationToken = default) => Task.FromResult<Result<ConnectionStatus>>(_status);

    public Task<Result<Capabilities>> GetCapabilities(CancellationToken cancellationToken = default) =>
        Task.FromResult<Result<Capabilities>>(new Capabilities { Exchange = context.Connection.Exchange, DeadManReach = DeadManReach.Symbol });

    /// <summary>The venue ends an order by itself.</summary>
    public void Fill(string clientOrderId) =>
        Change(clientOrderId, OrderEvent.Filled, o => o with { Status = OrderStatus.Filled, CumulativeQuantity = o.Quantity });

    private Task<Result<OrderAck>> Place(OrderRequest request, OrderType type, decimal? price)
    {
        var order = new Order
        {
            Exchange = context.Connection.Exchange,
            Symbol = request.Symbol,
            ClientOrderId = request.ClientOrderId!,
            VenueOrderId = "1",
            Side = request.Side,
            Type = type,
            Quantity = request.Quantity,
            Price = price,
            Status = OrderStatus.Working,
            Trader = request.Trader,
            CreatedTime = DateTimeOffset.UnixEpoch,
            UpdatedTime = DateTimeOffset.UnixEpoch,
        };
        trading.Orders[order.ClientOrderId] = order;
        var ack = Change(order.ClientOrderId, OrderEvent.Accepted, o => o);
        trading.Asked($"place {order.ClientOrderId} by {order.Trader ?? "nobody"}");
        return Task.FromResult<Result<OrderAck>>(ack);
    }

    private OrderAck Change(string clientOrderId, OrderEvent what, Func<Order, Order> change)
    {
        lock (_gate)
        {
            var order = trading.Orders[clientOrderId] = change(trading.Orders[clientOrderId]);
            var place = context.Sink.OnOrder(new OrderUpdate { Event = what, Order = order });
            return new OrderAck { Order = order, Epoch = place.Epoch, Seq = place.Seq };
        }
    }
}

/// <summary>A position connector with the positions that the test says.</summary>
internal sealed class ScriptedPms(ScriptedTrading trading, ConnectionId connection, IAccountSink sink) : IExchangePms
{
    private ConnectionStatus _status = new() { Connection = connection, State = ConnectionState.Stopped, Since = DateTimeOffset.UnixEpoch };

    public Task<Result<PositionsSnapshot>> GetPositions(CancellationToken cancellationToken = default) =>
        Task.FromResult<Result<PositionsSnapshot>>(new PositionsSnapshot
        {
            Epoch = sink.LastPositionPlace.Epoch,
            Seq = sink.LastPositionPlace.Seq,
            Positions = trading.Positions,
        });

    public Task<Result<AccountSnapshot>> GetAccount(CancellationToken cancellationToken = default) =>
        Task.FromResult<Result<AccountSnapshot>>(new AccountSnapshot
        {
            Epoch = sink.LastAccountPlace.Epoch,
            Seq = sink.LastAccountPlace.Seq,
            Account = new AccountUpdate
            {
                Exchange = connection.Exchange,
                Event = AccountEvent.Snapshot,
                Balances = [new Balance { Asset = "USDT", Wallet = 100 }],
                ReceivedTime = DateTimeOffset.UnixEpoch,
            },
        });

    public Task<Result<Unit>> SetLeverage(string symbol, decimal leverage, CancellationToken cancellationToken = default) => Task.FromResult(Unit.Success);

    public Task<Result<Unit>> SetPositionMode(PositionMode mode, CancellationToken cancellationToken = default) => Task.FromResult(Unit.Success);

    public Task<Result<Unit>> Reconcile(CancellationToken cancellationToken = default) => Task.FromResult(Unit.Success);

    public Task<Result<ConnectionStatus>> Connect(CancellationToken cancellationToken = default)
    {
        _status = _status with { State = ConnectionState.Ready };
        sink.OnStatus(_status);
        return GetStatus(cancellationToken);
    }

    public Task<Result<ConnectionStatus>> Disconnect(CancellationToken cancellationToken = default)
    {
        _status = _status with { State = ConnectionState.Stopped };
        return GetStatus(cancellationToken);
    }

    public Task<Result<ConnectionStatus>> GetStatus(CancellationToken cancellationToken = default) => Task.FromResult<Result<ConnectionStatus>>(_status);

    public Task<Result<Capabilities>> GetCapabilities(CancellationToken cancellationToken = default) =>
        Task.FromResult<Result<Capabilities>>(new Capabilities { Exchange = connection.Exchange });
}
