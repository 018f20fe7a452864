using Exchange.Exchanges.Common.Sockets;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Exchange.Exchanges.Binance;

/// <summary>
/// Compares what is held with the venue while the connection serves: from time to time, since an event may get lost of which nothing else
/// tells, and soon after one came that could not be read.
/// </summary>
/// <param name="isReady">Whether there is something to compare; what is not ready yet is compared before it is.</param>
/// <param name="compare">Compares and puts right.</param>
/// <param name="period">From one comparison to the next.</param>
/// <param name="time">The clock of the waits.</param>
/// <param name="logger">The log.</param>
internal sealed class BinanceAudit(
    Func<bool> isReady, Func<CancellationToken, Task<ExchangeError?>> compare, TimeSpan period, TimeProvider time, ILogger logger)
{
    // Trouble seldom comes as a single frame.
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(1);

    private TaskCompletionSource _doubt = New();

    /// <summary>Something may have been missed.</summary>
    public void Doubt() => Volatile.Read(ref _doubt).TrySetResult();

    /// <summary>Goes on until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var backoff = new Backoff(_soon, TimeSpan.FromSeconds(30), static () => 1);
        while (true)
        {
            using (var wait = CancellationTokenSource.CreateLinkedTokenSource(stop))
            {
                await Task.WhenAny(_doubt.Task, Task.Delay(period, time, wait.Token)).ConfigureAwait(false);
                await wait.CancelAsync().ConfigureAwait(false);
            }

            stop.ThrowIfCancellationRequested();
            if (_doubt.Task.IsCompleted)
            {
                await Task.Delay(backoff.Next(), time, stop).ConfigureAwait(false);
                Volatile.Write(ref _doubt, New());
            }

            if (!isReady())
                continue;
            if (await compare(stop).ConfigureAwait(false) is { } error)
            {
                BinanceLog.QueryFailed(logger, "comparing with the venue", error.Message);
                Doubt();
            }
            else
            {
                backoff.Reset();
            }
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
