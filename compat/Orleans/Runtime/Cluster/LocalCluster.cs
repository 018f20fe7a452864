using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Orleans.Hosting;
using Orleans.Storage;

namespace Orleans.Runtime;

/// <summary>
/// The silos and clients of this process that share a cluster id and a service id: who they are, which grain is active
/// where, and which objects can be called as observers. It lives from the first that joins to the last that leaves.
/// </summary>
internal sealed class LocalCluster
{
    private static readonly Dictionary<ClusterKey, LocalCluster> _clusters = [];

    private readonly ClusterKey _key;
    private readonly ConcurrentDictionary<GrainId, Activation> _activations = new();
    private readonly ConcurrentDictionary<GrainId, LocalObject> _objects = new();
    private readonly Dictionary<GrainId, List<Request>> _placing = [];
    private readonly Lock _lock = new();
    private ImmutableArray<Silo> _silos = [];
    private ImmutableArray<RuntimeClient> _members = [];

    private LocalCluster(ClusterKey key) => _key = key;

    /// <summary>Silos that joined, those that have died since included.</summary>
    public ImmutableArray<Silo> Silos => _silos;

    /// <summary>What memory storage holds.</summary>
    public ConcurrentDictionary<(string Provider, string State, GrainId Grain), MemoryGrainStorage.Record> StoredStates { get; } = new();

    public int ActivationCount => _activations.Count;

    /// <summary>The cluster that a silo joins, or founds.</summary>
    public static LocalCluster Join(ClusterKey key, RuntimeClient member)
    {
        lock (_clusters)
        {
            if (!_clusters.TryGetValue(key, out var cluster))
            {
                _clusters[key] = cluster = new LocalCluster(key);
            }

            cluster.Add(member);
            return cluster;
        }
    }

    /// <summary>The cluster of this process that has a gateway which the client knows, and which it joins; or null.</summary>
    public static LocalCluster? TryJoin(Func<ClusterKey, SiloAddress, bool> isKnown, RuntimeClient client)
    {
        lock (_clusters)
        {
            var cluster = _clusters.Values.FirstOrDefault(c => c.Gateways().Any(gateway => isKnown(c._key, gateway.GatewayAddress!)));
            cluster?.Add(client);
            return cluster;
        }
    }

    /// <summary>The silos that let clients in.</summary>
    public Silo[] Gateways() => _silos.Where(s => s is { Status: SiloStatus.Active, GatewayAddress: not null }).ToArray();

    public Silo[] ActiveSilos() => _silos.Where(s => s.Status == SiloStatus.Active).ToArray();

    public Silo? FindSilo(SiloAddress address) => _silos.FirstOrDefault(s => s.Address.Equals(address));

    public Activation? FindActivation(GrainId id) => _activations.GetValueOrDefault(id);

    public IEnumerable<Activation> ActivationsOf(Silo silo) => _activations.Values.Where(a => ReferenceEquals(a.Silo, silo));

    public void AddObject(LocalObject obj) => _objects[obj.Id] = obj;

    public bool RemoveObject(GrainId id) => _objects.TryRemove(id, out _);

    /// <summary>Brings a request to the activation or the object that it is for; the first request of a grain has it placed.</summary>
    public void Dispatch(Request request)
    {
        var id = request.TargetId;
        if (_activations.TryGetValue(id, out var activation) && activation.TryReceive(request))
        {
            return;
        }

        if (LocalObject.IsObjectId(id))
        {
            DispatchToObject(request);
        }
        else
        {
            DispatchToPlacement(request);
        }
    }

    public void OnActivationEnded(Activation activation) =>
        _activations.TryRemove(new KeyValuePair<GrainId, Activation>(activation.GrainId, activation));

    /// <summary>
    /// The silo is gone: its grains are to be placed anew, and what it was to answer never will be. The other silos know that and
    /// fail their calls; a client does not, and waits until its time is up.
    /// </summary>
    public void OnSiloDead(Silo silo)
    {
        foreach (var activation in ActivationsOf(silo).ToArray())
        {
            OnActivationEnded(activation);
            activation.Kill();
        }

        foreach (var member in _members.Where(m => m.Silo is not null))
        {
            member.Pending.FailAll(request => ReferenceEquals(request.TargetSilo, silo)
                ? new SiloUnavailableException($"The target silo became unavailable for message: {request}.")
                : null);
        }
    }

    public void Leave(RuntimeClient member)
    {
        foreach (var obj in _objects.Values.Where(o => ReferenceEquals(o.Owner, member)).ToArray())
        {
            _objects.TryRemove(obj.Id, out _);
        }

        lock (_clusters)
        {
            lock (_lock)
            {
                _members = _members.Remove(member);
            }

            if (_members.IsEmpty)
            {
                _clusters.Remove(_key);
            }
        }
    }

    private void Add(RuntimeClient member)
    {
        lock (_lock)
        {
            _members = _members.Add(member);
            if (member.Silo is { } silo)
            {
                _silos = _silos.Add(silo);
            }
        }
    }

    private void DispatchToObject(Request request)
    {
        if (_objects.TryGetValue(request.TargetId, out var obj))
        {
            obj.Receive(request);
        }
        else if (!_members.Any(m => LocalObject.BelongsTo(request.TargetId, m)))
        {
            request.Fail(new ClientNotAvailableException(request.TargetId));
        }
        else
        {
            // As with the genuine runtime there is no answer: the caller's wait runs out.
            request.Sender.Logger.LogWarning("{Request} is for an observer that was deleted or collected.", request);
        }
    }

    private void DispatchToPlacement(Request request)
    {
        lock (_lock)
        {
            if (_activations.TryGetValue(request.TargetId, out var activation) && activation.TryReceive(request))
            {
                return;
            }

            if (_placing.TryGetValue(request.TargetId, out var others))
            {
                others.Add(request);
                return;
            }

            _placing[request.TargetId] = [request];
        }

        ThreadPool.UnsafeQueueUserWorkItem(
            static state => _ = state.Cluster.PlaceAsync(state.Request), (Cluster: this, Request: request), preferLocal: true);
    }

    private async Task PlaceAsync(Request first)
    {
        Exception? failure = null;
        try
        {
            var silo = await ChooseSiloAsync(first);
            Start(silo, first);
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        List<Request> requests;
        lock (_lock)
        {
            _placing.Remove(first.TargetId, out requests!);
        }

        foreach (var request in requests)
        {
            if (failure is not null)
            {
                request.Fail(failure);
            }
            else
            {
                Dispatch(request);
            }
        }
    }

    private async Task<Silo> ChooseSiloAsync(Request request)
    {
        var placing = request.Sender.Silo ?? request.Gateway!;
        var address = await placing.Placement.PlaceAsync(request);
        return FindSilo(address) is { Status: SiloStatus.Active or SiloStatus.ShuttingDown or SiloStatus.Joining } silo
            ? silo
            : throw new SiloUnavailableException($"The silo {address}, which placement chose for {request.TargetId}, is not there.");
    }

    private void Start(Silo silo, Request first)
    {
        var activation = silo.CreateActivation(first.TargetId);
        lock (_lock)
        {
            _activations[first.TargetId] = activation;
        }

        activation.Activate(first.RequestContext);
        if (silo.Status == SiloStatus.Dead)
        {
            OnSiloDead(silo);
            throw new SiloUnavailableException($"The silo {silo.Address} died while {first.TargetId} was placed on it.");
        }
    }
}
