using System.Collections.Immutable;
using Orleans;

namespace Exchange.Grains.Interfaces;

/// <summary>Venue differences as data, so that a trader need not hard-code them.</summary>
[GenerateSerializer, Immutable, Alias("exchange.capabilities")]
public sealed record Capabilities
{
    /// <summary>The exchange key.</summary>
    [Id(0)]
    public required string Exchange { get; init; }

    /// <summary>Order types that the venue takes.</summary>
    [Id(1)]
    public ImmutableArray<OrderType> OrderTypes { get; init; } = [];

    /// <summary>Times in force that the venue takes.</summary>
    [Id(2)]
    public ImmutableArray<TimeInForce> TimesInForce { get; init; } = [];

    /// <summary>The form of a client order id, as a regular expression.</summary>
    [Id(3)]
    public string ClientOrderIdPattern { get; init; } = "";

    /// <summary>The form of a client order id, in words.</summary>
    [Id(4)]
    public string ClientOrderIdForm { get; init; } = "";

    /// <summary>True when the venue changes an order in place; otherwise replace is cancel, await, create the rest.</summary>
    [Id(5)]
    public bool NativeReplace { get; init; }

    /// <summary>What the offset of a trailing stop is counted in; null when the venue has no trailing stop.</summary>
    [Id(6)]
    public TrailingOffsetUnit? TrailingOffsetUnit { get; init; }

    /// <summary>After how long the venue ends an order that was asked to be good till cancelled; null when never.</summary>
    [Id(7)]
    public TimeSpan? GoodTillCancelledLimit { get; init; }

    /// <summary>Position modes that the venue knows.</summary>
    [Id(8)]
    public ImmutableArray<PositionMode> PositionModes { get; init; } = [];

    /// <summary>How far the venue's own dead-man switch reaches; null when there is none.</summary>
    [Id(9)]
    public DeadManReach? DeadManReach { get; init; }

    /// <summary>Depths that a book can be had at; empty when every depth up to <see cref="MaxBookDepth"/>.</summary>
    [Id(10)]
    public ImmutableArray<int> BookDepths { get; init; } = [];

    /// <summary>The deepest book.</summary>
    [Id(11)]
    public int MaxBookDepth { get; init; }

    /// <summary>The shortest time between two book messages of the venue, in milliseconds; 0 when every change is sent.</summary>
    [Id(12)]
    public int MinBookIntervalMs { get; init; }

    /// <summary>Orders in one batch command; 1 when the venue has no batches.</summary>
    [Id(13)]
    public int MaxBatchSize { get; init; } = 1;

    /// <summary>How far back the venue tells of orders and fills.</summary>
    [Id(14)]
    public TimeSpan? HistoryLimit { get; init; }
}

/// <summary>Whose orders a venue's dead-man switch cancels when it fires.</summary>
public enum DeadManReach
{
    /// <summary>All orders of a symbol (Binance's countdown).</summary>
    Symbol = 0,
    /// <summary>All orders of the sub-account (GRVT's timer).</summary>
    Account = 1,
    /// <summary>All orders made over the connection (Deribit's cancel on disconnect).</summary>
    Connection = 2,
}
