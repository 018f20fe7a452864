#pragma warning disable xUnit1051 // every wait here has a limit of its own, which says what was awaited
using Exchange.Exchanges.Binance;
using Exchange.Grains.Interfaces;
using Exchange.Tests.Support;
using Xunit;
using static Exchange.Tests.Exchanges.Binance.FakeBinance;

namespace Exchange.Tests.Exchanges.Binance;

/// <summary>The connector against a Binance that does what the test says; its clock is the test's.</summary>
public sealed class BinanceSubscriberTests : IAsyncLifetime
{
    private const string Diff = "btcusdt@depth@100ms";
    private const string Partial = "btcusdt@depth20@100ms";
    private const string Agg = "btcusdt@aggTrade";

    private static readonly TimeSpan _housekeeping = TimeSpan.FromMilliseconds(500);

    private readonly ManualTimeProvider _time = new();
    private readonly RecordingSink _sink = new();
    private FakeBinance _venue = null!;
    private BinanceSubscriber? _connector;

    public async ValueTask InitializeAsync() => _venue = await FakeBinance.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (_connector is not null)
            await _connector.DisposeAsync();
        await _venue.DisposeAsync();
    }

    [Fact]
    public async Task Connecting_loads_instruments_and_clock_and_is_ready_without_a_socket()
    {
        _venue.ServerTime = _time.GetUtcNow().AddSeconds(-2);
        var connector = await Connected();
        var status = (await connector.GetStatus()).OrThrow();
        Assert.Equal((ConnectionState.Ready, 0), (status.State, status.Generation));
        Assert.Equal(TimeSpan.FromSeconds(-2), status.ClockOffset);
        Assert.Equal(4, (await connector.GetInstruments()).OrThrow().Length);
        Assert.Empty(_venue.Sockets);
        Assert.Equal([ConnectionState.Connecting, ConnectionState.Ready], _sink.Statuses.All.Select(s => s.State).Distinct());
    }

    [Fact]
    public async Task A_first_attempt_that_fails_is_told_and_later_ones_go_on()
    {
        var info = _venue.ExchangeInfo;
        _venue.ExchangeInfo = "{}";
        var connector = New();
        var error = (await connector.Connect()).Error!;
        Assert.Equal((ExchangeErrorCode.ConnectFailed, true), (error.Code, error.Retryable));
        Assert.Equal(ExchangeErrorCode.NotReady, (await connector.SubscribeTrades("BTCUSDT")).Error!.Code);
        _venue.ExchangeInfo = info;
        await Pass(475);
        await _sink.Statuses.First(s => s.State == ConnectionState.Ready, "ready");
    }

    [Fact]
    public async Task What_cannot_be_subscribed_to_is_refused_with_what_would_be_right()
    {
        var early = New();
        Assert.Equal(ExchangeErrorCode.NotReady, (await early.SubscribeOrderBook("BTCUSDT")).Error!.Code);
        await early.Connect();
        var unknown = (await early.SubscribeOrderBook("BTCUSD")).Error!;
        Assert.Equal((ExchangeErrorCode.UnknownSymbol, "symbol"), (unknown.Code, unknown.Field));
        Assert.Contains("BTCUSDT", unknown.Message, StringComparison.Ordinal);
        Assert.Equal(ExchangeErrorCode.UnknownSymbol, (await early.SubscribeTrades("btcusdt")).Error!.Code);
        Assert.Equal(ExchangeErrorCode.SymbolNotTrading, (await early.SubscribeTopOfBook("OLDUSDT")).Error!.Code);
        Assert.Equal((ExchangeErrorCode.InvalidArgument, "top_n"), ((await early.SubscribeOrderBook("BTCUSDT", 0)).Error!.Code, (await early.SubscribeOrderBook("BTCUSDT", 1001)).Error!.Field));
        Assert.Equal("frequency_ms", (await early.SubscribeOrderBook("BTCUSDT", 5, -1)).Error!.Field);
        Assert.Equal(ExchangeErrorCode.NotReady, (await early.GetOrderBook("BTCUSDT")).Error!.Code);
        Assert.Empty(_venue.Sockets);
    }

    /// <summary>T02: public and market streams never share a socket.</summary>
    [Fact]
    public async Task Each_stream_goes_to_its_route_and_what_comes_is_published()
    {
        var connector = await Connected();
        Assert.Equal((20, 100), await Get(connector.SubscribeOrderBook("BTCUSDT")));
        await Get(connector.SubscribeTopOfBook("BTCUSDT"));
        await Get(connector.SubscribeTrades("BTCUSDT"));
        await Get(connector.SubscribeMarkPrice("BTCUSDT"));
        var open = await _venue.Socket("public");
        var market = await _venue.Socket("market");
        Assert.Equal(["btcusdt@bookTicker", Partial], open.Streams);
        Assert.Equal([Agg, "btcusdt@markPrice@1s"], market.Streams);

        await open.Send(DepthFrame(Partial, 1, 10, 0, """["99.9","3"],["100.0","2"]""", """["100.1","1"],["100.2","4"]"""));
        var book = await _sink.Books.First(b => b.State == BookState.Synced, "a synced book");
        Assert.Equal([new(100.0m, 2), new(99.9m, 3)], book.Bids);
        Assert.Equal([new(100.1m, 1), new(100.2m, 4)], book.Asks);
        Assert.Equal((10L, _time.GetUtcNow(), "BTCUSDT", "binance"), (book.LastUpdateId, book.ReceivedTime, book.Symbol, book.Exchange));
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1780000000101), book.VenueTime);

        await open.Send("""{"stream":"btcusdt@bookTicker","data":{"e":"bookTicker","u":11700000018447,"s":"BTCUSDT","ps":"BTCUSDT","b":"61240.00","B":"3.120","a":"61240.10","A":"0.954","T":1780000000160,"E":1780000000163,"st":1}}""");
        var top = await _sink.Tops.First(_ => true, "a top");
        Assert.Equal((new PriceLevel(61240.00m, 3.120m), new PriceLevel(61240.10m, 0.954m), 11700000018447), (top.Bid!.Value, top.Ask!.Value, top.LastUpdateId));

        await market.Send(TradeFrame(Agg, 3099176470));
        var trade = await _sink.Trades.First(_ => true, "a trade");
        Assert.Equal(("3099176470", 61240.10m, 0.050m, Side.Buy), (trade.TradeId, trade.Price, trade.Quantity, trade.AggressorSide));

        await market.Send("""{"stream":"btcusdt@markPrice@1s","data":{"e":"markPriceUpdate","E":1780000001000,"s":"BTCUSDT","p":"61246.10000000","ap":"61245.90000000","P":"61251.33120000","i":"61268.40000000","r":"0.00008900","T":1780012800000,"st":1}}""");
        var mark = await _sink.Marks.First(_ => true, "a mark price");
        Assert.Equal((61246.1m, 61268.4m, 0.000089m), (mark.Mark, mark.Index, mark.FundingRate));
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1780012800000), mark.NextFundingTime);

        var listed = (await connector.GetSubscriptions()).OrThrow();
        Assert.Equal((1, 1, 1, 1), (listed.Books.Length, listed.Trades.Length, listed.TopOfBooks.Length, listed.MarkPrices.Length));
    }

    [Fact]
    public async Task Whole_pictures_never_go_back()
    {
        var connector = await Connected();
        await Get(connector.SubscribeOrderBook("BTCUSDT"));
        var socket = await _venue.Socket("public");
        await socket.Send(DepthFrame(Partial, 1, 10, 0, """["100","1"]""", """["101","1"]"""));
        await _sink.Books.First(b => b.LastUpdateId == 10, "the first picture");
        foreach (var id in new[] { 12, 11, 12, 10 })
            await socket.Send(DepthFrame(Partial, id, id, 0, $"""["{id}","1"]""", """["101","1"]"""));
        await socket.Send(DepthFrame(Partial, 13, 13, 0, """["90","1"]""", """["101","1"]""", scope: 2));
        await Advance(100);
        await socket.Send(DepthFrame(Partial, 14, 14, 0, """["98","1"]""", """["101","1"]"""));
        await Advance(100);
        await _sink.Books.First(b => b.LastUpdateId == 14, "the last picture");
        Assert.Equal([10L, 12L, 14L], _sink.Books.All.Where(b => b.State == BookState.Synced).Select(b => b.LastUpdateId));
    }

    /// <summary>T07 to T09, scenario 15.</summary>
    [Fact]
    public async Task A_gap_is_shown_as_syncing_and_never_bridged()
    {
        _venue.Depth = (_, _) => Snapshot(1000, """["100","1"]""", """["101","1"]""");
        var connector = await Connected();
        await Get(connector.SubscribeOrderBook("BTCUSDT", 50, 0));
        var socket = await _venue.Socket("public");
        Assert.Equal([Diff], socket.Streams);
        await _venue.Requests.First(r => r.StartsWith("/fapi/v1/depth?symbol=BTCUSDT&limit=500", StringComparison.Ordinal), "a snapshot");
        await socket.Send(DepthFrame(Diff, 980, 990, 975, """["42","1"]""", ""));
        await socket.Send(DepthFrame(Diff, 991, 1005, 990, """["99","5"]""", ""));
        var synced = await _sink.Books.First(b => b.State == BookState.Synced, "a synced book");
        Assert.Equal([new(100, 1), new(99, 5)], synced.Bids);

        var seen = _sink.Books.All.Count;
        await socket.Send(DepthFrame(Diff, 1020, 1025, 1015, """["98","1"]""", ""));
        var syncing = await _sink.Books.Next(seen, b => b.State == BookState.Syncing, "the gap to be shown");
        Assert.Empty(syncing.Bids);
        Assert.Empty(syncing.Asks);
        Assert.NotNull(syncing.Reason);
        Assert.Equal(BookState.Syncing, (await connector.GetOrderBook("BTCUSDT")).OrThrow().State);

        // Messages go on while the snapshot is fetched; all of them count once it is there.
        await socket.Send(DepthFrame(Diff, 1026, 1030, 1025, """["97","2"]""", ""));
        _venue.Depth = (_, _) => Snapshot(1022, """["100","1"]""", """["101","1"]""");
        await Pass(250);
        var again = await _sink.Books.Next(seen, b => b.State == BookState.Synced, "synced again");
        var newest = again.LastUpdateId == 1030 ? again : await _sink.Books.Next(seen, b => b.LastUpdateId == 1030, "the newest");
        Assert.Equal([new(100, 1), new(98, 1), new(97, 2)], newest.Bids);
        Assert.Equal(1, (await connector.GetStatus()).OrThrow().Resyncs);
        Assert.Single(_venue.Sockets);
    }

    [Fact]
    public async Task A_change_of_what_is_asked_never_shows_an_incomplete_book()
    {
        _venue.Depth = (_, _) => Snapshot(20, """["100","7"],["99","7"]""", """["101","1"]""");
        var connector = await Connected();
        await Get(connector.SubscribeOrderBook("BTCUSDT", 20, 100, "slow"));
        var socket = await _venue.Socket("public");
        await socket.Send(DepthFrame(Partial, 1, 10, 0, """["100","1"]""", """["101","1"]"""));
        await _sink.Books.First(b => b.State == BookState.Synced, "a synced book");
        var from = _sink.Books.All.Count;

        Assert.Equal((200, 0), await Get(connector.SubscribeOrderBook("BTCUSDT", 200, 0, "deep")));
        Assert.Equal([Partial, Diff], socket.Streams);
        await socket.Send(DepthFrame(Partial, 11, 12, 10, """["100","2"]""", """["101","1"]"""));
        await _sink.Books.First(b => b.LastUpdateId == 12, "the old source, meanwhile");
        await socket.Send(DepthFrame(Diff, 19, 22, 18, """["98","3"]""", ""));
        var deep = await _sink.Books.First(b => b.LastUpdateId == 22, "the new source");
        Assert.Equal([new(100, 7), new(99, 7), new(98, 3)], deep.Bids);
        await socket.Saw("UNSUBSCRIBE", Partial);

        // And back again, when the deep one has gone.
        await connector.UnsubscribeOrderBook("BTCUSDT", "deep");
        await socket.Control.Next(2, c => c.StartsWith("SUBSCRIBE " + Partial, StringComparison.Ordinal), "pictures again");
        await socket.Send(DepthFrame(Diff, 23, 24, 22, """["98","4"]""", ""));
        await socket.Send(DepthFrame(Partial, 25, 26, 24, """["100","8"]""", """["101","1"]"""));
        await Advance(100);
        await _sink.Books.First(b => b.LastUpdateId == 26, "the picture");
        await socket.Saw("UNSUBSCRIBE", Diff);
        Assert.All(_sink.Books.All.Skip(from), b => Assert.Equal(BookState.Synced, b.State));
        Assert.Equal(_sink.Books.All.Select(b => b.LastUpdateId).Order(), _sink.Books.All.Select(b => b.LastUpdateId));
    }

    [Fact]
    public async Task A_lost_trade_message_is_fetched_and_trades_stay_in_order()
    {
        _venue.AggTrades = (_, limit) => $"[{string.Join(",", Enumerable.Range(0, limit).Select(i => TradeBody(12 + i)))}]";
        var connector = await Connected();
        await Get(connector.SubscribeTrades("BTCUSDT"));
        var socket = await _venue.Socket("market");
        foreach (var id in new[] { 10, 11, 11, 14, 15, 13, 16 })
            await socket.Send(TradeFrame(Agg, id));
        await _sink.Trades.First(t => t.TradeId == "16", "the last trade");
        Assert.Equal(["10", "11", "12", "13", "14", "15", "16"], _sink.Trades.All.Select(t => t.TradeId));
        Assert.Contains(_venue.Requests.All, r => r == "/fapi/v1/aggTrades?symbol=BTCUSDT&fromId=12&limit=2");

        // What cannot be fetched is told, and trading goes on.
        _venue.AggTrades = (_, _) => null;
        await socket.Send(TradeFrame(Agg, 20));
        await Pass(190);
        await Pass(380);
        await _sink.Trades.First(t => t.TradeId == "20", "the trade after the hole");
        var told = await _sink.Statuses.First(s => s.Reason?.Contains("3 trades of BTCUSDT were lost", StringComparison.Ordinal) == true, "the loss to be told");
        Assert.Equal(ConnectionState.Ready, told.State);
    }

    /// <summary>T33 and the contract: subscriptions survive a lost socket, and the book says that it does not.</summary>
    [Fact]
    public async Task After_a_lost_socket_everything_comes_back()
    {
        _venue.AggTrades = (_, limit) => $"[{string.Join(",", Enumerable.Range(0, limit).Select(i => TradeBody(11 + i)))}]";
        var connector = await Connected();
        await Get(connector.SubscribeOrderBook("BTCUSDT"));
        await Get(connector.SubscribeTrades("BTCUSDT"));
        var socket = await _venue.Socket("public");
        var market = await _venue.Socket("market");
        await socket.Send(DepthFrame(Partial, 1, 10, 0, """["100","1"]""", """["101","1"]"""));
        await market.Send(TradeFrame(Agg, 10));
        await _sink.Books.First(b => b.State == BookState.Synced, "a synced book");
        await _sink.Trades.First(_ => true, "a trade");
        var from = _sink.Books.All.Count;
        socket.Cut();
        var lost = await _sink.Books.Next(from, b => b.State == BookState.Connecting, "the loss to be shown");
        Assert.Empty(lost.Bids);
        await _sink.Statuses.First(s => s.State == ConnectionState.Waiting, "waiting");
        await Pass(475);
        var again = await _venue.Socket("public", 2);
        await again.Saw("SUBSCRIBE", Partial);
        market.Cut();
        await Pass(475);
        var marketAgain = await _venue.Socket("market", 2);
        await marketAgain.Saw("SUBSCRIBE", Agg);

        // The venue may have started its ids again.
        await again.Send(DepthFrame(Partial, 1, 5, 0, """["90","1"]""", """["91","1"]"""));
        Assert.Equal(5, (await _sink.Books.Next(from, b => b.State == BookState.Synced, "synced again")).LastUpdateId);

        // Trades that happened meanwhile are fetched.
        await marketAgain.Send(TradeFrame(Agg, 13));
        await _sink.Trades.First(t => t.TradeId == "13", "the trade after the pause");
        Assert.Equal(["10", "11", "12", "13"], _sink.Trades.All.Select(t => t.TradeId));
        await _sink.Statuses.Next(_sink.Statuses.All.Count - 1, s => s.State == ConnectionState.Ready, "ready");
        Assert.Equal((4, 2L), ((await connector.GetStatus()).OrThrow().Generation, (await connector.GetStatus()).OrThrow().Reconnects));
    }

    [Fact]
    public async Task A_named_subscriber_that_does_not_renew_leaves_nothing_behind()
    {
        var connector = await Connected(o => o.SocketStaleMs = 3_600_000);
        var subscription = (await connector.SubscribeTopOfBook("BTCUSDT", "trader-1")).OrThrow();
        Assert.Equal(_time.GetUtcNow() + MarketSubscription.Lifetime, subscription.ExpiresAt);
        await Get(connector.SubscribeTopOfBook("ETHUSDT"));
        var socket = await _venue.Socket("public");
        _time.Advance(MarketSubscription.Lifetime - TimeSpan.FromSeconds(1));
        Assert.Equal(2, (await connector.GetSubscriptions()).OrThrow().TopOfBooks.Length);
        _time.Advance(TimeSpan.FromSeconds(1));
        await socket.Saw("UNSUBSCRIBE", "btcusdt@bookTicker");
        Assert.Equal(["ETHUSDT"], (await connector.GetSubscriptions()).OrThrow().TopOfBooks.Select(s => s.Symbol));
        Assert.Equal(["ethusdt@bookTicker"], socket.Streams);
    }

    /// <summary>T38: two sockets overlap, and nothing is published twice or missed.</summary>
    [Fact]
    public async Task Replacing_a_socket_is_not_seen_by_a_trader()
    {
        var connector = await Connected(o => o.RotateHours = 0.001);
        await Get(connector.SubscribeTrades("BTCUSDT"));
        var old = await _venue.Socket("market");
        await old.Send(TradeFrame(Agg, 10));
        await _sink.Trades.First(t => t.TradeId == "10", "a trade");
        _time.Advance(TimeSpan.FromSeconds(3.6));
        var opened = _venue.Socket("market", 2);
        await _time.AdvanceUntil(opened, TimeSpan.FromSeconds(1), "the replacement");
        var next = await opened;
        await next.Saw("SUBSCRIBE", Agg);
        await next.Send(TradeFrame(Agg, 11));
        await next.Send(TradeFrame(Agg, 12));
        await _sink.Trades.First(t => t.TradeId == "12", "a trade of the replacement");
        await Awaiting.Within(old.Closed, "the old socket's end");
        await next.Send(TradeFrame(Agg, 13));
        await _sink.Trades.First(t => t.TradeId == "13", "a trade after the old socket's end");
        Assert.Equal(["10", "11", "12", "13"], _sink.Trades.All.Select(t => t.TradeId));
        Assert.DoesNotContain(_sink.Statuses.All, s => s.State is ConnectionState.Waiting or ConnectionState.Stale);
        Assert.Equal(0, (await connector.GetStatus()).OrThrow().Reconnects);
    }

    [Fact]
    public async Task More_streams_than_a_socket_takes_go_to_another()
    {
        var connector = await Connected(o => o.MaxStreamsPerConnection = 1);
        await Get(connector.SubscribeTopOfBook("BTCUSDT"));
        await Get(connector.SubscribeTopOfBook("ETHUSDT"));
        Assert.Equal(["btcusdt@bookTicker"], (await _venue.Socket("public")).Streams);
        Assert.Equal(["ethusdt@bookTicker"], (await _venue.Socket("public", 2)).Streams);
    }

    /// <summary>T35: lower case in stream names, percent-encoded in REST.</summary>
    [Fact]
    public async Task A_symbol_in_Chinese_is_a_symbol()
    {
        _venue.Depth = (symbol, _) => symbol == "币安人生USDT" ? Snapshot(10, """["1","1"]""", """["2","1"]""") : null;
        var connector = await Connected();
        await Get(connector.SubscribeOrderBook("币安人生USDT", 50, 0));
        var socket = await _venue.Socket("public");
        Assert.Equal(["币安人生usdt@depth@100ms"], socket.Streams);
        await socket.Send(DepthFrame("\\u5e01\\u5b89\\u4eba\\u751fusdt@depth@100ms", 9, 11, 8, "", """["3","1"]"""));
        Assert.Equal("币安人生USDT", (await _sink.Books.First(b => b.State == BookState.Synced, "a synced book")).Symbol);
        Assert.Contains(_venue.Requests.All, r => r.Contains("symbol=%E5%B8%81%E5%AE%89%E4%BA%BA%E7%94%9FUSDT", StringComparison.Ordinal) || r.Contains("symbol=币安人生USDT", StringComparison.Ordinal));
    }

    /// <summary>Scenario 19: a changed tick size, a delisting and a listing show without a restart.</summary>
    [Fact]
    public async Task Instruments_are_loaded_again_and_changes_are_told()
    {
        var connector = await Connected(o => o.InstrumentReloadSeconds = 10);
        _venue.ExchangeInfo = $$"""{"symbols":[{{Entry("BTCUSDT", "TRADING", "0.01")}},{{Entry("NEWUSDT", "TRADING", "1")}},{"symbol":"BROKEN"}]}""";
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("DELISTED", (await _sink.Instruments.First(i => i.Symbol == "ETHUSDT", "the delisting")).VenueStatus);
        Assert.Equal(0.01m, (await _sink.Instruments.First(i => i.Symbol == "BTCUSDT", "the new tick")).TickSize);
        await _sink.Instruments.First(i => i.Symbol == "NEWUSDT", "the listing");
        Assert.Equal(ExchangeErrorCode.UnknownSymbol, (await connector.SubscribeTrades("ETHUSDT")).Error!.Code);
        Assert.True((await connector.SubscribeTrades("NEWUSDT")).IsSuccess);
    }

    [Fact]
    public async Task Disconnecting_closes_all_and_connecting_again_restores_it()
    {
        var connector = await Connected();
        await Get(connector.SubscribeOrderBook("BTCUSDT"));
        var socket = await _venue.Socket("public");
        await socket.Send(DepthFrame(Partial, 1, 10, 0, """["100","1"]""", """["101","1"]"""));
        await _sink.Books.First(b => b.State == BookState.Synced, "a synced book");
        var from = _sink.Books.All.Count;
        Assert.Equal(ConnectionState.Stopped, (await connector.Disconnect()).OrThrow().State);
        await Awaiting.Within(socket.Closed, "the socket's end");
        await _sink.Books.Next(from, b => b.State == BookState.Connecting, "the book to be shown as gone");
        Assert.Equal(ConnectionState.Ready, (await connector.Connect()).OrThrow().State);
        var again = await _venue.Socket("public", 2);
        await again.Saw("SUBSCRIBE", Partial);
        await again.Send(DepthFrame(Partial, 1, 11, 0, """["100","1"]""", """["101","1"]"""));
        await _sink.Books.Next(from, b => b.State == BookState.Synced, "synced again");
    }

    private BinanceSubscriber New(Action<BinanceOptions>? change = null)
    {
        var options = _venue.Options();
        change?.Invoke(options);
        return _connector = new BinanceSubscriber(options, _sink, _time, random: () => 0.9);
    }

    private async Task<BinanceSubscriber> Connected(Action<BinanceOptions>? change = null)
    {
        var connector = New(change);
        (await Awaiting.Within(connector.Connect(), "the connection")).OrThrow();
        await Awaiting.Within(_time.WhenArmed(_housekeeping), "the housekeeping");
        return connector;
    }

    /// <summary>Lets a wait of the connector pass, once it has begun. Back-offs are 475 ms at first, no multiple of the housekeeping's period.</summary>
    private async Task Pass(int ms)
    {
        await Awaiting.Within(_time.WhenArmed(TimeSpan.FromMilliseconds(ms)), $"a wait of {ms} ms");
        _time.Advance(TimeSpan.FromMilliseconds(ms));
    }

    private static async Task<(int TopN, int FrequencyMs)> Get(Task<Result<MarketSubscription>> subscribing)
    {
        var subscription = (await Awaiting.Within(subscribing, "the subscription")).OrThrow();
        return (subscription.TopN, subscription.FrequencyMs);
    }

    /// <summary>Moves the clock once everything sent so far has surely been taken: a marker of another stream has come through.</summary>
    private async Task Advance(int ms)
    {
        var connector = _connector!;
        await Get(connector.SubscribeTopOfBook("ETHUSDT"));
        var socket = await _venue.Socket("public");
        var id = _sink.Tops.All.Count + 1;
        await socket.Send($$"""{"stream":"ethusdt@bookTicker","data":{"u":{{id}},"b":"1","B":"1","a":"2","A":"1","T":1780000000160,"E":1780000000163} }""");
        await _sink.Tops.First(t => t.LastUpdateId == id && t.Symbol == "ETHUSDT", "the marker");
        _time.Advance(TimeSpan.FromMilliseconds(ms));
    }
}
