#pragma warning disable xUnit1051 // every wait here has a limit of its own, which says what was awaited
using System.Globalization;
using Exchange.Exchanges.Binance;
using Exchange.Exchanges.Common.Account;
using Exchange.Exchanges.Common.Journal;
using Exchange.Exchanges.Common.Orders;
using Exchange.Grains.Interfaces;
using Exchange.Simulator;
using Exchange.Simulator.Binance;
using Exchange.Simulator.Faults;
using Exchange.Tests.Support;
using Xunit;

namespace Exchange.Tests.Exchanges.Binance;

/// <summary>Private connectors on real sockets against a simulator whose market stands still unless a test moves it.</summary>
public abstract class BinancePrivateTest : IAsyncLifetime
{
    private protected static readonly AuthCredentials Hmac = new() { Key = "demo-key", Secret = "demo-secret" };
    private protected static readonly AuthCredentials Ed25519 = new()
    {
        Key = "demo-ed25519",
        Secret = "MC4CAQAwBQYDK2VwBCIEIIJEYWtGBrhACmb9Dvy+qa8WEf0lQOl1s4CLIAB9m89u",
    };

    private readonly List<IAsyncDisposable> _running = [];

    private protected SimulatorHost Host { get; private set; } = null!;

    private protected TradingControl Venue => Host.Trading;

    private protected virtual SimulatorOptions Simulation => new() { Runs = false, Seed = 7 };

    private protected OrderSink Orders { get; } = new();

    private protected AccountSink Account { get; } = new();

    /// <summary>A price well below the market: an order there rests.</summary>
    private protected decimal LowPrice => decimal.Round(decimal.Parse(Host.Book("BTCUSDT").Bids[0].Price, CultureInfo.InvariantCulture) * 0.99m, 1);

    private protected decimal Ask => decimal.Parse(Host.Book("BTCUSDT").Asks[0].Price, CultureInfo.InvariantCulture);

    public async ValueTask InitializeAsync() => Host = await SimulatorHost.StartAsync(Simulation, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var one in Enumerable.Reverse(_running))
            await one.DisposeAsync();
        await Host.DisposeAsync();
    }

    private protected BinanceOptions Options() => new()
    {
        RestUrl = Host.BinanceRestUri,
        StreamUrl = Host.BinanceStreamUri,
        WsApiUrl = Host.BinanceWsApiUri,
        // A simulator that stands still tells no mark prices.
        MarkWaitMs = 0,
    };

    private protected BinanceOms Oms(AuthCredentials? credentials = null, BinanceOptions? options = null, OrderManagerOptions? life = null)
    {
        var oms = new BinanceOms(options ?? Options(), new BinanceOmsParts
        {
            Sink = Orders,
            Journal = new NoJournal(),
            Epoch = 4,
            Credentials = credentials ?? Hmac,
            Life = life ?? new OrderManagerOptions(),
            Random = () => 0,
        });
        _running.Add(oms);
        return oms;
    }

    private protected async Task<BinanceOms> ReadyOms(AuthCredentials? credentials = null, BinanceOptions? options = null, OrderManagerOptions? life = null)
    {
        var oms = Oms(credentials, options, life);
        (await oms.Connect().Within("the order connection")).OrThrow();
        return oms;
    }

    private protected async Task<BinancePms> ReadyPms(AuthCredentials? credentials = null, BinanceOptions? options = null)
    {
        var pms = Pms(credentials, options);
        (await pms.Connect().Within("the position connection")).OrThrow();
        return pms;
    }

    private protected BinancePms Pms(AuthCredentials? credentials = null, BinanceOptions? options = null)
    {
        var pms = new BinancePms(options ?? Options(), credentials ?? Hmac, Account, random: () => 0);
        _running.Add(pms);
        return pms;
    }

    private protected T Keep<T>(T running)
        where T : IAsyncDisposable
    {
        _running.Add(running);
        return running;
    }

    private protected LimitOrderRequest Limit(string id, decimal? price = null, decimal quantity = 0.01m, Side side = Side.Buy) =>
        new() { Symbol = "BTCUSDT", Side = side, Quantity = quantity, Price = price ?? LowPrice, ClientOrderId = id };

    private protected static Fault Once(FaultKind kind, string method) => new() { Kind = kind, Method = method };

    private protected static OrderKey Key(string id) => new() { Symbol = "BTCUSDT", ClientOrderId = id };

    /// <summary>A fault for as long as it is not disposed of.</summary>
    internal sealed class HeldFault : IDisposable
    {
        private readonly SimulatorHost _host;
        private readonly Fault _fault;

        public HeldFault(SimulatorHost host, Fault fault)
        {
            _host = host;
            _fault = host.AddFault(fault);
        }

        public void Dispose() => _host.RemoveFault(_fault);
    }
}
