using System.Globalization;
using System.Text.Json;
using Exchange.Grains.Interfaces;
using Exchange.Tests.Support;
using Orleans.Streams;
using Xunit;

namespace Exchange.Tests.Client;

/// <summary>What is lost on the way is seen, told and, where it can be, healed; one trader's trouble is not another's.</summary>
public sealed class UpdateLossTests
{
    private const string Book = "book.binance.BTCUSDT";
    private const string Trades = "trade.binance.BTCUSDT";
    private const string SymbolParams = """{"exchange":"binance","symbol":"BTCUSDT"}""";

    [Fact]
    public async Task A_killed_producer_is_told_its_book_goes_stale_and_comes_back_under_a_new_epoch()
    {
        await using var test = await GatewayUnderTest.Start(silos: 2);
        using var trader = test.ConnectRaw();
        trader.Subscribe(Book);
        trader.Subscribe("status.binance.market");
        trader.Result("market.subscribe_order_book", SymbolParams);
        test.Connector.PublishBook("BTCUSDT", 1);
        var before = trader.NextUpdate(Book, "the first book");
        await test.Connector.NextAsked();

        await test.KillHome();
        // Two streams: which of them notices first is open.
        JsonElement stale = default, status = default;
        while (stale.ValueKind == JsonValueKind.Undefined || status.ValueKind == JsonValueKind.Undefined)
        {
            var (topic, update) = trader.NextUpdate("that the book is stale and the connection gone");
            if (topic == Book)
                stale = update;
            else if (update.TryGetProperty("state", out var state) && state.GetString() == "waiting")
                status = update;
        }

        Assert.Equal("stale", stale.GetProperty("state").GetString());
        Assert.True(stale.GetProperty("snapshot").GetBoolean());
        Assert.Equal(before.GetProperty("epoch").GetString(), stale.GetProperty("epoch").GetString());
        Assert.Equal(before.GetProperty("bids").GetRawText(), stale.GetProperty("bids").GetRawText());
        Assert.Contains("does not answer", stale.GetProperty("reason").GetString());
        Assert.Contains("does not answer", status.GetProperty("reason").GetString());

        // The gateway asks the standby for what its traders want, of itself.
        var standby = await test.NextConnector();
        Assert.StartsWith("book BTCUSDT 20/100 by gateway-", await standby.NextAsked());
        standby.PublishBook("BTCUSDT", 50);
        var after = trader.NextUpdate(Book, "the book of the standby", static u => u.GetProperty("state").GetString() == "synced");
        Assert.True(Epoch(after) > Epoch(before));
        Assert.Equal("9007199254741043", after.GetProperty("last_update_id").GetString());
    }

    [Fact]
    public async Task Without_a_standby_callers_are_told_and_no_book_is_shown_as_live()
    {
        await using var test = await GatewayUnderTest.Start();
        using var trader = test.ConnectRaw();
        trader.Subscribe(Book);
        trader.Result("market.subscribe_order_book", SymbolParams);
        test.Connector.PublishBook("BTCUSDT", 1);
        trader.NextUpdate(Book, "the first book");
        await test.KillHome();
        trader.NextUpdate(Book, "the stale book", static u => u.GetProperty("state").GetString() == "stale");
        var code = trader.Error("market.get_order_book", SymbolParams).GetProperty("code").GetString();
        Assert.Contains(code, new[] { "connection_not_declared", "connection_unavailable" });
        using var late = test.ConnectRaw();
        late.Subscribe(Book);
        Assert.Equal("stale", late.NextUpdate(Book, "the snapshot of a late subscriber").GetProperty("state").GetString());
    }

    [Fact]
    public async Task A_subscriber_that_never_reads_does_not_disturb_another()
    {
        const int Total = 20_000;
        const int Chunk = 500;
        await using var test = await GatewayUnderTest.Start(o => o.SubscriberHighWatermark = 1_000);
        using var fast = test.ConnectRaw();
        using var stuck = test.ConnectRaw(receiveHighWatermark: 1);
        fast.Subscribe(Trades);
        fast.Subscribe("status.binance.market");
        stuck.Subscribe(Trades);
        stuck.Subscribe("status.binance.market");
        fast.NextUpdate("status.binance.market", "that the fast one is connected");
        stuck.NextUpdate("status.binance.market", "that the stuck one is connected");
        fast.Result("market.subscribe_trades", SymbolParams);

        for (var n = 1; n <= Total; n++)
        {
            test.Connector.PublishTrade("BTCUSDT", n);
            if (n % Chunk != 0)
                continue;
            // The fast one keeps up, so whatever it misses it misses because of the other.
            for (var expected = n - Chunk + 1; expected <= n; expected++)
                Assert.Equal(expected, fast.NextUpdate(Trades, $"trade {expected}").GetProperty("seq").GetInt64());
        }

        // The stuck one sees by the numbers that it was left out.
        long last = 0, missing = 0;
        while (stuck.Updates.HasIn)
        {
            var (topic, update) = stuck.NextUpdate("what is left for the stuck one");
            if (topic != Trades)
                continue;
            missing += update.GetProperty("seq").GetInt64() - last - 1;
            last = update.GetProperty("seq").GetInt64();
        }

        Assert.True(missing > 0 || last < Total, "the stuck subscriber got everything: it was not stuck");
    }

