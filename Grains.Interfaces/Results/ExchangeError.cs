using System.Globalization;
using System.Text;
using Orleans;

namespace Exchange.Grains.Interfaces;

/// <summary>Why a call failed, in words that a person can act on.</summary>
[GenerateSerializer, Immutable, Alias("exchange.error")]
public sealed record ExchangeError
{
    /// <summary>Which failure it is.</summary>
    [Id(0)]
    public required ExchangeErrorCode Code { get; init; }

    /// <summary>What happened and what to do; names the field and its legal values where a field is to blame. Holds no secret.</summary>
    [Id(1)]
    public required string Message { get; init; }

    /// <summary>For a command that changes something at the venue: what is known. Null for a query.</summary>
    [Id(2)]
    public CommandOutcome? Outcome { get; init; }

    /// <summary>True when the same call may succeed later. A command whose outcome is unknown is never retryable.</summary>
    [Id(3)]
    public bool Retryable { get; init; }

    /// <summary>The venue's own code, as it wrote it.</summary>
    [Id(4)]
    public string? VenueCode { get; init; }

    /// <summary>The venue's own text.</summary>
    [Id(5)]
    public string? VenueMessage { get; init; }

    /// <summary>The field that is to blame, by its wire name (snake case).</summary>
    [Id(6)]
    public string? Field { get; init; }

    /// <summary>When a retry may first help (a ban's or a rate window's end), UTC.</summary>
    [Id(7)]
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>A field of the request is missing, malformed or outside its legal values; nothing left.</summary>
    public static ExchangeError InvalidArgument(string field, string message) =>
        new() { Code = ExchangeErrorCode.InvalidArgument, Field = field, Message = $"{field}: {message}" };

    /// <summary>The same error with the outcome of a command.</summary>
    public ExchangeError WithOutcome(CommandOutcome outcome) =>
        this with { Outcome = outcome, Retryable = Retryable && outcome == CommandOutcome.Rejected };

    /// <summary>One line for a log or a terminal.</summary>
    public override string ToString()
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{Code}: {Message}");
        if (Outcome is { } outcome)
            text.Append(CultureInfo.InvariantCulture, $" [{outcome}]");
        if (VenueCode is not null)
            text.Append(CultureInfo.InvariantCulture, $" (venue {VenueCode}: {VenueMessage})");
        return text.ToString();
    }
}
