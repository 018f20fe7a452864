using Microsoft.Extensions.Logging;

namespace Orleans.Runtime;

internal enum ActivationState
{
    /// <summary>Being made, or in OnActivateAsync: turns wait.</summary>
    Activating,

    /// <summary>Takes turns.</summary>
    Valid,

    /// <summary>Ends when the turns that run have ended: others wait.</summary>
    Deactivating,

    /// <summary>Over: turns are turned away.</summary>
    Invalid,
}

internal sealed partial class Activation
{
    private readonly Lock _stateLock = new();
    private readonly LifecycleSubject _lifecycle;
    private readonly TaskCompletionSource _deactivated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _activationCancelled = new();
    private volatile ActivationState _state;
    private DeactivationReason _reason;
    private CancellationToken _endToken;
    private bool _wasValid;
    private bool _activationEnded;
    private bool _endRequested;
    private bool _endBegun;

    public Task Deactivated => _deactivated.Task;

    /// <summary>Deactivated, or killed.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Begins the activation; turns that arrive meanwhile wait.</summary>
    public void Activate(Dictionary<string, object>? requestContext) =>
        _scheduler.QueueAction(() => _ = ActivateAsync(requestContext));

    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default)
    {
        lock (_stateLock)
        {
            if (_state is ActivationState.Invalid or ActivationState.Deactivating)
            {
                return;
            }

            _reason = deactivationReason;
            _wasValid = _state == ActivationState.Valid;
            _endToken = cancellationToken;
            _state = ActivationState.Deactivating;
        }

        if (!_wasValid)
        {
            _activationCancelled.Cancel();
        }

        _scheduler.QueueAction(() =>
        {
            _endRequested = true;
            if (_running == 0 && _activationEnded)
            {
                BeginEnd();
            }
        });
    }

    /// <summary>Ends at once, as when the process is killed: nothing of this activation runs any more, so nobody is told of its end.</summary>
    public void Kill()
    {
        lock (_stateLock)
        {
            _state = ActivationState.Invalid;
        }

        _scheduler.Stop();
        StopTimers();
        _ended.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        if (GrainInstance is IAsyncDisposable asyncDisposable)
        {
            await asyncDisposable.DisposeAsync();
        }
        else if (GrainInstance is IDisposable disposable)
        {
            disposable.Dispose();
        }

        if (_scope is IAsyncDisposable scope)
        {
            await scope.DisposeAsync();
        }
    }

    private async Task ActivateAsync(Dictionary<string, object>? requestContext)
    {
        try
        {
            RequestContext.Import(requestContext);
            GrainInstance = _class.Create(this);
            if (GrainInstance is ILifecycleParticipant<IGrainLifecycle> participant)
            {
                participant.Participate(ObservableLifecycle);
            }

            await _lifecycle.OnStart(_activationCancelled.Token).WaitAsync(_activationCancelled.Token);
            if (GrainInstance is IGrainBase grain)
            {
                await grain.OnActivateAsync(_activationCancelled.Token).WaitAsync(_activationCancelled.Token);
            }

            lock (_stateLock)
            {
                if (_state == ActivationState.Activating)
                {
                    _state = ActivationState.Valid;
                }
            }
        }
        catch (Exception exception)
        {
            if (!_activationCancelled.IsCancellationRequested)
            {
                Silo.Logger.LogError(exception, "Error activating grain {Grain}.", GrainId);
            }

            Deactivate(new DeactivationReason(DeactivationReasonCode.ActivationFailed, exception, "Failed to activate grain."));
        }

        _activationEnded = true;
        if (_endRequested)
        {
            BeginEnd();
        }
        else
        {
            QueueWaitingTurns();
        }
    }

    private void BeginEnd()
    {
        if (!_endBegun)
        {
            _endBegun = true;
            _ = EndAsync();
        }
    }

    private async Task EndAsync()
    {
        // Its own stretch of work: it may have been begun within the last turn.
        RequestContext.Clear();
        StopTimers();
        if (_wasValid && GrainInstance is IGrainBase grain)
        {
            await Guarded(() => grain.OnDeactivateAsync(_reason, _endToken).WaitAsync(_endToken), nameof(IGrainBase.OnDeactivateAsync));
        }

        await Guarded(() => _lifecycle.OnStop(_endToken).WaitAsync(_endToken), "stopping the grain's lifecycle");
        await Guarded(() => DisposeAsync().AsTask(), "disposing the grain");
        lock (_stateLock)
        {
            _state = ActivationState.Invalid;
        }

        Silo.OnActivationEnded(this);
        _deactivated.TrySetResult();
        _ended.TrySetResult();
        foreach (var turn in _waiting)
        {
            TurnAway(turn);
        }

        _waiting.Clear();
    }

    private async Task Guarded(Func<Task> action, string what)
    {
        try
        {
            await action();
        }
        catch (Exception exception)
        {
            Silo.Logger.LogError(exception, "Error in {What} of {Grain}.", what, GrainId);
        }
    }

    /// <summary>Sends a request on to the grain's next activation, or fails it when this one could not activate.</summary>
    private void TurnAway(Turn turn)
    {
        if (turn is not Request request || request.IsAbandoned)
        {
            return;
        }

        if (_reason.Exception is { } exception)
        {
            request.Fail(exception);
        }
        else if (request.Forwards++ >= MaxForwards)
        {
            request.Fail(new OrleansMessageRejectionException($"The request {request} met {request.Forwards} activations that were ending: {_reason}."));
        }
        else
        {
            Silo.Cluster.Dispatch(request);
        }
    }
}
