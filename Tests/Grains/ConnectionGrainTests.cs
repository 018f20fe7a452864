using Exchange.Grains.Interfaces;
using Exchange.Streaming;
using Exchange.Tests.Streaming;
using Exchange.Tests.Support;
using Xunit;

namespace Exchange.Tests.Grains;

public sealed class ConnectionGrainTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_call_waits_behind_another_ones_venue()
    {
        await using var cluster = await TestCluster.StartOne();
        var connector = await cluster.Venue.NextConnected();
        var venue = new TaskCompletionSource();
        connector.VenueAnswers = venue.Task;

        var waiting = cluster.Market.SubscribeOrderBook("BTCUSDT", 10, 0, cancellationToken: Cancel);
        Assert.True((await cluster.Market.UnsubscribeTrades("BTCUSDT", cancellationToken: Cancel).Within("a call beside the waiting one")).IsSuccess);
        Assert.False(waiting.IsCompleted);
        venue.SetResult();
        Assert.Equal(10, (await waiting.Within("the venue's answer")).OrThrow().TopN);
    }

    [Fact]
    public async Task Each_kind_of_data_goes_to_its_own_stream()
    {
        await using var cluster = await TestCluster.StartOne();
        var connector = await cluster.Venue.NextConnected();
        var books = await Subscribe<OrderBook>(cluster, StreamNames.Books);
        var quotes = await Subscribe<TopOfBook>(cluster, StreamNames.Quotes);
        var marks = await Subscribe<MarkPrice>(cluster, StreamNames.Marks);
        var book = new OrderBook { Exchange = Venues.Binance, Symbol = Trades.Symbol, State = BookState.Synced, Bids = [new PriceLevel(1, 2)] };
        var top = new TopOfBook { Exchange = Venues.Binance, Symbol = Trades.Symbol, ReceivedTime = DateTimeOffset.UnixEpoch };
        var mark = new MarkPrice { Exchange = Venues.Binance, Symbol = Trades.Symbol, Mark = 3, ReceivedTime = DateTimeOffset.UnixEpoch };

        connector.Sink.OnOrderBook(book);
        connector.Sink.OnTopOfBook(top);
        connector.Sink.OnMarkPrice(mark);
        Assert.Equal(book.Bids, (await books.NextUpdate()).Data.Bids);
        Assert.Equal(top, (await quotes.NextUpdate()).Data);
        Assert.Equal(mark, (await marks.NextUpdate()).Data);
    }

    [Fact]
    public async Task Status_updates_say_which_activation_they_are_of()
    {
        await using var cluster = await TestCluster.StartOne();
        var connector = await cluster.Venue.NextConnected();
        var observer = new RecordingObserver<ConnectionStatus>();
        await cluster.Streams.GetStream<StreamUpdate<ConnectionStatus>>(TestCluster.StatusStream).SubscribeAsync(observer);

        connector.SetState(ConnectionState.Stale);
        var update = await observer.NextUpdate();
        Assert.Equal(
            (ConnectionState.Stale, update.Epoch, "Silo_0", TestCluster.MarketBinance),
            (update.Data.State, update.Data.Epoch, update.Data.Silo, update.Data.Connection));
        var asked = (await cluster.Market.GetStatus(Cancel)).OrThrow();
        Assert.Equal((ConnectionState.Stale, update.Epoch, "Silo_0"), (asked.State, asked.Epoch, asked.Silo));
    }

    [Fact]
    public async Task A_connector_that_throws_is_an_internal_error_that_tells_no_detail()
    {
        await using var cluster = await TestCluster.StartOne();
        var connector = await cluster.Venue.NextConnected();
        connector.Broken = new InvalidOperationException("key=secret");
        var error = (await cluster.Market.GetOrderBook("BTCUSDT", Cancel)).Error;
        Assert.Equal(ExchangeErrorCode.Internal, error?.Code);
        Assert.StartsWith("market_server_binance failed; its log has the details under ", error?.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_graceful_stop_is_told_and_ends_the_connection_before_the_silo_goes_down()
    {
        await using var cluster = await TestCluster.Start([["market/binance"], []]);
        var connector = await cluster.Venue.NextConnected();
        var observer = new RecordingObserver<ConnectionStatus>();
        await cluster.Streams.GetStream<StreamUpdate<ConnectionStatus>>(TestCluster.StatusStream).SubscribeAsync(observer);

        await cluster.Cluster.StopSiloAsync(await cluster.Home()).Within("the silo's stop");
        var stopping = (await observer.NextUpdate()).Data;
        Assert.Equal((ConnectionState.Stopping, "the silo is stopping"), (stopping.State, stopping.Reason));
        Assert.Equal(ConnectionState.Stopped, (await observer.NextUpdate()).Data.State);
        Assert.True(connector.Disposed.Task.IsCompleted);
    }

    [Fact]
    public async Task While_it_stops_a_connection_takes_nothing_new()
    {
        await using var cluster = await TestCluster.Start([["market/binance"], []]);
        var connector = await cluster.Venue.NextConnected();
        var venue = new TaskCompletionSource();
        connector.VenueAnswersDisconnect = venue.Task;
        var observer = new RecordingObserver<ConnectionStatus>();
        await cluster.Streams.GetStream<StreamUpdate<ConnectionStatus>>(TestCluster.StatusStream).SubscribeAsync(observer);

        var stop = cluster.Cluster.StopSiloAsync(await cluster.Home());
        Assert.Equal(ConnectionState.Stopping, (await observer.NextUpdate()).Data.State);
        Assert.Equal(ExchangeErrorCode.Stopping, (await cluster.Market.SubscribeTrades("BTCUSDT", cancellationToken: Cancel)).Error?.Code);
        Assert.Equal(ConnectionState.Stopping, (await cluster.Market.GetStatus(Cancel)).OrThrow().State);
        Assert.False(stop.IsCompleted);
        // An attempt to connect that was under way is no news any more.
        connector.SetState(ConnectionState.Connecting);
        venue.SetResult();
        Assert.Equal(ConnectionState.Stopped, (await observer.NextUpdate()).Data.State);
        await stop.Within("the silo's stop");
    }

    private static async Task<RecordingObserver<T>> Subscribe<T>(TestCluster cluster, string streamNamespace)
    {
        var observer = new RecordingObserver<T>();
        await cluster.Streams.GetStream<StreamUpdate<T>>(
            Orleans.Runtime.StreamId.Create(streamNamespace, StreamNames.SymbolKey(Venues.Binance, Trades.Symbol))).SubscribeAsync(observer);
        return observer;
    }
}
