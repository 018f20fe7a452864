using Exchange.Grains.Interfaces;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Exchange.Grains.Keeping;

/// <summary>The keeper's door to a connection's grain, hidden from traders.</summary>
[Alias("exchange.connection-control")]
internal interface IConnectionControl : IGrainExtension
{
    /// <summary>Starts the connection when it should run and does not. Returns at once, whatever the venue does.</summary>
    [AlwaysInterleave]
    Task<KeepAnswer> Keep();

    /// <summary>Stops the connection gracefully, and for good: the silo goes down.</summary>
    [AlwaysInterleave]
    Task Stop(string reason);
}

/// <summary>What the keeper found.</summary>
[GenerateSerializer, Immutable, Alias("exchange.keep-answer")]
internal sealed record KeepAnswer
{
    [Id(0)]
    public required ConnectionState State { get; init; }

    /// <summary>The connection was down though wanted, and is being started.</summary>
    [Id(1)]
    public bool Restarted { get; init; }
}

/// <summary>The extension that opens the door.</summary>
internal sealed class ConnectionControl(Func<Task<KeepAnswer>> keep, Func<string, Task> stop) : IConnectionControl
{
    public Task<KeepAnswer> Keep() => keep();

    public Task Stop(string reason) => stop(reason);
}
