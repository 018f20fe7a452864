using Exchange.Grains.Interfaces;
using Exchange.Grains.Keeping;
using Exchange.Grains.Placement;
using Exchange.Streaming;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;

namespace Exchange.Grains.Connections;

/// <summary>
/// What the grains of all roles share: the connector's life, the status stream and the keeper's door. The connector runs
/// outside the grain's turns, so that no call waits behind another one's venue.
/// </summary>
/// <typeparam name="TConnector">The role's interface, as the venue's connector implements it.</typeparam>
public abstract class ConnectionGrain<TConnector> : Grain, IExchangeConnection
    where TConnector : class, IExchangeConnection
{
    private readonly ConnectionGrainServices _services;
    private readonly ILogger _logger;
    private StreamPublisher<ConnectionStatus>? _statusStream;
    private ConnectionStatus _status;
    private TConnector? _connector;
    private ExchangeError? _refusal;
    private Task _connecting = Task.CompletedTask;
    private bool _wanted = true;
    private volatile bool _stopping;

    private protected ConnectionGrain(ConnectionGrainServices services)
    {
        _services = services;
        Connection = ConnectionGrainTypes.TryGetConnection(GrainContext.GrainId, out var connection)
            ? connection
            : throw new InvalidOperationException($"{GrainContext.GrainId} is not the grain of a connection.");
        _logger = services.CreateLogger(Connection);
        _status = new ConnectionStatus { Connection = Connection, State = ConnectionState.Stopped, Since = services.Time.GetUtcNow() };
    }

    private protected ConnectionId Connection { get; }

    private protected StreamProducer Streams { get; private set; } = null!;

    private protected ConnectionGrainServices Services => _services;

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        Streams = StreamProducer.Open(GrainContext, await NextEpochAsync());
        _statusStream = Streams.GetPublisher<ConnectionStatus>(StreamNames.Status, StreamNames.StatusKey(Connection));
        var binder = (IGrainExtensionBinder)GrainContext.GetComponent(typeof(IGrainExtensionBinder))!;
        binder.GetOrSetExtension<ConnectionControl, IConnectionControl>(() => new ConnectionControl(Keep, Stop));
        _connector = CreateConnector();
        _services.Local.Add(Connection);
        GrainsLog.Activated(_logger, Connection.ServiceName, Streams.Epoch, _services.SiloName);
        PublishStatus(_refusal is null ? _status : _status with { State = ConnectionState.Refused, Reason = _refusal.Message });
    }

    /// <inheritdoc/>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _stopping = true;
        try
        {
            await DisposeConnector();
            await Drained();
        }
        finally
        {
            _services.Local.Remove(Connection);
            GrainsLog.Deactivated(_logger, Connection.ServiceName, reason.ReasonCode, reason.Description);
        }
    }

    /// <inheritdoc/>
    public Task<Result<ConnectionStatus>> Connect(CancellationToken cancellationToken = default)
    {
        _wanted = true;
        return Stamped(Call(c => c.Connect(cancellationToken)));
    }

    /// <inheritdoc/>
    public Task<Result<ConnectionStatus>> Disconnect(CancellationToken cancellationToken = default)
    {
        _wanted = false;
        return Stamped(Call(c => c.Disconnect(cancellationToken)));
    }

    /// <inheritdoc/>
    public Task<Result<ConnectionStatus>> GetStatus(CancellationToken cancellationToken = default) =>
        _stopping || _refusal is not null ? Task.FromResult<Result<ConnectionStatus>>(Stamp(_status)) : Stamped(Call(c => c.GetStatus(cancellationToken)));

    /// <inheritdoc/>
    public Task<Result<Capabilities>> GetCapabilities(CancellationToken cancellationToken = default) =>
        Call(c => c.GetCapabilities(cancellationToken));

    /// <summary>Makes the venue's connector; null when this version has none, and then every call says so.</summary>
    private protected abstract TConnector? CreateConnector();

    /// <summary>This activation cannot serve, and every call says why. The keeper tries another.</summary>
    private protected void Refuse(ExchangeError why) => _refusal = why;

    /// <summary>
    /// The epoch of this activation. By the clock: enough where consumers recover by a snapshot. A role whose epoch
    /// fences commands takes it from its storage instead.
    /// </summary>
    private protected virtual Task<long> NextEpochAsync() => Task.FromResult(_services.Epochs.Next());

    /// <summary>Calls the connector outside the grain's turn. What it throws is a defect, logged and answered as such.</summary>
    private protected async Task<Result<T>> Call<T>(Func<TConnector, Task<Result<T>>> call)
    {
        if (_connector is not { } connector)
            return _refusal ?? ConnectionErrors.NotImplemented(Connection);
        if (_stopping)
            return new ExchangeError { Code = ExchangeErrorCode.Stopping, Message = $"'{Connection}' is stopping and takes nothing new", Retryable = true };
        try
        {
            return await Task.Run(() => call(connector));
        }
        catch (OperationCanceledException)
        {
            throw;
        }
        catch (Exception exception)
        {
            var id = Guid.NewGuid().ToString("N")[..8];
            GrainsLog.ConnectorFailed(_logger, exception, Connection.ServiceName, id);
            return new ExchangeError { Code = ExchangeErrorCode.Internal, Message = $"{Connection.ServiceName} failed; its log has the details under {id}" };
        }
    }

    /// <summary>
    /// Publishes the connector's status as this activation's. Thread-safe: connectors call it from their own threads.
    /// Once the connection stops, an attempt to connect that was under way no longer shows.
    /// </summary>
    private protected void OnConnectorStatus(ConnectionStatus status)
    {
        if (!_stopping || status.State is ConnectionState.Stopping or ConnectionState.Stopped)
            PublishStatus(status);
    }

    private void PublishStatus(ConnectionStatus status)
    {
        status = Stamp(status);
        var before = Interlocked.Exchange(ref _status, status);
        if (before.State != status.State)
            GrainsLog.StateChanged(_logger, Connection.ServiceName, before.State, status.State, status.Reason ?? "-");
        _statusStream!.Publish(status);
    }

    private async Task<KeepAnswer> Keep()
    {
        if (_refusal is not null && !_stopping)
        {
            GrainsLog.Restarting(_logger, Connection.ServiceName, _refusal.Message);
            DeactivateOnIdle();
            return new KeepAnswer { State = _status.State, Restarted = true };
        }

        if (_stopping || _connector is null)
            return new KeepAnswer { State = _status.State };

        var status = await Call(c => c.GetStatus());
        if (!status.IsSuccess)
        {
            // A connector that cannot say how it is will not get better by waiting: begin with a new one.
            GrainsLog.Restarting(_logger, Connection.ServiceName, status.Error.Message);
            DeactivateOnIdle();
            return new KeepAnswer { State = _status.State, Restarted = true };
        }

        var stopped = status.Value.State == ConnectionState.Stopped;
        if (!stopped || !_wanted || _stopping || !_connecting.IsCompleted)
            return new KeepAnswer { State = status.Value.State, Restarted = stopped && _wanted };
        _connecting = Call(c => c.Connect());
        return new KeepAnswer { State = ConnectionState.Connecting, Restarted = true };
    }

    private async Task Stop(string reason)
    {
        if (_stopping)
            return;
        _wanted = false;
        // Under way before the door closes: what comes after it is refused.
        PublishStatus(_status with { State = ConnectionState.Stopping, Since = _services.Time.GetUtcNow(), Reason = reason });
        var disconnect = Call(c => c.Disconnect());
        _stopping = true;
        var result = await disconnect;
        if (!result.IsSuccess)
            GrainsLog.StopFailed(_logger, Connection.ServiceName, result.Error.Message);
        if (_status.State != ConnectionState.Stopped)
            PublishStatus(_status with { State = ConnectionState.Stopped, Since = _services.Time.GetUtcNow(), Reason = reason });
        await Drained();
    }

    private async Task<Result<ConnectionStatus>> Stamped(Task<Result<ConnectionStatus>> call) => (await call).Map(Stamp);

    private ConnectionStatus Stamp(ConnectionStatus status) =>
        status with { Connection = Connection, Epoch = Streams.Epoch, Silo = _services.SiloName };

    private async Task DisposeConnector()
    {
        var connector = _connector;
        try
        {
            await Task.Run(async () =>
            {
                if (connector is IAsyncDisposable asyncDisposable)
                    await asyncDisposable.DisposeAsync();
                else if (connector is IDisposable disposable)
                    disposable.Dispose();
            }).WaitAsync(_services.Keeper.StopTimeout, _services.Time);
        }
        catch (Exception exception)
        {
            GrainsLog.DisposeFailed(_logger, exception, Connection.ServiceName);
        }
    }

    /// <summary>Waits, for a moment only, until subscribers have what was published.</summary>
    private async Task Drained()
    {
        try
        {
            await Streams.Drained().WaitAsync(_services.Keeper.DrainTimeout, _services.Time);
        }
        catch (TimeoutException)
        {
            GrainsLog.NotDrained(_logger, Connection.ServiceName, Streams.Counters.Queued);
        }
    }
}
