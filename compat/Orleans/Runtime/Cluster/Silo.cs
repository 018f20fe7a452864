using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime.MembershipService.SiloMetadata;

namespace Orleans.Runtime;

/// <summary>One silo: its activations, and its way from start to stop.</summary>
internal sealed class Silo : ILocalSiloDetails
{
    private static int _silos;

    private readonly ConcurrentDictionary<GrainType, GrainClass> _classes = new();
    private readonly Lazy<LifecycleSubject> _lifecycle;
    private int _killed;

    public Silo(IServiceProvider services, IOptions<ClusterOptions> cluster, IOptions<SiloOptions> options, IOptions<EndpointOptions> endpoint, IOptions<SiloMessagingOptions> messaging)
    {
        var address = endpoint.Value.AdvertisedIPAddress ?? IPAddress.Loopback;
        Services = services;
        ClusterId = cluster.Value.ClusterId;
        Address = SiloAddress.New(address, endpoint.Value.SiloPort, SiloAddress.AllocateNewGeneration());
        GatewayAddress = endpoint.Value.GatewayPort == 0 ? null : SiloAddress.New(address, endpoint.Value.GatewayPort, 0);
        Name = options.Value.SiloName ?? $"Silo_{Interlocked.Increment(ref _silos)}";
        Logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Orleans.Compat");
        TimeProvider = services.GetRequiredKeyedService<TimeProvider>(TimeProviderNames.Grains);
        Metadata = services.GetRequiredService<IOptions<SiloMetadata>>().Value;
        Runtime = new RuntimeClient(services, this, messaging.Value);
        Placement = new PlacementService(this);
        _lifecycle = new Lazy<LifecycleSubject>(CreateLifecycle);
    }

    public IServiceProvider Services { get; }

    public string Name { get; }

    public string ClusterId { get; }

    public string DnsHostName => Dns.GetHostName();

    public SiloAddress Address { get; }

    SiloAddress ILocalSiloDetails.SiloAddress => Address;

    public SiloAddress? GatewayAddress { get; }

    public ILogger Logger { get; }

    public TimeProvider TimeProvider { get; }

    public RuntimeClient Runtime { get; }

    public PlacementService Placement { get; }

    public LocalCluster Cluster => Runtime.Cluster;

    public ISiloLifecycle Lifecycle => _lifecycle.Value;

    public SiloStatus Status { get; private set; } = SiloStatus.Created;

    public bool WasKilled => Volatile.Read(ref _killed) != 0;

    public SiloMetadata Metadata { get; }

    public IIncomingGrainCallFilter[]? IncomingFilters => Runtime.IncomingFilters;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        GrainTypes.Validate();
        return _lifecycle.Value.OnStart(cancellationToken);
    }

    /// <summary>Stops in lifecycle order; with a cancelled token at once, as when the process is killed.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            Kill();
        }

        await _lifecycle.Value.OnStop(cancellationToken);
        Die();
    }

    /// <summary>Everything of this silo stops where it stands; nothing is deactivated.</summary>
    public void Kill()
    {
        if (Interlocked.Exchange(ref _killed, 1) == 0)
        {
            Die();
        }
    }

    public Activation? FindActivation(GrainId id) =>
        Status is SiloStatus.Created ? null : Cluster.FindActivation(id) is { } activation && ReferenceEquals(activation.Silo, this) ? activation : null;

    /// <exception cref="ArgumentException">No class bears that name.</exception>
    public GrainClass GetGrainClass(GrainType name) => _classes.GetOrAdd(name, static (n, silo) => new GrainClass(
        GrainTypes.FindClass(n) ?? throw new ArgumentException($"Could not find an implementation of grain type {n}."), n, silo.Services), this);

    public Activation CreateActivation(GrainId id) => new(this, id, GetGrainClass(id.Type));

    public void OnActivationEnded(Activation activation) => Cluster.OnActivationEnded(activation);

    public void OnTimerFailed(Activation activation, Exception exception) =>
        Logger.LogWarning(exception, "A timer callback of {Grain} failed.", activation.GrainId);

    private LifecycleSubject CreateLifecycle()
    {
        var lifecycle = new LifecycleSubject(Logger);
        lifecycle.Subscribe("Membership", ServiceLifecycleStage.RuntimeInitialize, _ => Become(SiloStatus.Joining, () => Runtime.Join(this)));
        lifecycle.Subscribe("Membership", ServiceLifecycleStage.BecomeActive, _ => Become(SiloStatus.Active), _ => Become(SiloStatus.ShuttingDown));
        lifecycle.Subscribe("Grains", ServiceLifecycleStage.GrainDeactivation, _ => Task.CompletedTask, DeactivateGrainsAsync);
        foreach (var participant in Services.GetServices<ILifecycleParticipant<ISiloLifecycle>>())
        {
            participant.Participate(lifecycle);
        }

        return lifecycle;
    }

    private Task Become(SiloStatus status, Action? action = null)
    {
        if (Status != SiloStatus.Dead)
        {
            Status = status;
            action?.Invoke();
        }

        return Task.CompletedTask;
    }

    private async Task DeactivateGrainsAsync(CancellationToken cancellationToken)
    {
        if (Status == SiloStatus.Dead)
        {
            return;
        }

        // A grain that deactivates may call another, and so bring it to life here once more.
        while (Cluster.ActivationsOf(this).ToArray() is { Length: > 0 } activations)
        {
            foreach (var activation in activations)
            {
                activation.Deactivate(new DeactivationReason(DeactivationReasonCode.ShuttingDown, "This process is terminating."), cancellationToken);
            }

            await Task.WhenAll(activations.Select(a => a.Ended)).WaitAsync(cancellationToken);
        }
    }

    private void Die()
    {
        if (Status is SiloStatus.Dead or SiloStatus.Created)
        {
            return;
        }

        Status = SiloStatus.Dead;
        Cluster.OnSiloDead(this);
        Runtime.Stop();
    }
}
