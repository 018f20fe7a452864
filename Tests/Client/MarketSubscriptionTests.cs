using System.Text.Json;
using Exchange.Grains.Interfaces;
using Exchange.Tests.Support;
using Xunit;

namespace Exchange.Tests.Client;

/// <summary>What a trader on bare sockets gets when it subscribes, and what the connection is asked for.</summary>
public sealed class MarketSubscriptionTests
{
    private const string Book = "book.binance.BTCUSDT";
    private const string BookParams = """{"exchange":"binance","symbol":"BTCUSDT","top_n":5,"frequency_ms":0}""";
    private const string SymbolParams = """{"exchange":"binance","symbol":"BTCUSDT"}""";

    [Fact]
    public async Task Books_and_trades_reach_a_subscriber_in_order_with_their_place()
    {
        await using var test = await GatewayUnderTest.Start();
        using var trader = test.ConnectRaw();
        trader.Subscribe(Book);
        trader.Subscribe("trade.binance.BTCUSDT");
        var result = trader.Result("market.subscribe_order_book", BookParams);
        Assert.Equal(Book, result.GetProperty("topic").GetString());
        Assert.Equal(5, result.GetProperty("top_n").GetInt32());
        Assert.Equal(0, result.GetProperty("frequency_ms").GetInt32());
        Assert.Equal("trade.binance.BTCUSDT", trader.Result("market.subscribe_trades", SymbolParams).GetProperty("topic").GetString());

        for (var n = 1; n <= 20; n++)
        {
            test.Connector.PublishBook("BTCUSDT", n);
            test.Connector.PublishTrade("BTCUSDT", n);
        }

        for (var n = 1; n <= 20; n++)
        {
            var book = trader.NextUpdate(Book, $"book {n}", IsLive);
            Assert.Equal(n, book.GetProperty("seq").GetInt64());
        }

        var last = trader.Result("market.get_order_book", SymbolParams);
        Assert.Equal("9007199254741013", last.GetProperty("last_update_id").GetString());
        Assert.Equal("synced", last.GetProperty("state").GetString());
    }

    [Fact]
    public async Task An_update_says_all_that_the_protocol_promises()
    {
        await using var test = await GatewayUnderTest.Start();
        using var trader = test.ConnectRaw();
        trader.Subscribe("");
        foreach (var what in new[] { "trades", "top_of_book", "mark_price" })
            trader.Result($"market.subscribe_{what}", SymbolParams);
        trader.Result("market.subscribe_order_book", BookParams);
        test.Connector.PublishBook("BTCUSDT", 1);
        test.Connector.PublishTrade("BTCUSDT", 1);
        test.Connector.PublishQuote("BTCUSDT", 1);
        test.Connector.PublishMark("BTCUSDT", 1);

        var seen = new Dictionary<string, JsonElement>();
        while (seen.Count < 4)
        {
            var (topic, update) = trader.NextUpdate("a book, a trade, a quote and a mark");
            if (topic.EndsWith("BTCUSDT", StringComparison.Ordinal))
                seen[topic] = update;
        }

        var book = seen[Book];
        Assert.Equal(1, book.GetProperty("v").GetInt32());
        Assert.Equal("binance", book.GetProperty("exchange").GetString());
        Assert.Equal("BTCUSDT", book.GetProperty("symbol").GetString());
        Assert.True(long.Parse(book.GetProperty("epoch").GetString()!, System.Globalization.CultureInfo.InvariantCulture) > 0);
        Assert.Equal("2026-11-22T10:00:00.001000Z", book.GetProperty("venue_time").GetString());
        Assert.Equal("2026-11-22T10:00:00.124456Z", book.GetProperty("received_time").GetString());
        Assert.True(book.GetProperty("gateway_time").GetDateTimeOffset() >= book.GetProperty("time").GetDateTimeOffset());
        Assert.Equal("""[["59999.10","1.500"],["59998.0","0.001"]]""", book.GetProperty("bids").GetRawText());
        Assert.Equal("9007199254740994", book.GetProperty("last_update_id").GetString());
        Assert.Equal(1, book.GetProperty("conflated").GetInt32());

        var trade = seen["trade.binance.BTCUSDT"];
        Assert.Equal("60001.1", trade.GetProperty("price").GetString());
        Assert.Equal("0.00000001", trade.GetProperty("quantity").GetString());
        Assert.Equal("sell", trade.GetProperty("aggressor_side").GetString());
        Assert.Equal("t1", trade.GetProperty("trade_id").GetString());

        Assert.Equal("""["11","1"]""", seen["quote.binance.BTCUSDT"].GetProperty("bid").GetRawText());
        Assert.False(seen["quote.binance.BTCUSDT"].TryGetProperty("ask", out _));
        Assert.Equal("-0.0001", seen["mark.binance.BTCUSDT"].GetProperty("funding_rate").GetString());
    }

