using Exchange.Exchanges.Common.Orders;
using Exchange.Grains.Interfaces;

namespace Exchange.Tests.Support.Orders;

internal enum CommandKind
{
    Place,
    Cancel,
    Replace,
    CancelAll,
}

/// <summary>A command that left the order life: the test decides when, and whether, it arrives and is answered.</summary>
internal sealed class SentCommand(FakeOrderVenue venue, CommandKind kind, Order? order, DateTimeOffset lastChance)
{
    private readonly TaskCompletionSource<CommandReply> _reply = new();
    private CommandReply? _outcome;

    public CommandKind Kind { get; } = kind;

    /// <summary>As it went over the wire.</summary>
    public Order? Order { get; } = order;

    public DateTimeOffset LastChance { get; } = lastChance;

    public decimal Price { get; init; }

    public decimal Quantity { get; init; }

    public string? Symbol { get; init; }

    public bool Arrived => _outcome is not null;

    public bool Answered => _reply.Task.IsCompleted;

    public Task<CommandReply> Reply => _reply.Task;

    /// <summary>The venue acts on it; its reply is on its way.</summary>
    public SentCommand Arrive()
    {
        _outcome ??= venue.Act(this);
        return this;
    }

    /// <summary>The reply comes back (the command arrives first, if it has not).</summary>
    public void Answer() => _reply.TrySetResult(Arrive()._outcome!.Value);

    /// <summary>Something else comes back.</summary>
    public void AnswerWith(CommandReply reply) => _reply.TrySetResult(reply);

    /// <summary>No reply comes: whether it arrived nobody can tell.</summary>
    public void TimeOut() => AnswerWith(CommandReply.Failed(Errors.TimedOut));

    /// <summary>The venue refuses it.</summary>
    public void Refuse(ExchangeErrorCode code = ExchangeErrorCode.RejectedByVenue) => AnswerWith(CommandReply.Failed(Errors.Refused(code)));
}

internal static class Errors
{
    public static ExchangeError TimedOut => new() { Code = ExchangeErrorCode.Timeout, Message = "no answer came in 5 s", Outcome = CommandOutcome.Unknown };

    public static ExchangeError NoAnswer => new() { Code = ExchangeErrorCode.VenueUnavailable, Message = "503" };

    public static ExchangeError Refused(ExchangeErrorCode code) => new() { Code = code, Message = "refused", Outcome = CommandOutcome.Rejected, VenueCode = "-1", VenueMessage = "no" };
}
