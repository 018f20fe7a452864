using Exchange.Exchanges.Common.Journal;
using Exchange.Exchanges.Common.Orders;
using Exchange.Grains.Interfaces;
using Exchange.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Exchange.Tests.Conformance;

/// <summary>A card says that there is no such thing at this venue, and why.</summary>
internal sealed class NotApplicableException(string reason) : Exception(reason);

/// <summary>
/// One run against one venue: its connectors as they are needed, on real sockets, with a journal in a file; what they published; and at
/// the end the invariants.
/// </summary>
internal sealed partial class CardRun : IAsyncDisposable
{
    private readonly Signal _changed = new();
    private readonly List<IAsyncDisposable> _running = [];
    private readonly List<Task> _dying = [];
    private readonly List<string> _words = [];
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "exchange-conformance-" + Guid.NewGuid().ToString("N")[..12]);
    private OrderTape.Sink? _sink;
    private IOrderJournal? _journal;
    private long _epoch;
    private int _orders;

    public CardRun(IVenueHarness venue)
    {
        Venue = venue;
        Tape = new OrderTape(_changed);
        Account = new AccountTape(_changed);
    }

    public IVenueHarness Venue { get; }

    public OrderTape Tape { get; }

    public AccountTape Account { get; }

    /// <summary>The order connection of the present life; null before there was one.</summary>
    public IExchangeOms? Oms { get; private set; }

    /// <summary>The position connection; null before there was one.</summary>
    public IExchangePms? Pms { get; private set; }

    /// <summary>For a run in which a process died: see <see cref="Evidence.Crashed"/>.</summary>
    public bool Crashed { get; private set; }

    /// <summary>Limits of order connections that are made from now on.</summary>
    public TradingLimits Limits { get; set; } = new();

    /// <summary>Wraps the journals that are opened from now on.</summary>
    public Func<IOrderJournal, IOrderJournal> WrapJournal { get; set; } = j => j;

    public decimal Q => Venue.Quantity;

    public string Symbol => Venue.Symbol;

    /// <summary>A buy that rests.</summary>
    public decimal Low => Venue.OnTick(Venue.Best(Symbol).Bid * 0.99m);

    /// <summary>A sell that rests.</summary>
    public decimal High => Venue.OnTick(Venue.Best(Symbol).Ask * 1.01m);

    /// <summary>A buy that takes.</summary>
    public decimal Taking => Venue.OnTick(Venue.Best(Symbol).Ask * 1.002m);

    /// <summary>An order connection that is ready; with whatever was made before it stopped or dead.</summary>
    public async Task<IExchangeOms> ReadyOms(VenueKey key = VenueKey.Usual)
    {
        var oms = NewOms(key);
        await Connected(oms.Connect(), Ready);
        return oms;
    }

    public IExchangeOms NewOms(VenueKey key = VenueKey.Usual)
    {
        Need(key);
        _epoch++;
        _sink = Tape.Begin(_epoch);
        _journal = WrapJournal(FileOrderJournal.Open(new FileOrderJournalOptions { Folder = _folder }, Venue.Venue, _epoch, Venue.Time, NullLogger.Instance));
        return Oms = Keep(Venue.CreateOms(new OmsSetup(_sink, _journal, _epoch) { Key = key, Limits = Limits }));
    }

    public async Task<IExchangePms> ReadyPms(VenueKey key = VenueKey.Usual)
    {
        Need(key);
        var pms = Keep(Venue.CreatePms(Account, key));
        Pms = pms;
        await Connected(pms.Connect(), () => Until(async () => (await pms.GetStatus()).OrThrow().IsReady, "the position connection being ready"));
        return pms;
    }

    public async Task<IExchangeDataFetcher> ReadyData(VenueKey key = VenueKey.Usual)
    {
        Need(key);
        var data = Keep(Venue.CreateDataFetcher(_ => { }, key));
        (await data.Connect().Within("the recovery connection's first answer")).OrThrow();
        return data;
    }

    /// <summary>Stops the order connection as a silo does that is told to, and begins a new life.</summary>
    public async Task<IExchangeOms> Restart()
    {
        await End();
        return await ReadyOms();
    }

    /// <summary>Stops the order connection gracefully.</summary>
    public async Task End()
    {
        await ((IAsyncDisposable)Oms!).DisposeAsync();
        _running.Remove((IAsyncDisposable)Oms!);
        _sink!.Die();
        _journal!.Dispose();
        Oms = null;
    }

    /// <summary>
    /// The process dies: from one moment to the next nothing of it is written or heard any more. What it has on the wire goes its way.
    /// </summary>
    public void Die()
    {
        Crashed = true;
        _journal!.Dispose();
        _sink!.Die();

        // Its sockets go, too; in their own time, while the next life is there already.
        var dead = (IAsyncDisposable)Oms!;
        _running.Remove(dead);
        _dying.Add(dead.DisposeAsync().AsTask());
        Oms = null;
    }

    /// <summary>The process dies, and a new life begins.</summary>
    public async Task<IExchangeOms> Crash()
    {
        Die();
        var oms = NewOms();
        await Connected(oms.Connect(), Ready);
        return oms;
    }

    /// <summary>Switches a fault on, if the venue has such a thing.</summary>
    public AppliedFault Fault(VenueFaultKind kind, VenueCommand command = VenueCommand.Place, int count = 1, bool executed = false, string? order = null, TimeSpan last = default) =>
        Fault(new VenueFault(kind, command) { Count = count, Executed = executed, ClientOrderId = order, For = last });

    /// <inheritdoc cref="Fault(VenueFaultKind, VenueCommand, int, bool, string?, TimeSpan)"/>
    public AppliedFault Fault(VenueFault fault) => Venue.Lacks(fault.Kind) is { } reason ? throw new NotApplicableException(reason) : Venue.Apply(fault);

    /// <summary>Ends the card where the venue has no such thing.</summary>
    public static void Applies(bool applies, string reason)
    {
        if (!applies)
            throw new NotApplicableException(reason);
    }

    public string NextId(string stem = "t") => $"{stem}-{++_orders}";

    public LimitOrderRequest Limit(string? id, decimal? price = null, decimal? quantity = null, Side side = Side.Buy) =>
        new() { Symbol = Symbol, Side = side, Quantity = quantity ?? Q, Price = price ?? (side == Side.Buy ? Low : High), ClientOrderId = id, PositionSide = Leg(side) };

    /// <summary>The leg that an order of this side opens.</summary>
    public PositionSide Leg(Side side) => !Venue.Hedge ? PositionSide.Net : side == Side.Buy ? PositionSide.Long : PositionSide.Short;

    public MarketOrderRequest Market(string id, Side side = Side.Buy, decimal? quantity = null) =>
        new() { Symbol = Symbol, Side = side, Quantity = quantity ?? Q, ClientOrderId = id, PositionSide = Leg(side) };

    public OrderKey Key(string id) => new() { Symbol = Symbol, ClientOrderId = id };

    public ReplaceOrderRequest Replace(string id, decimal? price = null, decimal? quantity = null) => new() { Order = Key(id), Price = price, Quantity = quantity };

    /// <summary>Places an order that must work.</summary>
    public async Task<Order> Working(string id, decimal? price = null, decimal? quantity = null, Side side = Side.Buy)
    {
        var order = (await Oms!.PlaceLimitOrder(Limit(id, price, quantity, side)).Within($"the place of {id}")).OrThrow().Order;

        order = await Becomes(order, OrderStatus.Working);
        Assert.Equal(OrderStatus.Working, order.Status);
        return order;
    }

    /// <summary>Cancels an order and sees it end so.</summary>
    public async Task<Order> Cancelled(IExchangeOms oms, string id)
    {
        var order = (await oms.CancelOrder(Key(id)).Within($"the cancel of {id}")).OrThrow().Order;
        order = await Becomes(order, OrderStatus.Cancelled);
        Assert.Equal(OrderStatus.Cancelled, order.Status);
        return order;
    }

    /// <summary>Where a venue's answer is a receipt, the event that proves what became of the order may come behind it.</summary>
    public async Task<Order> Becomes(Order answered, OrderStatus status) =>
        answered.Status is OrderStatus.PendingNew or OrderStatus.PendingCancel ? await Tape.Shown(answered.ClientOrderId, status) : answered;

    /// <summary>Buys, or sells, at the market and waits for the end.</summary>
    public async Task<Order> Trade(string id, Side side = Side.Buy, decimal? quantity = null)
    {
        (await Oms!.PlaceMarketOrder(Market(id, side, quantity)).Within($"the place of {id}")).OrThrow();
        return await Tape.Shown(id, OrderStatus.Filled);
    }

    /// <summary>A command's answer that must be an error, which is kept for the search for secrets.</summary>
    public async Task<ExchangeError> Refused<T>(Task<Result<T>> call, string what)
    {
        var answer = await call.Within(what);
        Assert.False(answer.IsSuccess, $"{what} succeeded");
        Say(answer.Error!.ToString());
        return answer.Error;
    }

    /// <summary>Keeps a text for the search for secrets.</summary>
    public void Say(string? words)
    {
        if (words is not null)
            _words.Add(words);
    }

    public async ValueTask DisposeAsync()
    {
        Venue.LiftAll();
        await Task.WhenAll(_dying).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var one in Enumerable.Reverse(_running))
            await one.DisposeAsync();
        _journal?.Dispose();
        await Venue.DisposeAsync();
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    /// <summary>The first attempt may end in vain, on a machine that is busy with other things: the connection goes on by itself.</summary>
    private async Task Connected(Task<Result<ConnectionStatus>> first, Func<Task> ready)
    {
        var answer = await first.Within("the first attempt to connect");
        Say(answer.Error?.ToString());
        if (answer.Error is { Retryable: false } refused)
            Assert.Fail($"refused: {refused}");
        await ready();
    }

    private IReadOnlyList<string> Words => [.. _words, .. Tape.States.All.Select(s => s.Reason ?? ""), .. Account.States.All.Select(s => s.Reason ?? "")];

    private void Need(VenueKey key)
    {
        if (Venue.Lacks(key) is { } reason)
            throw new NotApplicableException(reason);
    }

    private T Keep<T>(T running)
    {
        _running.Add((IAsyncDisposable)running!);
        return running;
    }
}
