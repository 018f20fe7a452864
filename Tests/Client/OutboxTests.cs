using Exchange.Client.Gateway.Updates;
using Exchange.Client.Protocol;
using Xunit;

namespace Exchange.Tests.Client;

/// <summary>The queue between the streams and the socket's thread.</summary>
public sealed class OutboxTests
{
    private static readonly TopicName _book = TopicName.OfSymbol(TopicKind.Book, "binance", "X");
    private static readonly TopicName _trade = TopicName.OfSymbol(TopicKind.Trade, "binance", "X");

    [Fact]
    public void Messages_leave_in_the_order_they_came()
    {
        var outbox = new UpdateOutbox(100, 1 << 20, 100);
        var (book, trade) = (new TopicLane(_book), new TopicLane(_trade));
        for (var n = 1; n <= 10; n++)
        {
            Put(outbox, book, n);
            Put(outbox, trade, n);
        }

        Assert.Equal(Enumerable.Range(1, 10).SelectMany(n => new[] { (book.Name, (long)n), (trade.Name, n) }), Drain(outbox).Select(m => (m.Topic, m.Seq)));
        Assert.Equal(20, outbox.Sent);
    }

    [Fact]
    public void Beyond_its_bound_the_newest_book_takes_the_place_of_the_one_before_it()
    {
        var outbox = new UpdateOutbox(100, 1 << 20, 3);
        var book = new TopicLane(_book);
        for (var n = 1; n <= 10; n++)
            Put(outbox, book, n);
        Assert.Equal([(1L, 0L), (2, 0), (10, 7)], Drain(outbox).Select(m => (m.Seq, m.Missed)));
        Assert.Equal(7, outbox.Conflated);
        // What left makes room again, and nothing is remembered of the past.
        Put(outbox, book, 11);
        Assert.Equal([(11L, 0L)], Drain(outbox).Select(m => (m.Seq, m.Missed)));
    }

    [Fact]
    public void A_full_queue_still_has_a_place_for_the_newest_book_of_each_topic()
    {
        var outbox = new UpdateOutbox(2, 1 << 20, 10);
        var (book, trade) = (new TopicLane(_book), new TopicLane(_trade));
        Put(outbox, trade, 1);
        Put(outbox, trade, 2);
        Put(outbox, book, 1);
        Put(outbox, book, 2);
        Assert.Equal([(trade.Name, 1L, 0L), (trade.Name, 2, 0), (book.Name, 2, 1)], Drain(outbox).Select(m => (m.Topic, m.Seq, m.Missed)));
        Assert.Equal(0, outbox.Dropped);
    }

    [Fact]
    public void Dropped_trades_are_told_at_their_place()
    {
        var outbox = new UpdateOutbox(3, 1 << 20, 10);
        var trade = new TopicLane(_trade);
        for (var n = 1; n <= 6; n++)
            Put(outbox, trade, n);
        var left = Drain(outbox);
        Assert.Equal([(1L, false), (2, false), (3, false), (0, true)], left.Select(m => (m.Seq, m.IsNotice)));
        Assert.Equal((3, 7, 4, 6), outbox.TakeDropped(trade));
        Assert.Equal(3, outbox.Dropped);
        // The next hole is told anew.
        for (var n = 7; n <= 10; n++)
            Put(outbox, trade, n);
        Assert.Equal([7L, 8, 9, 0], Drain(outbox).Select(m => m.Seq));
        Assert.Equal((1, 7, 10, 10), outbox.TakeDropped(trade));
    }

    [Fact]
    public void The_bound_counts_bytes_as_well()
    {
        var outbox = new UpdateOutbox(1_000, 100, 10);
        var trade = new TopicLane(_trade);
        Put(outbox, trade, 1, new string('x', 90));
        Put(outbox, trade, 2, new string('x', 20));
        Assert.Equal(1, outbox.Dropped);
        Drain(outbox);
        Put(outbox, trade, 3, new string('x', 90));
        Assert.Equal(1, outbox.Dropped);
    }

    [Fact]
    public void A_snapshot_that_is_replaced_counts_as_nothing_missed()
    {
        var outbox = new UpdateOutbox(100, 1 << 20, 1);
        var book = new TopicLane(_book);
        Put(outbox, book, 1, isLive: false);
        Put(outbox, book, 2);
        Assert.Equal([(2L, 0L)], Drain(outbox).Select(m => (m.Seq, m.Missed)));
    }

    private static void Put(UpdateOutbox outbox, TopicLane lane, long seq, string body = "{}", bool isLive = true)
    {
        var message = outbox.Rent(lane);
        message.Epoch = 7;
        message.Seq = seq;
        message.IsLive = isLive;
        message.Body.Append(System.Text.Encoding.UTF8.GetBytes(body));
        outbox.Enqueue(message);
    }

    private static List<(string Topic, long Seq, long Missed, bool IsNotice)> Drain(UpdateOutbox outbox)
    {
        var left = new List<(string, long, long, bool)>();
        while (outbox.TryDequeue(out var message))
        {
            left.Add((message.Lane.Name, message.Seq, message.Missed, message.IsDropNotice));
            outbox.Return(message);
        }

        return left;
    }
}
