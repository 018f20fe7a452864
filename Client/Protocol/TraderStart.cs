using System.Collections.Immutable;
using Exchange.Grains.Interfaces;

namespace Exchange.Client.Protocol;

/// <summary>
/// The answer to <c>session.start</c>: all that a trader needs to begin, or to begin again after a crash. Each picture carries the place
/// in its stream that it was taken at; updates with greater numbers follow on from it.
/// </summary>
public sealed record TraderStart
{
    /// <summary>The gateway that answers.</summary>
    public required string Gateway { get; init; }

    /// <summary>The name that the trader's orders carry.</summary>
    public required string Trader { get; init; }

    /// <summary>What becomes of its working orders when it goes away.</summary>
    public required WhenGone WhenGone { get; init; }

    /// <summary>The silence after which the trader counts as gone, in milliseconds.</summary>
    public required long TimeoutMs { get; init; }

    /// <summary>One entry an exchange.</summary>
    public ImmutableArray<ExchangeStart> Exchanges { get; init; } = [];
}

/// <summary>What a trader starts with at one exchange. What could not be had is null and named in <see cref="Problems"/>.</summary>
public sealed record ExchangeStart
{
    /// <summary>The exchange key.</summary>
    public required string Exchange { get; init; }

    /// <summary>True when orders and positions are both ready and nothing is missing below.</summary>
    public required bool Ready { get; init; }

    /// <summary>The kill switch's position.</summary>
    public TradingState? TradingState { get; init; }

    /// <summary>Orders that are not terminal, of all traders and of nobody, with their place in <c>order.&lt;exchange&gt;</c>.</summary>
    public OrdersSnapshot? Orders { get; init; }

    /// <summary>Positions, with their place in <c>position.&lt;exchange&gt;</c>.</summary>
    public PositionsSnapshot? Positions { get; init; }

    /// <summary>The account, with its place in <c>account.&lt;exchange&gt;</c>.</summary>
    public AccountSnapshot? Account { get; init; }

    /// <summary>The instruments; absent when they were not asked for.</summary>
    public ImmutableArray<Instrument>? Instruments { get; init; }

    /// <summary>How the exchange's rules differ from the others'.</summary>
    public Capabilities? Capabilities { get; init; }

    /// <summary>The venue's own dead-man switch: the second line behind <see cref="TraderStart.WhenGone"/>.</summary>
    public DeadManStatus? DeadMan { get; init; }

    /// <summary>What could not be had, and why.</summary>
    public ImmutableArray<StartProblem> Problems { get; init; } = [];
}

/// <summary>A part of the start that could not be had.</summary>
/// <param name="Part">The member that is null.</param>
/// <param name="Error">Why.</param>
public sealed record StartProblem(string Part, ExchangeError Error);

/// <summary>What is armed at the venue.</summary>
/// <param name="Reach">How far the venue's switch reaches; null when the venue has none.</param>
/// <param name="TimeToLiveMs">After how much silence of the gateway the venue cancels, in milliseconds; 0 when the switch is off in the settings.</param>
/// <param name="Armed">The symbols it is armed for; <c>*</c> where it reaches further than a symbol.</param>
public sealed record DeadManStatus(DeadManReach? Reach, long TimeToLiveMs, ImmutableArray<string> Armed);

/// <summary>What became of the kill switch at one exchange.</summary>
/// <param name="Exchange">The exchange key.</param>
/// <param name="State">Its position now; null when it could not be set.</param>
/// <param name="Error">Why it could not be set.</param>
public sealed record TradingStateChange(string Exchange, TradingState? State, ExchangeError? Error);
