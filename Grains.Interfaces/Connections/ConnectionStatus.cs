using Orleans;

namespace Exchange.Grains.Interfaces;

/// <summary>The state of one connection, as published on its <c>status</c> stream at every change.</summary>
[GenerateSerializer, Immutable, Alias("exchange.connection-status")]
public sealed record ConnectionStatus
{
    /// <summary>Which connection.</summary>
    [Id(0)]
    public required ConnectionId Connection { get; init; }

    /// <summary>Where it stands.</summary>
    [Id(1)]
    public required ConnectionState State { get; init; }

    /// <summary>Since when it stands there, UTC.</summary>
    [Id(2)]
    public required DateTimeOffset Since { get; init; }

    /// <summary>The epoch of the activation that serves it; 0 when the connector runs without a cluster.</summary>
    [Id(3)]
    public long Epoch { get; init; }

    /// <summary>The silo that serves it.</summary>
    [Id(4)]
    public string? Silo { get; init; }

    /// <summary>Counts the sockets opened, from 1; a command is bound to one generation.</summary>
    [Id(5)]
    public int Generation { get; init; }

    /// <summary>Why it stands there, for a person: the last error, the reason of a reconnect.</summary>
    [Id(6)]
    public string? Reason { get; init; }

    /// <summary>When anything last arrived from the venue, UTC.</summary>
    [Id(7)]
    public DateTimeOffset? LastDataTime { get; init; }

    /// <summary>When the next attempt to connect is due, UTC, while <see cref="ConnectionState.Waiting"/>.</summary>
    [Id(8)]
    public DateTimeOffset? NextAttempt { get; init; }

    /// <summary>Messages of the venue that could not be read, since the activation. Each is logged.</summary>
    [Id(9)]
    public long UnreadableMessages { get; init; }

    /// <summary>Messages of the venue whose kind is not known here, since the activation.</summary>
    [Id(10)]
    public long UnknownMessages { get; init; }

    /// <summary>Times the connection was re-established since the activation.</summary>
    [Id(11)]
    public long Reconnects { get; init; }

    /// <summary>Order books that had to be rebuilt after a gap, since the activation.</summary>
    [Id(12)]
    public long Resyncs { get; init; }

    /// <summary>The venue's clock minus ours, when it was measured.</summary>
    [Id(13)]
    public TimeSpan? ClockOffset { get; init; }

    /// <summary>True when the connection serves commands and live data.</summary>
    public bool IsReady => State == ConnectionState.Ready;
}
