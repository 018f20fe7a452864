#pragma warning disable xUnit1051 // every wait here has a limit of its own, which says what was awaited
using Exchange.Exchanges.Deribit;
using Exchange.Grains.Interfaces;
using Exchange.Tests.Support;
using Xunit;
using static Exchange.Tests.Exchanges.Deribit.FakeDeribitMarket;

namespace Exchange.Tests.Exchanges.Deribit;

/// <summary>The connector against a Deribit that does what the test says; its clock is the test's.</summary>
public sealed class DeribitSubscriberTests : IAsyncLifetime
{
    private const string Symbol = "BTC-PERPETUAL";
    private const string Top = "book.BTC-PERPETUAL.none.20.100ms";
    private const string Raw = "book.BTC-PERPETUAL.raw";
    private const string Gathered = "book.BTC-PERPETUAL.100ms";
    private const string Bids = """["new",100.0,1.0]""";
    private const string Asks = """["new",101.0,1.0]""";

    private static readonly AuthCredentials _key = new() { Key = "demo-id", Secret = "demo-secret" };

    private readonly ManualTimeProvider _time = new();
    private readonly RecordingSink _sink = new();
    private FakeDeribitMarket _venue = null!;
    private DeribitSubscriber? _connector;

    public async ValueTask InitializeAsync() => _venue = await FakeDeribitMarket.StartAsync();

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
        Assert.Equal(3, (await connector.GetInstruments()).OrThrow().Length);
        Assert.Empty(_venue.Sockets);
        Assert.Equal((1000, 100), ((await connector.GetCapabilities()).OrThrow().MaxBookDepth, (await connector.GetCapabilities()).OrThrow().MinBookIntervalMs));
        Assert.Contains("BTC-PERPETUAL", (await connector.SubscribeTrades("BTC-PERPETUL")).Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_socket_has_a_heartbeat_before_anything_else_and_carries_all_kinds()
    {
        var connector = await Connected();
        await Get(connector.SubscribeOrderBook(Symbol));
        await Get(connector.SubscribeTrades(Symbol));
        await Get(connector.SubscribeTopOfBook(Symbol));
        await Get(connector.SubscribeMarkPrice("XRP_USDC-30JUN23-0d625-C"));
        var socket = await _venue.Socket();
        Assert.Equal("public/set_heartbeat ", socket.Calls.All[0]);
        Assert.Equal([Top, "quote.BTC-PERPETUAL", "ticker.XRP_USDC-30JUN23-0d625-C.100ms", "trades.BTC-PERPETUAL.100ms"], socket.Channels);
        await socket.Send(Picture(Top, 10, "[100.0,1.0],[99.5,2.0]", "[101.0,1.5e1]"));
        await socket.Send(Frame("trades.BTC-PERPETUAL.100ms", $"[{Trade(7)},{Trade(8)}]"));
        await socket.Send(Frame("quote.BTC-PERPETUAL", """{"timestamp":1789000034000,"instrument_name":"BTC-PERPETUAL","best_bid_price":100.0,"best_bid_amount":9.0,"best_ask_price":null,"best_ask_amount":0.0}"""));
        await socket.Send(Frame("ticker.XRP_USDC-30JUN23-0d625-C.100ms", """{"timestamp":1789000035000,"state":"open","index_price":0.61,"mark_price":1.0e-2,"best_bid_price":0.0}"""));
        var book = await _sink.Books.First(b => b.State == BookState.Synced, "a book");
        Assert.Equal([new(100m, 1m), new(99.5m, 2m)], book.Bids);
        Assert.Equal([new(101m, 15m)], book.Asks);
        Assert.Equal(("deribit", Symbol, 10L), (book.Exchange, book.Symbol, book.LastUpdateId));
        var trade = await _sink.Trades.First(t => t.TradeId == "T8", "the second trade");
        Assert.Equal((61200m, 30m, Side.Sell), (trade.Price, trade.Quantity, trade.AggressorSide));
        var top = await _sink.Tops.First(_ => true, "a quote");
        Assert.Equal((new PriceLevel(100m, 9m), null), (top.Bid, top.Ask));
        var mark = await _sink.Marks.First(_ => true, "a mark price");
        Assert.Equal((0.01m, 0.61m, null), (mark.Mark, mark.Index, mark.FundingRate));
        Assert.Single(_venue.Sockets);
    }

    /// <summary>Scenario 14, mistake 11: a gap stops the book at once, and a new snapshot brings it back.</summary>
    [Fact]
    public async Task Logged_in_every_change_is_had_and_a_gap_makes_the_channel_start_anew()
    {
        var connector = await Connected(_key);
        Assert.Equal((20, 0), await Get(connector.SubscribeOrderBook(Symbol, 20, 0)));
        var socket = await _venue.Socket();
        Assert.Equal(["public/auth ", "public/set_heartbeat ", "public/subscribe " + Raw], socket.Calls.All);
        await socket.Send(Snapshot(Raw, 100, Bids, Asks));
        await socket.Send(Change(Raw, 100, 173, """["change",100.0,2.0]""", ""));
        Assert.Equal([new(100m, 2m)], (await _sink.Books.First(b => b.LastUpdateId == 173, "a change")).Bids);
        var from = _sink.Books.All.Count;
        await socket.Send(Change(Raw, 190, 201, "", """["delete",101.0,0.0]"""));
        var resync = await _sink.Books.Next(from, b => b.State == BookState.Syncing, "the gap to be told");
        Assert.Equal(("messages were missing; the book is being rebuilt", 0), (resync.Reason, resync.Bids.Length));
        await socket.Saw("public/unsubscribe", Raw);
        await socket.Saw("public/subscribe", Raw, 4);

        // What is under way from before does not belong to the new snapshot.
        await socket.Send(Change(Raw, 201, 210, """["new",99.0,1.0]""", ""));
        await socket.Send(Snapshot(Raw, 250, """["new",98.0,4.0]""", Asks));
        await socket.Send(Change(Raw, 250, 260, """["new",97.0,5.0]""", ""));
        Assert.Equal([new(98m, 4m), new(97m, 5m)], (await _sink.Books.First(b => b.LastUpdateId == 260, "the book again")).Bids);
        Assert.Equal([250L, 260L], _sink.Books.All.Skip(from).Where(b => b.State == BookState.Synced).Select(b => b.LastUpdateId));
        Assert.Equal((1L, 0L), ((await connector.GetStatus()).OrThrow().Resyncs, (await connector.GetStatus()).OrThrow().Reconnects));
        Assert.Single(_venue.Sockets);
    }

    [Fact]
    public async Task A_snapshot_that_does_not_come_is_asked_for_again()
    {
        var connector = await Connected();
        await Get(connector.SubscribeOrderBook(Symbol, 50, 0));
        var socket = await _venue.Socket();

        // The first message is lost, and what follows is of no use without it.
        await socket.Send(Change(Gathered, 100, 173, Bids, ""));
        await socket.Saw("public/unsubscribe", Gathered);
        await socket.Saw("public/subscribe", Gathered, 3);
        await Pass(5000);
        await Pass(250);
        await socket.Saw("public/unsubscribe", Gathered, 4);
        await socket.Saw("public/subscribe", Gathered, 5);
        await socket.Send(Snapshot(Gathered, 250, Bids, Asks));
        await _sink.Books.First(b => b.State == BookState.Synced, "a synced book");
        Assert.Equal(2, socket.Calls.All.Count(c => c.StartsWith("public/unsubscribe", StringComparison.Ordinal)));
    }

    /// <summary>Mistake 10: the reply is compared as a set; a channel that is missing from it is refused, and no other.</summary>
    [Fact]
    public async Task A_channel_that_the_reply_leaves_out_is_refused()
    {
        _venue.Instruments = $"[{Instrument(Symbol)},{Instrument("NOPE-PERPETUAL")}]";
        var connector = await Connected();
        var refused = connector.SubscribeTopOfBook("NOPE-PERPETUAL");
        await Get(connector.SubscribeTopOfBook(Symbol));
        var error = (await Awaiting.Within(refused, "the refusal")).Error!;
        Assert.Equal(ExchangeErrorCode.RejectedByVenue, error.Code);
        Assert.Contains("quote.NOPE-PERPETUAL", error.Message, StringComparison.Ordinal);
        Assert.Equal([Symbol], (await connector.GetSubscriptions()).OrThrow().TopOfBooks.Select(s => s.Symbol));
        Assert.Equal(["quote.BTC-PERPETUAL"], (await _venue.Socket()).Channels);
        Assert.Equal(ConnectionState.Ready, (await connector.GetStatus()).OrThrow().State);
    }

    /// <summary>Mistake 9: an error of the whole call is the caller's to see.</summary>
    [Fact]
    public async Task A_call_that_is_refused_is_told_with_the_venues_number()
    {
        _venue.OnCall = (_, method) => method == "public/subscribe" ? Fate.Refused : Fate.Normal;
        var connector = await Connected(change: o => o.BookInterval = "raw");
        var error = (await Awaiting.Within(connector.SubscribeOrderBook(Symbol, 20, 0), "the refusal")).Error!;
        Assert.Equal("13778", error.VenueCode);
        Assert.Empty((await connector.GetSubscriptions()).OrThrow().Books);
    }

    /// <summary>Who subscribes again to what is there gets no snapshot: a request without a reply is taken back first.</summary>
    [Fact]
    public async Task A_swallowed_acknowledgement_is_made_good()
    {
        var patience = TimeSpan.FromMilliseconds(4_321);
        var swallowed = 0;
        _venue.OnCall = (_, method) => method == "public/subscribe" && swallowed++ == 0 ? Fate.Unacknowledged : Fate.Normal;
        var connector = await Connected(change: o => o.CommandTimeoutMs = (int)patience.TotalMilliseconds);
        var subscribing = Get(connector.SubscribeOrderBook(Symbol));
        var socket = await _venue.Socket();
        await socket.Saw("public/subscribe", Top);

        // Its patience runs out once; what follows is answered, and no clock may overtake the answers.
        await Awaiting.Within(_time.WhenArmed(patience), "the request's patience");
        _time.Advance(patience);
        await Awaiting.Within(subscribing, "the subscription");
        Assert.Equal(["public/set_heartbeat ", "public/subscribe " + Top, "public/unsubscribe " + Top, "public/subscribe " + Top], socket.Calls.All);
        Assert.Equal([Top], socket.Channels);
        Assert.Single(_venue.Sockets);
    }

    /// <summary>Mistake 13: answered although subscriptions wait for their reply and no credit is left.</summary>
    [Fact]
    public async Task A_test_request_is_answered_at_once()
    {
        _venue.OnCall = (_, method) => method == "public/subscribe" ? Fate.Ignored : Fate.Normal;
        var connector = await Connected(change: o => (o.SubscribeBurst, o.MarketShare) = (1, 1));
        var subscribing = connector.SubscribeOrderBook(Symbol);
        var socket = await _venue.Socket();
        await socket.Saw("public/subscribe", Top);
        await socket.Send("""{"jsonrpc":"2.0","method":"heartbeat","params":{"type":"test_request"}}""");
        await socket.Saw("public/test");
        await socket.Send("""{"jsonrpc":"2.0","method":"heartbeat","params":{"type":"heartbeat"}}""");
        Assert.Equal(0, (await connector.GetStatus()).OrThrow().UnknownMessages);
        Assert.False(subscribing.IsCompleted);
    }

    /// <summary>A dead socket is told by the heartbeats that do not come, not by a still book.</summary>
    [Fact]
    public async Task A_socket_without_heartbeats_is_given_up_and_all_comes_back()
    {
        var connector = await Connected();
        await Get(connector.SubscribeOrderBook(Symbol));
        var socket = await _venue.Socket();
        await socket.Send(Picture(Top, 10, "[100.0,1.0]", "[101.0,1.0]"));
        await _sink.Books.First(b => b.State == BookState.Synced, "a book");
        await _time.AdvanceUntil(socket.Closed, TimeSpan.FromSeconds(1), "the socket to be given up");
        await _sink.Statuses.First(s => s.State == ConnectionState.Stale, "a stale connection");
        var lost = await _sink.Books.First(b => b.State == BookState.Connecting && b.Reason!.Contains("no data for", StringComparison.Ordinal), "the loss to be shown");
        Assert.Empty(lost.Bids);
        var opened = _venue.Socket(2);
        await Pass(475);
        var again = await opened;
        await again.Saw("public/subscribe", Top);
        await again.Send(Picture(Top, 5, "[90.0,1.0]", "[91.0,1.0]"));
        await _sink.Books.First(b => b is { State: BookState.Synced, LastUpdateId: 5 }, "the book again");
    }

    [Fact]
    public async Task A_still_book_stays_synced_while_the_venue_says_the_same()
    {
        _venue.Book = _ => """{"timestamp":1789000031000,"change_id":10,"bids":[[100.0,1.0]],"asks":[[101.0,1.0]],"mark_price":1.0}""";
        var (socket, from) = await Still();
        await _venue.Requests.First(r => r.StartsWith("/api/v2/public/get_order_book", StringComparison.Ordinal), "a question");
        Assert.Contains("instrument_name=BTC-PERPETUAL", _venue.Requests.All[^1], StringComparison.Ordinal);
        await socket.Send(Picture(Top, 11, "[100.0,2.0]", "[101.0,1.0]"));
        await _sink.Books.First(b => b.LastUpdateId == 11, "the next message");
        Assert.All(_sink.Books.All.Skip(from), b => Assert.Equal(BookState.Synced, b.State));
        Assert.Single(_venue.Sockets);
    }

    /// <summary>Scenario 17: one channel goes silent while the socket is well.</summary>
    [Fact]
    public async Task A_channel_that_goes_silent_while_the_market_moves_is_stale_and_connected_again()
    {
        _venue.Book = _ => """{"timestamp":1789000031000,"change_id":50,"bids":[[99.0,1.0]],"asks":[[101.0,1.0]]}""";
        var (socket, from) = await Still();
        var stale = await _sink.Books.Next(from, b => b.State == BookState.Stale, "a stale book");
        Assert.Equal([new(100m, 1m)], stale.Bids);
        await Awaiting.Within(socket.Closed, "the socket's end");
        await Pass(475);
        var again = await _venue.Socket(2);
        await again.Saw("public/subscribe", Top);
    }

    [Fact]
    public async Task A_lost_trade_message_is_fetched_and_trades_stay_in_order()
    {
        _venue.Trades = query => query["start_seq"] == "12" && query["end_seq"] == "13" ? $$"""{"trades":[{{Trade(12)}},{{Trade(13)}}],"has_more":false}""" : null;
        var connector = await Connected();
        await Get(connector.SubscribeTrades(Symbol));
        var socket = await _venue.Socket();
        foreach (var numbers in new long[][] { [10, 11], [11], [15, 14], [16] })
            await socket.Send(Frame("trades.BTC-PERPETUAL.100ms", $"[{string.Join(",", numbers.Select(Trade))}]"));
        await _sink.Trades.First(t => t.TradeId == "T16", "the last trade");
        Assert.Equal(["T10", "T11", "T12", "T13", "T14", "T15", "T16"], _sink.Trades.All.Select(t => t.TradeId));
    }

    /// <summary>Two sockets overlap; their changes are cut at different ids, and nothing wrong is published.</summary>
    [Fact]
    public async Task Replacing_a_socket_is_not_seen_by_a_trader()
    {
        var connector = await Connected(change: o => o.RotateHours = 0.001);
        await Get(connector.SubscribeOrderBook(Symbol, 50, 0));
        var old = await _venue.Socket();
        await old.Send(Snapshot(Gathered, 100, Bids, Asks));
        await old.Send(Change(Gathered, 100, 120, """["new",99.0,2.0]""", ""));
        await _sink.Books.First(b => b.LastUpdateId == 120, "a change");
        var from = _sink.Books.All.Count;
        _venue.OnCall = (_, method) => method == "public/subscribe" ? Fate.Ignored : Fate.Normal;
        _time.Advance(TimeSpan.FromSeconds(3.6));
        var opened = _venue.Socket(2);
        await _time.AdvanceUntil(opened, TimeSpan.FromSeconds(1), "the replacement");
        var next = await opened;
        await next.Saw("public/subscribe", Gathered);
        await next.Send(Snapshot(Gathered, 110, Bids, Asks));
        await next.Send(Change(Gathered, 110, 130, """["new",99.0,3.0]""", ""));
        var switched = await _sink.Books.Next(from, b => b.LastUpdateId == 130, "the new socket's book");
        Assert.Equal([new(100m, 1m), new(99m, 3m)], switched.Bids);
        await old.Send(Change(Gathered, 120, 135, """["new",98.0,9.0]""", ""));
        await old.Send("[]");
        await next.Send(Change(Gathered, 130, 140, """["new",97.0,4.0]""", ""));
        await _sink.Books.Next(from, b => b.LastUpdateId == 140, "the next change");
        Assert.Equal([130L, 140L], _sink.Books.All.Skip(from).Select(b => b.LastUpdateId));
        Assert.All(_sink.Books.All.Skip(from), b => Assert.Equal(BookState.Synced, b.State));
        Assert.Equal(0, (await connector.GetStatus()).OrThrow().Resyncs);
    }

    [Fact]
    public async Task Malformed_messages_are_counted_and_the_next_good_one_counts()
    {
        var connector = await Connected();
        await Get(connector.SubscribeOrderBook(Symbol));
        var socket = await _venue.Socket();
        var good = Picture(Top, 20, "[100.0,1.0]", "[101.0,1.0]");
        string[] bad = ["", "[]", "null", good[..^5], good + "x", good.Replace("20,", "null,", StringComparison.Ordinal), good.Replace("[100.0,1.0]", "[100.0]", StringComparison.Ordinal), new string('[', 100_000)];
        foreach (var frame in bad)
            await socket.Send(frame);
        await socket.Send(Picture("book.OTHER.none.20.100ms", 20, "", ""));
        await socket.Send("""{"jsonrpc":"2.0","error":{"code":11050,"message":"bad_request","data":"invalid json"}}""");
        await socket.Send(Picture(Top, 21, "[100.0,1.0],[99.0," + string.Concat(Enumerable.Repeat("0", 20)) + "1]", "[101.0,1.0]"));
        Assert.Equal([new(100m, 1m), new(99m, 1m)], (await _sink.Books.First(b => b.LastUpdateId == 21, "the good one")).Bids);
        var status = (await connector.GetStatus()).OrThrow();
        Assert.Equal((bad.Length, 2L), ((int)status.UnreadableMessages, status.UnknownMessages));
    }

    /// <summary>One call too many would end the session: calls wait for credits, and go out together.</summary>
    [Fact]
    public async Task Subscriptions_wait_for_credits()
    {
        var connector = await Connected(change: o => (o.SubscribeBurst, o.SubscribeRate, o.MarketShare, o.SubscribeWaitMs) = (1, 0.4, 1, 60_000));
        await Get(connector.SubscribeOrderBook(Symbol));
        var socket = await _venue.Socket();
        var trades = connector.SubscribeTrades(Symbol);
        var quotes = connector.SubscribeTopOfBook(Symbol);
        await Awaiting.Within(_time.WhenArmed(TimeSpan.FromSeconds(2.5)), "the wait for a credit");
        Assert.Equal([Top], socket.Channels);
        await _time.AdvanceUntil(Task.WhenAll(trades, quotes), TimeSpan.FromSeconds(2.5), "the credits");
        Assert.Equal([Top, "quote.BTC-PERPETUAL", "trades.BTC-PERPETUAL.100ms"], socket.Channels);
    }

    private async Task<DeribitSubscriber> Connected(AuthCredentials? credentials = null, Action<DeribitOptions>? change = null)
    {
        var options = _venue.Options();
        change?.Invoke(options);
        _connector = new DeribitSubscriber(options, credentials, _sink, _time, random: () => 0.9);
        (await Awaiting.Within(_connector.Connect(), "the connection")).OrThrow();
        await Awaiting.Within(_time.WhenArmed(TimeSpan.FromMilliseconds(500)), "the housekeeping");
        return _connector;
    }

    /// <summary>A book that has been silent for so long that the venue is asked about it; heartbeats are not looked at.</summary>
    private async Task<(PublicSocket Socket, int From)> Still()
    {
        var connector = await Connected(change: o => (o.BookStaleMs, o.SocketStaleMs) = (5_000, 3_600_000));
        await Get(connector.SubscribeOrderBook(Symbol));
        var socket = await _venue.Socket();
        await socket.Send(Picture(Top, 10, "[100.0,1.0]", "[101.0,1.0]"));
        await _sink.Books.First(b => b.State == BookState.Synced, "a book");
        var from = _sink.Books.All.Count;
        _time.Advance(TimeSpan.FromSeconds(6));
        return (socket, from);
    }

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
}
