using System.Collections.Immutable;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Orders;

/// <summary>What became of one command at the venue.</summary>
/// <param name="Report">What the venue's answer says of the order; null when it says nothing.</param>
/// <param name="Error">
/// Why it did not succeed; null on success. <see cref="ExchangeError.Outcome"/> is Rejected only where the venue, or we, provably
/// did not act, and Unknown in every other case.
/// </param>
/// <param name="LastChance">The venue's time after which it can no longer act on what was sent, when it was sent anew with a later one.</param>
public readonly record struct CommandReply(OrderReport? Report, ExchangeError? Error, DateTimeOffset? LastChance = null)
{
    /// <summary>The venue took the command.</summary>
    public static CommandReply Done(OrderReport? report) => new(report, null);

    /// <summary>It did not, or nobody can tell.</summary>
    public static CommandReply Failed(ExchangeError error) => new(null, error);
}

/// <summary>What the venue answers when it is asked for an order.</summary>
/// <param name="Reports">What it knows: the order, and the fills that it tells with it; empty when it does not know the order.</param>
/// <param name="Error">Why the question could not be answered; null when it was.</param>
public readonly record struct OrderLookup(ImmutableArray<OrderReport> Reports, ExchangeError? Error)
{
    /// <summary>The venue answered that it knows no such order.</summary>
    public bool IsNotFound => Error is null && Reports.IsDefaultOrEmpty;

    /// <summary>The venue knows no such order.</summary>
    public static OrderLookup NotFound => new([], null);

    /// <summary>The order as the venue tells it.</summary>
    public static OrderLookup Found(params ReadOnlySpan<OrderReport> reports) => new([.. reports], null);

    /// <summary>The question could not be answered.</summary>
    public static OrderLookup Failed(ExchangeError error) => new([], error);
}

/// <summary>
/// One venue as the order life sees it: sends commands and asks questions. The answers come here; events and snapshots are handed
/// to the order life as <see cref="OrderReport"/>s. No member throws for what a venue or a network does, and every task comes to its
/// end within the connector's own time-outs. Commands are called outside the order life's lock, several at a time, and start to send
/// before they return where they can.
/// </summary>
public interface IOrderVenue
{
    /// <summary>What the venue takes, the form of a client order id among it.</summary>
    Capabilities Capabilities { get; }

    /// <summary>The venue's clock.</summary>
    DateTimeOffset VenueNow { get; }

    /// <summary>How long after its sending the venue may still act on a command that it received late.</summary>
    TimeSpan CommandValidity { get; }

    /// <summary>What only this venue refuses; null when the order may leave. No input or output.</summary>
    ExchangeError? Check(Order order);

    /// <summary>
    /// Sends an order, under its <see cref="Order.ClientOrderId"/> as it stands: for the rest of a replacement at a venue without a way
    /// of its own that is another than the trader's. <paramref name="lastChance"/>: the venue's time after which it must not act any more.
    /// </summary>
    /// <remarks>
    /// A reply that is a mere receipt (GRVT) says so by <see cref="OrderStatus.PendingNew"/>: it proves nothing, and an event, or a
    /// question after a while, tells. A reply without a report counts as acceptance.
    /// </remarks>
    Task<CommandReply> PlaceAsync(Order order, DateTimeOffset lastChance);

    /// <summary>Sends several orders in one command where the venue can; the answers come in the same order.</summary>
    Task<ImmutableArray<CommandReply>> PlaceBatchAsync(ImmutableArray<Order> orders, DateTimeOffset lastChance);

    /// <summary>
    /// Cancels an order, by client order id unless only the venue order id is known. A reply without a report, or whose report is not
    /// terminal, says that the venue took note: the end is awaited, and asked for after a while. "Unknown order" is
    /// <see cref="ExchangeErrorCode.OrderNotFound"/>: the order is then asked for before the trader is answered.
    /// </summary>
    Task<CommandReply> CancelAsync(Order order);

    /// <summary>Changes an order in place; called only where <see cref="Grains.Interfaces.Capabilities.NativeReplace"/> holds.</summary>
    Task<CommandReply> ReplaceAsync(Order order, decimal price, decimal quantity, DateTimeOffset lastChance);

    /// <summary>Cancels all orders of a symbol (of the account when null), conditional ones too.</summary>
    Task<CommandReply> CancelAllAsync(string? symbol);

    /// <summary>
    /// Asks for one order with its fills, by client order id unless only the venue order id is known (an adopted order may have no
    /// client order id: it is empty then). The fills come as reports of their own, best ahead of the one that tells the order's state;
    /// they may be left out up to <see cref="Order.CumulativeQuantity"/>, which tells how far they are known.
    /// </summary>
    Task<OrderLookup> QueryAsync(Order order, CancellationToken cancellationToken);

    /// <summary>
    /// True when the venue can no longer act on the last command that placed or changed the order. Only then does a not-found
    /// answer count. May have to do something for it (a cancel with a time to live) and wait.
    /// </summary>
    Task<bool> CanNoLongerActAsync(Order order, DateTimeOffset lastChance, CancellationToken cancellationToken);
}
