using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Orleans.Runtime;

/// <summary>What a silo or a client sends its calls through: a member of the cluster.</summary>
internal sealed partial class RuntimeClient : IClusterClient
{
    private readonly Lazy<IOutgoingGrainCallFilter[]?> _outgoingFilters;
    private readonly Lazy<IIncomingGrainCallFilter[]?> _incomingFilters;
    private readonly OneWayDelivery _oneWay;
    private volatile LocalCluster? _cluster;
    private volatile bool _stopped;

    public RuntimeClient(IServiceProvider services, Silo? silo, MessagingOptions messaging)
    {
        ServiceProvider = services;
        Silo = silo;
        ResponseTimeout = messaging.ResponseTimeout;
        Logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Orleans.Compat");
        ClientId = GrainId.Create(LocalObject.ClientType, silo is null ? Guid.NewGuid().ToString("N") : $"hosted-{silo.Address.ToParsableString()}");
        _oneWay = new OneWayDelivery(services.GetService<IConfiguration>()?.GetValue<bool>(OneWayDelivery.OutOfOrderSetting) ?? false);
        _outgoingFilters = new(() => Filters<IOutgoingGrainCallFilter>(services));
        _incomingFilters = new(() => Filters<IIncomingGrainCallFilter>(services));
    }

    public IServiceProvider ServiceProvider { get; }

    /// <summary>The silo that this is a part of; null for a client.</summary>
    public Silo? Silo { get; }

    public GrainId ClientId { get; }

    public ILogger Logger { get; }

    public TimeSpan ResponseTimeout { get; }

    public PendingCalls Pending { get; } = new();

    public IIncomingGrainCallFilter[]? IncomingFilters => _incomingFilters.Value;

    public LocalCluster Cluster => _cluster ?? throw new InvalidOperationException(
        Silo is null ? "The cluster client is not connected: its host has not been started." : "The silo has not been started.");

    /// <summary>Enters the cluster that this silo is a part of.</summary>
    public void Join(Silo silo)
    {
        _cluster = LocalCluster.Join(ServiceProvider.GetClusterKey(silo.Address), this);
        Pending.Start();
    }

    /// <summary>Enters the cluster of this process that the client knows a gateway of, if there is one.</summary>
    public bool TryJoin()
    {
        _cluster = LocalCluster.TryJoin(ServiceProvider.GetKnownGateways(), this);
        if (_cluster is null)
        {
            return false;
        }

        FindGateways();
        Pending.Start();
        return true;
    }

    /// <summary>Nothing more is sent; what waits for an answer fails.</summary>
    public void Stop()
    {
        if (_stopped)
        {
            return;
        }

        _stopped = true;
        Pending.FailAll(StoppedException);
        Pending.Dispose();
        _cluster?.Leave(this);
    }

    public Task<T> SendAsync<T>(ResultRequest<T> request)
    {
        if (_outgoingFilters.Value is { } filters)
        {
            return SendFilteredAsync(request, filters);
        }

        Send(request);
        return request.Answer;
    }

    public Task SendAsync(VoidRequest request)
    {
        if (_outgoingFilters.Value is { } filters)
        {
            return SendFilteredAsync(request, filters);
        }

        Send(request);
        return request.Answer;
    }

    private static T[]? Filters<T>(IServiceProvider services) => services.GetServices<T>().ToArray() is { Length: > 0 } filters ? filters : null;

    private static SiloUnavailableException StoppedException(Request request) =>
        new($"The local Orleans host is shutting down and can no longer process the request: {request}.");

    private async Task<T> SendFilteredAsync<T>(ResultRequest<T> request, IOutgoingGrainCallFilter[] filters)
    {
        request.Source = RuntimeContext.Current;
        var call = new OutgoingCall(
            request,
            filters,
            async () =>
            {
                Send(request);
                return await request.Answer;
            });
        await call.Invoke();
        return (T)call.AnswerOrThrow()!;
    }

    private async Task SendFilteredAsync(VoidRequest request, IOutgoingGrainCallFilter[] filters)
    {
        request.Source = RuntimeContext.Current;
        var call = new OutgoingCall(
            request,
            filters,
            async () =>
            {
                Send(request);
                await request.Answer;
                return null;
            });
        await call.Invoke();
        call.AnswerOrThrow();
    }

    private void Send(Request request)
    {
        var token = request.GetCancellationToken();
        token.ThrowIfCancellationRequested();
        request.OnSending(this, request.Method.ResponseTimeout ?? ResponseTimeout);
        request.Source = RuntimeContext.Current;
        request.RequestContext = RequestContext.Export();
        var cluster = Cluster;
        if (request.Method.IsOneWay)
        {
            request.CompleteOneWay();
            if (!_stopped && (Silo is not null || TryChooseGateway(request, out _)))
            {
                _oneWay.Send(cluster, request);
            }

            return;
        }

        Pending.Add(request);
        if (_stopped)
        {
            request.Fail(StoppedException(request));
            return;
        }

        if (Silo is null && !TryChooseGateway(request, out var failure))
        {
            request.Fail(failure);
            return;
        }

        request.WatchCancellation(token);
        cluster.Dispatch(request);
    }
}
