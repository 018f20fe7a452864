#pragma warning disable xUnit1051 // every wait here has a limit of its own, which says what was awaited
using Exchange.Exchanges.Binance;
using Exchange.Grains.Interfaces;
using Exchange.Tests.Support;
using Xunit;
using static Exchange.Tests.Exchanges.Binance.FakeBinance;

namespace Exchange.Tests.Exchanges.Binance;

/// <summary>What goes wrong with streams and control messages (venue sheet, section 11).</summary>
public sealed class BinanceSubscriberFaultTests : IAsyncLifetime
{
    private const string Partial = "btcusdt@depth20@100ms";
    private const string Picture = """["100","1"]""";
    private const string OtherSide = """["101","1"]""";

    private static readonly TimeSpan _silence = TimeSpan.FromSeconds(6);

    private readonly ManualTimeProvider _time = new();
    private readonly RecordingSink _sink = new();
    private FakeBinance _venue = null!;
    private BinanceSubscriber _connector = null!;

    public async ValueTask InitializeAsync()
    {
        _venue = await FakeBinance.StartAsync();
        var options = _venue.Options();
        options.BookSource = "partial"; // so that every picture is published, whatever the interval
        options.SubscribeWaitMs = 7_000; // apart from the time-out of a request, 5 s
        _connector = new BinanceSubscriber(options, _sink, _time, random: () => 0.9);
        (await Awaiting.Within(_connector.Connect(), "the connection")).OrThrow();
    }

    public async ValueTask DisposeAsync()
    {
        await _connector.DisposeAsync();
        await _venue.DisposeAsync();
    }

    /// <summary>T01: acknowledged, and then nothing, for ever.</summary>
    [Fact]
    public async Task A_stream_that_is_acknowledged_and_stays_silent_is_noticed()
    {
        await Subscribed();
        await _venue.Socket("public");
        _time.Advance(_silence);
        var stale = await _sink.Books.First(b => b.State == BookState.Stale, "a stale book");
        Assert.Contains("no message", stale.Reason, StringComparison.Ordinal);
        await _sink.Statuses.First(s => s.State == ConnectionState.Stale, "a stale connection");
        await NextAttempt();
        await (await _venue.Socket("public", 2)).Saw("SUBSCRIBE", Partial);
    }

    /// <summary>Scenario 17: one stream goes silent while the socket and other streams are well.</summary>
    [Fact]
    public async Task A_stream_that_goes_silent_while_the_market_moves_is_stale_and_connected_again()
    {
        var (socket, book) = await Live();
        _venue.Depth = (_, _) => Snapshot(50, """["99","1"]""", OtherSide);
        _time.Advance(_silence);
        var stale = await _sink.Books.First(b => b.State == BookState.Stale, "a stale book");
        Assert.Equal(book.Bids, stale.Bids);
        Assert.Equal(book.ReceivedTime, stale.ReceivedTime);
        Assert.True(_time.GetUtcNow() - stale.ReceivedTime >= TimeSpan.FromSeconds(5));
        await Awaiting.Within(socket.Closed, "the socket's end");
        await NextAttempt();
        var again = await _venue.Socket("public", 2);
        await again.Saw("SUBSCRIBE", Partial);
        await again.Send(DepthFrame(Partial, 51, 52, 50, """["99","1"]""", OtherSide));
        await _sink.Books.First(b => b.LastUpdateId == 52 && b.State == BookState.Synced, "a synced book");
    }

    [Fact]
    public async Task A_quiet_market_is_told_from_a_dead_stream()
    {
        var (socket, _) = await Live();
        _venue.Depth = (_, _) => Snapshot(50, Picture, OtherSide);
        _time.Advance(_silence);
        await _sink.Books.First(b => b.State == BookState.Stale, "a stale book");
        var at = _sink.Books.All.ToList().FindIndex(b => b.State == BookState.Stale);
        await _sink.Books.Next(at, b => b.State == BookState.Synced, "the book to be live again");
        Assert.False(socket.Closed.IsCompleted);
        Assert.Contains("/fapi/v1/depth?symbol=BTCUSDT&limit=5", _venue.Requests.All);
        Assert.DoesNotContain(_sink.Statuses.All, s => s.State == ConnectionState.Stale);
    }

