using System.ComponentModel;

namespace NetMQ;

// The poller as a scheduler: tasks run on its thread, one after the other, while it runs.
public sealed partial class NetMQPoller
{
    // A flood of tasks lets sockets and timers have their turn after so many.
    private const int TasksPerRound = 1024;

    private readonly NetMQQueue<Task> _tasks = new();
    private volatile int _thread;

    /// <summary>Whether this is the poller's thread.</summary>
    public bool CanExecuteTaskInline => _thread == Environment.CurrentManagedThreadId;

    /// <inheritdoc />
    public override int MaximumConcurrencyLevel => 1;

    bool ISynchronizeInvoke.InvokeRequired => !CanExecuteTaskInline;

    /// <summary>Runs an action on the poller's thread: at once if this is that thread or the poller does not run.</summary>
    public void Run(Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        if (!IsRunning || CanExecuteTaskInline)
        {
            action();
        }
        else
        {
            new Task(action).Start(this);
        }
    }

    IAsyncResult ISynchronizeInvoke.BeginInvoke(Delegate method, object?[]? args) => StartInvoke(method, args);

    object? ISynchronizeInvoke.EndInvoke(IAsyncResult result) => ((Task<object?>)result).Result;

    object? ISynchronizeInvoke.Invoke(Delegate method, object?[]? args) =>
        CanExecuteTaskInline ? method.DynamicInvoke(args) : StartInvoke(method, args).Result;

    /// <inheritdoc />
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !IsDisposed && CanExecuteTaskInline && TryExecuteTask(task);

    /// <summary>Not supported.</summary>
    protected override IEnumerable<Task> GetScheduledTasks() => throw new NotSupportedException();

    /// <inheritdoc />
    protected override void QueueTask(Task task)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposeState) != 0, this);
        _tasks.Enqueue(task);
    }

    private Task<object?> StartInvoke(Delegate method, object?[]? args)
    {
        var task = new Task<object?>(() => method.DynamicInvoke(args));
        task.Start(this);
        return task;
    }

    private void RunTasks()
    {
        for (var i = 0; i < TasksPerRound && _tasks.TryDequeue(out var task, TimeSpan.Zero); i++)
        {
            TryExecuteTask(task);
        }
    }
}
