using System.Runtime.CompilerServices;
using Xunit;

namespace Exchange.Tests.Support;

/// <summary>Waits that end, and say what did not come.</summary>
internal static class Awaiting
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(30);

    /// <summary>The same task, or a failure that names <paramref name="awaited"/>.</summary>
    public static async Task<T> Within<T>(this Task<T> task, [CallerArgumentExpression(nameof(task))] string awaited = "")
    {
        await ((Task)task).Within(awaited);
        return await task;
    }

    /// <inheritdoc cref="Within{T}"/>
    public static async Task Within(this Task task, [CallerArgumentExpression(nameof(task))] string awaited = "")
    {
        try
        {
            await task.WaitAsync(_limit, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            Assert.Fail($"waited {_limit.TotalSeconds} s for: {awaited}");
        }
    }
}
