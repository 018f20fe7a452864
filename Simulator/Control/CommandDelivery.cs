using Exchange.Simulator.Faults;

namespace Exchange.Simulator.Control;

/// <summary>
/// How a command's answer and its events leave: the answer first, unless a fault wants it otherwise, late, or never. And how a
/// command waits that a fault wants carried out late.
/// </summary>
internal sealed class CommandDelivery(SimulatorContext context, EventOutbox outbox, CommandLog log)
{
    private readonly List<(long DueAt, Action Run)> _late = [];

    /// <param name="cut">Cuts the connection, and says why.</param>
    /// <param name="whenAnswered">Completes when the answer is with the network.</param>
    public void Deliver(in FaultScope scope, Action reply, Action<string> cut, Func<Task> whenAnswered)
    {
        var faults = context.Faults;
        if (faults.Take(FaultKind.ResponseFirst, scope) is not null)
        {
            var events = outbox.TakeHeld();
            reply();
            _ = AfterAsync(whenAnswered(), events);
        }
        else if (faults.Take(FaultKind.DropAfterRequest, scope) is not null)
        {
            outbox.Flush();
            cut("fault: drop_after_request");
        }
        else if (faults.Take(FaultKind.SwallowAck, scope) is not null)
        {
            outbox.Flush();
        }
        else if (faults.Take(FaultKind.DelayAck, scope) is { } delayed)
        {
            outbox.Flush();
            context.Timetable.After(TimeSpan.FromMilliseconds(delayed.DelayMs ?? 1000), reply);
        }
        else if (faults.Take(FaultKind.HoldAck, scope) is { } holding)
        {
            outbox.Flush();
            holding.OnRelease(reply);
        }
        else if (faults.Take(FaultKind.EventFirst, scope) is not null)
        {
            outbox.Flush();
            _ = AfterAsync(outbox.WhenDrained(), reply);
        }
        else
        {
            reply();
            outbox.Flush();
        }
    }

    /// <summary>Carries a command out once: after as many more commands as the fault says, after its time, or when it is deleted.</summary>
    public void Postpone(Fault late, Action carryOut)
    {
        var done = false;
        late.OnRelease(Run);
        if (late.Messages is { } messages)
        {
            _late.Add((log.Received + messages, Run));
        }

        if (late.DelayMs is { } delay)
        {
            context.Timetable.After(TimeSpan.FromMilliseconds(delay), Run);
        }

        void Run()
        {
            if (!done)
            {
                done = true;
                carryOut();
                context.Touch();
            }
        }
    }

    /// <summary>Late commands for which as many others have come in as they were to wait for.</summary>
    public void RunLate()
    {
        for (var i = 0; i < _late.Count; i++)
        {
            if (_late[i].DueAt <= log.Received)
            {
                var run = _late[i].Run;
                _late.RemoveAt(i--);
                run();
            }
        }
    }

    private async Task AfterAsync(Task first, Action then)
    {
        await first.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (context.Turn)
        {
            then();
            context.Touch();
        }
    }
}
