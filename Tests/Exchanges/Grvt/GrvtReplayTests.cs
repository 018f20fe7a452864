using System.Text;
using Exchange.Exchanges.Binance;
using Exchange.Exchanges.Deribit;
using Exchange.Exchanges.Grvt;
using Exchange.Exchanges.Recording;
using Exchange.Grains.Interfaces;
using Xunit;

namespace Exchange.Tests.Exchanges.Grvt;

/// <summary>Recordings of GRVT: told from those of other venues, of either encoding, and never more than what was seen.</summary>
public sealed class GrvtReplayTests
{
    [Theory]
    [InlineData("""{"s":"v1.book.d","s1":"X@100","sn":"0","f":{"et":"100","i":"X","b":[{"p":"9","s":"1","no":1}],"a":[{"p":"11","s":"2","no":1}]},"ps":"0"}""", """{"s":"v1.book.d","s1":"X@100","sn":"5","f":{"et":"200","i":"X","b":[{"p":"10","s":"3","no":1}],"a":[]},"ps":"4"}""")]
    [InlineData("""{"stream":"v1.book.d","selector":"X","sequence_number":"0","feed":{"event_time":"100","instrument":"X","bids":[{"price":"9","size":"1"}],"asks":[{"price":"11","size":"2"}]},"prev_sequence_number":"0"}""", """{"stream":"v1.book.d","selector":"X","sequence_number":"5","feed":{"event_time":"200","instrument":"X","bids":[{"price":"10","size":"3"}],"asks":[]},"prev_sequence_number":"4"}""")]
    [InlineData("""{"stream":"v1.book.s","selector":"X@500-10","sequence_number":"0","feed":{"event_time":"100","instrument":"X","bids":[{"price":"9","size":"1"}],"asks":[{"price":"11","size":"2"}]},"prev_sequence_number":"0"}""", """{"stream":"v1.book.s","selector":"X@500-10","sequence_number":"0","feed":{"event_time":"200","instrument":"X","bids":[{"price":"10","size":"3"},{"price":"9","size":"1"}],"asks":[{"price":"11","size":"2"}]},"prev_sequence_number":"0"}""")]
    public void A_recording_is_played_through_the_live_code(string first, string second)
    {
        var result = GrvtReplay.Run([Frame(first), Frame(second)], "X").OrThrow();
        Assert.Equal((BookState.Synced, 200L, 2L, 0L, 0L), (result.Book.State, result.Book.LastUpdateId, result.Updates, result.Gaps, result.Unreadable));
        Assert.Equal([new(10m, 3m), new(9m, 1m)], result.Book.Bids);
        Assert.Equal([new(11m, 2m)], result.Book.Asks);
        Assert.Equal("symbol", GrvtReplay.Run([Frame(first)], "Y").Error!.Field);
    }

    [Fact]
    public void A_capture_that_begins_in_mid_stream_shows_no_book_and_says_why()
    {
        var result = GrvtReplay.Run(
            [Frame("""{"stream":"v1.book.d","selector":"X@50","sequence_number":"5","feed":{"event_time":"200","instrument":"X","bids":[{"price":"10","size":"3"}],"asks":[]},"prev_sequence_number":"4"}""")],
            "X").OrThrow();
        Assert.Equal((BookState.Syncing, "waiting for the snapshot", 0), (result.Book.State, result.Book.Reason, result.Book.Bids.Length));
    }

    [Fact]
    public void The_venue_is_told_from_a_line()
    {
        var grvt = Frame("""{"stream":"v1.book.d","selector":"X@50","sequence_number":"0","feed":{"event_time":"1"},"prev_sequence_number":"0"}""");
        var binance = Frame("""{"stream":"btcusdt@depth","data":{}}""");
        var deribit = Frame("""{"jsonrpc":"2.0","method":"subscription","params":{"channel":"book.X.100ms","data":{}}}""");
        Assert.Equal((true, false, false), (GrvtReplay.Recognizes(grvt), GrvtReplay.Recognizes(binance), GrvtReplay.Recognizes(deribit)));
        Assert.Equal((true, true), (BinanceReplay.Recognizes(binance), DeribitReplay.Recognizes(deribit)));
        Assert.True(GrvtReplay.Recognizes(grvt with { Url = "wss://market-data.grvt.io/ws/lite" }));
        Assert.True(GrvtReplay.Recognizes(grvt with { Url = "http://127.0.0.1:9405/full/v1/all_instruments" }));
        Assert.False(GrvtReplay.Recognizes(grvt with { Url = "wss://fstream.binance.com/public/stream" }));
    }

    private static RecordedEntry Frame(string text) => new(DateTimeOffset.UnixEpoch.AddDays(1), RecordedKind.FrameIn, null, Encoding.UTF8.GetBytes(text));
}
