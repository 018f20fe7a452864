using System.Globalization;
using Exchange.Simulator;
using Exchange.Simulator.Binance;
using Exchange.Simulator.Binance.Api;
using Exchange.Simulator.Binance.Trading;
using Exchange.Simulator.Engine;
using Xunit;

namespace Exchange.Tests.Simulator;

/// <summary>Whatever is done to the desk: books, orders, fills, positions and money agree.</summary>
public sealed class TradingProperties
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(6, true)]
    [InlineData(4, true)]
    [InlineData(5, false)]
    public async Task Books_orders_fills_positions_and_money_agree_after_every_command(int seed, bool hedge)
    {
        var options = new SimulatorOptions
        {
            Runs = false,
            Seed = seed,
            TimeProvider = new FrozenTime(),
            Symbols = ["BTCUSDT", "ETHUSDT"],
            Accounts = [AccountOptions.Demo with { Hedge = hedge }],
        };
        await using var host = await SimulatorHost.StartAsync(options, TestContext.Current.CancellationToken);
        var desk = host.Binance.Api!.Desk;
        var account = host.Binance.Api.Accounts[0];
        var random = new SeededRandom((ulong)seed);
        var refused = new Dictionary<int, int>();
        decimal deposited = 100_000;
        for (var i = 0; i < 700; i++)
        {
            lock (host.Context.Turn)
            {
                try
                {
                    deposited += Act(host, desk, account, random, i);
                }
                catch (BinanceErrorException refusal)
                {
                    refused[refusal.Code] = refused.GetValueOrDefault(refusal.Code) + 1;
                }

                Check(desk, account, deposited, $"seed {seed}, step {i}");
            }
        }

        // It was no idle run.
        Assert.True(account.Fills.Count > 100, $"{account.Fills.Count} fills");
        Assert.True(account.Orders.Count(order => order.Amendments > 0) > 10);
        Assert.Contains(account.Orders, order => order.Status == "EXPIRED_IN_MATCH");
        Assert.Contains(-2022, refused.Keys);
        Assert.Contains(account.Fills, fill => fill.Realised != 0);
    }

    private static decimal Act(SimulatorHost host, TradingDesk desk, Account account, SeededRandom random, int step)
    {
        var symbol = random.Chance(700) ? "BTCUSDT" : "ETHUSDT";
        var feed = desk.Feed(symbol);
        switch (random.Next(12))
        {
            case 0 when account.OpenOrders.Count > 0:
                desk.Cancel(account.OpenOrders[random.Next(account.OpenOrders.Count)]);
                break;
            case 1 or 2 when account.OpenOrders.Count > 0:
                var amended = account.OpenOrders[random.Next(account.OpenOrders.Count)];
                desk.Amend(amended, amended.Side, amended.Quantity + ((random.Next(5) - 2) * Step(amended.Feed)), Price(amended.Feed, random), "NONE", null);
                break;
            case 3 when account.OpenOrders.Count > 0:
                var filled = account.OpenOrders[random.Next(account.OpenOrders.Count)];
                if (!filled.Closes)
                {
                    desk.Fill(filled, random.Chance(500) ? null : Step(filled.Feed));
                }

                break;
            case 4:
                host.Trading.Fund(symbol, (random.Next(200) - 100) / 100_000m);
                break;
            case 5:
                var amount = random.Next(100) - 50;
                host.Trading.Deposit("USDT", amount);
                return amount;
            case 6 or 7:
                host.Step(20);
                break;
            default:
                Place(desk, account, feed, random, step);
                break;
        }

        return 0;
    }

    private static void Place(TradingDesk desk, Account account, SymbolFeed feed, SeededRandom random, int step)
    {
        var market = random.Chance(300);
        var side = random.Chance(500) ? "BUY" : "SELL";
        var parameters = new Dictionary<string, string>
        {
            ["side"] = side,
            ["type"] = market ? "MARKET" : "LIMIT",
            ["quantity"] = (Step(feed) * (10 + random.Next(40))).ToString(CultureInfo.InvariantCulture),
            ["newClientOrderId"] = $"p{step}",
            ["selfTradePreventionMode"] = ((string[])["NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH"])[random.Next(4)],
        };
        if (account.Hedge)
        {
            parameters["positionSide"] = random.Chance(500) ? "LONG" : "SHORT";
        }
        else if (random.Chance(250))
        {
            parameters["reduceOnly"] = "true";
        }

        if (!market)
        {
            parameters["timeInForce"] = ((string[])["GTC", "GTC", "IOC", "FOK", "GTX"])[random.Next(5)];
            parameters["price"] = Price(feed, random).ToString(CultureInfo.InvariantCulture);
        }

        desk.Place(account, feed.Instrument.Symbol, OrderTicket.Read(Parameters.Of(parameters), account, 0));
    }

    private static decimal Step(SymbolFeed feed) => Fixed8.ToDecimal(feed.Instrument.Core.LotStep);

    /// <summary>Near the touch, on either side of it.</summary>
    private static decimal Price(SymbolFeed feed, SeededRandom random) =>
        Fixed8.ToDecimal(feed.Book.Bids.Best!.Price + ((random.Next(21) - 10) * feed.Instrument.Core.Tick));

    private static void Check(TradingDesk desk, Account account, decimal deposited, string where)
    {
        var funding = account.Incomes.Where(income => income.Type == "FUNDING_FEE").Sum(income => income.Amount);
        Assert.True(
            account.Wallets["USDT"] == deposited + funding + account.Fills.Sum(fill => fill.Realised - fill.Commission), $"{where}: money");
        foreach (var position in account.Positions)
        {
            var sum = account.Fills.Where(fill => fill.Order.Symbol == position.Symbol && fill.Order.PositionSide == position.Side)
                .Sum(fill => fill.Order.Side == Side.Buy ? fill.Quantity : -fill.Quantity);
            Assert.True(position.Amount == sum, $"{where}: {position.Symbol} {position.Side}");
            Assert.True(position.Side switch
            {
                PositionSide.Long => position.Amount >= 0,
                PositionSide.Short => position.Amount <= 0,
                _ => true,
            }, $"{where}: a leg was turned round");
        }

        foreach (var symbol in (string[])["BTCUSDT", "ETHUSDT"])
        {
            var book = desk.Feed(symbol).Book;
            var inBook = book.Working.Values.Where(order => order.Tag is not null).Select(order => (TradingOrder)order.Tag!).ToHashSet();
            var open = account.OpenOrders.Where(order => order.Symbol == symbol).ToArray();
            Assert.True(inBook.SetEquals(open) && book.Tagged == open.Length, $"{where}: open orders are those in the book");
            Assert.All(open, order => Assert.True(
                order.IsOpen && Fixed8.Of(order.Remaining) == order.Engine!.Remaining && Fixed8.Of(order.Price) == order.Engine.Price, where));
            Assert.True(book.Bids.Best is not { } bid || book.Asks.Best is not { } ask || bid.Price < ask.Price, $"{where}: crossed");
            Assert.All(open.Where(order => order.Closes), order => Assert.True(
                order.Side == Side.Buy
                    ? account.Position(symbol, order.PositionSide).Amount < 0
                    : account.Position(symbol, order.PositionSide).Amount > 0, $"{where}: it reduces something"));
        }

        foreach (var order in account.Orders)
        {
            Assert.True(order.Executed <= order.Quantity && (order.Status == "FILLED") == (order.Executed == order.Quantity), $"{where}: {order.ClientOrderId}");
        }
    }
}
