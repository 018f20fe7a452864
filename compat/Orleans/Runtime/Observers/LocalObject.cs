using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Orleans.Serialization;

namespace Orleans.Runtime;

/// <summary>
/// An object of a client, or of a silo outside its grains, that can be called by reference. It is held weakly; its
/// calls run on the thread pool, one after the other, each to its end before the next.
/// </summary>
internal sealed class LocalObject : IReceiver, IGrainContext, IThreadPoolWorkItem
{
    private const string TypePrefix = "sys.client.";

    private readonly WeakReference<IAddressable> _object;
    private readonly Queue<Request> _queue = new();
    private bool _running;

    public LocalObject(IAddressable obj, RuntimeClient owner)
    {
        _object = new WeakReference<IAddressable>(obj);
        Owner = owner;
        Id = GrainId.Create(owner.ClientId.Type, $"{owner.ClientId.Key}+{Guid.NewGuid():N}");
    }

    public GrainId Id { get; }

    public RuntimeClient Owner { get; }

    public IGrainContext Context => this;

    public TaskScheduler TurnScheduler => TaskScheduler.Default;

    public IIncomingGrainCallFilter[]? IncomingFilters => Owner.IncomingFilters;

    public GrainId GrainId => Id;

    public GrainReference GrainReference => GrainProxies.CreateUntyped(Id, Owner);

    public object? GrainInstance => GetTarget();

    public Task Deactivated => Task.CompletedTask;

    public ActivationId ActivationId => throw NotAGrain();

    public GrainAddress Address => throw NotAGrain();

    public IServiceProvider ActivationServices => throw NotAGrain();

    public IGrainLifecycle ObservableLifecycle => throw NotAGrain();

    public IWorkItemScheduler Scheduler => throw NotAGrain();

    /// <summary>The type of the ids of the objects of one silo or client, and of itself.</summary>
    public static GrainType ClientType { get; } = GrainType.Create(TypePrefix + "local");

    public static bool IsObjectId(GrainId id) => id.Type == ClientType;

    public static bool BelongsTo(GrainId id, RuntimeClient client)
    {
        var key = id.Key.AsSpan();
        var prefix = client.ClientId.Key.AsSpan();
        return key.StartsWith(prefix) && key.Length > prefix.Length && key[prefix.Length] == (byte)'+';
    }

    public void Receive(Request request)
    {
        if (!TryGetObject(out _))
        {
            Owner.Logger.LogWarning("The observer {Id} was collected: keep a reference to it for as long as it is to be called. {Request} has no answer.", Id, request);
            Owner.Cluster.RemoveObject(Id);
            return;
        }

        request.TargetSilo = Owner.Silo;
        if (request.IsAlwaysInterleave)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static state => state.Self.Start(state.Request), (Self: this, Request: request), preferLocal: true);
            return;
        }

        lock (_queue)
        {
            _queue.Enqueue(request);
            if (_running)
            {
                return;
            }

            _running = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
    }

    void IThreadPoolWorkItem.Execute()
    {
        Request request;
        lock (_queue)
        {
            request = _queue.Dequeue();
        }

        Start(request);
    }

    public void OnTurnEnded(Turn turn)
    {
        if (turn.IsAlwaysInterleave)
        {
            return;
        }

        lock (_queue)
        {
            if (_queue.Count == 0)
            {
                _running = false;
                return;
            }
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
    }

    object IReceiver.GetTarget(Type grainInterface) => TryGetObject(out var obj)
        ? obj
        : throw new ObjectDisposedException(grainInterface.ToString(), "The observer was collected; keep a reference to it for as long as it is to be called.");

    public object? GetTarget() => TryGetObject(out var obj) ? obj : null;

    public object? GetComponent(Type componentType) => componentType.IsInstanceOfType(GetTarget()) ? GetTarget() : null;

    public void SetComponent<TComponent>(TComponent? value)
        where TComponent : class => throw NotAGrain();

    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default)
    {
    }

    public bool Equals(IGrainContext? other) => ReferenceEquals(this, other);

    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    public override int GetHashCode() => Id.GetHashCode();

    private static NotSupportedException NotAGrain() => new("An observer is not a grain.");

    private bool TryGetObject([NotNullWhen(true)] out IAddressable? obj) => _object.TryGetTarget(out obj);

    private void Start(Request request)
    {
        if (request.IsAbandoned)
        {
            OnTurnEnded(request);
            return;
        }

        var context = CopyContext.Rent(Owner);
        try
        {
            request.BindArguments(context);
        }
        catch (Exception exception)
        {
            request.Fail(exception);
            OnTurnEnded(request);
            return;
        }
        finally
        {
            context.Return();
        }

        var previous = RuntimeContext.Exchange(null);
        request.Start(this);
        RuntimeContext.Exchange(previous);
    }
}
