using System.Text;
using Exchange.Exchanges.Common;
using Exchange.Exchanges.Common.Books;
using Exchange.Exchanges.Common.Market;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Exchanges.Common.Text;
using Exchange.Exchanges.Grvt;
using Exchange.Grains.Interfaces;
using Exchange.Tests.Support;
using Xunit;

namespace Exchange.Tests.Exchanges.Grvt;

/// <summary>The examples of the venue sheet, section 9, in both encodings, and what the envelope's numbers make of them.</summary>
public sealed class GrvtMarketMessageTests
{
    private const string FullPicture = """{"stream":"v1.book.s","selector":"BTC_USDT_Perp@500-100","sequence_number":"0","feed":{"event_time":"1767292408400000000","instrument":"BTC_USDT_Perp","bids":[{"price":"88107.3","size":"5.322","num_orders":11}],"asks":[{"price":"88107.4","size":"5.273","num_orders":37}]},"prev_sequence_number":"0"}""";
    private const string LitePicture = """{"s":"v1.book.s","s1":"BTC_USDT_Perp@500-100","sn":"0","f":{"et":"1767292408400000000","i":"BTC_USDT_Perp","b":[{"p":"88107.3","s":"5.322","no":11}],"a":[{"p":"88107.4","s":"5.273","no":37}]},"ps":"0"}""";

    // As the papers print it: the instrument alone, numbers for texts, members in another order.
    private const string BarePicture = """{"prev_sequence_number":0,"feed":{"asks":[{"num_orders":37,"size":5.273,"price":88107.4}],"bids":[{"num_orders":11,"size":5.322,"price":88107.3}],"instrument":"BTC_USDT_Perp","event_time":1767292408400000000,"new_field":{"a":[1]}},"sequence_number":0,"selector":"BTC_USDT_Perp","stream":"v1.book.s"}""";

    private static readonly DateTimeOffset _now = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    private readonly RecordingSink _sink = new();
    private readonly Host _host = new();
    private readonly GrvtMarketDataProcessor _processor = new();

