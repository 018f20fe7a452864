using System.Threading.Channels;
using Exchange.Client.Protocol;
using Exchange.Client.Trader;
using Exchange.Grains.Interfaces;
using Exchange.Tests.Support;
using Xunit;

namespace Exchange.Tests.Client;

/// <summary>The C# client library against a gateway with real sockets.</summary>
public sealed class TraderClientTests
{
    [Fact]
    public async Task Books_and_trades_arrive_typed_and_in_order()
    {
        await using var test = await GatewayUnderTest.Start();
        await using var trader = await test.ConnectTrader();
        var events = Record(trader);
        Assert.Equal(7, (await trader.SubscribeOrderBook("binance", "BTCUSDT", topN: 7, frequencyMs: 0)).OrThrow().TopN);
        (await trader.SubscribeTrades("binance", "BTCUSDT")).OrThrow();
        for (var n = 1; n <= 10; n++)
        {
            test.Connector.PublishTrade("BTCUSDT", n);
            test.Connector.PublishBook("BTCUSDT", n);
        }

        var trades = new List<Trade>();
        var books = new List<long>();
        while (trades.Count < 10 || books.LastOrDefault() < 10)
        {
            switch (await Next(events, "ten trades and books"))
            {
                case TraderUpdate<Trade> trade: trades.Add(trade.Data); break;
                case TraderUpdate<OrderBook> book: books.Add(book.Seq); break;
                case TraderGap gap: Assert.Fail($"a gap without a loss: {gap}"); break;
            }
        }

        Assert.Equal(Enumerable.Range(1, 10).Select(n => Updates.Trade("binance", "BTCUSDT", n)), trades);
        Assert.Equal(books.Order(), books);
        var now = (await trader.GetOrderBook("binance", "BTCUSDT")).OrThrow();
        Assert.Equal(Updates.Book("binance", "BTCUSDT", 10).Bids, now.Bids);
        Assert.True(now.Age(DateTimeOffset.MaxValue) > TimeSpan.Zero);
        Assert.Equal(0, trader.Unreadable);
        Assert.Null(trader.LastHandlerFailure);
    }

    [Fact]
    public async Task A_topic_that_merely_begins_alike_is_not_mistaken_for_it()
    {
        await using var test = await GatewayUnderTest.Start();
        await using var trader = await test.ConnectTrader();
        await using var other = await test.ConnectTrader();
        var events = Record(trader);
        (await trader.SubscribeTrades("binance", "BTC-25DEC26")).OrThrow();
        (await other.SubscribeTrades("binance", "BTC-25DEC26-100000-C")).OrThrow();
        test.Connector.PublishTrade("BTC-25DEC26-100000-C", 1);
        test.Connector.PublishTrade("BTC-25DEC26-100000-C", 2);
        test.Connector.PublishTrade("BTC-25DEC26", 1);
        while (trader.OtherTopics < 2)
        {
            var update = await Next(events, "the trade of the shorter symbol");
            if (update is TraderUpdate<Trade> trade)
            {
                Assert.Equal("BTC-25DEC26", trade.Data.Symbol);
                test.Connector.PublishTrade("BTC-25DEC26", 2);
            }
        }
    }

