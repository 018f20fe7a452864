using Microsoft.Extensions.Logging;

namespace Exchange.Exchanges.Common.Connections;

/// <summary>Work that goes on while a connection lasts.</summary>
internal static class Upkeep
{
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(10);

    /// <summary>Runs work that is to go on until stopped; what fails is logged and begun again after ten seconds.</summary>
    public static async Task Loop(Func<Task> work, TimeProvider time, ILogger logger, string what, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await work().ConfigureAwait(false);
                return;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                ConnectionLog.WorkFailed(logger, e, what);
                await Task.Delay(_pause, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
