using System.Globalization;
using System.Text.Json;
using Exchange.Client.Protocol;
using Exchange.Client.Trader;
using Exchange.Grains.Interfaces;

namespace Exchange.Samples;

/// <summary>Connects, subscribes, shows, and says at the end whether all was well.</summary>
internal static class TraderSample
{
    private const int ReadyAttempts = 120;

    private static readonly TimeSpan _readyDelay = TimeSpan.FromMilliseconds(250);

    private static readonly JsonSerializerOptions _json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <returns>
    /// 0 when books and trades were seen, none out of order, and where it trades, orders were placed, filled, replaced and cancelled and
    /// none refused; 1 when not; 2 when it could not begin.
    /// </returns>
    public static async Task<int> RunAsync(SampleOptions options, CancellationToken cancellationToken)
    {
        if (options.Orleans)
        {
            await Console.Error.WriteLineAsync(
                "--orleans: this sample does not join a cluster as an Orleans client yet (issue 6); a trader of your own can, with Exchange.Client.Trader.OrleansTrader. " +
                "Leave the option out to use ZeroMQ.");
            return 2;
        }

        var view = new MarketView();
        var orders = new OrderView();
        try
        {
            await using var trader = await TraderClient.ConnectAsync(
                new TraderClientOptions { CommandEndpoint = options.CommandEndpoint, UpdateEndpoint = options.UpdateEndpoint, Name = "sample" },
                cancellationToken: cancellationToken);
            view.Follow(trader);
            trader.SessionChanged += change => Console.Error.WriteLine(change.IsConnected ? $"connected to {change.Gateway}" : "the gateway does not answer");
            trader.Listen(TopicName.OfStatus(new ConnectionId(ConnectionRole.Market, options.Exchange)));
            if (!await SubscribeAsync(trader, options, cancellationToken))
                return 2;

            var cycle = new OrderCycle(trader, view, orders, options);
            if (options.Trade)
            {
                orders.Follow(trader, options.Exchange);
                var start = await WhenReadyAsync(() => cycle.StartAsync(cancellationToken), cancellationToken);
                if (!start.IsSuccess)
                {
                    await Console.Error.WriteLineAsync(start.Error.ToString());
                    return 2;
                }
            }

            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            if (options.Duration > TimeSpan.Zero)
                end.CancelAfter(options.Duration);
            var trading = options.Trade ? cycle.RunAsync(end.Token) : Task.CompletedTask;
            if (options.Json)
                await Silence(end.Token);
            else if (Console.IsOutputRedirected)
                await PrintLinesAsync(view, orders, options, end.Token);
            else
                await Screen.ShowAsync(view, orders, options, end.Token);
            await trading;
        }
        catch (Exception e) when (e is TimeoutException or InvalidOperationException or OperationCanceledException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 2;
        }

        return Summarize(view, orders, options);
    }

    private static async Task<bool> SubscribeAsync(TraderClient trader, SampleOptions options, CancellationToken cancellationToken)
    {
        var book = await WhenReadyAsync(
            () => trader.SubscribeOrderBook(options.Exchange, options.Symbol, options.Top, options.FrequencyMs, cancellationToken), cancellationToken);
        var trades = await WhenReadyAsync(() => trader.SubscribeTrades(options.Exchange, options.Symbol, cancellationToken), cancellationToken);
        foreach (var error in new[] { book.Error, trades.Error })
        {
            if (error is not null)
                await Console.Error.WriteLineAsync(error.ToString());
        }

        return book.IsSuccess && trades.IsSuccess;
    }

    /// <summary>A connection that has just started takes a moment; so does one that moves to its standby.</summary>
    private static async Task<Result<T>> WhenReadyAsync<T>(Func<Task<Result<T>>> call, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var result = await call();
            if (result.IsSuccess || attempt == ReadyAttempts || result.Error.Code is not (ExchangeErrorCode.NotReady or ExchangeErrorCode.ConnectionUnavailable))
                return result;
            await Task.Delay(_readyDelay, cancellationToken);
        }
    }

    private static async Task PrintLinesAsync(MarketView view, OrderView orders, SampleOptions options, CancellationToken until)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        try
        {
            while (await timer.WaitForNextTickAsync(until))
                Console.WriteLine(Screen.Line(view) + (options.Trade ? Screen.OrderLine(orders) : ""));
        }
        catch (OperationCanceledException)
        {
            // The time is up.
        }
    }

    private static async Task Silence(CancellationToken until)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, until);
        }
        catch (OperationCanceledException)
        {
            // The time is up.
        }
    }

    private static int Summarize(MarketView view, OrderView orders, SampleOptions options) => view.Read((v, _) =>
    {
        var sawMarket = v.SyncedBooks > 0 && v.Trades > 0 && v.OutOfOrder == 0;
        var traded = !options.Trade || orders is { Placed: > 0, Filled: > 0, Replaced: > 0, Cancelled: > 0, Refused: 0, Unknown: 0, OutOfOrder: 0 };
        var isGood = sawMarket && traded;
        if (options.Json)
        {
            Console.WriteLine(JsonSerializer.Serialize(
                new
                {
                    v = ProtocolVersion.Current,
                    options.Exchange,
                    options.Symbol,
                    v.Books,
                    v.SyncedBooks,
                    v.Trades,
                    v.Gaps,
                    v.GapsHealed,
                    v.OutOfOrder,
                    v.Epochs,
                    v.Dropped,
                    VenueToTraderMs = new { P50 = v.VenueLatency(0.5), P99 = v.VenueLatency(0.99) },
                    GatewayToTraderMs = new { P50 = v.GatewayLatency(0.5), P99 = v.GatewayLatency(0.99) },
                    Orders = options.Trade ? new { orders.Placed, orders.Filled, orders.Replaced, orders.Cancelled, orders.Refused, orders.Unknown } : null,
                    CommandToReplyMs = options.Trade ? new { P50 = orders.CommandLatency(0.5), P99 = orders.CommandLatency(0.99) } : null,
                    Ok = isGood,
                },
                _json));
        }
        else
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{options.Exchange} {options.Symbol}: {v.Books} books ({v.SyncedBooks} synced), {v.Trades} trades, {v.Gaps} gaps ({v.GapsHealed} healed), " +
                $"{v.OutOfOrder} out of order, {v.Dropped} dropped; gateway to here p50 {v.GatewayLatency(0.5)} ms, p99 {v.GatewayLatency(0.99)} ms"));
            if (options.Trade)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"orders: {orders.Placed} placed, {orders.Replaced} replaced, {orders.Filled} filled, {orders.Cancelled} cancelled, {orders.Refused} refused, " +
                    $"{orders.Unknown} unknown; command to reply p50 {orders.CommandLatency(0.5)} ms, p99 {orders.CommandLatency(0.99)} ms"));
            }

            if (!sawMarket)
                Console.WriteLine(v.OutOfOrder > 0 ? "Updates were out of order." : "Books and trades were awaited, and not both came.");
            if (!traded)
                Console.WriteLine($"Orders were to be placed, replaced, filled and cancelled, and none refused. {orders.LastRefusal}");
        }

        return isGood ? 0 : 1;
    });
}
