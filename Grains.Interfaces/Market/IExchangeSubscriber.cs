using System.Collections.Immutable;

namespace Exchange.Grains.Interfaces;

/// <summary>
/// Public market data of one exchange. Updates arrive on the streams <c>books</c>, <c>trades</c>, <c>quotes</c> and
/// <c>marks</c>, keyed <c>exchange/symbol</c>.
/// </summary>
/// <remarks>
/// A subscription belongs to its <c>subscriber</c>: each holds at most one of a kind and symbol, asking again changes or
/// renews it, and one that was asked for by name lapses when it is not renewed within
/// <see cref="MarketSubscription.Lifetime"/>, so that a subscriber that died leaves nothing behind. Without a name it stays.
/// </remarks>
public interface IExchangeSubscriber : IExchangeConnection
{
    /// <summary>
    /// Subscribes to the book of <paramref name="symbol"/>. Each update is the whole top <paramref name="topN"/>; changes
    /// that come faster than <paramref name="frequencyMs"/> are conflated, and the newest state is always sent.
    /// </summary>
    /// <param name="symbol">The venue's own symbol.</param>
    /// <param name="topN">Levels a side, from 1 to <see cref="Capabilities.MaxBookDepth"/>.</param>
    /// <param name="frequencyMs">The least time between two updates, in milliseconds, 0 to 60000; 0 means every change.</param>
    /// <param name="subscriber">Who asks; null for the process itself.</param>
    /// <param name="cancellationToken">Gives the wait up, not the subscription.</param>
    Task<Result<MarketSubscription>> SubscribeOrderBook(
        string symbol, int topN = 20, int frequencyMs = 100, string? subscriber = null, CancellationToken cancellationToken = default);

    /// <summary>Gives a book subscription back. The stream ends when nobody is left.</summary>
    Task<Result<Unit>> UnsubscribeOrderBook(string symbol, string? subscriber = null, CancellationToken cancellationToken = default);

    /// <summary>Subscribes to the public trades of <paramref name="symbol"/>; none is conflated.</summary>
    Task<Result<MarketSubscription>> SubscribeTrades(string symbol, string? subscriber = null, CancellationToken cancellationToken = default);

    /// <summary>Gives a trades subscription back.</summary>
    Task<Result<Unit>> UnsubscribeTrades(string symbol, string? subscriber = null, CancellationToken cancellationToken = default);

    /// <summary>Subscribes to best bid and ask of <paramref name="symbol"/>.</summary>
    Task<Result<MarketSubscription>> SubscribeTopOfBook(string symbol, string? subscriber = null, CancellationToken cancellationToken = default);

    /// <summary>Gives a top-of-book subscription back.</summary>
    Task<Result<Unit>> UnsubscribeTopOfBook(string symbol, string? subscriber = null, CancellationToken cancellationToken = default);

    /// <summary>Subscribes to mark price, index and funding of <paramref name="symbol"/>.</summary>
    Task<Result<MarketSubscription>> SubscribeMarkPrice(string symbol, string? subscriber = null, CancellationToken cancellationToken = default);

    /// <summary>Gives a mark-price subscription back.</summary>
    Task<Result<Unit>> UnsubscribeMarkPrice(string symbol, string? subscriber = null, CancellationToken cancellationToken = default);

    /// <summary>The book as it stands now, with its state; an error when nobody is subscribed to it.</summary>
    Task<Result<OrderBook>> GetOrderBook(string symbol, CancellationToken cancellationToken = default);

    /// <summary>The instruments that the venue lists, as last loaded.</summary>
    Task<Result<ImmutableArray<Instrument>>> GetInstruments(CancellationToken cancellationToken = default);

    /// <summary>What is subscribed to now, merged over all subscribers.</summary>
    Task<Result<MarketSubscriptions>> GetSubscriptions(CancellationToken cancellationToken = default);
}
