using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using Exchange.Exchanges.Common.Orders;
using Exchange.Grains.Interfaces;
using Exchange.Tests.Support;
using Exchange.Tests.Support.Orders;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Exchange.Tests.Exchanges.Common.Orders;

public sealed class OrderLifeThreadsTests
{
    [Fact]
    public async Task Many_threads_at_once_leave_every_order_whole_and_the_stream_in_order()
    {
        var venue = new RacingVenue();
        var sink = new NumberingSink();
        using var bench = new OrderLifeBench();
        using var orders = new OrderManager(new OrderManagerParts
        {
            Exchange = "test",
            Venue = venue,
            Sink = sink,
            Journal = new MemoryOrderJournal(),
            ClientOrderIds = new TextClientOrderIds(1, "abcdefghijklmnopqrstuvwxyz0123456789-", 36, "letters, digits, -"),
            Market = bench,
            Logger = NullLogger.Instance,
        });
        venue.Orders = orders;
        orders.SetReady(OrderReadiness.Ready);

        var traders = Enumerable.Range(0, 4).Select(t => Task.Run(async () =>
        {
            for (var i = 0; i < 100; i++)
            {
                var placed = (await orders.PlaceAsync(OrderLifeBench.Limit(null) with { Trader = $"t{t}" })).OrThrow().Order;
                var again = await orders.PlaceAsync(OrderLifeBench.Limit(placed.ClientOrderId) with { Trader = $"t{t}" });
                Assert.Equal(placed.ClientOrderId, again.OrThrow().Order.ClientOrderId);
                if (i % 2 == 0)
                    (await orders.CancelAsync(OrderLifeBench.Key(placed.ClientOrderId))).OrThrow();
                _ = orders.GetOpenOrders();
            }
        })).ToArray();
        await Awaiting.Within(Task.WhenAll(traders), "four traders to have placed 100 orders each");
        await Awaiting.Within(venue.AllTold(), "the venue's events to be delivered");

        Assert.Equal(200, orders.GetOpenOrders().Orders.Length);
        Assert.Equal(400, venue.Placed.Distinct().Count());
        Assert.Equal(400, venue.Placed.Count);
        Assert.Equal(0, orders.Counters.Contradictions + orders.Counters.Revived + orders.Counters.Adopted + orders.Counters.ConnectorFailures);
        foreach (var order in sink.Updates.GroupBy(u => u.Order.ClientOrderId))
        {
            var states = order.Select(u => u.Order.Status).ToList();
            Assert.Equal(OrderStatus.PendingNew, states[0]);
            for (var i = 1; i < states.Count; i++)
                Assert.True(OrderTransitions.Judge(states[i - 1], states[i]) is Step.Same or Step.Lawful, $"{states[i - 1]} -> {states[i]}");
        }
    }

    private sealed class NumberingSink : IOrderSink
    {
        public List<OrderUpdate> Updates { get; } = [];

        public StreamPlace LastPlace => new(1, Updates.Count);

        // Called under the order life's lock: a list that is not made for threads shows it if not.
        public StreamPlace OnOrder(OrderUpdate update)
        {
            Updates.Add(update);
            return LastPlace;
        }

        public void OnStatus(ConnectionStatus status)
        {
        }
    }

    /// <summary>Answers on other threads, with its events racing its replies.</summary>
    private sealed class RacingVenue : IOrderVenue
    {
        private readonly ConcurrentBag<Task> _telling = [];
        private int _ids;

        public OrderManager? Orders { get; set; }

        public ConcurrentBag<string> Placed { get; } = [];

        public Capabilities Capabilities { get; } = new() { Exchange = "test", NativeReplace = true };

        public DateTimeOffset VenueNow => TimeProvider.System.GetUtcNow();

        public TimeSpan CommandValidity => TimeSpan.FromSeconds(5);

        public Task AllTold() => Task.WhenAll(_telling);

        public ExchangeError? Check(Order order) => null;

        public Task<CommandReply> PlaceAsync(Order order, DateTimeOffset lastChance)
        {
            Placed.Add(order.ClientOrderId);
            return Race(order, OrderStatus.Working, Interlocked.Increment(ref _ids).ToString(CultureInfo.InvariantCulture));
        }

        public Task<ImmutableArray<CommandReply>> PlaceBatchAsync(ImmutableArray<Order> orders, DateTimeOffset lastChance) => throw new NotSupportedException();

        public Task<CommandReply> CancelAsync(Order order) => Race(order, OrderStatus.Cancelled, order.VenueOrderId!);

        public Task<CommandReply> ReplaceAsync(Order order, decimal price, decimal quantity, DateTimeOffset lastChance) => throw new NotSupportedException();

        public Task<CommandReply> CancelAllAsync(string? symbol) => throw new NotSupportedException();

        public Task<OrderLookup> QueryAsync(Order order, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<bool> CanNoLongerActAsync(Order order, DateTimeOffset lastChance, CancellationToken cancellationToken) => throw new NotSupportedException();

        private Task<CommandReply> Race(Order order, OrderStatus status, string id)
        {
            var report = new OrderReport
            {
                Source = ReportSource.Event,
                Symbol = order.Symbol,
                ClientOrderId = order.ClientOrderId,
                VenueOrderId = id,
                Status = status,
                Side = order.Side,
                Quantity = order.Quantity,
                Price = order.Price,
                CumulativeQuantity = 0,
                VenueTime = VenueNow,
                ReceivedTime = VenueNow,
            };
            _telling.Add(Task.Run(() => Orders!.OnReport(report)));
            return Task.Run(() => CommandReply.Done(report with { Source = ReportSource.Reply }));
        }
    }
}
