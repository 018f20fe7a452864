namespace Exchange.Tests.Support;

/// <summary>Waits that end, and say what they waited for.</summary>
internal static class Waiting
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    /// <summary>Awaits the task, or fails with <paramref name="what"/> after 20 s.</summary>
    public static async Task<T> For<T>(this Task<T> task, string what)
    {
        await ((Task)task).For(what);
        return await task;
    }

    /// <summary>Awaits the task, or fails with <paramref name="what"/> after 20 s.</summary>
    public static async Task For(this Task task, string what)
    {
        try
        {
            await task.WaitAsync(_patience);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            throw new TimeoutException($"Awaited in vain for {_patience.TotalSeconds:0} s: {what}.");
        }
    }
}