    [Fact]
    public async Task What_the_full_queue_drops_is_told_and_can_be_asked_for()
    {
        await using var test = await GatewayUnderTest.Start(o =>
        {
            o.UpdateQueueLimit = 10;
            o.BookQueueLimit = 2;
        });
        using var trader = test.ConnectRaw();
        trader.Subscribe("");
        trader.NextUpdate("status.binance.market", "that the trader is connected");
        trader.Result("market.subscribe_trades", SymbolParams);
        trader.Result("market.subscribe_order_book", SymbolParams);
        test.Connector.PublishTrade("BTCUSDT", 1);
        var first = trader.NextUpdate(Trades, "the first trade");

        // The socket's thread stands still, as under a load that it cannot carry.
        using var release = new ManualResetEventSlim();
        var stalled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var stall = test.Gateway.Sockets.InvokeAsync(() =>
        {
            stalled.SetResult();
            release.Wait();
        });
        await stalled.Task.Within("the socket's thread standing still");
        // Handed to the gateway by the test as well, so that it has them all once this is done; what comes twice is left out.
        var (trades, books) = (Observer<Trade>(Trades), Observer<OrderBook>(Book));
        for (var n = 2; n <= 41; n++)
        {
            test.Connector.PublishTrade("BTCUSDT", n);
            await trades.OnNextAsync(Update(n, Updates.Trade("binance", "BTCUSDT", n)));
        }

        for (var n = 1; n <= 30; n++)
        {
            test.Connector.PublishBook("BTCUSDT", n);
            await books.OnNextAsync(Update(n, Updates.Book("binance", "BTCUSDT", n)));
        }

        release.Set();
        await stall.Within("the socket's thread going on");

        var epoch = "";
        var seqs = new List<long>();
        JsonElement? notice = null;
        JsonElement? book = null;
        while (notice is null || book is not { } b || b.GetProperty("seq").GetInt64() < 30)
        {
            var (topic, update) = trader.NextUpdate("trades, the notice and the newest book");
            if (topic == Trades)
            {
                seqs.Add(update.GetProperty("seq").GetInt64());
                epoch = update.GetProperty("epoch").GetString()!;
            }
            else if (topic == "notice.gateway")
            {
                notice = update;
            }
            else if (topic == Book)
            {
                book = update;
            }
        }

        // The newest book is there, and says how many it stands for; trades have a hole that is told to the number.
        Assert.True(book!.Value.GetProperty("missed").GetInt64() > 0);
        var told = notice!.Value;
        Assert.Equal("dropped", told.GetProperty("kind").GetString());
        Assert.Equal(Trades, told.GetProperty("topic").GetString());
        Assert.Equal(epoch, told.GetProperty("topic_epoch").GetString());
        var (from, to) = (told.GetProperty("from_seq").GetInt64(), told.GetProperty("to_seq").GetInt64());
        Assert.Equal(seqs[^1] + 1, from);
        Assert.Equal(41, to);
        Assert.Equal(to - from + 1, told.GetProperty("count").GetInt64());

        var replay = trader.Result("events.replay", $$"""{"topic":"{{Trades}}","epoch":"{{epoch}}","after_seq":{{from - 1}},"limit":1000}""");
        Assert.Equal(
            Enumerable.Range((int)from, (int)(to - from + 1)).Select(n => $"t{n}"),
            replay.GetProperty("updates").EnumerateArray().Select(u => u.GetProperty("trade_id").GetString()));
        Assert.All(replay.GetProperty("updates").EnumerateArray(), static u => Assert.True(u.GetProperty("replayed").GetBoolean()));
        Assert.True(trader.Result("session.status").GetProperty("updates").GetProperty("dropped").GetInt64() >= to - from + 1);

        IAsyncObserver<StreamUpdate<T>> Observer<T>(string topic) =>
            (IAsyncObserver<StreamUpdate<T>>)test.Gateway.Feeds.All.Single(f => f.Lane.Name == topic);

        StreamUpdate<T> Update<T>(long seq, T data) =>
            new() { Epoch = Epoch(first), Seq = seq, Time = DateTimeOffset.UnixEpoch, Data = data };
    }

