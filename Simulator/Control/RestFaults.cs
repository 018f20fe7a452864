using Exchange.Simulator.Faults;

namespace Exchange.Simulator.Control;

/// <summary>The faults that HTTP as a whole knows, ahead of those of commands.</summary>
internal static class RestFaults
{
    /// <summary>Waits as long as a fault says, for ever too; <c>Passes</c> is false when nothing more is to be done, but answer the error.</summary>
    public static async Task<(bool Passes, Fault? Error)> PassAsync(SimulatorContext context, HttpContext http, FaultScope scope)
    {
        Fault? hang, slow = null, error = null;
        var delayed = Task.CompletedTask;
        lock (context.Turn)
        {
            hang = context.Faults.Take(FaultKind.RestHang, scope);
            if (hang is null)
            {
                slow = context.Faults.Take(FaultKind.RestSlow, scope);
                error = context.Faults.Take(FaultKind.RestError, scope);
            }

            if (slow is not null)
            {
                var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                context.Timetable.After(TimeSpan.FromMilliseconds(slow.DelayMs ?? 5000), () => over.TrySetResult());
                delayed = over.Task;
            }

            context.Touch();
        }

        if (hang is not null)
        {
            await Task.Delay(Timeout.Infinite, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return (false, null);
        }

        await delayed.WaitAsync(http.RequestAborted);
        return (error is null, error);
    }
}