    [Fact]
    public async Task Every_new_subscriber_is_sent_the_state_at_once_the_second_too()
    {
        await using var test = await GatewayUnderTest.Start();
        using var first = test.ConnectRaw();
        first.Subscribe(Book);
        first.Result("market.subscribe_order_book", BookParams);
        test.Connector.PublishBook("BTCUSDT", 1);
        test.Connector.PublishBook("BTCUSDT", 2);
        first.NextUpdate(Book, "the second book", u => u.GetProperty("seq").GetInt64() == 2);

        using var second = test.ConnectRaw();
        second.Subscribe(Book);
        var (topic, snapshot) = second.NextUpdate("the snapshot of the second subscriber");
        Assert.Equal(Book, topic);
        Assert.True(snapshot.GetProperty("snapshot").GetBoolean());
        Assert.Equal(2, snapshot.GetProperty("seq").GetInt64());
        Assert.Equal("synced", snapshot.GetProperty("state").GetString());

        using var third = test.ConnectRaw();
        third.Subscribe("book.");
        Assert.True(third.NextUpdate(Book, "the snapshot by a prefix").GetProperty("snapshot").GetBoolean());
        third.Subscribe("status.");
        Assert.Equal("ready", third.NextUpdate("status.binance.market", "the status", IsSnapshot).GetProperty("state").GetString());
    }

    [Fact]
    public async Task The_topic_alone_does_not_subscribe_and_shows_nothing()
    {
        await using var test = await GatewayUnderTest.Start();
        using var trader = test.ConnectRaw();
        trader.Subscribe(Book);
        using var other = test.ConnectRaw();
        other.Result("market.subscribe_trades", SymbolParams);
        Assert.StartsWith("trades BTCUSDT by gateway-", await test.Connector.NextAsked());
        test.Connector.PublishBook("BTCUSDT", 1);
        other.Result("market.subscribe_order_book", BookParams);
        // The gateway had no ear for the first one; it comes now, as the state.
        Assert.True(trader.NextUpdate(Book, "the snapshot after the subscription").GetProperty("snapshot").GetBoolean());
        Assert.StartsWith("book BTCUSDT 5/0 by gateway-", await test.Connector.NextAsked());
    }

    [Fact]
    public async Task Sessions_are_merged_to_the_deepest_and_fastest_and_given_back_by_the_last()
    {
        await using var test = await GatewayUnderTest.Start();
        using var slow = test.ConnectRaw();
        using var fast = test.ConnectRaw();
        var by = "by " + slow.Result("session.ping").GetProperty("gateway").GetString();
        slow.Result("market.subscribe_order_book", """{"exchange":"binance","symbol":"BTCUSDT","top_n":50,"frequency_ms":500}""");
        Assert.Equal($"book BTCUSDT 50/500 {by}", await test.Connector.NextAsked());
        fast.Result("market.subscribe_order_book", BookParams);
        Assert.Equal($"book BTCUSDT 50/0 {by}", await test.Connector.NextAsked());
        slow.Result("market.unsubscribe_order_book", SymbolParams);
        Assert.Equal($"book BTCUSDT 5/0 {by}", await test.Connector.NextAsked());
        slow.Result("market.unsubscribe_order_book", SymbolParams);
        fast.Result("session.goodbye");
        Assert.Equal($"no book BTCUSDT {by}", await test.Connector.NextAsked());
        Assert.Equal(0, slow.Result("session.status").GetProperty("market_subscriptions").GetInt32());
    }

    [Fact]
    public async Task A_refused_subscription_leaves_nothing_behind()
    {
        await using var test = await GatewayUnderTest.Start();
        test.Venue.Refuse = static (_, symbol) => symbol == "NOPE"
            ? new ExchangeError { Code = ExchangeErrorCode.UnknownSymbol, Message = "symbol: 'NOPE' is not listed", Field = "symbol" } : null;
        using var trader = test.ConnectRaw();
        var error = trader.Error("market.subscribe_trades", """{"exchange":"binance","symbol":"NOPE"}""");
        Assert.Equal("unknown_symbol", error.GetProperty("code").GetString());
        var status = trader.Result("session.status");
        Assert.Equal(0, status.GetProperty("market_subscriptions").GetInt32());
        Assert.DoesNotContain(status.GetProperty("topics").EnumerateArray(), t => t.GetProperty("topic").GetString() == "trade.binance.NOPE");
    }

