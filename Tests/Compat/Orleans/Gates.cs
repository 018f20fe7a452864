using System.Collections.Concurrent;

namespace Exchange.Tests.Compat.Orleans;

/// <summary>What a grain and its test share, by the grain's key: they live in one process.</summary>
internal sealed class Gate
{
    private static readonly ConcurrentDictionary<string, Gate> _gates = new();
    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _crowded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _passing;
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static Gate Of(string key) => _gates.GetOrAdd(key, _ => new Gate());

    /// <summary>A grain came to the gate.</summary>
    public Task Entered => _entered.Task;

    /// <summary>A hundred calls came to the gate.</summary>
    public Task Crowded => _crowded.Task;

    /// <summary>What happened, in order.</summary>
    public ConcurrentQueue<string> Events { get; } = new();

    public int Failures { get; set; }

    /// <summary>The last argument that a grain got, itself.</summary>
    public object? Received { get; set; }

    public Task PassAsync()
    {
        _entered.TrySetResult();
        if (Interlocked.Increment(ref _passing) == 100)
        {
            _crowded.TrySetResult();
        }

        return _released.Task;
    }

    public void Release() => _released.TrySetResult();
}
