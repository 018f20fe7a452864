using System.Collections.Concurrent;
using Exchange.Client.Gateway.Commands;
using Exchange.Client.Gateway.Sessions;
using Exchange.Client.Protocol;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;
using Orleans;

namespace Exchange.Client.Gateway.Traders;

/// <summary>
/// Cancels the orders of a trader that is gone and chose so, until none is left or the trader is back. The venue's dead-man switch is the
/// second line, for the case that the gateway goes too.
/// </summary>
internal sealed partial class TraderDepartures(
    TraderTable traders, IReadOnlyList<string> exchanges, IGrainFactory grains, GrainCalls calls, GatewayOptions options, GatewayCounters counters,
    TimeProvider time, ILogger logger) : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>A session has ended. Returns when what its end asks for is done.</summary>
    public async Task OnSessionEndedAsync(GatewaySession session)
    {
        if (!traders.End(session, out var trader))
            return;
        if (trader.WhenGone != WhenGone.Cancel)
        {
            LogLeft(logger, trader.Name);
            return;
        }

        counters.TradersCancelled.Add();
        LogCancelling(logger, trader.Name);
        var start = trader.Starts;
        var cancelled = await Task.WhenAll(exchanges.Select(exchange => CancelAsync(trader, start, exchange)));
        traders.Forget(trader);
        LogCancelled(logger, trader.Name, cancelled.Sum());
    }

    public void Stop() => _stopping.Cancel();

    public void Dispose() => _stopping.Dispose();

    private async Task<int> CancelAsync(GatewayTrader trader, int start, string exchange)
    {
        var connection = new ConnectionId(ConnectionRole.Oms, exchange);
        var grain = grains.GetGrain<IExchangeOmsGrain>(exchange);
        var cancelled = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
        try
        {
            while (traders.IsGone(trader, start))
            {
                var open = await calls.InvokeAsync("oms.get_open_orders", connection, changesVenue: false, grain.GetOpenOrders);
                if (open.IsSuccess)
                {
                    var own = open.Value.Orders.Where(o => o.Trader == trader.Name).ToList();
                    if (own.Count == 0)
                        return cancelled.Count;
                    await Task.WhenAll(own.Select(async order =>
                    {
                        var key = new OrderKey { Symbol = order.Symbol, ClientOrderId = order.ClientOrderId };
                        var result = await calls.InvokeAsync("oms.cancel_order", connection, changesVenue: true, token => grain.CancelOrder(key, token));
                        if (result.IsSuccess)
                            cancelled[order.ClientOrderId] = true;
                        else
                            LogCancelFailed(logger, trader.Name, order.ClientOrderId, exchange, result.Error.ToString());
                    }));
                }
                else if (open.Error.Code is ExchangeErrorCode.ConnectionNotDeclared or ExchangeErrorCode.NotSupported)
                {
                    return 0;
                }

                // Asked again: a cancel may have been lost, and an order that was on its way may have arrived.
                await Task.Delay(options.RetryDelay, time, _stopping.Token);
            }

            LogBack(logger, trader.Name, exchange);
        }
        catch (OperationCanceledException)
        {
            LogStopped(logger, trader.Name, exchange);
        }

        return cancelled.Count;
    }

    [LoggerMessage(60, LogLevel.Information, "Trader {Trader} is gone; its orders are left to work")]
    private static partial void LogLeft(ILogger logger, string trader);

    [LoggerMessage(61, LogLevel.Warning, "Trader {Trader} is gone; its orders are being cancelled, as it chose")]
    private static partial void LogCancelling(ILogger logger, string trader);

    [LoggerMessage(62, LogLevel.Warning, "Trader {Trader} is gone; {Count} of its orders were cancelled")]
    private static partial void LogCancelled(ILogger logger, string trader, int count);

    [LoggerMessage(63, LogLevel.Warning, "Trader {Trader} is gone; cancelling its order {ClientOrderId} at {Exchange} failed: {Error}")]
    private static partial void LogCancelFailed(ILogger logger, string trader, string clientOrderId, string exchange, string error);

    [LoggerMessage(64, LogLevel.Information, "Trader {Trader} is back; cancelling its orders at {Exchange} ends")]
    private static partial void LogBack(ILogger logger, string trader, string exchange);

    [LoggerMessage(65, LogLevel.Warning, "The gateway stops before the orders of {Trader} at {Exchange} are all cancelled; the venue's dead-man switch, where armed, does it")]
    private static partial void LogStopped(ILogger logger, string trader, string exchange);
}
