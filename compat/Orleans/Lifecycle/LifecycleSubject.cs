using Microsoft.Extensions.Logging;

namespace Orleans.Runtime;

/// <summary>Starts its observers stage by stage, and stops those of the stages that were started in reverse.</summary>
internal sealed class LifecycleSubject(ILogger logger) : ISiloLifecycle, IGrainLifecycle, IClusterClientLifecycle
{
    private readonly List<Subscription> _subscriptions = [];

    public int HighestCompletedStage { get; private set; } = int.MinValue;

    public int LowestStoppedStage { get; private set; } = int.MaxValue;

    private int? _highestStarted;

    public IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer)
    {
        ArgumentNullException.ThrowIfNull(observerName);
        ArgumentNullException.ThrowIfNull(observer);
        var subscription = new Subscription(this, observerName, stage, observer);
        lock (_subscriptions)
        {
            _subscriptions.Add(subscription);
        }

        return subscription;
    }

    public async Task OnStart(CancellationToken cancellationToken)
    {
        foreach (var stage in Stages().OrderBy(s => s.Key))
        {
            cancellationToken.ThrowIfCancellationRequested();
            _highestStarted = stage.Key;
            await Task.WhenAll(stage.Select(s => s.Observer.OnStart(cancellationToken)));
            HighestCompletedStage = stage.Key;
        }
    }

    public async Task OnStop(CancellationToken cancellationToken)
    {
        if (_highestStarted is not { } highest)
        {
            return;
        }

        foreach (var stage in Stages().Where(s => s.Key <= highest).OrderByDescending(s => s.Key))
        {
            await Task.WhenAll(stage.Select(s => Stop(s, cancellationToken)));
            LowestStoppedStage = stage.Key;
        }

        _highestStarted = null;
    }

    private async Task Stop(Subscription subscription, CancellationToken cancellationToken)
    {
        try
        {
            await subscription.Observer.OnStop(cancellationToken);
        }
        catch (Exception exception)
        {
            logger.LogWarning(exception, "{Observer} failed to stop in stage {Stage}.", subscription.Name, subscription.Stage);
        }
    }

    private List<IGrouping<int, Subscription>> Stages()
    {
        lock (_subscriptions)
        {
            return _subscriptions.GroupBy(s => s.Stage).ToList();
        }
    }

    private sealed class Subscription(LifecycleSubject subject, string name, int stage, ILifecycleObserver observer) : IDisposable
    {
        public string Name { get; } = name;

        public int Stage { get; } = stage;

        public ILifecycleObserver Observer { get; } = observer;

        public void Dispose()
        {
            lock (subject._subscriptions)
            {
                subject._subscriptions.Remove(this);
            }
        }
    }
}
