namespace Orleans.Runtime;

/// <summary>
/// Runs what belongs to one activation, one thing at a time, on the thread pool: its requests' turns, and the
/// continuations of whatever they await. No lock is held while it runs them.
/// </summary>
internal sealed class ActivationScheduler(Activation owner) : TaskScheduler, IWorkItemScheduler, IThreadPoolWorkItem
{
    private const int QuantumMilliseconds = 100;

    /// <summary>A task that is started in order to run at once, and so is not to be queued.</summary>
    [ThreadStatic]
    private static Task? _starting;

    private readonly Queue<object> _queue = new();
    private bool _scheduled;
    private bool _stopped;

    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Queues a turn.</summary>
    /// <returns>False when the scheduler has stopped.</returns>
    public bool Enqueue(Turn turn) => EnqueueItem(turn);

    /// <summary>Has the owner look at its waiting turns.</summary>
    public void EnqueuePump() => EnqueueItem(owner);

    public void QueueAction(Action action) => EnqueueItem(action);

    public void QueueAction(Action<object> action, object state) => EnqueueItem(() => action(state));

    void IWorkItemScheduler.QueueTask(Task task) => task.Start(this);

    /// <summary>Ends it abruptly: nothing that is queued, now or later, will run.</summary>
    public void Stop()
    {
        lock (_queue)
        {
            _stopped = true;
            _queue.Clear();
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        var previous = RuntimeContext.Exchange(owner);
        var until = Environment.TickCount64 + QuantumMilliseconds;
        try
        {
            while (TryDequeue(out var item))
            {
                Run(item);
                if (Environment.TickCount64 > until)
                {
                    // Others have a right to the thread; there may be more to do, or not.
                    ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
                    return;
                }
            }
        }
        finally
        {
            RuntimeContext.Exchange(previous);
        }
    }

    /// <summary>Starts a turn as a task of this scheduler, so that what it awaits comes back to it.</summary>
    public void StartTurn(Turn turn)
    {
        var task = new Task(static state => ((Turn)state!).Start(((Turn)state).Starter!), turn, TaskCreationOptions.DenyChildAttach);
        turn.Starter = owner;
        RunNow(task);
    }

    protected override void QueueTask(Task task)
    {
        if (!ReferenceEquals(task, _starting))
        {
            EnqueueItem(task);
        }
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && !_stopped && ReferenceEquals(RuntimeContext.Current, owner) && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (_queue)
        {
            return _queue.OfType<Task>().ToArray();
        }
    }

    private bool EnqueueItem(object item)
    {
        lock (_queue)
        {
            if (_stopped)
            {
                return false;
            }

            _queue.Enqueue(item);
            if (_scheduled)
            {
                return true;
            }

            _scheduled = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
        return true;
    }

    private bool TryDequeue(out object item)
    {
        lock (_queue)
        {
            if (_queue.TryDequeue(out item!))
            {
                return true;
            }

            _scheduled = false;
            return false;
        }
    }

    private void Run(object item)
    {
        switch (item)
        {
            case Turn turn:
                owner.OnTurnArrived(turn);
                break;
            case Task task:
                TryExecuteTask(task);
                break;
            case Activation activation:
                activation.StartWaitingTurns();
                break;
            case Action action:
                RunNow(new Task(action, TaskCreationOptions.DenyChildAttach));
                break;
        }
    }

    private void RunNow(Task task)
    {
        _starting = task;
        task.Start(this);
        _starting = null;
        TryExecuteTask(task);
    }
}
