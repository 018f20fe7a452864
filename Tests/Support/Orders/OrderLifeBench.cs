using System.Globalization;
using Exchange.Exchanges.Common.Journal;
using Exchange.Exchanges.Common.Orders;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging.Abstractions;

namespace Exchange.Tests.Support.Orders;

/// <summary>An order life on a fake venue, with a clock that the test moves, and all that it published.</summary>
internal sealed class OrderLifeBench : IOrderSink, IMarketView, IClientOrderIdMaker, IDisposable
{
    private int _made;

    public OrderLifeBench(FakeOrderVenue? venue = null, ManualTimeProvider? time = null, IOrderJournal? journal = null, TradingLimits? limits = null, OrderManagerOptions? options = null, bool nativeReplace = true, bool ready = true)
    {
        Time = time ?? new ManualTimeProvider();
        Venue = venue ?? new FakeOrderVenue(Time);
        Venue.Capabilities = Venue.Capabilities with { NativeReplace = nativeReplace };
        Memory = journal as MemoryOrderJournal ?? new MemoryOrderJournal();
        Orders = new OrderManager(new OrderManagerParts
        {
            Exchange = "test",
            Venue = Venue,
            Sink = this,
            Journal = journal ?? Memory,
            ClientOrderIds = this,
            Market = this,
            Limits = limits ?? new TradingLimits(),
            Options = options ?? new OrderManagerOptions(),
            Time = Time,
            Logger = NullLogger.Instance,
        });
        if (ready)
            Orders.SetReady(OrderReadiness.Ready);
    }

    public ManualTimeProvider Time { get; }

    public FakeOrderVenue Venue { get; }

    public MemoryOrderJournal Memory { get; }

    public OrderManager Orders { get; }

    public List<OrderUpdate> Updates { get; } = [];

    public decimal? Mark { get; set; } = 100;

    public decimal? Position { get; set; } = 0;

    public Instrument? Instrument { get; set; } = new()
    {
        Exchange = "test",
        Symbol = "BTCUSDT",
        Kind = InstrumentKind.Perpetual,
        Base = "BTC",
        Quote = "USDT",
        Settlement = "USDT",
        TickSize = 0.1m,
        LotStep = 0.001m,
        MinQuantity = 0.001m,
        QuantityUnit = QuantityUnit.Base,
        IsTrading = true,
    };

    public string IdPrefix { get; init; } = "own";

    public StreamPlace LastPlace { get; private set; } = new(7, 0);

    /// <summary>What happened to an order, in words of one letter case each.</summary>
    public IEnumerable<OrderEvent> EventsOf(string clientId) => Updates.Where(u => u.Order.ClientOrderId == clientId).Select(u => u.Event);

    public Order Last(string clientId) => Updates.Last(u => u.Order.ClientOrderId == clientId).Order;

    public IEnumerable<Fill> FillsOf(string clientId) => Updates.Where(u => u.Order.ClientOrderId == clientId && u.Fill is not null).Select(u => u.Fill!);

    public static LimitOrderRequest Limit(string? id, decimal quantity = 2, decimal price = 100, Side side = Side.Buy) =>
        new() { Symbol = "BTCUSDT", Side = side, Quantity = quantity, Price = price, ClientOrderId = id };

    public static OrderKey Key(string id) => new() { Symbol = "BTCUSDT", ClientOrderId = id };

    public static ReplaceOrderRequest Replace(string id, decimal? price = null, decimal? quantity = null) => new() { Order = Key(id), Price = price, Quantity = quantity };

    /// <summary>Places an order that the venue takes, with its events delivered.</summary>
    public Order Working(string id, decimal quantity = 2, decimal price = 100)
    {
        var answer = Orders.PlaceAsync(Limit(id, quantity, price));
        Venue.LastSent.Answer();
        Deliver();
        return Done(answer).OrThrow().Order;
    }

    /// <summary>Delivers all events, in their order.</summary>
    public void Deliver()
    {
        foreach (var report in Venue.Events.ToList())
            Orders.OnReport(report);
        Venue.Events.Clear();
    }

    /// <summary>The result of what must have come to its end.</summary>
    public static T Done<T>(Task<T> task) => task.Within("the answer to a command").GetAwaiter().GetResult();

    public void Dispose() => Orders.Dispose();

    StreamPlace IOrderSink.OnOrder(OrderUpdate update)
    {
        Updates.Add(update);
        return LastPlace = LastPlace with { Seq = LastPlace.Seq + 1 };
    }

    void IOrderSink.OnStatus(ConnectionStatus status)
    {
    }

    Instrument? IMarketView.GetInstrument(string symbol) => Instrument?.Symbol == symbol ? Instrument : null;

    decimal? IMarketView.GetMarkPrice(string symbol) => Mark;

    decimal? IMarketView.GetPosition(string symbol, PositionSide leg) => Position;

    string IClientOrderIdMaker.Form => "1 to 36 characters without blanks";

    bool IClientOrderIdMaker.IsValid(string id) => id.Length is > 0 and <= 36 && !id.Contains(' ', StringComparison.Ordinal);

    string IClientOrderIdMaker.Make(string? trader) => $"{IdPrefix}-{trader}-{(++_made).ToString(CultureInfo.InvariantCulture)}";
}
