namespace Exchange.Tests.Support;

/// <summary>Collects what happens, in order, and lets a test wait for something to have happened.</summary>
public sealed class EventLog<T>
{
    private readonly Lock _gate = new();
    private readonly List<T> _all = [];
    private readonly List<(Func<T, bool> Match, TaskCompletionSource<T> Seen)> _waiters = [];

    /// <summary>Everything so far.</summary>
    public IReadOnlyList<T> All
    {
        get
        {
            lock (_gate)
                return [.. _all];
        }
    }

    /// <summary>Adds an event.</summary>
    public void Add(T item)
    {
        lock (_gate)
        {
            _all.Add(item);
            for (var i = _waiters.Count - 1; i >= 0; i--)
            {
                if (!_waiters[i].Match(item))
                    continue;
                _waiters[i].Seen.TrySetResult(item);
                _waiters.RemoveAt(i);
            }
        }
    }

    /// <summary>The first event, past or to come, that matches.</summary>
    public Task<T> First(Func<T, bool> match, string what) => Next(0, match, what);

    /// <summary>The first event from position <paramref name="from"/> on that matches.</summary>
    public Task<T> Next(int from, Func<T, bool> match, string what)
    {
        lock (_gate)
        {
            foreach (var item in _all.Skip(from))
            {
                if (match(item))
                    return Task.FromResult(item);
            }

            var seen = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((match, seen));
            return Awaiting.Within(seen.Task, what);
        }
    }
}
