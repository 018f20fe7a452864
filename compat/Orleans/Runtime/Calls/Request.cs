using System.Reflection;
using Microsoft.Extensions.Logging;
using Orleans.Serialization;
using Orleans.Serialization.Invocation;

namespace Orleans.Runtime;

/// <summary>
/// One call on its way. Proxies make an emitted subclass for each interface method, which holds the arguments and
/// knows how to copy them and how to make the call on the target.
/// </summary>
internal abstract class Request : Turn, IInvokable
{
    private int _completed;
    private IReceiver? _receiver;
    private CancellationTokenRegistration _cancellation;

    public GrainMethod Method { get; private set; } = null!;

    public GrainReference Target { get; private set; } = null!;

    public GrainId TargetId => Target.GrainId;

    /// <summary>The silo or client that sent it.</summary>
    public RuntimeClient Sender { get; private set; } = null!;

    /// <summary>The activation that sent it, or null when it was sent from outside grains.</summary>
    public Activation? Source { get; set; }

    public Dictionary<string, object>? RequestContext { get; set; }

    /// <summary>Where it enters the cluster, when a client sent it.</summary>
    public Silo? Gateway { get; set; }

    /// <summary>The silo to which it was handed, so that its death is noticed.</summary>
    public Silo? TargetSilo { get; set; }

    /// <summary>How often it met an activation that had just ended.</summary>
    public int Forwards { get; set; }

    public long SentAt { get; private set; }

    public TimeSpan Timeout { get; private set; }

    /// <summary>Neighbours in the list of calls without an answer.</summary>
    public Request? Previous { get; set; }

    public Request? Next { get; set; }

    public int PendingSlot { get; set; } = -1;

    public bool IsCompleted => Volatile.Read(ref _completed) != 0;

    public override bool IsAlwaysInterleave => Method.IsAlwaysInterleave;

    public override bool IsReadOnly => Method.IsReadOnly;

    public override bool IsAbandoned => !Method.IsOneWay && IsCompleted;

    protected IReceiver Receiver => _receiver!;

    public void Prepare(GrainReference target, GrainMethod method)
    {
        Target = target;
        Method = method;
        if (method.IsGeneric)
        {
            TypeNames.CheckArguments(method.GrainInterface);
            TypeNames.CheckArguments(GetType());
        }

        var context = CopyContext.Rent(null);
        try
        {
            CopyArguments(context);
        }
        finally
        {
            context.Return();
        }
    }

    public void OnSending(RuntimeClient sender, TimeSpan timeout)
    {
        Sender = sender;
        Timeout = timeout;
        SentAt = Environment.TickCount64;
    }

    /// <summary>The caller's token ends the wait for the answer; the callee sees the same token.</summary>
    public void WatchCancellation(CancellationToken token)
    {
        if (token.CanBeCanceled)
        {
            _cancellation = token.UnsafeRegister(
                static (state, cancelled) => ((Request)state!).Fail(new OperationCanceledException(cancelled)), this);
        }
    }

    public override void Start(IReceiver receiver)
    {
        _receiver = receiver;
        Runtime.RequestContext.Import(RequestContext);
        object target;
        try
        {
            target = receiver.GetTarget(Method.GrainInterface);
        }
        catch (Exception exception)
        {
            End(exception);
            return;
        }

        if (receiver.IncomingFilters is not null || target is IIncomingGrainCallFilter)
        {
            _ = RunFiltersAsync(receiver, target);
        }
        else
        {
            Run(target);
        }
    }

    protected InvalidOperationException NoTask() => new($"{Method.GrainInterface}.{Method.Name} returned null where a task is due.");

    /// <summary>Ends the turn and answers with an error.</summary>
    protected void End(Exception exception)
    {
        (Receiver as Activation)?.OnRequestFailed(this, exception);
        Fail(exception);
        Receiver.OnTurnEnded(this);
    }

    /// <summary>Answers with an error, unless it was answered.</summary>
    public void Fail(Exception exception)
    {
        if (Method.IsOneWay)
        {
            Sender.Logger.LogWarning(exception, "A one-way call of {Interface}.{Method} to {Grain} failed.", Method.GrainInterface, Method.Name, TargetId);
        }

        if (TryComplete())
        {
            SetException(exception);
        }
    }

    /// <summary>True for the one answer that counts.</summary>
    protected bool TryComplete()
    {
        if (Interlocked.Exchange(ref _completed, 1) != 0)
        {
            return false;
        }

        Sender?.Pending.Remove(this);
        _cancellation.Unregister();
        return true;
    }

    /// <summary>Answers a one-way call, which nobody will hear of again.</summary>
    public void CompleteOneWay()
    {
        if (TryComplete())
        {
            SetResult(null);
        }
    }

    private async Task RunFiltersAsync(IReceiver receiver, object target)
    {
        var call = new IncomingCall(this, receiver, target);
        Exception? failure = null;
        try
        {
            await call.Invoke();
            failure = call.Response?.Exception;
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        if (failure is not null)
        {
            End(failure);
            return;
        }

        Answer(call.Response!.Result);
        receiver.OnTurnEnded(this);
    }

    /// <summary>Copies an answer that a filter left, and gives it to the caller.</summary>
    private void Answer(object? result)
    {
        try
        {
            var context = CopyContext.Rent(Sender);
            var copy = result is null ? null : Copiers.Copy(result, context);
            context.Return();
            if (TryComplete())
            {
                SetResult(copy);
            }
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
    }

    /// <summary>Makes the call and sees it to its end.</summary>
    protected abstract void Run(object target);

    /// <summary>Makes the call for a filter, which gets its answer boxed.</summary>
    public abstract Task<Response> InvokeForFilterAsync(object target);

    protected abstract void SetException(Exception exception);

    protected abstract void SetResult(object? result);

    protected abstract void CopyArguments(CopyContext context);

    /// <summary>Binds references among the arguments to the silo where the call arrived.</summary>
    public abstract void BindArguments(CopyContext context);

    public abstract int GetArgumentCount();

    public abstract object? GetArgument(int index);

    public abstract void SetArgument(int index, object value);

    public virtual CancellationToken GetCancellationToken() => default;

    object? IInvokable.GetTarget() => _receiver?.GetTarget(Method.GrainInterface);

    string IInvokable.GetMethodName() => Method.Name;

    string IInvokable.GetInterfaceName() => Target.InterfaceName;

    MethodInfo IInvokable.GetMethod() => Method.Method;

    Type IInvokable.GetInterfaceType() => Method.Method.DeclaringType!;

    TimeSpan? IInvokable.GetDefaultResponseTimeout() => Method.ResponseTimeout;

    void IDisposable.Dispose()
    {
    }

    public override string ToString() => $"{Method.GrainInterface.Name}.{Method.Name} to {TargetId}";
}