    /// <summary>Nobody need trade; but if the venue's own list of trades goes on, the stream is dead.</summary>
    [Fact]
    public async Task Trades_that_happen_elsewhere_prove_a_silent_stream_dead()
    {
        (await Awaiting.Within(_connector.SubscribeTrades("BTCUSDT"), "the subscription")).OrThrow();
        var socket = await _venue.Socket("market");
        await socket.Send(TradeFrame("btcusdt@aggTrade", 10));
        await _sink.Trades.First(_ => true, "a trade");
        _venue.AggTrades = (_, limit) => $"[{string.Join(",", Enumerable.Range(11, limit).Select(i => TradeBody(i)))}]";
        _time.Advance(TimeSpan.FromSeconds(61));
        await _sink.Statuses.First(s => s.State == ConnectionState.Stale, "a stale connection");
        await NextAttempt();
        var again = await _venue.Socket("market", 2);
        await again.Saw("SUBSCRIBE", "btcusdt@aggTrade");
        await again.Send(TradeFrame("btcusdt@aggTrade", 13));
        await _sink.Trades.First(t => t.TradeId == "13", "the trade after the pause");
        Assert.Equal(["10", "11", "12", "13"], _sink.Trades.All.Select(t => t.TradeId));
    }

    [Fact]
    public async Task Nobody_need_trade()
    {
        (await Awaiting.Within(_connector.SubscribeTrades("BTCUSDT"), "the subscription")).OrThrow();
        var socket = await _venue.Socket("market");
        await socket.Send(TradeFrame("btcusdt@aggTrade", 10));
        await _sink.Trades.First(_ => true, "a trade");
        _venue.AggTrades = (_, _) => $"[{TradeBody(10)}]";
        _time.Advance(TimeSpan.FromSeconds(61));
        await _venue.Requests.First(r => r == "/fapi/v1/aggTrades?symbol=BTCUSDT&limit=1", "a question");
        await socket.Send(TradeFrame("btcusdt@aggTrade", 11));
        await _sink.Trades.First(t => t.TradeId == "11", "the next trade");
        Assert.DoesNotContain(_sink.Statuses.All, s => s.State == ConnectionState.Stale);
        Assert.Single(_venue.Sockets);
    }

