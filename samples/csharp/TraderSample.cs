using Exchange.Client.Protocol;
using Exchange.Client.Trader;
using Exchange.Grains.Interfaces;

namespace Exchange.Samples;

/// <summary>Connects, subscribes, shows, and says at the end whether all was well.</summary>
internal static class TraderSample
{
    private const int ReadyAttempts = 120;

    private static readonly TimeSpan _readyDelay = TimeSpan.FromMilliseconds(250);

    /// <returns>
    /// 0 when in each market books and trades were seen, none out of order, and where it trades, orders were placed, filled, replaced and
    /// cancelled and none refused; 1 when not; 2 when it could not begin.
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

        try
        {
            await using var trader = await TraderClient.ConnectAsync(
                new TraderClientOptions { CommandEndpoint = options.CommandEndpoint, UpdateEndpoint = options.UpdateEndpoint, Name = "sample" },
                cancellationToken: cancellationToken);
            trader.SessionChanged += change => Console.Error.WriteLine(change.IsConnected ? $"connected to {change.Gateway}" : "the gateway does not answer");
            Desk[] desks = [.. options.Markets.Select(market => new Desk(trader, market, options.Trade))];
            foreach (var desk in desks)
            {
                trader.Listen(TopicName.OfStatus(new ConnectionId(ConnectionRole.Market, desk.Market.Exchange)));
                if (!await SubscribeAsync(trader, desk.Market, options, cancellationToken))
                    return 2;
            }

            if (options.Trade && (await WhenReadyAsync(() => StartAsync(trader, desks, cancellationToken), cancellationToken)).Error is { } refused)
            {
                await Console.Error.WriteLineAsync(refused.ToString());
                return 2;
            }

            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            if (options.Duration > TimeSpan.Zero)
                end.CancelAfter(options.Duration);
            var trading = Task.WhenAll(desks.Select(desk => desk.Cycle?.RunAsync(end.Token) ?? Task.CompletedTask));
            if (options.Json)
                await Silence(end.Token);
            else if (Console.IsOutputRedirected)
                await PrintLinesAsync(desks, end.Token);
            else
                await Screen.ShowAsync(desks, options.Top, end.Token);
            await trading;
            return desks.Count(desk => Summary.Print(desk, options.Json)) == desks.Length ? 0 : 1;
        }
        catch (Exception e) when (e is TimeoutException or InvalidOperationException or OperationCanceledException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 2;
        }
    }

    private static async Task<bool> SubscribeAsync(TraderClient trader, Market market, SampleOptions options, CancellationToken cancellationToken)
    {
        var book = await WhenReadyAsync(
            () => trader.SubscribeOrderBook(market.Exchange, market.Symbol, options.Top, options.FrequencyMs, cancellationToken), cancellationToken);
        var trades = await WhenReadyAsync(() => trader.SubscribeTrades(market.Exchange, market.Symbol, cancellationToken), cancellationToken);
        foreach (var error in new[] { book.Error, trades.Error })
        {
            if (error is not null)
                await Console.Error.WriteLineAsync($"{market.Exchange}: {error}");
        }

        return book.IsSuccess && trades.IsSuccess;
    }

    /// <summary>Starts the trader's session, for all its markets at once. Working orders of ours are cancelled should this process die.</summary>
    private static async Task<Result<Unit>> StartAsync(TraderClient trader, Desk[] desks, CancellationToken cancellationToken)
    {
        var start = await trader.StartSession(
            new TraderStartOptions
            {
                Trader = "sample",
                WhenGone = WhenGone.Cancel,
                Exchange = desks is [var only] ? only.Market.Exchange : null,
                Instruments = true,
            },
            cancellationToken);
        if (!start.IsSuccess)
            return start.Error;
        foreach (var desk in desks)
        {
            var here = start.Value.Exchanges.FirstOrDefault(e => e.Exchange == desk.Market.Exchange);
            if (here is null)
                return new ExchangeError { Code = ExchangeErrorCode.ConnectionNotDeclared, Message = $"the gateway takes no orders for {desk.Market.Exchange}" };
            if (desk.Cycle!.Begin(here) is { } problem)
                return problem;
        }

        return Unit.Success;
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

    private static async Task PrintLinesAsync(Desk[] desks, CancellationToken until)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        try
        {
            while (await timer.WaitForNextTickAsync(until))
            {
                foreach (var desk in desks)
                    Console.WriteLine(Screen.Line(desk));
            }
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
}
