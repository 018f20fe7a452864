namespace Exchange.Tests.Support;

/// <summary>Waits that end: with what was awaited, or with an exception that says what it was.</summary>
public static class Await
{
    /// <summary>Real time that a test waits for something that should come soon; long, because the machine may be busy.</summary>
    public static TimeSpan Limit { get; } = TimeSpan.FromSeconds(30);

    /// <summary>Waits for a task.</summary>
    public static async Task<T> Within<T>(Task<T> task, string what)
    {
        try
        {
            return await task.WaitAsync(Limit);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"waited {Limit.TotalSeconds} s for: {what}");
        }
    }

    /// <summary>Waits for a task.</summary>
    public static async Task Within(Task task, string what)
    {
        try
        {
            await task.WaitAsync(Limit);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"waited {Limit.TotalSeconds} s for: {what}");
        }
    }
}
