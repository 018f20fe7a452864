using System.Globalization;
using System.Text;
using Exchange.Exchanges.Common.Books;
using Exchange.Exchanges.Common.Market;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Exchanges.Common.Text;
using Exchange.Exchanges.Deribit;
using Exchange.Grains.Interfaces;
using Xunit;

namespace Exchange.Tests.Exchanges.Deribit;

/// <summary>The examples of the venue sheet, section 7, and what venues make of them.</summary>
public sealed class DeribitMarketMessageTests
{
    /// <summary>Mistakes 12, 23: numbers in exponent form, two-element levels without a type; under a culture with a decimal comma.</summary>
    [Fact]
    public void Books_are_read()
    {
        var before = CultureInfo.CurrentCulture;
        var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat.NumberDecimalSeparator = ",";
        CultureInfo.CurrentCulture = comma;
        try
        {
            var snapshot = Book("""{"type":"snapshot","timestamp":1789000031000,"instrument_name":"BTC-PERPETUAL","change_id":140000000100,"bids":[["new",61200.0,12000.0],["new",61199.5,500.0]],"asks":[["new",61200.5,800.0],["new",61203.0,15000.0]]}""");
            Assert.Equal((true, new UpdateIds(0, 140000000100, 0)), (snapshot.IsSnapshot, snapshot.Ids));
            Assert.Equal([new(61200m, 12000m), new(61199.5m, 500m)], snapshot.Bids.Levels.ToArray());
            Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1789000031000), snapshot.VenueTime);

            var change = Book("""{"type":"change","timestamp":1789000031100,"instrument_name":"BTC-PERPETUAL","prev_change_id":140000000100,"change_id":140000000173,"bids":[["change",61200.0,9000.0],["delete",61199.5,7.0]],"asks":[["new",61201.0,2.2e3],["new",5.0e-4,1E-5]]}""");
            Assert.Equal((false, new UpdateIds(0, 140000000173, 140000000100)), (change.IsSnapshot, change.Ids));
            Assert.Equal([new(61200m, 9000m), new(61199.5m, 0m)], change.Bids.Levels.ToArray());
            Assert.Equal([new(61201m, 2200m), new(0.0005m, 0.00001m)], change.Asks.Levels.ToArray());

