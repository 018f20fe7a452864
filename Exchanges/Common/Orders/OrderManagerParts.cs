using Exchange.Exchanges.Common.Journal;
using Microsoft.Extensions.Logging;

namespace Exchange.Exchanges.Common.Orders;

/// <summary>What an <see cref="OrderManager"/> is put together from.</summary>
public sealed record OrderManagerParts
{
    /// <summary>The exchange key.</summary>
    public required string Exchange { get; init; }

    /// <summary>The venue.</summary>
    public required IOrderVenue Venue { get; init; }

    /// <summary>Where updates go.</summary>
    public required IOrderSink Sink { get; init; }

    /// <summary>The journal, opened under this activation's epoch. The manager does not dispose of it.</summary>
    public required IOrderJournal Journal { get; init; }

    /// <summary>Makes client order ids and knows their form.</summary>
    public required IClientOrderIdMaker ClientOrderIds { get; init; }

    /// <summary>Instruments, mark prices and positions.</summary>
    public required IMarketView Market { get; init; }

    /// <summary>Our own limits.</summary>
    public TradingLimits Limits { get; init; } = new();

    /// <summary>Times and bounds.</summary>
    public OrderManagerOptions Options { get; init; } = new();

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The log.</summary>
    public required ILogger Logger { get; init; }
}