    [Fact]
    public async Task A_swallowed_acknowledgement_is_looked_up()
    {
        var swallowed = 0;
        _venue.OnControl = (_, method) => method == "SUBSCRIBE" && swallowed++ == 0 ? Fate.DoneUnacknowledged : Fate.Normal;
        var subscribing = Subscribed();
        var socket = await _venue.Socket("public");
        await socket.Saw("SUBSCRIBE", Partial);
        await RequestTimesOut();
        await socket.Saw("LIST_SUBSCRIPTIONS");
        await subscribing;
        Assert.Single(socket.Control.All, c => c.StartsWith("SUBSCRIBE", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_swallowed_request_is_made_again()
    {
        var swallowed = 0;
        _venue.OnControl = (_, method) => method == "SUBSCRIBE" && swallowed++ == 0 ? Fate.Ignored : Fate.Normal;
        var subscribing = Subscribed();
        var socket = await _venue.Socket("public");
        await socket.Saw("SUBSCRIBE", Partial);
        await RequestTimesOut();
        await socket.Control.Next(1, c => c.StartsWith("SUBSCRIBE", StringComparison.Ordinal), "a second request");
        await subscribing;
        Assert.Equal([Partial], socket.Streams);
        Assert.Single(_venue.Sockets);
    }

    [Fact]
    public async Task A_missing_acknowledgement_does_not_matter_where_data_flows()
    {
        _venue.OnControl = (_, method) => method == "SUBSCRIBE" ? Fate.DoneUnacknowledged : Fate.Normal;
        var subscribing = Subscribed();
        var socket = await _venue.Socket("public");
        await socket.Saw("SUBSCRIBE", Partial);
        await socket.Send(DepthFrame(Partial, 1, 10, 0, Picture, OtherSide));
        await _sink.Books.First(b => b.State == BookState.Synced, "a synced book");
        await RequestTimesOut();
        await subscribing;
        Assert.Single(socket.Control.All, c => c.StartsWith("SUBSCRIBE", StringComparison.Ordinal));
    }

    /// <summary>A stream that the venue has dropped from its list is put back when the socket is looked over.</summary>
    [Fact]
    public async Task A_stream_that_the_venue_lost_on_reconnecting_is_found_by_its_list()
    {
        _venue.OnControl = (socket, method) =>
        {
            if (method == "LIST_SUBSCRIPTIONS" && socket.Control.All.Count == 1)
                socket.Forget(Partial);
            return Fate.Normal;
        };
        await Subscribed();
        var socket = await _venue.Socket("public");
        await socket.Control.Next(2, c => c.StartsWith("SUBSCRIBE " + Partial, StringComparison.Ordinal), "the stream to be put back");
        await _sink.Statuses.First(s => s.State == ConnectionState.Ready && s.Generation == 1, "ready");
        Assert.Equal([Partial], socket.Streams);
    }

    [Fact]
    public async Task A_refused_stream_ends_its_subscription_and_no_other()
    {
        await _connector.SubscribeTopOfBook("BTCUSDT");
        _venue.OnControl = (_, method) => method == "SUBSCRIBE" ? Fate.Refused : Fate.Normal;
        var error = (await Awaiting.Within(_connector.SubscribeTopOfBook("ETHUSDT"), "the refusal")).Error!;
        Assert.Equal((ExchangeErrorCode.RejectedByVenue, "2"), (error.Code, error.VenueCode));
        Assert.Equal(["BTCUSDT"], (await _connector.GetSubscriptions()).OrThrow().TopOfBooks.Select(s => s.Symbol));
        Assert.Equal(ConnectionState.Ready, (await _connector.GetStatus()).OrThrow().State);
    }

    /// <summary>Scenario 23.</summary>
    [Fact]
    public async Task Malformed_messages_are_counted_and_the_next_good_one_counts()
    {
        var (socket, _) = await Live();
        var good = DepthFrame(Partial, 1, 20, 0, Picture, OtherSide);
        string[] bad =
        [
            "", "[]", "null", "{", good[..^20], good + "x", good.Replace("\"u\":20", "\"u\":null", StringComparison.Ordinal),
            good.Replace("\"1\"", "\"-1\"", StringComparison.Ordinal), good.Replace("\"100\"", "\"1e99\"", StringComparison.Ordinal),
            good.Replace("[\"100\",\"1\"]", "[\"100\"]", StringComparison.Ordinal), new string('[', 100_000),
        ];
        foreach (var frame in bad)
            await socket.Send(frame);
        await socket.Send("""{"stream":"ethusdt@forceOrder","data":{"e":"forceOrder"}}""");
        await socket.Send("""{"hello":1}""");

        // Numbers as texts, texts as numbers, unknown fields, members in another order: all fine.
        await socket.Send($$"""{"new":[{"x":null}],"data":{"z":{"a":[1,"]"]},"T":"1780000000101","u":"21","U":1,"a":[[101,1,"x"]],"b":[[100.50,"2"]],"e":"depthUpdate"},"stream":"{{Partial}}"}""");
        var book = await _sink.Books.First(b => b.LastUpdateId == 21, "the good one");
        Assert.Equal([new PriceLevel(100.5m, 2)], book.Bids);
        var status = (await _connector.GetStatus()).OrThrow();
        Assert.Equal((bad.Length, 2L), ((int)status.UnreadableMessages, status.UnknownMessages));
    }

    private async Task Subscribed() =>
        (await Awaiting.Within(_connector.SubscribeOrderBook("BTCUSDT", 20, 0), "the subscription")).OrThrow();

    private async Task RequestTimesOut()
    {
        await Awaiting.Within(_time.WhenArmed(TimeSpan.FromSeconds(5)), "the time-out of the request");
        _time.Advance(TimeSpan.FromSeconds(5));
    }

    private async Task NextAttempt()
    {
        await Awaiting.Within(_time.WhenArmed(TimeSpan.FromMilliseconds(475)), "the back-off");
        _time.Advance(TimeSpan.FromMilliseconds(475));
    }

    private async Task<(StreamSocket Socket, OrderBook Book)> Live()
    {
        await Subscribed();
        var socket = await _venue.Socket("public");
        await socket.Send(DepthFrame(Partial, 1, 10, 0, Picture, OtherSide));
        return (socket, await _sink.Books.First(b => b.State == BookState.Synced, "a synced book"));
    }
}
