using Exchange.Exchanges.Binance;
using Exchange.Exchanges.Common.Books;
using Exchange.Grains.Interfaces;
using Xunit;

namespace Exchange.Tests.Exchanges.Binance;

/// <summary>The table of the venue sheet, section 10.4: a snapshot with L = 1000 (T07, T08).</summary>
public sealed class BinanceBookChainTests
{
    private static readonly DateTimeOffset _now = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("old", 980, 990, 975, ChainStep.Skip)]
    [InlineData("ends at L", 991, 1000, 990, ChainStep.Apply)]
    [InlineData("straddles", 991, 1005, 990, ChainStep.Apply)]
    [InlineData("snapshot too old", 1500, 1510, 1490, ChainStep.Gap)]
    [InlineData("boundary", 1004, 1008, 1000, ChainStep.Apply)]
    [InlineData("boundary, predecessor older than L", 1004, 1008, 998, ChainStep.Apply)]
    [InlineData("one missing", 1004, 1008, 1001, ChainStep.Gap)]
    public void First_message(string what, long first, long last, long previous, ChainStep expected) =>
        Assert.True(new BinanceBookChain().First(1000, new UpdateIds(first, last, previous)) == expected, what);

    [Theory]
    [InlineData("boundary", 1004, 1008, 1000, ChainStep.Gap)]
    [InlineData("straddles", 991, 1005, 990, ChainStep.Apply)]
    [InlineData("starts at L", 1000, 1005, 990, ChainStep.Apply)]
    [InlineData("starts after L", 1001, 1005, 990, ChainStep.Gap)]
    public void First_message_by_the_letter_of_the_rule(string what, long first, long last, long previous, ChainStep expected) =>
        Assert.True(new BinanceBookChain(acceptBoundary: false).First(1000, new UpdateIds(first, last, previous)) == expected, what);

    [Theory]
    [InlineData("next, U is not pu + 1", 1009, 1012, 1005, ChainStep.Apply)]
    [InlineData("gap", 1020, 1025, 1015, ChainStep.Gap)]
    [InlineData("repeated", 991, 1005, 990, ChainStep.Skip)]
    [InlineData("overlapping", 1003, 1012, 1002, ChainStep.Gap)]
    public void Next_message(string what, long first, long last, long previous, ChainStep expected) =>
        Assert.True(new BinanceBookChain().Next(1005, new UpdateIds(first, last, previous)) == expected, what);

    [Fact]
    public void The_table_in_one_run()
    {
        var book = new OrderBookBuilder(new BinanceBookChain());
        Assert.Equal(BookStep.Buffered, Change(book, 980, 990, 975, 90, 1));
        Assert.Equal(BookStep.Buffered, Change(book, 991, 1005, 990, 99, 5));
        Assert.True(book.NeedsSnapshot);
        Assert.Equal(BookStep.Applied, book.OnSnapshot(1000, [new(100, 1), new(98, 2)], [new(101, 3)]));
        Assert.Equal([new(100, 1), new(99, 5), new(98, 2)], book.TopBids(10));
        Assert.Equal(1005, book.LastUpdateId);
        Assert.Equal(BookStep.Applied, Change(book, 1009, 1012, 1005, 100, 0));
        Assert.Equal([new(99, 5), new(98, 2)], book.TopBids(10));
        Assert.Equal(BookStep.Gap, Change(book, 1020, 1025, 1015, 97, 1));
        Assert.False(book.IsSynced);
        Assert.Empty(book.TopBids(10));
        Assert.Empty(book.TopAsks(10));

        // The message that showed the gap is kept, and is where the next snapshot joins on.
        Assert.Equal(BookStep.SnapshotTooOld, book.OnSnapshot(1010, [new(50, 1)], [new(51, 1)]));
        Assert.Equal(BookStep.Applied, book.OnSnapshot(1022, [new(99, 5)], [new(101, 3)]));
        Assert.Equal([new(99, 5), new(97, 1)], book.TopBids(10));
        Assert.Equal(1, book.Gaps);
    }

    [Fact]
    public void A_snapshot_older_than_what_was_kept_is_asked_for_again_and_nothing_kept_is_lost()
    {
        var book = new OrderBookBuilder(new BinanceBookChain());
        Change(book, 1500, 1510, 1490, 99, 5);
        Assert.Equal(BookStep.SnapshotTooOld, book.OnSnapshot(1000, [], []));
        Change(book, 1515, 1520, 1510, 98, 6);
        Assert.Equal(BookStep.Applied, book.OnSnapshot(1505, [new(100, 1)], [new(101, 1)]));
        Assert.Equal([new(100, 1), new(99, 5), new(98, 6)], book.TopBids(10));
    }

    [Fact]
    public void A_snapshot_newer_than_all_that_was_kept_waits_for_a_change_to_join_it()
    {
        var book = new OrderBookBuilder(new BinanceBookChain());
        Change(book, 980, 990, 975, 99, 5);
        Assert.Equal(BookStep.AwaitingChange, book.OnSnapshot(1000, [new(100, 1)], [new(101, 1)]));
        Assert.False(book.IsSynced);
        Assert.Equal(BookStep.Ignored, Change(book, 991, 995, 990, 98, 5));
        Assert.Equal(BookStep.Applied, Change(book, 1002, 1004, 1000, 97, 5));
        Assert.Equal([new(100, 1), new(97, 5)], book.TopBids(10));
    }

    /// <summary>T10: what lies beyond the snapshot shows only once it has changed, and the book knows that it is thin.</summary>
    [Fact]
    public void Levels_beyond_the_snapshot_appear_only_after_they_changed()
    {
        var book = new OrderBookBuilder(new BinanceBookChain(), snapshotLimit: 2);
        book.OnSnapshot(1000, [new(100, 1), new(99, 1)], [new(101, 1), new(102, 1)]);
        Change(book, 1000, 1001, 999, 90, 7);
        Assert.Equal([new(100, 1), new(99, 1), new(90, 7)], book.TopBids(10));
        Assert.False(book.IsThinFor(2));
        Change(book, 1002, 1003, 1001, 100, 0);
        Assert.Equal([new(99, 1), new(90, 7)], book.TopBids(10));
        Assert.True(book.IsThinFor(2));
    }

    /// <summary>T09, scenario 16: a crossed book is wrong, whatever the ids say.</summary>
    [Fact]
    public void A_crossed_book_is_discarded()
    {
        var book = new OrderBookBuilder(new BinanceBookChain());
        book.OnSnapshot(1000, [new(100, 1)], [new(101, 1)]);
        Assert.Equal(BookStep.Crossed, Change(book, 1000, 1001, 999, 101, 1));
        Assert.False(book.IsSynced);
        Assert.Empty(book.TopBids(10));
        Assert.True(book.NeedsSnapshot);
        Assert.Equal(1, book.CrossedBooks);
    }

    [Fact]
    public void An_empty_side_is_no_error_and_a_missing_level_may_be_removed()
    {
        var book = new OrderBookBuilder(new BinanceBookChain());
        book.OnSnapshot(1000, [new(100, 1)], []);
        Assert.Equal(BookStep.Applied, Change(book, 1000, 1001, 999, 42, 0));
        Assert.Equal(BookStep.Applied, Change(book, 1002, 1003, 1001, 100, 0));
        Assert.Empty(book.TopBids(5));
        Assert.True(book.IsSynced);
        Assert.Null(book.BestBid);
    }

    [Fact]
    public void What_is_kept_is_bounded()
    {
        var book = new OrderBookBuilder(new BinanceBookChain(), bufferLimit: 3);
        for (var i = 1; i <= 5; i++)
            Change(book, i * 10, (i * 10) + 5, ((i - 1) * 10) + 5, 100 - i, 1);
        Assert.Equal(2, book.Overflowed);
        Assert.Equal(BookStep.SnapshotTooOld, book.OnSnapshot(12, [], []));
        Assert.Equal(BookStep.Applied, book.OnSnapshot(40, [], []));
    }

    private static BookStep Change(OrderBookBuilder book, long first, long last, long previous, decimal bid, decimal quantity) =>
        book.OnChange(new UpdateIds(first, last, previous), [new PriceLevel(bid, quantity)], [], _now, _now);
}
