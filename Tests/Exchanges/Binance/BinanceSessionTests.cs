#pragma warning disable xUnit1051 // every wait here has a limit of its own, which says what was awaited
using System.Collections.Concurrent;
using Exchange.Exchanges.Binance;
using Exchange.Grains.Interfaces;
using Exchange.Simulator.Faults;
using Exchange.Tests.Support;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Exchange.Tests.Exchanges.Binance;

/// <summary>Sessions that must be replaced, are not what they seem, or run into a budget; and what is told of secrets.</summary>
public sealed class BinanceSessionTests : BinancePrivateTest
{
    /// <summary>T38: both sockets are replaced before the venue cuts them; a command that waits for its answer keeps its socket.</summary>
    [Fact]
    public async Task Sockets_are_replaced_in_time_and_what_is_in_flight_is_answered()
    {
        var options = Options();
        options.RotateHours = 0.001;
        var oms = await ReadyOms(options: options);
        var first = (await oms.GetStatus()).OrThrow().Generation;
        var seen = Orders.States.All.Count;
        var held = Host.AddFault(new Fault { Kind = FaultKind.HoldAck, Method = "order.cancel" });
        (await oms.PlaceLimitOrder(Limit("r-1")).Within("the place")).OrThrow();
        using (new HeldFault(Host, new Fault { Kind = FaultKind.HoldEvent, Count = 0 }))
        {
            var cancel = oms.CancelOrder(Key("r-1"));
            await Orders.States.Next(seen, s => s.Generation >= first + 2, "both sockets being replaced");
            Host.RemoveFault(held);
            Assert.Equal(OrderStatus.Cancelled, (await cancel.Within("the answer on the old socket")).OrThrow().Order.Status);
        }

        Assert.All(Orders.States.All.Skip(seen), s => Assert.Equal(ConnectionState.Ready, s.State));
        Assert.Equal(0, (await oms.GetStatus()).OrThrow().Reconnects);
        Assert.Equal(1, Venue.CountReceived("r-1", "order.cancel"));
    }

    /// <summary>T06: a socket that opens proves nothing; without a key from the venue there is no readiness.</summary>
    [Fact]
    public async Task Without_a_listen_key_nothing_is_ready()
    {
        using (new HeldFault(Host, new Fault { Kind = FaultKind.RestError, Path = "/listenKey", Status = 503, Count = 0 }))
        {
            var oms = Oms();
            Assert.Equal(ExchangeErrorCode.ConnectFailed, (await oms.Connect().Within("the first attempt")).Error!.Code);
            Assert.Equal(ExchangeErrorCode.NotReady, (await oms.PlaceLimitOrder(Limit("k-1"))).Error!.Code);
        }

        await Orders.State(ConnectionState.Ready);
    }

    /// <summary>The account's order count is kept here too: what would be refused for it does not leave, and a cancel always may.</summary>
    [Fact]
    public async Task The_order_count_is_kept_and_cancels_pass()
    {
        var oms = await ReadyOms();
        (await oms.PlaceLimitOrder(Limit("c-1")).Within("the place")).OrThrow();
        Host.AddFault(new Fault { Kind = FaultKind.CommandError, Method = "order.place", Status = 400, Code = -1015, Message = "Too many new orders." });
        var refused = (await oms.PlaceLimitOrder(Limit("c-2")).Within("the refusal")).Error!;
        Assert.Equal((ExchangeErrorCode.RateLimited, "-1015", CommandOutcome.Rejected, true), (refused.Code, refused.VenueCode, refused.Outcome!.Value, refused.RetryAt > DateTimeOffset.UtcNow));
        var kept = (await oms.PlaceLimitOrder(Limit("c-3")).Within("the refusal of our own")).Error!;
        Assert.Equal((ExchangeErrorCode.RateLimited, null, CommandOutcome.Rejected), (kept.Code, kept.VenueCode, kept.Outcome!.Value));
        Assert.Equal(0, Venue.CountReceived("c-3"));
        Assert.Equal(OrderStatus.Cancelled, (await oms.CancelOrder(Key("c-1")).Within("the cancel")).OrThrow().Order.Status);
    }

    /// <summary>Scenario 35: whatever happens, no log line, state or error holds a key, a secret, a signature or a listen key.</summary>
    [Fact]
    public async Task No_secret_is_told()
    {
        using var log = new CapturedLog();
        var told = new ConcurrentQueue<string>();
        var options = Options();
        await using (var oms = new BinanceOms(options, new BinanceOmsParts { Sink = Orders, Journal = new NoJournal(), Epoch = 4, Credentials = Hmac, Loggers = log, Random = () => 0 }))
        {
            (await oms.Connect().Within("the order connection")).OrThrow();
            var key = Venue.ListenKey()!;
            Host.AddFault(new Fault { Kind = FaultKind.TruncatedJson, Connection = "private" });
            Host.AddFault(new Fault { Kind = FaultKind.UnknownEvent, Connection = "private" });
            foreach (var kind in new[] { FaultKind.DropBeforeRequest, FaultKind.DropAfterRequest })
            {
                var seen = Orders.States.All.Count;
                Host.AddFault(Once(kind, "order.place"));
                told.Enqueue((await oms.PlaceLimitOrder(Limit($"s-{kind}")).Within("the answer")).Error?.ToString() ?? "");
                await Orders.State(ConnectionState.Ready, seen);
            }

            Host.AddFault(new Fault { Kind = FaultKind.RestHang, Path = "/order" });
            var states = Orders.States.All.Count;
            Host.AddFault(new Fault { Kind = FaultKind.ExpireListenKey });
            await Orders.State(ConnectionState.Ready, states);
            await using var wrong = new BinanceOms(options, new BinanceOmsParts { Sink = Orders, Journal = new NoJournal(), Epoch = 5, Credentials = new AuthCredentials { Key = "planted-key", Secret = "planted-secret" }, Loggers = log });
            told.Enqueue((await wrong.Connect().Within("the refusal")).Error!.ToString());
            foreach (var state in Orders.States.All)
                told.Enqueue(state.ToString());
            var all = string.Join('\n', told.Concat(log.Lines));
            Assert.NotEmpty(log.Lines);
            Assert.All(["demo-secret", "planted-secret", "planted-key", key, Venue.ListenKey()!, "signature="], secret => Assert.DoesNotContain(secret, all, StringComparison.Ordinal));
        }
    }

    private sealed class CapturedLog : ILoggerFactory, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue(formatter(state, exception) + exception);

        public void Dispose()
        {
        }
    }
}