            var picture = Book("""{"timestamp":1789000032000,"instrument_name":"BTC-PERPETUAL","change_id":140000000300,"bids":[[61200.0,9000.0],[61198.0,40.0]],"asks":[[61201.0,2200.0]]}""");
            Assert.Equal((false, 140000000300), (picture.IsSnapshot, picture.Ids.Last));
            Assert.Equal([new(61200m, 9000m), new(61198m, 40m)], picture.Bids.Levels.ToArray());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData("""{"timestamp":1,"change_id":0,"bids":[],"asks":[]}""")]
    [InlineData("""{"timestamp":1,"change_id":5,"bids":[]}""")]
    [InlineData("""{"change_id":5,"bids":[],"asks":[]}""")]
    [InlineData("""{"type":"other","timestamp":1,"change_id":5,"bids":[],"asks":[]}""")]
    [InlineData("""{"type":"change","timestamp":1,"change_id":5,"bids":[],"asks":[]}""")]
    [InlineData("""{"timestamp":1,"change_id":5,"bids":[["new",1.0]],"asks":[]}""")]
    [InlineData("""{"timestamp":1,"change_id":5,"bids":[["new",1.0,-2.0]],"asks":[]}""")]
    [InlineData("""{"timestamp":1,"change_id":5,"bids":[["new",1.0,2.0,3.0]],"asks":[]}""")]
    [InlineData("""{"timestamp":1,"change_id":5,"bids":[["new",1e99,2.0]],"asks":[]}""")]
    [InlineData("""{"timestamp":1,"change_id":5,"bids":[1.0,2.0],"asks":[]}""")]
    [InlineData("[]")]
    public void What_is_no_book_is_refused(string text)
    {
        var json = new Utf8Scanner(Encoding.UTF8.GetBytes(text));
        Assert.False(new DeribitBookMessage().TryRead(ref json) && json.AtEnd);
    }

    [Fact]
    public void Trades_are_read_and_come_oldest_first()
    {
        var trades = new List<MarketTrade>();
        var json = new Utf8Scanner("""[{"trade_id":"ETH-410000002","trade_seq":280000002,"instrument_name":"BTC-PERPETUAL","timestamp":1789000033001,"direction":"buy","price":6.12e4,"amount":3.0e1},{"trade_id":"410000001","trade_seq":280000001,"instrument_name":"BTC-PERPETUAL","timestamp":1789000033000,"direction":"sell","price":61200.0,"amount":30.0,"contracts":3.0,"tick_direction":2,"index_price":61195.1,"mark_price":61199.0,"liquidation":"T","combo_trade_id":"17","legs":[{"price":1}]}]"""u8);
        Assert.True(DeribitTradeMessage.TryReadAll(ref json, trades) && json.AtEnd);
        Assert.Equal(
            [
                new(280000001, "410000001", 61200m, 30m, Side.Sell, DateTimeOffset.FromUnixTimeMilliseconds(1789000033000)),
                new(280000002, "ETH-410000002", 61200m, 30m, Side.Buy, DateTimeOffset.FromUnixTimeMilliseconds(1789000033001)),
            ],
            trades);
        json = new Utf8Scanner("""[{"trade_id":"1","trade_seq":2,"timestamp":3,"price":1.0,"amount":1.0}]"""u8);
        Assert.False(DeribitTradeMessage.TryReadAll(ref json, []));
    }

    /// <summary>An empty side is null, 0 or missing (mistake 24).</summary>
    [Fact]
    public void Quotes_and_tickers_are_read()
    {
        var quote = Ticker("""{"timestamp":1789000034000,"instrument_name":"BTC-PERPETUAL","best_bid_price":61200.0,"best_bid_amount":9000.0,"best_ask_price":null,"best_ask_amount":0.0}""");
        Assert.Equal((new PriceLevel(61200m, 9000m), null), (quote.Bid, quote.Ask));
        Assert.Null(Ticker("""{"timestamp":1789000034000,"best_bid_price":0.0,"best_bid_amount":0.0}""").Bid);
        var ticker = Ticker("""{"timestamp":1789000035000,"state":"open","instrument_name":"BTC-PERPETUAL","index_price":61195.1,"mark_price":61199.0,"last_price":61199.5,"best_bid_price":61200.0,"best_bid_amount":9000.0,"best_ask_price":61201.0,"best_ask_amount":2200.0,"open_interest":900000000.0,"current_funding":1.7e-5,"funding_8h":1.8e-5,"stats":{"high":62000.0,"volume_notional":490000000.0}}""");
        Assert.Equal((61199m, 61195.1m, 0.000017m), (ticker.Mark, ticker.Index, ticker.Funding));
        Assert.Equal(new PriceLevel(61201m, 2200m), ticker.Ask);
    }

    [Fact]
    public void Frames_are_told_apart_in_any_order_of_their_members()
    {
        var processor = new DeribitMarketDataProcessor();
        var taker = new Taker("book.BTC_USDC-25DEC26-0d625-C.raw");
        processor.Add(taker);
        const string data = """{"timestamp":1,"change_id":5,"bids":[],"asks":[]}""";
        foreach (var (frame, kind) in new[]
        {
            ("{\"jsonrpc\":\"2.0\",\"method\":\"subscription\",\"params\":{\"channel\":\"" + taker.Stream + "\",\"data\":" + data + "}}", FrameKind.Data),
            ("{\"params\":{\"label\":\"x\",\"data\":" + data + ",\"channel\":\"" + taker.Stream + "\"},\"new\":[1],\"method\":\"subscription\",\"jsonrpc\":\"2.0\"}", FrameKind.Data),
            ("{\"jsonrpc\":\"2.0\",\"method\":\"subscription\",\"params\":{\"channel\":\"" + taker.Stream + "\",\"data\":" + data + ",\"label\":\"x\"},\"usOut\":1}", FrameKind.Data),
            ("{\"jsonrpc\":\"2.0\",\"method\":\"subscription\",\"params\":{\"channel\":\"" + taker.Stream + "\",\"data\":" + data + "}", FrameKind.Unreadable),
            ("{\"jsonrpc\":\"2.0\",\"method\":\"subscription\",\"params\":{\"channel\":\"" + taker.Stream + "\",\"data\":" + data + "}}x", FrameKind.Unreadable),
            ("{\"jsonrpc\":\"2.0\",\"method\":\"subscription\",\"params\":{\"channel\":\"" + taker.Stream + "\",\"data\":7}}", FrameKind.Unreadable),
            ("{\"jsonrpc\":\"2.0\",\"method\":\"subscription\",\"params\":{\"channel\":\"book.OTHER.raw\",\"data\":" + data + "}}", FrameKind.Unknown),
            ("""{"jsonrpc":"2.0","method":"heartbeat","params":{"type":"test_request"}}""", FrameKind.Notice),
            ("""{"jsonrpc":"2.0","id":90,"result":["quote.BTC-PERPETUAL"]}""", FrameKind.Reply),
            ("""{"jsonrpc":"2.0","error":{"code":11050,"message":"bad_request","data":"invalid json"}}""", FrameKind.Unknown),
            ("", FrameKind.Unreadable),
        })
        {
            Assert.True(processor.OnFrame(Encoding.UTF8.GetBytes(frame), 1, default, out var id) == kind, frame);
            Assert.Equal(kind == FrameKind.Reply ? 90 : -1, id);
        }

        Assert.Equal(3, taker.Applied);
    }

    private static DeribitBookMessage Book(string text)
    {
        var message = new DeribitBookMessage();
        var json = new Utf8Scanner(Encoding.UTF8.GetBytes(text));
        Assert.True(message.TryRead(ref json) && json.AtEnd);
        return message;
    }

    private static DeribitTickerMessage Ticker(string text)
    {
        var message = default(DeribitTickerMessage);
        var json = new Utf8Scanner(Encoding.UTF8.GetBytes(text));
        Assert.True(message.TryRead(ref json) && json.AtEnd);
        return message;
    }

    private sealed class Taker(string channel) : StreamHandler(channel, new Lock())
    {
        private readonly DeribitBookMessage _book = new();

        public int Applied { get; private set; }

        public override bool TryRead(ref Utf8Scanner json) => _book.TryRead(ref json);

        public override void Apply(DateTimeOffset receivedAt) => Applied++;

        protected override void OnLost(string reason)
        {
        }
    }
}
