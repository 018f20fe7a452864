using Orleans.Serialization;
using Orleans.Serialization.Invocation;

namespace Orleans.Runtime;

/// <summary>A call with a result; the base of what proxies emit for Task&lt;T&gt; and ValueTask&lt;T&gt;.</summary>
internal abstract class ResultRequest<T> : Request
{
    private static readonly Action<Task<T>, object?> _finish = static (task, state) => ((ResultRequest<T>)state!).Finish(task);
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Answer => _answer.Task;

    protected abstract Task<T> Invoke(object target);

    protected sealed override void Run(object target)
    {
        Task<T> task;
        try
        {
            task = Invoke(target) ?? throw NoTask();
        }
        catch (Exception exception)
        {
            End(exception);
            return;
        }

        if (task.IsCompleted)
        {
            Finish(task);
        }
        else
        {
            task.ContinueWith(_finish, this, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, Receiver.TurnScheduler);
        }
    }

    public sealed override async Task<Response> InvokeForFilterAsync(object target) => Response.FromResult(await Invoke(target));

    protected sealed override void SetException(Exception exception) => _answer.TrySetException(exception);

    protected sealed override void SetResult(object? result) => _answer.TrySetResult((T)result!);

    private void Finish(Task<T> task)
    {
        if (!task.IsCompletedSuccessfully)
        {
            End(Unwrap(task));
            return;
        }

        try
        {
            var context = CopyContext.Rent(Sender);
            var copy = Copiers.Copy(task.Result, context);
            context.Return();
            if (TryComplete())
            {
                _answer.TrySetResult(copy);
            }
        }
        catch (Exception exception)
        {
            Fail(exception);
        }

        Receiver.OnTurnEnded(this);
    }

    internal static Exception Unwrap(Task task) =>
        task.Exception?.InnerExceptions is [var single, ..] ? single : new TaskCanceledException(task);
}

/// <summary>A call without a result; the base of what proxies emit for Task, ValueTask and void.</summary>
internal abstract class VoidRequest : Request
{
    private static readonly Action<Task, object?> _finish = static (task, state) => ((VoidRequest)state!).Finish(task);
    private readonly TaskCompletionSource _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Answer => _answer.Task;

    protected abstract Task Invoke(object target);

    protected sealed override void Run(object target)
    {
        Task task;
        try
        {
            task = Invoke(target) ?? throw NoTask();
        }
        catch (Exception exception)
        {
            End(exception);
            return;
        }

        if (task.IsCompleted)
        {
            Finish(task);
        }
        else
        {
            task.ContinueWith(_finish, this, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, Receiver.TurnScheduler);
        }
    }

    public sealed override async Task<Response> InvokeForFilterAsync(object target)
    {
        await Invoke(target);
        return Response.Completed;
    }

    protected sealed override void SetException(Exception exception) => _answer.TrySetException(exception);

    protected sealed override void SetResult(object? result) => _answer.TrySetResult();

    private void Finish(Task task)
    {
        if (!task.IsCompletedSuccessfully)
        {
            End(ResultRequest<int>.Unwrap(task));
            return;
        }

        if (TryComplete())
        {
            _answer.TrySetResult();
        }

        Receiver.OnTurnEnded(this);
    }
}
