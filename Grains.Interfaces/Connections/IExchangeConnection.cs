namespace Exchange.Grains.Interfaces;

/// <summary>What all four roles share: a connection that is opened, watched and closed.</summary>
public interface IExchangeConnection
{
    /// <summary>
    /// Opens the connection and keeps it open until <see cref="Disconnect"/>; returns when it is ready or the first
    /// attempt failed (later attempts go on by themselves and show on the status stream). Calling it again is harmless.
    /// </summary>
    Task<Result<ConnectionStatus>> Connect(CancellationToken cancellationToken = default);

    /// <summary>Closes the connection gracefully: no new commands, what is in flight is settled, working orders stay.</summary>
    Task<Result<ConnectionStatus>> Disconnect(CancellationToken cancellationToken = default);

    /// <summary>Where the connection stands now.</summary>
    Task<Result<ConnectionStatus>> GetStatus(CancellationToken cancellationToken = default);

    /// <summary>What this exchange offers and how its rules differ from the others'.</summary>
    Task<Result<Capabilities>> GetCapabilities(CancellationToken cancellationToken = default);
}