    [Fact]
    public async Task Trades_that_the_gateway_dropped_are_replayed_in_their_place()
    {
        await using var test = await GatewayUnderTest.Start(o => o.UpdateQueueLimit = 10);
        await using var trader = await test.ConnectTrader();
        var events = Record(trader);
        (await trader.SubscribeTrades("binance", "BTCUSDT")).OrThrow();
        test.Connector.PublishTrade("BTCUSDT", 1);
        var first = await NextOf<TraderUpdate<Trade>>(events, "the first trade");

        using var release = new ManualResetEventSlim();
        var stalled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var stall = test.Gateway.Sockets.InvokeAsync(() =>
        {
            stalled.SetResult();
            release.Wait();
        });
        await stalled.Task.Within("the socket's thread standing still");
        var feed = (Orleans.Streams.IAsyncObserver<StreamUpdate<Trade>>)test.Gateway.Feeds.All.Single(f => f.Topic.Kind == TopicKind.Trade);
        for (var n = 2; n <= 40; n++)
        {
            test.Connector.PublishTrade("BTCUSDT", n);
            await feed.OnNextAsync(new() { Epoch = first.Epoch, Seq = n, Time = first.Time, Data = Updates.Trade("binance", "BTCUSDT", n) });
        }

        release.Set();
        await stall.Within("the socket's thread going on");
        var seen = new List<TraderUpdate<Trade>> { first };
        TraderGap? gap = null;
        TraderNotice? notice = null;
        while (seen[^1].Seq < 41)
        {
            switch (await Next(events, "trades to 41"))
            {
                case TraderUpdate<Trade> trade: seen.Add(trade); break;
                case TraderGap found: gap = found; break;
                case TraderNotice told:
                    // The queue has room again. That some are missing is known from the notice, not from this one.
                    notice = told;
                    test.Connector.PublishTrade("BTCUSDT", 41);
                    break;
            }
        }

        Assert.Equal(Enumerable.Range(1, 41).Select(n => (long)n), seen.Select(t => t.Seq));
        Assert.Equal(Enumerable.Range(1, 41).Select(n => $"t{n}"), seen.Select(t => t.Data.TradeId));
        Assert.True(gap!.IsHealed, gap.ToString());
        Assert.All(seen, t => Assert.Equal(t.Seq >= gap.FromSeq && t.Seq <= gap.ToSeq ? UpdateKind.Replayed : UpdateKind.Live, t.Kind));
        Assert.Equal(("dropped", "trade.binance.BTCUSDT", gap.FromSeq), (notice!.Reason, notice.Topic, notice.FromSeq));
    }

    [Fact]
    public async Task A_gateway_that_was_started_anew_is_noticed_and_everything_asked_for_again()
    {
        await using var test = await GatewayUnderTest.Start();
        await using var trader = await test.ConnectTrader(heartbeat: TimeSpan.FromMilliseconds(200));
        var events = Record(trader);
        (await trader.SubscribeTrades("binance", "BTCUSDT")).OrThrow();
        test.Connector.PublishTrade("BTCUSDT", 1);
        await NextOf<TraderUpdate<Trade>>(events, "a trade before the restart");
        trader.Listen(TopicName.OfStatus(new ConnectionId(ConnectionRole.Market, "binance")));
        await NextOf<TraderUpdate<ConnectionStatus>>(events, "the status before the restart");
        var old = trader.Gateway;

        await test.StopGateway();
        // Nobody forwards these; the connection's ring keeps them.
        test.Connector.PublishTrade("BTCUSDT", 2);
        test.Connector.PublishTrade("BTCUSDT", 3);
        var status = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        trader.StatusReceived += _ => status.TrySetResult();
        await test.StartGatewayAgain();
        TraderSessionChange change;
        do
            change = await NextOf<TraderSessionChange>(events, "the new gateway");
        while (change.Gateway == old);
        Assert.True(change.IsConnected);

        while (!(await test.Connector.NextAsked()).EndsWith($"by {change.Gateway}", StringComparison.Ordinal))
        {
        }

        // The socket for updates is back on its own time. The stream is attached before the connector is asked.
        await status.Task.Within("the status from the new gateway");
        test.Connector.PublishTrade("BTCUSDT", 4);
        var seqs = new List<long>();
        while (seqs.LastOrDefault() < 4)
            seqs.Add((await NextOf<TraderUpdate<Trade>>(events, "trades to 4")).Seq);
        Assert.Equal([2, 3, 4], seqs);
    }

    [Fact]
    public async Task What_cannot_be_replayed_is_told_and_the_topic_goes_on()
    {
        var told = new List<TraderEvent>();
        var asked = new List<(long Epoch, long After, int Count)>();
        var topic = new TraderTopic<Trade>(
            TopicName.OfSymbol(TopicKind.Trade, "binance", "X"), UpdateReaders.Trade, told.Add, (_, e, a, c) => asked.Add((e, a, c)), TimeProvider.System);
        topic.OnMessage(TradeJson(5, 1));
        topic.OnMessage(TradeJson(5, 4));
        topic.OnMessage(TradeJson(5, 5));
        topic.OnMessage(TradeJson(5, 9));
        topic.OnMessage(TradeJson(5, 10));
        Assert.Equal([(5, 1, 2)], asked);
        Assert.Single(told);
        topic.OnReplayed([], new ExchangeError { Code = ExchangeErrorCode.SnapshotRequired, Message = "gone" });
        // The second hole is asked for in its turn; nothing behind it is told before it.
        Assert.Equal([(5, 1, 2), (5, 5, 3)], asked);
        topic.OnReplayed([TradeJson(5, 6), TradeJson(5, 7), TradeJson(5, 8)], null);
        topic.OnMessage(TradeJson(5, 10));
        topic.OnMessage(TradeJson(6, 1));
        Assert.Equal([1, 4, 5, 6, 7, 8, 9, 10, 1], told.OfType<TraderUpdate<Trade>>().Select(t => t.Seq));
        var gaps = told.OfType<TraderGap>().ToList();
        Assert.Equal([(2, 3, false, ExchangeErrorCode.SnapshotRequired), (6, 8, true, null)], gaps.Select(g => (g.FromSeq, g.ToSeq, g.IsHealed, g.Error?.Code)));
        await Task.CompletedTask;
    }

