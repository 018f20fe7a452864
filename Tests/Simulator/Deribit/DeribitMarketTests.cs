using System.Text.Json.Nodes;
using Xunit;

namespace Exchange.Tests.Simulator.Deribit;

public sealed class DeribitMarketTests : DeribitTest
{
    [Theory]
    [InlineData("raw", 0)]
    [InlineData("100ms", 100)]
    [InlineData("agg2", 1000)]
    public async Task Changes_chain_and_rebuild_the_book(string interval, int milliseconds)
    {
        var socket = await LogInAsync();
        var channel = $"book.{Perpetual}.{interval}";
        Assert.Equal([channel], Texts(await socket.CallAsync("public/subscribe", new { channels = new[] { channel } })));
        var book = new ChangedBook(await socket.DataAsync(channel));
        for (var i = 0; i < 20; i++)
        {
            Host.Step(60);
            Host.Advance(TimeSpan.FromMilliseconds(milliseconds));
            var end = Host.Book(Perpetual).LastUpdateId;
            while (book.ChangeId != end)
            {
                book.Apply(await socket.DataAsync(channel));
            }

            book.AssertIs(Host.Book(Perpetual));
        }
    }

    [Fact]
    public async Task A_second_subscriber_joins_without_a_gap()
    {
        var (first, second) = (await LogInAsync(), await LogInAsync("session:2"));
        const string Channel = $"book.{Perpetual}.100ms";
        await first.CallAsync("public/subscribe", new { channels = new[] { Channel } });
        var old = new ChangedBook(await first.DataAsync(Channel));
        Host.Step(100);
        await second.CallAsync("public/subscribe", new { channels = new[] { Channel } });
        var young = new ChangedBook(await second.DataAsync(Channel));
        Host.Step(100);
        Host.Advance(TimeSpan.FromMilliseconds(100));
        old.Apply(await first.DataAsync(Channel));
        old.Apply(await first.DataAsync(Channel));
        young.Apply(await second.DataAsync(Channel));
        old.AssertIs(Host.Book(Perpetual));
        young.AssertIs(Host.Book(Perpetual));

        // To subscribe again is acknowledged, and begins nothing; after an unsubscribe it does.
        Assert.Equal([Channel], Texts(await second.CallAsync("public/subscribe", new { channels = new[] { Channel } })));
        await second.AssertNothingCameAsync();
        Assert.Equal([Channel], Texts(await second.CallAsync("public/unsubscribe", new { channels = new[] { Channel, "quote.ETH-PERPETUAL" } })));
        await second.CallAsync("public/subscribe", new { channels = new[] { Channel } });
        Assert.Equal("snapshot", S(await second.DataAsync(Channel), "type"));
    }

    [Fact]
    public async Task Unknown_channels_are_left_out_and_raw_ones_want_a_login()
    {
        var socket = await ConnectAsync();
        string[] wanted = ["quote.BTC-PERPETUAL", "book.NOPE.100ms", "book.BTC-PERPETUAL.50ms", "book.BTC-PERPETUAL.none.50.100ms", "trades.future.BTC.100ms", "user.lock"];
        Assert.Equal(["trades.future.BTC.100ms", "quote.BTC-PERPETUAL"], Texts(await socket.CallAsync("public/subscribe", new { channels = wanted })));
        await socket.RefusedAsync(13778, "public/subscribe", new { channels = new[] { "book.BTC-PERPETUAL.raw" } });
        await socket.RefusedAsync(13009, "private/subscribe", new { channels = new[] { "user.lock" } });
    }

    [Fact]
    public async Task A_grouped_book_has_levels_of_two()
    {
        var socket = await ConnectAsync();
        const string Channel = "book.BTC-PERPETUAL.10.10.100ms";
        await socket.CallAsync("public/subscribe", new { channels = new[] { Channel } });
        var book = await socket.DataAsync(Channel);
        Assert.Null(book["type"]);
        Assert.Equal(2, book["bids"]![0]!.AsArray().Count);
        Assert.Equal(0m, book["bids"]![0]![0]!.GetValue<decimal>() % 5);
        Assert.True(book["bids"]![0]![0]!.GetValue<decimal>() < book["asks"]![0]![0]!.GetValue<decimal>());
    }