    [Fact]
    public async Task A_replay_says_when_only_a_snapshot_helps()
    {
        await using var test = await GatewayUnderTest.Start();
        using var trader = test.ConnectRaw();
        trader.Subscribe(Trades);
        trader.Result("market.subscribe_trades", SymbolParams);
        test.Connector.PublishTrade("BTCUSDT", 1);
        var epoch = Epoch(trader.NextUpdate(Trades, "the first trade"));
        Assert.Equal("snapshot_required", Replay(epoch - 1, 0).GetProperty("error").GetProperty("code").GetString());

        // More than the ring keeps.
        for (var n = 2; n <= 3_000; n++)
            test.Connector.PublishTrade("BTCUSDT", n);
        trader.NextUpdate(Trades, "the last trade", static u => u.GetProperty("seq").GetInt64() == 3_000);
        Assert.Equal("snapshot_required", Replay(epoch, 1).GetProperty("error").GetProperty("code").GetString());

        var end = Replay(epoch, 2_990).GetProperty("result");
        Assert.Equal(10, end.GetProperty("updates").GetArrayLength());
        Assert.Equal(3_000, end.GetProperty("last_seq").GetInt64());
        Assert.Equal(3_000, end.GetProperty("up_to_seq").GetInt64());
        Assert.Equal(0, Replay(epoch, 3_000).GetProperty("result").GetProperty("updates").GetArrayLength());

        JsonElement Replay(long of, long after) =>
            trader.Call("events.replay", $$"""{"topic":"{{Trades}}","epoch":"{{of}}","after_seq":{{after}}}""");
    }

    [Fact]
    public async Task A_command_that_hangs_times_out_and_holds_nobody_up()
    {
        var clock = new ManualTimeProvider();
        await using var test = await GatewayUnderTest.Start(time: clock);
        var venue = new TaskCompletionSource();
        test.Connector.Answers = venue.Task;
        using var trader = test.ConnectRaw();
        trader.Send("""{"v":1,"id":"hangs","method":"market.get_instruments","params":{"exchange":"binance"}}""");
        // Another command of the same session overtakes it.
        trader.Result("market.get_capabilities", """{"exchange":"binance"}""");
        await clock.WhenArmed(static due => due > TimeSpan.FromSeconds(5) && due <= TimeSpan.FromSeconds(10)).Within("the command's time-out");
        clock.Advance(TimeSpan.FromSeconds(10));
        var reply = trader.Receive("the time-out of the command that hangs");
        Assert.Equal("hangs", reply.GetProperty("id").GetString());
        Assert.Equal("timeout", reply.GetProperty("error").GetProperty("code").GetString());
        Assert.True(reply.GetProperty("error").GetProperty("retryable").GetBoolean());
        venue.SetResult();
    }

    [Fact]
    public async Task Too_many_commands_at_once_are_refused_and_not_lost()
    {
        await using var test = await GatewayUnderTest.Start(o => o.MaxCommandsPerSession = 2);
        var venue = new TaskCompletionSource();
        test.Connector.Answers = venue.Task;
        using var trader = test.ConnectRaw();
        for (var i = 1; i <= 3; i++)
            trader.Send($$"""{"v":1,"id":{{i}},"method":"market.get_instruments","params":{"exchange":"binance"} }""");
        var refused = trader.Receive("the refusal of the third");
        Assert.Equal(3, refused.GetProperty("id").GetInt32());
        Assert.Equal("overloaded", refused.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal("rejected", refused.GetProperty("error").GetProperty("outcome").GetString());
        venue.SetResult();
        var answered = new[] { trader.Receive("the first answer"), trader.Receive("the second answer") };
        Assert.Equal([1, 2], answered.Select(a => a.GetProperty("id").GetInt32()).Order());
        Assert.All(answered, static a => Assert.True(a.TryGetProperty("result", out _)));
    }

    private static long Epoch(JsonElement update) => long.Parse(update.GetProperty("epoch").GetString()!, CultureInfo.InvariantCulture);
}
