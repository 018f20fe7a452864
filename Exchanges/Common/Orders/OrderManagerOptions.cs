namespace Exchange.Exchanges.Common.Orders;

/// <summary>Times and bounds of the order life. The defaults suit all three venues.</summary>
public sealed record OrderManagerOptions
{
    /// <summary>From an outcome becoming unknown to the first question: the user stream often tells by itself.</summary>
    public TimeSpan FirstLookup { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest wait between two questions about the same order; waits double up to it.</summary>
    public TimeSpan LongestLookup { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The least time between two questions about any orders: lookups must not use up the venue's budget themselves.</summary>
    public TimeSpan LookupSpacing { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Questions under way at a time.</summary>
    public int ConcurrentLookups { get; init; } = 4;

    /// <summary>Not-found answers after which an order counts as not found.</summary>
    public int NotFoundAnswers { get; init; } = 3;

    /// <summary>The least time between two not-found answers that count.</summary>
    public TimeSpan NotFoundSpacing { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long an order that the venue has shown to know must not be found before it counts as ended: venues have been seen to
    /// forget orders for half an hour and to remember them again (freqtrade#12681).
    /// </summary>
    public TimeSpan ForgottenAfter { get; init; } = TimeSpan.FromMinutes(45);

    /// <summary>How long the end of an order is awaited after the venue took note of its cancel, before it is asked for.</summary>
    public TimeSpan ConfirmDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long executions are awaited that a reply spoke of, before they are asked for.</summary>
    public TimeSpan DetailsDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// An order found under our client order id that the venue made longer than this before we sent ours is another, older one
    /// (Binance finds those once an id is used again). Leaves room for clocks.
    /// </summary>
    public TimeSpan OlderOrderTolerance { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long ended orders are kept, to answer repeated commands and to know late events.</summary>
    public TimeSpan KeepEnded { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How many ended orders are kept at most.</summary>
    public int KeepEndedCount { get; init; } = 50_000;

    /// <summary>How many client order ids of orders not kept any more are remembered, so that none is used again.</summary>
    public int KeepUsedIds { get; init; } = 500_000;
}
