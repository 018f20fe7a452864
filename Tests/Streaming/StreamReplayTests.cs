using Exchange.Grains.Interfaces;
using Exchange.Streaming;
using Exchange.Tests.Grains;
using Orleans.Providers.Streams.Common;
using Orleans.Runtime;
using Xunit;

namespace Exchange.Tests.Streaming;

public sealed class StreamReplayTests
{
    private const int RingSize = 8;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_missed_comes_from_the_ring()
    {
        await using var cluster = await Start(published: 10);
        var position = (await cluster.Streams.GetPosition(TestCluster.TradesStream, Cancel)).OrThrow();
        Assert.Equal(10, position.Seq);

        var all = (await cluster.Streams.Replay<Trade>(TestCluster.TradesStream, position.Epoch, 2, 100, Cancel)).OrThrow();
        Assert.Equal([3, 4, 5, 6, 7, 8, 9, 10], all.Updates.Select(u => u.Seq));
        Assert.All(all.Updates, u => Assert.Equal((position.Epoch, u.Seq.ToString()), (u.Epoch, u.Data.TradeId)));

        var some = (await cluster.Streams.Replay<Trade>(TestCluster.TradesStream, position.Epoch, 5, 2, Cancel)).OrThrow();
        Assert.Equal([6, 7], some.Updates.Select(u => u.Seq));
        Assert.Equal((position.Epoch, 10), (some.Epoch, some.LastSeq));

        Assert.Empty((await cluster.Streams.Replay<Trade>(TestCluster.TradesStream, position.Epoch, 10, 2, Cancel)).OrThrow().Updates);
    }

    [Fact]
    public async Task Beyond_the_ring_and_in_another_epoch_a_snapshot_is_required()
    {
        await using var cluster = await Start(published: 10);
        var epoch = (await cluster.Streams.GetPosition(TestCluster.TradesStream, Cancel)).OrThrow().Epoch;

        Assert.Equal(ExchangeErrorCode.SnapshotRequired, (await cluster.Streams.Replay<Trade>(TestCluster.TradesStream, epoch, 1, 100, Cancel)).Error?.Code);
        Assert.Equal(ExchangeErrorCode.SnapshotRequired, (await cluster.Streams.Replay<Trade>(TestCluster.TradesStream, epoch - 1, 5, 100, Cancel)).Error?.Code);
        Assert.Equal(ExchangeErrorCode.SnapshotRequired, (await cluster.Streams.Replay<Trade>(TestCluster.TradesStream, epoch, 11, 100, Cancel)).Error?.Code);
    }

    [Fact]
    public async Task The_newest_update_is_a_snapshot_that_knows_its_place()
    {
        await using var cluster = await Start(published: 10);
        var latest = (await cluster.Streams.GetLatest<Trade>(TestCluster.TradesStream, Cancel)).OrThrow();
        Assert.Equal(10, Assert.Single(latest.Updates).Seq);

        var quiet = StreamId.Create(StreamNames.Trades, StreamNames.SymbolKey(Venues.Binance, "ETHUSDT"));
        var none = (await cluster.Streams.GetLatest<Trade>(quiet, Cancel)).OrThrow();
        Assert.Empty(none.Updates);
        Assert.Equal((latest.Epoch, 0), (none.Epoch, none.LastSeq));
    }

    [Theory]
    [InlineData("oranges", "binance/BTCUSDT", ExchangeErrorCode.UnknownTopic)]
    [InlineData(StreamNames.Trades, "binance", ExchangeErrorCode.UnknownTopic)]
    [InlineData(StreamNames.Books, "binance/BTCUSDT", ExchangeErrorCode.UnknownTopic)]
    [InlineData(StreamNames.Trades, "deribit/BTC-PERPETUAL", ExchangeErrorCode.ConnectionNotDeclared)]
    [InlineData(StreamNames.Orders, "binance", ExchangeErrorCode.ConnectionNotDeclared)]
    public async Task What_cannot_be_replayed_is_a_clear_error(string streamNamespace, string key, ExchangeErrorCode expected)
    {
        await using var cluster = await TestCluster.StartOne();
        await cluster.Venue.NextConnected();
        var result = await cluster.Streams.Replay<Trade>(StreamId.Create(streamNamespace, key), 0, 0, 10, Cancel);
        Assert.Equal(expected, result.Error?.Code);
    }

    [Fact]
    public async Task A_limit_outside_its_range_is_refused_with_the_range()
    {
        await using var cluster = await Start(published: 1);
        var result = await cluster.Streams.Replay<Trade>(TestCluster.TradesStream, 0, 0, 0, Cancel);
        Assert.Equal((ExchangeErrorCode.InvalidArgument, "limit: is 0, legal are 1 to 4096"), (result.Error?.Code, result.Error?.Message));
    }

    [Fact]
    public async Task A_subscription_with_a_token_goes_on_exactly_after_it()
    {
        await using var cluster = await Start(published: 10);
        var (byNumber, _) = await cluster.SubscribeTrades(new EventSequenceTokenV2(7));
        Assert.Equal(8, (await byNumber.NextUpdate()).Seq);
        var token = await byNumber.NextToken();
        Assert.Equal(9, token.SequenceNumber);

        var (byToken, subscription) = await cluster.SubscribeTrades(token);
        Assert.Equal(new UpdatePosition(token.Epoch, 9), subscription.Start);
        Assert.Equal(10, (await byToken.NextUpdate()).Seq);
        Assert.True(byToken.IsEmpty);
    }

    [Fact]
    public async Task A_token_that_is_no_longer_kept_or_of_another_epoch_is_told()
    {
        await using var cluster = await Start(published: 10);
        var epoch = (await cluster.Streams.GetPosition(TestCluster.TradesStream, Cancel)).OrThrow().Epoch;
        foreach (var token in new[] { new ExchangeStreamToken(epoch, 1), new ExchangeStreamToken(epoch - 1, 9) })
        {
            var (observer, subscription) = await cluster.SubscribeTrades(token);
            Assert.Equal(new UpdatePosition(epoch, 10), (await observer.NextNotice<StreamSnapshotRequiredException>()).Position);
            Assert.True(subscription.IsActive);
        }
    }

    [Fact]
    public void Streams_of_another_type_or_name_are_refused_when_they_are_asked_for()
    {
        Assert.False(StreamTypes.Check<Trade>(StreamNames.Books, "binance/BTCUSDT", out _, out var error));
        Assert.Equal("the stream 'books/binance/BTCUSDT' carries OrderBook, not Trade", error);
        Assert.False(StreamTypes.Check<Trade>("fills", "binance", out _, out error));
        Assert.StartsWith("'fills/binance' is not a stream: the namespaces are orders, positions,", error, StringComparison.Ordinal);
    }

    private static async Task<TestCluster> Start(int published)
    {
        var cluster = await TestCluster.StartOne(o => o.RingSizes[StreamNames.Trades] = RingSize);
        var connector = await cluster.Venue.NextConnected();
        for (var n = 1; n <= published; n++)
            connector.Publish(n);
        return cluster;
    }
}
