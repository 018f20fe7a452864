using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace Orleans.Runtime;

/// <summary>
/// One activation of a grain: decides which turn may start when, and leads it from its activation to its end.
/// Members marked "scheduler" run on its scheduler only, and need no lock for that reason.
/// </summary>
internal sealed partial class Activation : IGrainContext, IGrainExtensionBinder, IReceiver, IAsyncDisposable
{
    private const int MaxForwards = 2;

    private readonly GrainClass _class;
    private readonly bool _reentrant;
    private readonly IServiceScope _scope;
    private readonly ActivationScheduler _scheduler;
    private readonly List<Turn> _waiting = [];
    private int _running;
    private bool _pumpQueued;
    private Turn? _blocking;

    public Activation(Silo silo, GrainId id, GrainClass grainClass)
    {
        Silo = silo;
        GrainId = id;
        _class = grainClass;
        _reentrant = grainClass.IsReentrant;
        _scope = silo.Services.CreateScope();
        _scheduler = new ActivationScheduler(this);
        _lifecycle = new LifecycleSubject(silo.Logger);
        Address = new GrainAddress { GrainId = id, ActivationId = ActivationId.NewId(), SiloAddress = silo.Address };
        GrainReference = GrainProxies.CreateUntyped(id, silo.Runtime);
    }

    public Silo Silo { get; }

    public GrainId GrainId { get; }

    public GrainAddress Address { get; }

    public ActivationId ActivationId => Address.ActivationId;

    public GrainReference GrainReference { get; }

    public object? GrainInstance { get; private set; }

    public IServiceProvider ActivationServices => _scope.ServiceProvider;

    public IGrainLifecycle ObservableLifecycle => _lifecycle;

    public IWorkItemScheduler Scheduler => _scheduler;

    IGrainContext IReceiver.Context => this;

    TaskScheduler IReceiver.TurnScheduler => _scheduler;

    IIncomingGrainCallFilter[]? IReceiver.IncomingFilters => Silo.IncomingFilters;

    public object? GetTarget() => GrainInstance;

    public bool Equals(IGrainContext? other) => ReferenceEquals(this, other);

    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    public override int GetHashCode() => ActivationId.GetHashCode();

    public override string ToString() => $"[Activation: {Silo.Address}/{GrainId}{ActivationId} State={_state}]";

    /// <summary>Hands over a request or a timer's tick.</summary>
    /// <returns>False when the activation has ended.</returns>
    public bool TryReceive(Turn turn)
    {
        if (_state == ActivationState.Invalid)
        {
            return false;
        }

        if (turn is Request request)
        {
            request.TargetSilo = Silo;
        }

        return _scheduler.Enqueue(turn);
    }

    /// <summary>Scheduler.</summary>
    public void OnTurnArrived(Turn turn)
    {
        if (turn.IsAbandoned)
        {
            return;
        }

        if (_state == ActivationState.Valid && MayStart(turn))
        {
            StartTurn(turn);
        }
        else if (_state == ActivationState.Invalid)
        {
            TurnAway(turn);
        }
        else
        {
            _waiting.Add(turn);
        }
    }

    /// <summary>Scheduler.</summary>
    public void OnTurnEnded(Turn turn)
    {
        _running--;
        if (ReferenceEquals(_blocking, turn) || _running == 0)
        {
            _blocking = null;
        }

        if (_running == 0 && _endRequested)
        {
            BeginEnd();
        }
        else
        {
            QueueWaitingTurns();
        }
    }

    /// <summary>Scheduler. A storage conflict ends the activation that met it, so that the next one reads anew.</summary>
    public void OnRequestFailed(Request request, Exception exception)
    {
        if (exception is InconsistentStateException { IsSourceActivation: true } conflict)
        {
            conflict.IsSourceActivation = false;
            Silo.Logger.LogInformation(exception, "Deactivating {Grain} due to inconsistent state.", GrainId);
            Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationError, exception, "The state in storage was changed by someone else."));
        }
    }

    /// <summary>Scheduler.</summary>
    private bool MayStart(Turn turn) =>
        _running == 0
        || turn.IsAlwaysInterleave
        || _blocking is null
        || _reentrant
        || (_blocking.IsReadOnly && turn.IsReadOnly);

    /// <summary>Scheduler.</summary>
    private void StartTurn(Turn turn)
    {
        if (turn is Request request && !ReferenceEquals(request.Sender, Silo.Runtime) && !TryBindArguments(request))
        {
            return;
        }

        _running++;
        if (_blocking is null && !turn.IsAlwaysInterleave)
        {
            _blocking = turn;
        }

        _scheduler.StartTurn(turn);
    }

    /// <summary>Scheduler. Turns that may not start keep their place, and let pass those that may.</summary>
    public void StartWaitingTurns()
    {
        _pumpQueued = false;
        for (var i = 0; i < _waiting.Count && _state == ActivationState.Valid;)
        {
            var turn = _waiting[i];
            if (!turn.IsAbandoned && !MayStart(turn))
            {
                i++;
                continue;
            }

            _waiting.RemoveAt(i);
            if (!turn.IsAbandoned)
            {
                StartTurn(turn);
            }
        }
    }

    /// <summary>Scheduler. Queued rather than done at once, so that a chain of short turns does not deepen the stack.</summary>
    private void QueueWaitingTurns()
    {
        if (_waiting.Count > 0 && !_pumpQueued)
        {
            _pumpQueued = true;
            _scheduler.EnqueuePump();
        }
    }

    /// <summary>References among the arguments are to call from this silo, not from the sender's.</summary>
    private bool TryBindArguments(Request request)
    {
        var context = Serialization.CopyContext.Rent(Silo.Runtime);
        try
        {
            request.BindArguments(context);
            return true;
        }
        catch (Exception exception)
        {
            request.Fail(exception);
            return false;
        }
        finally
        {
            context.Return();
        }
    }
}
