using System.Collections;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Orleans.Utilities;

public class ObserverManager<TObserver> : ObserverManager<IAddressable, TObserver>
{
    public ObserverManager(TimeSpan expiration, ILogger log) : base(expiration, log)
    {
    }
}

/// <summary>
/// The observers of a grain. One that was not renewed for <see cref="ExpirationDuration"/>, or whose notification
/// throws, is dropped. For use on one grain's turns.
/// </summary>
public class ObserverManager<TIdentity, TObserver> : IEnumerable<TObserver>
    where TIdentity : notnull
{
    private readonly Dictionary<TIdentity, (TObserver Observer, DateTime LastSeen)> _observers = [];
    private readonly ILogger _log;

    public ObserverManager(TimeSpan expiration, ILogger log)
    {
        ArgumentNullException.ThrowIfNull(log);
        ExpirationDuration = expiration;
        _log = log;
    }

    public Func<DateTime> GetDateTime { get; set; } = () => DateTime.UtcNow;

    public TimeSpan ExpirationDuration { get; set; }

    public int Count => _observers.Count;

    public IReadOnlyDictionary<TIdentity, TObserver> Observers => _observers.ToDictionary(o => o.Key, o => o.Value.Observer);

    public void Clear() => _observers.Clear();

    public void Subscribe(TIdentity id, TObserver observer) => _observers[id] = (observer, GetDateTime());

    public void Unsubscribe(TIdentity id) => _observers.Remove(id);

    public async Task Notify(Func<TObserver, Task> notification, Func<TObserver, bool>? predicate = null)
    {
        foreach (var (id, observer) in Live(predicate))
        {
            try
            {
                await notification(observer);
            }
            catch (Exception exception)
            {
                Drop(id, exception);
            }
        }
    }

    public void Notify(Action<TObserver> notification, Func<TObserver, bool>? predicate = null)
    {
        foreach (var (id, observer) in Live(predicate))
        {
            try
            {
                notification(observer);
            }
            catch (Exception exception)
            {
                Drop(id, exception);
            }
        }
    }

    public void ClearExpired()
    {
        var now = GetDateTime();
        foreach (var (id, entry) in _observers.ToArray())
        {
            if (entry.LastSeen + ExpirationDuration < now)
            {
                _observers.Remove(id);
            }
        }
    }

    public IEnumerator<TObserver> GetEnumerator() => _observers.Values.Select(o => o.Observer).ToList().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private List<(TIdentity Id, TObserver Observer)> Live(Func<TObserver, bool>? predicate)
    {
        ClearExpired();
        return _observers
            .Where(o => predicate is null || predicate(o.Value.Observer))
            .Select(o => (o.Key, o.Value.Observer))
            .ToList();
    }

    private void Drop(TIdentity id, Exception exception)
    {
        _log.LogDebug(exception, "Observer {Id} failed and is removed.", id);
        _observers.Remove(id);
    }
}
