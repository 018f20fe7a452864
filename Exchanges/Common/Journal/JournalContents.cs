using System.Collections.Immutable;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Journal;

/// <summary>What a journal knew when it was opened.</summary>
public sealed record JournalContents
{
    /// <summary>A journal that nothing was written to yet.</summary>
    public static JournalContents Empty { get; } = new();

    /// <summary>The orders, in the order in which they were made.</summary>
    public ImmutableArray<JournaledOrder> Orders { get; init; } = [];

    /// <summary>Client order ids that were used for orders not kept any more, the oldest first.</summary>
    public ImmutableArray<string> UsedIds { get; init; } = [];

    /// <summary>The kill switch's position.</summary>
    public TradingState TradingState { get; init; }
}

/// <summary>An order as a journal tells it.</summary>
public sealed record JournaledOrder
{
    /// <summary>Names the order within the journal.</summary>
    public required string Key { get; init; }

    /// <summary>The order as last written.</summary>
    public required Order Order { get; init; }

    /// <summary>The order as it was placed, or adopted.</summary>
    public required Order Placed { get; init; }

    /// <summary>Where it stood, apart from commands in flight.</summary>
    public required OrderStatus Venue { get; init; }

    /// <summary>The venue had shown that it knew it.</summary>
    public bool Seen { get; init; }

    /// <summary>That it ended was our conclusion and not the venue's word.</summary>
    public bool Lost { get; init; }

    /// <summary>The venue's time after which it cannot act any more on the last command.</summary>
    public DateTimeOffset LastChance { get; init; }

    /// <summary>The client order id on the wire.</summary>
    public required string WireId { get; init; }

    /// <summary>Earlier ones.</summary>
    public ImmutableArray<string> EarlierWireIds { get; init; } = [];

    /// <summary>Filled under those.</summary>
    public decimal Carried { get; init; }

    /// <summary>Filled without executions that are known, and not to be asked for.</summary>
    public decimal WithoutDetails { get; init; }

    /// <summary>The executions that were booked.</summary>
    public ImmutableArray<FillKey> Fills { get; init; } = [];

    /// <summary>The sum of their quantities.</summary>
    public decimal Detailed { get; init; }

    /// <summary>The sum of price times quantity.</summary>
    public decimal DetailedValue { get; init; }

    /// <summary>A cancel was under way whose outcome was not written.</summary>
    public bool CancelIntended { get; init; }

    /// <summary>The replacement whose outcome was not written; null when none was under way.</summary>
    public ReplacementIntent? Replacement { get; init; }

    /// <summary>When the order last changed, by our clock, UTC.</summary>
    public DateTimeOffset Changed { get; init; }
}

/// <summary>What a replacement was to make of an order.</summary>
/// <param name="Price">The price.</param>
/// <param name="Quantity">The total quantity, fills included.</param>
/// <param name="RestSent">The old order had been cancelled and the rest was about to be placed.</param>
public readonly record struct ReplacementIntent(decimal Price, decimal Quantity, bool RestSent);