    [Fact]
    public void A_heartbeat_shows_that_the_last_update_was_lost()
    {
        var asked = new List<(long Epoch, long After, int Count)>();
        var told = new List<TraderEvent>();
        var topic = new TraderTopic<OrderUpdate>(
            new TopicName(TopicKind.Order, "binance"), UpdateReaders.Flattened, told.Add, (_, e, a, c) => asked.Add((e, a, c)), TimeProvider.System);
        topic.OnMessage(Beat(5, 3));
        topic.OnMessage(Beat(5, 3));
        Assert.Empty(asked);
        topic.OnMessage(Beat(5, 4));
        Assert.Equal([(5, 3, 1)], asked);
    }

    [Fact]
    public async Task Nobody_there_is_told_with_the_place()
    {
        var options = new TraderClientOptions { CommandEndpoint = "tcp://127.0.0.1:9", UpdateEndpoint = "tcp://127.0.0.1:9", CallTimeout = TimeSpan.FromMilliseconds(200) };
        var failure = await Assert.ThrowsAsync<TimeoutException>(() => TraderClient.ConnectAsync(options, cancellationToken: TestContext.Current.CancellationToken));
        Assert.Contains("tcp://127.0.0.1:9", failure.Message);
    }

    [Fact]
    public async Task A_command_without_an_answer_is_of_unknown_outcome()
    {
        await using var test = await GatewayUnderTest.Start();
        await using var trader = await test.ConnectTrader(heartbeat: TimeSpan.Zero);
        await test.Gateway.Sockets.StopAsync(TimeProvider.System);
        var result = await trader.Call<OrderAck>("oms.place_limit_order", timeout: TimeSpan.FromMilliseconds(100), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((ExchangeErrorCode.Timeout, CommandOutcome.Unknown, false), (result.Error!.Code, result.Error.Outcome, result.Error.Retryable));
        var query = await trader.Call<OrderAck>("oms.get_order", timeout: TimeSpan.FromMilliseconds(100), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((ExchangeErrorCode.Timeout, null, true), (query.Error!.Code, query.Error.Outcome, query.Error.Retryable));
    }

    private static byte[] TradeJson(long epoch, long seq)
    {
        var json = new ByteBuffer();
        UpdateEnvelope.Write(json, "{\"v\":1,\"epoch\":\""u8, epoch, seq, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, UpdateKind.Live);
        MarketJson.WriteTrade(json, Updates.Trade("binance", "X", seq));
        return json.AppendByte((byte)'}').Written.ToArray();
    }

    private static byte[] Beat(long epoch, long seq)
    {
        var json = new ByteBuffer();
        UpdateEnvelope.WriteHeartbeat(json, "{\"v\":1,\"epoch\":\""u8, epoch, seq, DateTimeOffset.UnixEpoch, isProducerLost: false);
        return json.Written.ToArray();
    }

    /// <summary>Everything from now on, in order.</summary>
    private static ChannelReader<TraderEvent> Record(TraderFeed trader)
    {
        var events = Channel.CreateUnbounded<TraderEvent>();
        trader.TradeReceived += e => events.Writer.TryWrite(e);
        trader.OrderBookReceived += e => events.Writer.TryWrite(e);
        trader.GapFound += e => events.Writer.TryWrite(e);
        trader.NoticeReceived += e => events.Writer.TryWrite(e);
        trader.SessionChanged += e => events.Writer.TryWrite(e);
        trader.StatusReceived += e => events.Writer.TryWrite(e);
        return events.Reader;
    }

    private static async Task<TraderEvent> Next(ChannelReader<TraderEvent> events, string awaited) => await events.ReadAsync().AsTask().Within(awaited);

    private static async Task<T> NextOf<T>(ChannelReader<TraderEvent> events, string awaited)
        where T : TraderEvent
    {
        while (true)
        {
            if (await Next(events, awaited) is T found)
                return found;
        }
    }
}
