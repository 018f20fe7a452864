using System.Collections.Immutable;
using Orleans;

namespace Exchange.Grains.Interfaces;

/// <summary>What to fetch of a history. The fetcher pages through the venue's windows by itself.</summary>
[GenerateSerializer, Immutable, Alias("exchange.history-query")]
public sealed record HistoryQuery
{
    /// <summary>The venue's own symbol; null for all where the venue allows it.</summary>
    [Id(0)]
    public string? Symbol { get; init; }

    /// <summary>From this time on, UTC.</summary>
    [Id(1)]
    public DateTimeOffset? From { get; init; }

    /// <summary>Up to and without this time, UTC; now when null.</summary>
    [Id(2)]
    public DateTimeOffset? To { get; init; }

    /// <summary>At most this many, the oldest first; 1 to 10000.</summary>
    [Id(3)]
    public int Limit { get; init; } = 1000;

    /// <summary>Where an earlier, cut answer ended (<see cref="HistoryPage{T}.Next"/>).</summary>
    [Id(4)]
    public string? Cursor { get; init; }
}

/// <summary>A part of a history, oldest first.</summary>
/// <typeparam name="T">Orders or fills.</typeparam>
[GenerateSerializer, Immutable, Alias("exchange.history-page`1")]
public sealed record HistoryPage<T>
{
    /// <summary>The entries.</summary>
    [Id(0)]
    public ImmutableArray<T> Items { get; init; } = [];

    /// <summary>The cursor of what follows; null when this is all.</summary>
    [Id(1)]
    public string? Next { get; init; }
}

/// <summary>The venue's clock against ours.</summary>
/// <param name="VenueTime">The venue's time, UTC.</param>
/// <param name="Offset">The venue's clock minus ours.</param>
/// <param name="RoundTrip">How long the question took; the offset is at most half of it wrong.</param>
[GenerateSerializer, Immutable, Alias("exchange.server-time")]
public sealed record ServerTime([property: Id(0)] DateTimeOffset VenueTime, [property: Id(1)] TimeSpan Offset, [property: Id(2)] TimeSpan RoundTrip);

/// <summary>
/// The trader's start and crash recovery, over HTTP. Nothing here is polled: live data comes from the other roles.
/// </summary>
public interface IExchangeDataFetcher : IExchangeConnection
{
    /// <summary>Replaces the credentials of this role, in process; takes effect with the next request.</summary>
    Task<Result<Unit>> SetAuthCredentials(AuthCredentials credentials, CancellationToken cancellationToken = default);

    /// <summary>The venue's clock.</summary>
    Task<Result<ServerTime>> GetServerTime(CancellationToken cancellationToken = default);

    /// <summary>The instruments that the venue lists.</summary>
    Task<Result<ImmutableArray<Instrument>>> GetInstruments(CancellationToken cancellationToken = default);

    /// <summary>Account, balances and margin.</summary>
    Task<Result<AccountUpdate>> GetAccountInfo(CancellationToken cancellationToken = default);

    /// <summary>Positions that are not flat.</summary>
    Task<Result<ImmutableArray<Position>>> GetPositions(CancellationToken cancellationToken = default);

    /// <summary>Balances, an asset a row.</summary>
    Task<Result<ImmutableArray<Balance>>> GetBalances(CancellationToken cancellationToken = default);

    /// <summary>Working orders of a symbol, or of the account when null, conditional ones too.</summary>
    Task<Result<ImmutableArray<Order>>> GetOpenOrders(string? symbol = null, CancellationToken cancellationToken = default);

    /// <summary>Orders of the past.</summary>
    Task<Result<HistoryPage<Order>>> GetOrderHistory(HistoryQuery query, CancellationToken cancellationToken = default);

    /// <summary>Fills of the past.</summary>
    Task<Result<HistoryPage<Fill>>> GetFills(HistoryQuery query, CancellationToken cancellationToken = default);

    /// <summary>One order by either id.</summary>
    Task<Result<Order>> GetOrder(OrderKey order, CancellationToken cancellationToken = default);

    /// <summary>Mark price and funding of a symbol.</summary>
    Task<Result<MarkPrice>> GetMarkPrice(string symbol, CancellationToken cancellationToken = default);
}