    [Fact]
    public async Task Trades_tickers_and_quotes_tell_what_happened()
    {
        var socket = await ConnectAsync();
        string[] channels = [$"trades.{Perpetual}.100ms", $"ticker.{Perpetual}.100ms", $"quote.{Perpetual}", "deribit_price_index.btc_usd", $"perpetual.{Perpetual}.100ms"];
        await socket.CallAsync("public/subscribe", new { channels });
        var ticker = await socket.DataAsync(channels[1]);
        Assert.Equal(Bid, D(ticker, "best_bid_price"));
        Assert.Equal(Bid, D(await socket.DataAsync(channels[2]), "best_bid_price"));
        Assert.True(D(await socket.DataAsync(channels[3]), "price") > 0);
        await socket.DataAsync(channels[4]);
        Trading.SetLast(Perpetual, 61_111);
        Host.Advance(TimeSpan.FromMilliseconds(100));
        JsonNode? trade = null;
        while (trade is null)
        {
            var message = await socket.NextAsync("the trade");
            trade = S(message["params"], "channel") == channels[0] ? message["params"]!["data"]![0] : null;
        }

        Assert.Equal(61_111m, D(trade, "price"));
        var (status, body) = await GetAsync($"public/get_last_trades_by_instrument?instrument_name={Perpetual}&count=1", anonymous: true);
        Assert.Equal(200, status);
        Assert.Equal(S(trade, "trade_id"), S(body["result"]!["trades"]![0], "trade_id"));
    }

    [Fact]
    public async Task Instruments_have_their_rules()
    {
        var all = (await GetAsync("public/get_instruments", anonymous: true)).Body["result"]!.AsArray();
        Assert.Equal(["reversed", "linear"], all.Select(instrument => S(instrument, "instrument_type")).Distinct());
        Assert.Equal(["future", "option"], all.Select(instrument => S(instrument, "kind")).Distinct());
        var options = (await GetAsync("public/get_instruments?currency=BTC&kind=option", anonymous: true)).Body["result"]!.AsArray();
        Assert.All(options, option => Assert.Equal(0.0005m, D(option!["tick_size_steps"]![0], "tick_size")));
        Assert.Equal(0.005m, D(options[0]!["tick_size_steps"]![0], "above_price"));
    }

    [Fact]
    public async Task A_state_is_told_and_holds()
    {
        var socket = await LogInAsync();
        await socket.CallAsync("private/buy", Limit("a", Bid - 10));
        await socket.CallAsync("public/subscribe", new { channels = new[] { "instrument.state.any.any" } });
        Trading.SetState(Perpetual, "locked");
        Assert.Equal("locked", S(await socket.DataAsync("instrument.state.any.any"), "state"));
        await socket.RefusedAsync(10019, "private/buy", Limit("b", Bid - 10));
        Assert.Equal(1, (await socket.CallAsync("private/cancel_all")).GetValue<int>());
        Trading.SetState(Perpetual, "settlement");
        await socket.RefusedAsync(10041, "private/buy", Limit("c", Bid - 10));
    }

    [Fact]
    public async Task User_channels_differ_by_interval()
    {
        var socket = await WatchAsync($"user.orders.{Perpetual}.raw", "user.orders.future.BTC.100ms", "user.trades.any.any.raw", "user.portfolio.btc");
        await socket.CallAsync("private/buy", Limit("a", Bid - 10, 20));
        Assert.Equal("a", S(await socket.DataAsync($"user.orders.{Perpetual}.raw"), "label"));
        Trading.Fill("a");
        Assert.Equal("filled", S(await socket.DataAsync($"user.orders.{Perpetual}.raw"), "order_state"));
        Assert.Equal("a", S((await socket.DataAsync("user.trades.any.any.raw"))[0], "label"));
        Assert.Equal("BTC", S(await socket.DataAsync("user.portfolio.btc"), "currency"));
        Host.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(["open", "filled"], (await socket.DataAsync("user.orders.future.BTC.100ms")).AsArray().Select(order => S(order, "order_state")));
    }

    [Theory]
    [InlineData("12", "12.0")]
    [InlineData("0.0005", "0.0005")]
    [InlineData("0.00000016", "1.6e-7")]
    [InlineData("61204.5", "61204.5")]
    [InlineData("-0.00009", "-9.0e-5")]
    [InlineData("900000", "9.0e5")]
    [InlineData("12000", "12000.0")]
    [InlineData("0", "0.0")]
    [InlineData("100.10", "100.1")]
    public void Numbers_look_like_the_venues(string value, string text)
    {
        Span<byte> written = stackalloc byte[64];
        var length = Exchange.Simulator.Deribit.DeribitNumbers.Format(Price(value), written);
        Assert.Equal(text, System.Text.Encoding.ASCII.GetString(written[..length]));
    }
}