    [Theory]
    [InlineData(FullPicture)]
    [InlineData(LitePicture)]
    [InlineData(BarePicture)]
    public void A_picture_becomes_a_book(string frame)
    {
        using var feed = Book(new StreamDemand(100, 500, null), new GrvtOptions());
        Assert.Equal(FrameKind.Data, Take(frame));
        var book = feed.Current();
        Assert.Equal((BookState.Synced, 1767292408400000000), (book.State, book.LastUpdateId));
        Assert.Equal([new(88107.3m, 5.322m)], book.Bids);
        Assert.Equal([new(88107.4m, 5.273m)], book.Asks);
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1767292408400), book.VenueTime);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Changes_follow_a_snapshot_and_size_zero_removes(bool lite)
    {
        using var feed = Book(new StreamDemand(500, 100, null), new GrvtOptions());
        Take(Frame(lite, 0, 0, 400, "88107.2:1.5,88107.1:2", "88107.4:5.273"));
        Assert.Equal(FrameKind.Data, Take(Frame(lite, 1061214, 1061213, 500, "88107.20:0,88107:7", "")));
        var book = feed.Current();
        Assert.Equal((BookState.Synced, 500), (book.State, book.LastUpdateId));
        Assert.Equal([new(88107.1m, 2m), new(88107m, 7m)], book.Bids);
        Assert.Equal([new(88107.4m, 5.273m)], book.Asks);
    }

    /// <summary>Mistake 21: duplicate ignored, jump is a resync, 0 replaces, another connection has numbers of its own.</summary>
    [Fact]
    public void The_numbers_of_the_envelope_rule()
    {
        using var feed = Book(new StreamDemand(500, 100, null), new GrvtOptions());
        Take(Frame(false, 0, 0, 100, "10:1", "11:1"));
        Take(Frame(false, 7, 6, 200, "10:2", ""));
        Take(Frame(false, 7, 6, 200, "10:3", ""));
        Assert.Equal((2m, 1L), (feed.Current().Bids[0].Quantity, _processor.Repeated));
        Take(Frame(false, 0, 0, 100, "10:1", "11:1"));
        Assert.Equal(2m, feed.Current().Bids[0].Quantity);
        Take(Frame(false, 0, 0, 250, "10:4", "11:1"));
        Take(Frame(false, 8, 7, 300, "9:1", ""));
        Assert.Equal([new(10m, 4m), new(9m, 1m)], feed.Current().Bids);
        Take(Frame(false, 10, 9, 400, "10:5", ""));
        Assert.Equal((BookState.Syncing, 0, 1L, 1), (feed.Current().State, feed.Current().Bids.Length, feed.Resyncs, _host.Wanted));
        Take(Frame(false, 11, 10, 500, "10:6", ""));
        Assert.Equal(BookState.Syncing, feed.Current().State);
        Take(Frame(false, 0, 0, 600, "10:7", "11:1"), link: 2);
        Take(Frame(false, 3, 2, 700, "10:8", ""), link: 2);
        Assert.Equal((BookState.Synced, 8m), (feed.Current().State, feed.Current().Bids[0].Quantity));
    }

    [Fact]
    public void A_change_that_cannot_be_read_is_a_gap_before_the_next()
    {
        using var feed = Book(new StreamDemand(500, 100, null), new GrvtOptions());
        Take(Frame(false, 0, 0, 100, "10:1", "11:1"));
        Take(Frame(false, 7, 6, 200, "10:2", ""));
        Assert.Equal(FrameKind.Unreadable, Take(Frame(false, 8, 7, 300, "10:3", "").Replace("\"10\"", "\"ten\"", StringComparison.Ordinal)));
        Assert.Equal(BookState.Synced, feed.Current().State);
        Take(Frame(false, 9, 8, 400, "9:1", ""));
        Assert.Equal((BookState.Syncing, 1L), (feed.Current().State, feed.Resyncs));
    }

    [Theory]
    [InlineData(7, false)]
    [InlineData(8, true)]
    public void The_first_change_is_the_one_that_the_acknowledgement_told(long first, bool gap)
    {
        using var feed = Book(new StreamDemand(500, 100, null), new GrvtOptions());
        Take("""{"jsonrpc":"2.0","result":{"stream":"v1.book.d","subs":["BTC_USDT_Perp@100"],"unsubs":[],"num_snapshots":[1],"first_sequence_number":["7"],"latest_sequence_number":["6"]},"id":7,"method":"subscribe"}""");
        Take(Frame(false, 0, 0, 100, "10:1", "11:1"));
        Take(Frame(false, first, first - 1, 200, "10:2", ""));
        Assert.Equal(gap ? BookState.Syncing : BookState.Synced, feed.Current().State);
    }

    /// <summary>The order of acknowledgement and data is not told by the papers.</summary>
    [Fact]
    public void An_acknowledgement_behind_the_first_change_shows_that_one_was_lost()
    {
        using var feed = Book(new StreamDemand(500, 100, null), new GrvtOptions());
        Take(Frame(false, 0, 0, 100, "10:1", "11:1"));
        Take(Frame(false, 8, 7, 200, "10:2", ""));
        Take("""{"j":"2.0","r":{"s":"v1.book.d","s1":["BTC_USDT_Perp@100"],"u":[],"ns":[1],"fs":[7],"ls":[6]},"i":7,"m":"subscribe"}""");
        Take(Frame(false, 9, 8, 300, "10:3", ""));
        Assert.Equal((BookState.Syncing, 1L), (feed.Current().State, feed.Resyncs));
    }

    [Fact]
    public void What_is_given_back_and_had_again_begins_elsewhere()
    {
        using var feed = Book(new StreamDemand(500, 100, null), new GrvtOptions());
        Take(Frame(false, 0, 0, 100, "10:1", "11:1"));
        Take(Frame(false, 7000, 6999, 200, "10:2", ""));
        Take("""{"jsonrpc":"2.0","result":{"stream":"v1.book.d","unsubs":["BTC_USDT_Perp@100"]},"id":8,"method":"unsubscribe"}""");
        Take(Frame(false, 0, 0, 300, "10:3", "11:1"));
        Take(Frame(false, 5, 4, 400, "10:4", ""));
        Assert.Equal((BookState.Synced, 4m, 0L), (feed.Current().State, feed.Current().Bids[0].Quantity, feed.Resyncs));
    }

    [Theory]
    [InlineData("""{"event_time":"0","bids":[],"asks":[]}""")]
    [InlineData("""{"event_time":"5"}""")]
    [InlineData("""{"event_time":"5","bids":[{"price":"1"}],"asks":[]}""")]
    [InlineData("""{"event_time":"5","bids":[{"size":"1"}],"asks":[]}""")]
    [InlineData("""{"event_time":"5","bids":[{"price":"1","size":"-1"}],"asks":[]}""")]
    [InlineData("""{"event_time":"5","bids":[["1","2"]],"asks":[]}""")]
    [InlineData("""{"event_time":"5","bids":null,"asks":[]}""")]
    [InlineData("[]")]
    public void What_is_no_book_is_refused(string text)
    {
        var json = new Utf8Scanner(Encoding.UTF8.GetBytes(text));
        Assert.False(new GrvtBookMessage().TryRead(ref json));
    }

    [Theory]
    [InlineData("""{"stream":"v1.trade","selector":"BTC_USDT_Perp@50","sequence_number":"5","feed":{"event_time":"1767257046164798775","instrument":"BTC_USDT_Perp","is_taker_buyer":true,"size":"0.001","price":"87700.1","mark_price":"87700.817100682","index_price":"87708.566729268","interest_rate":"0.0","forward_price":"0.0","trade_id":"73808524-19","venue":"ORDERBOOK","is_rpi":false},"prev_sequence_number":"4"}""")]
    [InlineData("""{"s":"v1.trade","s1":"BTC_USDT_Perp@50","sn":"5","f":{"et":"1767257046164798775","i":"BTC_USDT_Perp","it":true,"s":"0.001","p":"87700.1","mp":"87700.817100682","ip":"87708.566729268","ir":0.0,"fp":"0.0","ti":"73808524-19","v":"ORDERBOOK","ir1":false},"ps":"4"}""")]
    public void A_trade_is_told(string frame)
    {
        Trades();
        Take(frame);
        var trade = Assert.Single(_sink.Trades.All);
        Assert.Equal(("73808524-19", 87700.1m, 0.001m, Side.Buy), (trade.TradeId, trade.Price, trade.Quantity, trade.AggressorSide));
        Assert.Equal(1767257046164798775 / 100, (trade.VenueTime.UtcTicks - DateTime.UnixEpoch.Ticks));
    }

    /// <summary>History of the first connection is not told; of a later one, what was missed is, once and in order.</summary>
    [Fact]
    public void Trades_are_told_once_and_in_order_across_connections()
    {
        var feed = Trades();
        Take(Trade("a", 0, 1));
        Take(Trade("b", 3, 2));
        Take(Trade("c", 4, 3));
        Assert.Equal(FrameKind.Data, Take(Trade("c", 4, 3)));
        Take(Trade("e", 0, 5), link: 2);
        Take(Trade("d", 0, 4), link: 2);
        Take(Trade("c", 0, 3), link: 2);
        Take(Trade("f", 9, 6), link: 2);
        Take(Trade("f", 5, 6), link: 1);
        Assert.Equal(["b", "c", "d", "e", "f"], _sink.Trades.All.Select(t => t.TradeId));
        Assert.Equal((0L, 0L), (feed.Holes, feed.Lost));
    }

    [Fact]
    public void Lost_trades_are_picked_out_of_the_latest()
    {
        var feed = Trades();
        Take(Trade("b", 3, 2));
        Take(Trade("e", 6, 5));
        Take(Trade("f", 7, 6));
        Assert.Equal(["b"], _sink.Trades.All.Select(t => t.TradeId));
        var (from, to) = _host.Hole;
        var latest = new[] { "g", "f", "e", "d", "c", "b", "a" }.Select((id, i) => new MarketTrade(0, id, 1, 1, Side.Buy, _now.AddSeconds(-i))).ToList();
        feed.OnMissing(feed.Pick(latest, from).OrThrow(), to, null);
        Take(Trade("g", 8, 7));
        Assert.Equal(["b", "c", "d", "e", "f", "g"], _sink.Trades.All.Select(t => t.TradeId));
        Assert.Equal((1L, 2L, 0L), (feed.Holes, feed.Recovered, feed.Lost));
    }

    [Fact]
    public void A_connection_that_knows_none_of_our_trades_leaves_a_hole()
    {
        var feed = Trades();
        Take(Trade("b", 3, 2));
        Take(Trade("x", 0, 90), link: 2);
        Take(Trade("y", 1, 91), link: 2);
        var (from, to) = _host.Hole;
        var error = feed.Pick([new MarketTrade(0, "x", 1, 1, Side.Buy, _now)], from).Error;
        Assert.Contains("do not reach back", error!.Message, StringComparison.Ordinal);
        feed.OnMissing([], to, error.Message);
        Assert.Equal(["b", "x", "y"], _sink.Trades.All.Select(t => t.TradeId));
        Assert.Equal(TradeFeed.LargestHole, feed.Lost);
    }

    /// <summary>Mistake 23: absent is unchanged, an empty text is none, "0" is zero.</summary>
    [Fact]
    public void Best_prices_are_merged_and_not_told_across_a_loss()
    {
        var renewed = 0;
        _processor.Add(new GrvtTopOfBookFeed("grvt", "BTC_USDT_Perp", 50, _sink, _ => renewed++));
        Take(Mini(0, 0, """ "best_bid_price":"10","best_bid_size":"1","best_ask_price":"11","best_ask_size":"2" """));
        Take(Mini(5, 4, """ "best_bid_size":"3" """));
        Take(Mini(6, 5, """ "best_ask_price":"","best_ask_size":"0" """));
        Assert.Equal([(new PriceLevel(10, 1), new PriceLevel(11, 2)), (new PriceLevel(10, 3), new PriceLevel(11, 2)), (new PriceLevel(10, 3), null)], _sink.Tops.All.Select(t => (t.Bid!.Value, t.Ask)));
        Take(Mini(8, 7, """ "best_bid_size":"4" """));
        Take(Mini(9, 8, """ "best_bid_size":"5" """));
        Assert.Equal((3, 1), (_sink.Tops.All.Count, renewed));
        Take(Mini(0, 0, """ "best_bid_price":"9","best_bid_size":"1" """));
        Assert.Equal((new PriceLevel(9, 1), null), (_sink.Tops.All[^1].Bid!.Value, _sink.Tops.All[^1].Ask));

        // While the socket is replaced, the old one's changes do not belong to the new one's picture.
        Take(Mini(0, 0, """ "best_bid_price":"8","best_bid_size":"1" """), link: 2);
        Take(Mini(10, 9, """ "best_bid_size":"7" """));
        Take(Mini(1, 0, """ "best_bid_size":"6" """), link: 2);
        Assert.Equal((new PriceLevel(8, 6), 6, 1), (_sink.Tops.All[^1].Bid!.Value, _sink.Tops.All.Count, renewed));
    }

    [Theory]
    [InlineData("""{"stream":"v1.ticker.s","selector":"BTC_USDT_Perp@500","sequence_number":"0","feed":{"event_time":"1767199535382794823","instrument":"BTC_USDT_Perp","mark_price":"87439.392166151","index_price":"87462.426721779","last_price":"87467.5","best_bid_price":"87474.3","best_bid_size":"2.435","funding_rate_8h_curr":"0.03","funding_rate_8h_avg":"0.02","interest_rate":"0.0","long_short_ratio":"1.472050","funding_rate":"0.01","funding_interval_hours":8,"next_funding_time":"1767225600000000000"},"prev_sequence_number":"0"}""")]
    [InlineData("""{"s":"v1.ticker.s","s1":"BTC_USDT_Perp@500","sn":"0","f":{"et":"1767199535382794823","i":"BTC_USDT_Perp","mp":"87439.392166151","ip":"87462.426721779","lp":"87467.5","bb":"87474.3","bb1":"2.435","fr":"0.03","fr1":"0.02","ir":"0.0","ls1":"1.472050","fr2":0.01,"nf":"1767225600000000000"},"ps":"0"}""")]
    public void A_mark_price_is_told(string frame)
    {
        _processor.Add(new GrvtMarkPriceFeed("grvt", "BTC_USDT_Perp", 500, _sink));
        Assert.Equal(FrameKind.Data, Take(frame));
        var mark = Assert.Single(_sink.Marks.All);
        Assert.Equal((87439.392166151m, 87462.426721779m, 0.0001m), (mark.Mark, mark.Index, mark.FundingRate));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1767225600), mark.NextFundingTime);
    }

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","result":{"stream":"v1.trade","subs":["A@50","B@50"],"unsubs":["A@200"]},"id":7}""")]
    [InlineData("""{"j":"2.0","r":{"s":"v1.trade","s1":["A@50","B@50"],"u":["A@200"],"ns":[1,1],"fs":["1","1"],"ls":["0","0"]},"i":7,"m":"subscribe"}""")]
    public void An_acknowledgement_lists_what_was_taken(string frame)
    {
        Assert.True(GrvtFrame.TryRead(Encoding.UTF8.GetBytes(frame), out var read));
        Assert.Equal(["A@50", "B@50"], GrvtChannels.ReadTaken(read.Result)!.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Answers_to_queries_are_read()
    {
        var book = GrvtMarketRest.ReadBook("""{"result":{"event_time":"1767292408400000000","instrument":"X","bids":[{"price":"10","size":"1","num_orders":1}],"asks":[]}}"""u8).OrThrow();
        Assert.Equal((1767292408400000000, 1, 0), (book.LastId, book.Bids.Count, book.Asks.Count));
        var trades = GrvtMarketRest.ReadTrades("""{"r":[{"et":"1767257046164798775","i":"X","it":"false","s":"0.001","p":"87700.1","ti":"7-1"}],"n":""}"""u8).OrThrow();
        Assert.Equal(("7-1", Side.Sell), (trades[0].TradeId, trades[0].Taker));
        Assert.Equal(ExchangeErrorCode.UnreadableReply, GrvtMarketRest.ReadBook("{}"u8).Error!.Code);
        Assert.Equal(ExchangeErrorCode.UnreadableReply, GrvtMarketRest.ReadTrades("""{"result":[{}]}"""u8).Error!.Code);
    }

    [Theory]
    [InlineData("{", FrameKind.Unreadable)]
    [InlineData("""{"stream":"v1.unheard","selector":"of","sequence_number":"0","feed":{},"prev_sequence_number":"0"}""", FrameKind.Unknown)]
    [InlineData("""{"code":1003,"message":"Request could not be processed due to malformed syntax","status":400}""", FrameKind.Notice)]
    [InlineData("""{"jsonrpc":"2.0","error":{"code":3000,"message":"…"},"id":1,"method":"subscribe"}""", FrameKind.Reply)]
    [InlineData("{}", FrameKind.Unknown)]
    public void Other_frames_are_told_apart(string frame, object kind) => Assert.Equal((FrameKind)kind, Take(frame));

    private static string Frame(bool lite, long sequence, long previous, long time, string bids, string asks)
    {
        return lite
            ? $$"""{"s":"v1.book.d","s1":"BTC_USDT_Perp@100","sn":"{{sequence}}","f":{"et":"{{time}}","i":"BTC_USDT_Perp","b":[{{Levels(bids)}}],"a":[{{Levels(asks)}}]},"ps":"{{previous}}"}"""
            : $$"""{"stream":"v1.book.d","selector":"BTC_USDT_Perp@100","sequence_number":"{{sequence}}","feed":{"event_time":"{{time}}","instrument":"BTC_USDT_Perp","bids":[{{Levels(bids)}}],"asks":[{{Levels(asks)}}]},"prev_sequence_number":"{{previous}}"}""";

        string Levels(string levels) => string.Join(",", levels.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(':')).Select(l => lite
            ? $$"""{"p":"{{l[0]}}","s":"{{l[1]}}","no":1}"""
            : $$"""{"price":"{{l[0]}}","size":"{{l[1]}}","num_orders":1}"""));
    }

    private static string Trade(string id, long sequence, long second) =>
        $$"""{"stream":"v1.trade","selector":"BTC_USDT_Perp@50","sequence_number":"{{sequence}}","feed":{"event_time":"{{second}}000000000","instrument":"BTC_USDT_Perp","is_taker_buyer":false,"size":"1","price":"10","trade_id":"{{id}}"},"prev_sequence_number":"{{Math.Max(0, sequence - 1)}}"}""";

    private static string Mini(long sequence, long previous, string members) =>
        $$"""{"stream":"v1.mini.d","selector":"BTC_USDT_Perp@50","sequence_number":"{{sequence}}","feed":{"event_time":"1767199535382794823","instrument":"BTC_USDT_Perp",{{members}}},"prev_sequence_number":"{{previous}}"}""";

    private FrameKind Take(string frame, int link = 1) => _processor.OnFrame(Encoding.UTF8.GetBytes(frame), link, _now, out _);

    private BookFeed Book(StreamDemand demand, GrvtOptions options)
    {
        var feed = new BookFeed("grvt", "BTC_USDT_Perp", new GrvtBookSource(options), _sink, _host, TimeProvider.System);
        feed.SetDemand(demand);
        foreach (var handler in feed.Handlers)
        {
            _processor.Add(handler);
            handler.MarkSubscribed(1);
        }

        return feed;
    }

    private GrvtTradeFeed Trades()
    {
        var feed = new GrvtTradeFeed("grvt", "BTC_USDT_Perp", 50, _sink, _host, TimeProvider.System);
        _processor.Add(feed);
        return feed;
    }

    private sealed class Host : IBookHost, ITradeHost
    {
        public int Wanted { get; private set; }

        public (long From, long To) Hole { get; private set; }

        public void OnSnapshotNeeded(BookFeed feed, BookSource book) => Wanted++;

        public void OnStreamsChanged(BookFeed feed)
        {
        }

        public void OnResync(BookFeed feed, string reason)
        {
        }

        public void OnTradesMissing(TradeFeed feed, long from, long to) => Hole = (from, to);

        public void OnTradesLost(TradeFeed feed, long count, string reason)
        {
        }
    }
}
