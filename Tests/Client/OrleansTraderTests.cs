using System.Threading.Channels;
using Exchange.Client.Protocol;
using Exchange.Client.Trader;
using Exchange.Grains.Interfaces;
using Exchange.Tests.Support;
using Xunit;

namespace Exchange.Tests.Client;

/// <summary>A trader that joined the cluster as an Orleans client gets what one at the gateway gets.</summary>
public sealed class OrleansTraderTests
{
    [Fact]
    public async Task Books_and_trades_arrive_in_order_and_what_is_there_already_as_a_snapshot()
    {
        await using var test = await GatewayUnderTest.Start();
        test.Connector.PublishBook("BTCUSDT", 1);
        await using var trader = new OrleansTrader(test.Cluster.Client);
        var (books, trades) = Record(trader);
        Assert.Equal(5, (await trader.SubscribeOrderBook("binance", "BTCUSDT", 5, 0)).OrThrow().TopN);
        (await trader.SubscribeTrades("binance", "BTCUSDT")).OrThrow();
        Assert.StartsWith("book BTCUSDT 5/0 by trader-", await test.Connector.NextAsked());
        Assert.Equal((UpdateKind.Snapshot, 1L), Place(await Next(books, "the book that was there")));

        for (var n = 2; n <= 10; n++)
        {
            test.Connector.PublishBook("BTCUSDT", n);
            test.Connector.PublishTrade("BTCUSDT", n);
        }

        for (var n = 2; n <= 10; n++)
        {
            Assert.Equal((UpdateKind.Live, n), Place(await Next(books, $"book {n}")));
            Assert.Equal($"t{n}", (await Next(trades, $"trade {n}")).Data.TradeId);
        }

        (await trader.Unsubscribe(TopicName.OfSymbol(TopicKind.Trade, "binance", "BTCUSDT"))).OrThrow();
        Assert.StartsWith("trades BTCUSDT by trader-", await test.Connector.NextAsked());
        Assert.StartsWith("no trades BTCUSDT by trader-", await test.Connector.NextAsked());
    }

    [Fact]
    public async Task A_standby_is_asked_again_and_its_book_has_a_later_epoch()
    {
        await using var test = await GatewayUnderTest.Start(silos: 2);
        await using var trader = new OrleansTrader(test.Cluster.Client);
        var (books, _) = Record(trader);
        (await trader.SubscribeOrderBook("binance", "BTCUSDT")).OrThrow();
        test.Connector.PublishBook("BTCUSDT", 1);
        var before = await Next(books, "the first book");
        await test.KillHome();
        var standby = await test.NextConnector();
        Assert.StartsWith("book BTCUSDT 20/100 by trader-", await standby.NextAsked());
        standby.PublishBook("BTCUSDT", 2);
        TraderUpdate<OrderBook> after;
        do
            after = await Next(books, "the book of the standby");
        while (after.Data.State == BookState.Stale);
        Assert.True(after.Epoch > before.Epoch);
        Assert.Equal(1, after.Seq);
    }

    [Fact]
    public async Task A_connection_that_nobody_declares_is_told_at_once()
    {
        await using var test = await GatewayUnderTest.Start();
        await using var trader = new OrleansTrader(test.Cluster.Client);
        Assert.Equal(ExchangeErrorCode.ConnectionNotDeclared, (await trader.SubscribeTrades("grvt", "X").Within("the refusal")).Error?.Code);
    }

    private static (ChannelReader<TraderUpdate<OrderBook>> Books, ChannelReader<TraderUpdate<Trade>> Trades) Record(TraderFeed trader)
    {
        var books = Channel.CreateUnbounded<TraderUpdate<OrderBook>>();
        var trades = Channel.CreateUnbounded<TraderUpdate<Trade>>();
        trader.OrderBookReceived += u => books.Writer.TryWrite(u);
        trader.TradeReceived += u => trades.Writer.TryWrite(u);
        return (books.Reader, trades.Reader);
    }

    private static (UpdateKind Kind, long Seq) Place<T>(TraderUpdate<T> update) => (update.Kind, update.Seq);

    private static async Task<T> Next<T>(ChannelReader<T> updates, string awaited) => await updates.ReadAsync().AsTask().Within(awaited);
}
