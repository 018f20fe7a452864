using System.Collections;
using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using NetMQ.Native;

namespace NetMQ;

/// <summary>
/// Raises the events of sockets, queues and timers on one thread, and runs tasks there. Each ready socket gets one event a
/// round, so a busy one does not starve the others.
/// </summary>
#pragma warning disable CS0618, CA1010 // the genuine one has the obsolete interface too, and enumerates nothing
public sealed partial class NetMQPoller :
    TaskScheduler,
    ISynchronizeInvoke,
    INetMQPoller,
    ISocketPollableCollection,
    IEnumerable
#pragma warning restore CS0618, CA1010
{
    private readonly ManualResetEventSlim _stopped = new(initialState: true);
    private volatile bool _stopRequested;
    private int _disposeState;

    /// <summary>Creates a poller that does not run yet.</summary>
    public NetMQPoller() => _tasks.ReceiveReady += (_, _) => RunTasks();

    /// <summary>Whether the poller runs.</summary>
    public bool IsRunning => !_stopped.IsSet;

    /// <summary>Whether the poller was disposed of.</summary>
    public bool IsDisposed => Volatile.Read(ref _disposeState) == 2;

    /// <summary>Runs on a thread of its own, which keeps the process alive; returns once it runs.</summary>
    public void RunAsync() => RunAsync("NetMQPoller");

    /// <summary>Runs on a thread of its own, which keeps the process alive; returns once it runs.</summary>
    public void RunAsync(string threadName) => RunAsync(threadName, isBackgroundThread: false);

    /// <summary>Runs on a thread of its own; returns once it runs.</summary>
    public void RunAsync(string threadName, bool isBackgroundThread)
    {
        ThrowIfRunning();
        using var running = new ManualResetEventSlim();
        var context = new NetMQSynchronizationContext(this);
        var thread = new Thread(() => Run(context, running.Set)) { Name = threadName, IsBackground = isBackgroundThread };
        thread.Start();
        running.Wait();
    }

    /// <summary>Runs on this thread until somebody stops it; what is awaited in event handlers goes on on this thread.</summary>
    public void Run() => Run(new NetMQSynchronizationContext(this));

    /// <summary>Runs on this thread, with a synchronization context, until somebody stops it.</summary>
    public void Run(SynchronizationContext syncContext)
    {
        ArgumentNullException.ThrowIfNull(syncContext);
        ThrowIfRunning();
        Run(syncContext, running: null);
    }

    /// <summary>Stops the poller; unless called on its own thread, waits until it has stopped.</summary>
    public void Stop()
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        RequestStop();
        if (!CanExecuteTaskInline)
        {
            _stopped.Wait();
        }
    }

    /// <summary>Asks the poller to stop, and does not wait.</summary>
    public void StopAsync()
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        if (!IsRunning)
        {
            throw new InvalidOperationException("NetMQPoller is not running");
        }

        RequestStop();
    }

    /// <summary>Stops the poller and waits until it has stopped. Not for its own thread. The sockets stay open.</summary>
    public void Dispose()
    {
        if (CanExecuteTaskInline)
        {
            throw new InvalidOperationException("Cannot dispose poller from the poller thread.");
        }

        if (Interlocked.CompareExchange(ref _disposeState, 1, 0) != 0)
        {
            return;
        }

        if (IsRunning)
        {
            RequestStop();
            _stopped.Wait();
        }

        ForgetSockets();
        _tasks.Dispose();
        Volatile.Write(ref _disposeState, 2);
    }

    IEnumerator IEnumerable.GetEnumerator() => Array.Empty<object>().GetEnumerator();

    private void Run(SynchronizationContext syncContext, Action? running)
    {
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(syncContext);
        _thread = Environment.CurrentManagedThreadId;
        _stopRequested = false;
        _stopped.Reset();
        running?.Invoke();
        try
        {
            Loop();
        }
        finally
        {
            // Who stops the poller may close its sockets next, so they leave it first.
            ForgetSockets();
            _thread = 0;
            SynchronizationContext.SetSynchronizationContext(before);
            _stopped.Set();
        }
    }

    private void RequestStop()
    {
        _stopRequested = true;
        Wake();
    }

    private void Wake()
    {
        try
        {
            _tasks.Signal();
        }
        catch (TerminatingException)
        {
            // The end of the context has woken it already, and ends it.
        }
    }

    private void ThrowIfRunning()
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        if (IsRunning)
        {
            throw new InvalidOperationException("NetMQPoller is already running");
        }
    }

    private void Loop()
    {
        RefreshPollSet();
        foreach (var timer in _timers)
        {
            timer.Restart();
        }

        while (!_stopRequested)
        {
            RefreshPollSet();
            if (!WaitForEvents(UntilNextTimer()))
            {
                return;
            }

            ElapseTimers();
            RaiseSocketEvents();
        }

        while (!_tasks.IsEmpty)
        {
            RunTasks();
        }
    }

    /// <summary>How many milliseconds to wait for events; -1: as long as it takes.</summary>
    private long UntilNextTimer()
    {
        var next = long.MaxValue;
        foreach (var timer in _timers)
        {
            if (timer.When == -1 && timer.Enable)
            {
                timer.Restart();
            }

            if (timer.When != -1)
            {
                next = Math.Min(next, timer.When);
            }
        }

        return next == long.MaxValue ? -1 : Math.Max(0, next - NetMQTimer.Now);
    }

    private void ElapseTimers()
    {
        // As in the genuine poller, a timer that is added or removed by a timer's own event is an error here.
        foreach (var timer in _timers)
        {
            if (timer.When != -1 && NetMQTimer.Now >= timer.When)
            {
                timer.Elapse(this);
            }
        }
    }

    /// <summary>False: the context was terminated, so nothing will ever come.</summary>
    private unsafe bool WaitForEvents(long timeout)
    {
        var items = _pollItems.AsSpan();
        for (var i = 0; i < _pollSockets.Length; i++)
        {
            // A socket that was closed meanwhile becomes an item that is ignored.
            items[i].Socket = _pollSockets[i].EnterForPoller();
            items[i].Descriptor = -1;
        }

        int count;
        int error;
        fixed (ZmqPollItem* first = items)
        {
            count = LibZmq.zmq_poll(first, items.Length, new CLong((nint)timeout));
            error = count < 0 ? Marshal.GetLastPInvokeError() : 0;
        }

        for (var i = 0; i < _pollSockets.Length; i++)
        {
            if (items[i].Socket != 0)
            {
                _pollSockets[i].Exit();
            }
        }

        for (var i = 0; count < 0 && i < items.Length; i++)
        {
            items[i].Returned = 0;
        }

        return error switch
        {
            0 or ZmqError.Interrupted => true,
            ZmqError.ContextTerminated => false,
            _ => throw ZmqError.Of(error, "Polling"),
        };
    }

    private void RaiseSocketEvents()
    {
        for (var i = 0; i < _pollItems.Length; i++)
        {
            var events = (PollEvents)_pollItems[i].Returned;
            if (events == PollEvents.None)
            {
                continue;
            }

            if (i < _pollSockets.Length)
            {
                var socket = _pollSockets[i];
                if (Holds(socket))
                {
                    socket.RaiseEvents(this, events);
                }
            }
            else
            {
                var (plain, callback) = _pollPlainSockets[i - _pollSockets.Length];
                if (Holds(plain))
                {
                    callback(plain);
                }
            }
        }
    }
}
