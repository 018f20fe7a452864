using Exchange.Grains.Connections;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;

namespace Exchange.Grains.Keeping;

/// <summary>
/// Keeps a silo's declared connections alive without anyone calling them: looks after each at an interval, which also
/// activates a grain that died. On a standby the look reaches the grain where it lives; it takes nothing over until that
/// silo is gone. Stops the silo's own connections before anything else of the silo stops.
/// </summary>
internal sealed class ConnectionKeeper(IGrainFactory grains, ConnectionGrainServices services, ILogger<ConnectionKeeper> logger)
    : ILifecycleParticipant<ISiloLifecycle>, ILifecycleObserver, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly KeeperOptions _options = services.Keeper;
    private readonly List<Task> _loops = [];

    /// <summary>The last stage to start and the first to stop: the silo answers calls all the while.</summary>
    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(nameof(ConnectionKeeper), ServiceLifecycleStage.Active, this);

    public Task OnStart(CancellationToken cancellationToken = default)
    {
        foreach (var connection in _options.Connections)
            _loops.Add(Task.Run(() => Keep(connection), CancellationToken.None));
        return Task.CompletedTask;
    }

    public async Task OnStop(CancellationToken cancellationToken = default)
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_loops);
        if (!cancellationToken.IsCancellationRequested)
            await Task.WhenAll(services.Local.All.Select(c => Stop(c, cancellationToken)));
    }

    /// <summary>A silo that was killed has not stopped its keeper.</summary>
    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    /// <summary>One interval when all is well or at the first failure, then doubling.</summary>
    internal static TimeSpan DelayAfter(int failures, KeeperOptions options)
    {
        var backoff = options.Interval * Math.Pow(2, Math.Clamp(failures - 1, 0, 16));
        return failures > 1 && backoff > options.MaxBackoff ? options.MaxBackoff : backoff;
    }

    private async Task Keep(ConnectionId connection)
    {
        var failures = 0;
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var answer = await ControlOf(connection).Keep().WaitAsync(_options.Timeout, services.Time, _stopping.Token);
                failures = answer.Restarted ? failures + 1 : 0;
                if (answer.Restarted)
                    GrainsLog.KeeperStarted(logger, connection.ServiceName, answer.State);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                failures++;
                GrainsLog.KeeperFailed(logger, exception, connection.ServiceName, failures);
            }

            try
            {
                await Task.Delay(DelayAfter(failures, _options), services.Time, _stopping.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task Stop(ConnectionId connection, CancellationToken cancellationToken)
    {
        try
        {
            await ControlOf(connection).Stop("the silo is stopping").WaitAsync(_options.StopTimeout, services.Time, cancellationToken);
        }
        catch (Exception exception)
        {
            GrainsLog.KeeperStopFailed(logger, exception, connection.ServiceName);
        }
    }

    private IConnectionControl ControlOf(ConnectionId connection)
    {
        IGrain grain = connection.Role switch
        {
            ConnectionRole.Oms => grains.GetGrain<IExchangeOmsGrain>(connection.Exchange),
            ConnectionRole.Pms => grains.GetGrain<IExchangePmsGrain>(connection.Exchange),
            ConnectionRole.Data => grains.GetGrain<IExchangeDataFetcherGrain>(connection.Exchange),
            _ => grains.GetGrain<IExchangeSubscriberGrain>(connection.Exchange),
        };
        return grain.AsReference<IConnectionControl>();
    }
}
