using System.Reflection;
using System.Runtime.ExceptionServices;
using Orleans.Serialization.Invocation;

namespace Orleans.Runtime;

/// <summary>A call at its receiver, passing through the silo's filters, then the grain's own, to the method.</summary>
internal sealed class IncomingCall(Request request, IReceiver receiver, object target) : IIncomingGrainCallContext
{
    private int _stage;

    public IInvokable Request => request;

    public object Grain => receiver.Context.GrainInstance!;

    public IGrainContext TargetContext => receiver.Context;

    public GrainId? SourceId => request.Source?.GrainId ?? request.Sender.ClientId;

    public GrainId TargetId => request.TargetId;

    public GrainInterfaceType InterfaceType => request.Target.InterfaceType;

    public string InterfaceName => request.Target.InterfaceName;

    public string MethodName => request.Method.Name;

    public MethodInfo InterfaceMethod => request.Method.Method;

    public MethodInfo ImplementationMethod
    {
        get
        {
            var map = target.GetType().GetInterfaceMap(InterfaceMethod.DeclaringType!);
            return map.TargetMethods[Array.IndexOf(map.InterfaceMethods, InterfaceMethod)];
        }
    }

    public object? Result
    {
        get => Response is { Exception: null } response ? response.Result : null;
        set => Response = Serialization.Invocation.Response.FromResult(value);
    }

    public Response? Response { get; set; }

    public async Task Invoke()
    {
        var filters = receiver.IncomingFilters ?? [];
        var stage = _stage++;
        try
        {
            if (stage < filters.Length)
            {
                await filters[stage].Invoke(this);
                CheckAnswered(filters[stage]);
            }
            else if (stage == filters.Length && target is IIncomingGrainCallFilter own)
            {
                await own.Invoke(this);
                CheckAnswered(own);
            }
            else
            {
                Response = await request.InvokeForFilterAsync(target);
            }
        }
        finally
        {
            _stage--;
        }
    }

    private void CheckAnswered(IIncomingGrainCallFilter filter)
    {
        if (Response is null)
        {
            throw new InvalidOperationException($"The call filter {filter.GetType().Name} neither called Invoke nor set a result.");
        }
    }
}

/// <summary>A call at its sender, passing through the filters of the silo or client.</summary>
internal sealed class OutgoingCall(Request request, IOutgoingGrainCallFilter[] filters, Func<Task<object?>> send) : IOutgoingGrainCallContext
{
    private int _stage;

    public IInvokable Request => request;

    public object Grain => request.Target;

    public IGrainContext? SourceContext => request.Source;

    public GrainId? SourceId => request.Source?.GrainId;

    public GrainId TargetId => request.TargetId;

    public GrainInterfaceType InterfaceType => request.Target.InterfaceType;

    public string InterfaceName => request.Target.InterfaceName;

    public string MethodName => request.Method.Name;

    public MethodInfo InterfaceMethod => request.Method.Method;

    public object? Result
    {
        get => Response is { Exception: null } response ? response.Result : null;
        set => Response = Serialization.Invocation.Response.FromResult(value);
    }

    public Response? Response { get; set; }

    public async Task Invoke()
    {
        var stage = _stage++;
        try
        {
            if (stage < filters.Length)
            {
                await filters[stage].Invoke(this);
                return;
            }

            Response = Serialization.Invocation.Response.FromResult(await send());
        }
        finally
        {
            _stage--;
        }
    }

    public object? AnswerOrThrow()
    {
        if (Response?.Exception is { } exception)
        {
            ExceptionDispatchInfo.Throw(exception);
        }

        return Response is null
            ? throw new InvalidOperationException("An outgoing call filter neither called Invoke nor set a result.")
            : Response.Result;
    }
}
