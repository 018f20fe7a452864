using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Exchange.Exchanges.Common.Connections;

/// <summary>
/// Compares with the venue again while the connection goes on, because an event could not be read or may have been lost: one comparison
/// at a time, and some seconds between two, however many events there are.
/// </summary>
internal sealed class Recheck(Func<CancellationToken, Task<ExchangeError?>> compare, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan _spacing = TimeSpan.FromSeconds(10);

    private int _asked;
    private int _running;

    /// <summary>Comparisons so far.</summary>
    public long Count { get; private set; }

    /// <summary>Asks for a comparison that begins after this moment. Does not wait.</summary>
    public void Ask(CancellationToken stop)
    {
        Interlocked.Exchange(ref _asked, 1);
        if (Interlocked.Exchange(ref _running, 1) == 0)
            _ = Task.Run(() => RunAsync(stop), CancellationToken.None);
    }

    private async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (Interlocked.Exchange(ref _asked, 0) != 0)
            {
                Count++;
                if (await compare(stop).ConfigureAwait(false) is { } error)
                {
                    Interlocked.Exchange(ref _asked, 1);
                    ConnectionLog.QueryFailed(logger, "comparing with the venue", error.Message);
                }

                await Task.Delay(_spacing, time, stop).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The connection closes; the next one begins with a comparison.
        }
        catch (Exception e)
        {
            ConnectionLog.WorkFailed(logger, e, "comparing with the venue");
        }
        finally
        {
            Interlocked.Exchange(ref _running, 0);
        }

        // Asked for in the moment between the last look and the end.
        if (Volatile.Read(ref _asked) != 0 && !stop.IsCancellationRequested)
            Ask(stop);
    }
}