    [Fact]
    public async Task A_session_that_heartbeats_and_falls_silent_gives_its_subscriptions_back()
    {
        var clock = new ManualTimeProvider();
        await using var test = await GatewayUnderTest.Start(time: clock);
        using var beating = test.ConnectRaw();
        using var silent = test.ConnectRaw();
        beating.Result("session.heartbeat");
        beating.Result("market.subscribe_trades", SymbolParams);
        await test.Connector.NextAsked();
        silent.Result("market.subscribe_trades", """{"exchange":"binance","symbol":"ETHUSDT"}""");
        await test.Connector.NextAsked();

        // Below the renewal of subscriptions, which would be asked for as well.
        await clock.WhenArmed(due => due <= TimeSpan.FromSeconds(1)).Within("the beat's timer");
        clock.Advance(TimeSpan.FromSeconds(14.5));
        Assert.Equal(2, silent.Result("session.status").GetProperty("market_subscriptions").GetInt32());
        clock.Advance(TimeSpan.FromSeconds(1.5));
        var asked = new List<string> { await test.Connector.NextAsked() };
        while (!asked[^1].StartsWith("no ", StringComparison.Ordinal))
            asked.Add(await test.Connector.NextAsked());
        Assert.StartsWith("no trades BTCUSDT by ", asked[^1]);
        Assert.Equal(1, silent.Result("session.status").GetProperty("market_subscriptions").GetInt32());
    }

    [Fact]
    public async Task Subscriptions_are_renewed_before_they_lapse()
    {
        var clock = new ManualTimeProvider();
        await using var test = await GatewayUnderTest.Start(time: clock);
        using var trader = test.ConnectRaw();
        trader.Result("market.subscribe_order_book", BookParams);
        var asked = await test.Connector.NextAsked();
        for (var i = 0; i < 3; i++)
        {
            await clock.WhenArmed(static due => due > TimeSpan.FromSeconds(10) && due <= TimeSpan.FromSeconds(15)).Within("the renewal's timer");
            clock.Advance(TimeSpan.FromSeconds(15));
            Assert.Equal(asked, await test.Connector.NextAsked());
        }
    }

    [Fact]
    public async Task Status_repeats_its_place_once_a_second()
    {
        var clock = new ManualTimeProvider();
        await using var test = await GatewayUnderTest.Start(time: clock);
        using var trader = test.ConnectRaw();
        trader.Subscribe("status.binance.market");
        var snapshot = trader.NextUpdate("status.binance.market", "the snapshot", IsSnapshot);
        await clock.WhenArmed(static due => due <= TimeSpan.FromSeconds(1)).Within("the beat's timer");
        clock.Advance(TimeSpan.FromSeconds(1));
        var beat = trader.NextUpdate("status.binance.market", "the heartbeat", static u => u.TryGetProperty("heartbeat", out _));
        Assert.Equal(snapshot.GetProperty("epoch").GetString(), beat.GetProperty("epoch").GetString());
        Assert.Equal(snapshot.GetProperty("seq").GetInt64(), beat.GetProperty("seq").GetInt64());
        Assert.Equal("live", beat.GetProperty("producer").GetString());
    }

    [Fact]
    public async Task A_hello_says_what_there_is()
    {
        await using var test = await GatewayUnderTest.Start();
        using var trader = test.ConnectRaw();
        var hello = trader.Result("session.hello", """{"client":"test","protocol":1}""");
        Assert.Equal(1, hello.GetProperty("protocol").GetInt32());
        Assert.Equal(test.Gateway.UpdateEndpoint, hello.GetProperty("endpoints").GetProperty("updates").GetString());
        Assert.Equal("binance", Assert.Single(hello.GetProperty("exchanges").EnumerateArray()).GetString());
        Assert.Equal("market/binance", hello.GetProperty("connections")[0].GetProperty("connection").GetString());
        Assert.Contains(hello.GetProperty("methods").EnumerateArray(), m => m.GetString() == "events.replay");
        var capabilities = trader.Result("market.get_capabilities", """{"exchange":"binance"}""");
        Assert.Equal("trailing_stop", capabilities.GetProperty("order_types")[1].GetString());
        Assert.Equal(2_592_000_000, capabilities.GetProperty("good_till_cancelled_limit_ms").GetInt64());
        Assert.Equal("market/binance", trader.Result("market.get_status", """{"exchange":"binance"}""").GetProperty("connection").GetString());
    }

    private static bool IsLive(JsonElement update) => !update.TryGetProperty("snapshot", out _) && !update.TryGetProperty("heartbeat", out _);

    private static bool IsSnapshot(JsonElement update) => update.TryGetProperty("snapshot", out _);
}
