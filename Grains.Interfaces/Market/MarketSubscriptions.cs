using System.Collections.Immutable;
using Orleans;

namespace Exchange.Grains.Interfaces;

/// <summary>All subscriptions of a market-data connection, merged over its subscribers.</summary>
[GenerateSerializer, Immutable, Alias("exchange.market-subscriptions")]
public sealed record MarketSubscriptions
{
    /// <summary>Books.</summary>
    [Id(0)]
    public ImmutableArray<MarketSubscription> Books { get; init; } = [];

    /// <summary>Public trades.</summary>
    [Id(1)]
    public ImmutableArray<MarketSubscription> Trades { get; init; } = [];

    /// <summary>Best bid and ask.</summary>
    [Id(2)]
    public ImmutableArray<MarketSubscription> TopOfBooks { get; init; } = [];

    /// <summary>Mark prices.</summary>
    [Id(3)]
    public ImmutableArray<MarketSubscription> MarkPrices { get; init; } = [];
}
