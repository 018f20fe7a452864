namespace Exchange.Tests.Conformance;

/// <summary>What can go wrong at any venue and on the way to it. A harness maps it to its simulator, or says why there is no such thing.</summary>
internal enum VenueFaultKind
{
    /// <summary>The socket is cut when the command arrives, before anything is done.</summary>
    DropBefore,
    /// <summary>The command is carried out and the socket cut in place of the answer.</summary>
    DropAfter,
    /// <summary>The command is carried out; its answer never comes.</summary>
    SwallowAck,
    /// <summary>The command is carried out; its answer comes when the fault is lifted.</summary>
    HoldAck,
    /// <summary>The events of the command come before its answer.</summary>
    EventFirst,
    /// <summary>The answer comes before the events.</summary>
    AnswerFirst,
    /// <summary>Answered that nobody can tell what became of it.</summary>
    AnswerUnknown,
    /// <summary>Answered that the venue is overloaded.</summary>
    AnswerOverloaded,
    /// <summary>Answered as a proxy does whose venue is down (503), nothing said about the command.</summary>
    AnswerUnavailable,
    /// <summary>Answered as a proxy does that waited in vain (504).</summary>
    AnswerGatewayTimeout,
    /// <summary>Refused for the rate of requests (429).</summary>
    RateLimited,
    /// <summary>Refused, with a ban until a time that is told: <see cref="VenueFault.For"/>.</summary>
    Banned,
    /// <summary>Let in and carried out only when the fault is lifted; not answered.</summary>
    ExecuteLate,
    /// <summary>Queries do not know the order.</summary>
    HideOrder,
    /// <summary>The account's events come when the fault is lifted.</summary>
    HoldEvents,
    /// <summary>An event of the account is told twice.</summary>
    DuplicateEvent,
    /// <summary>An event of the account is not told.</summary>
    LoseEvent,
    /// <summary>The account's events stop, though the socket answers pings.</summary>
    SilentEvents,
    /// <summary>The socket of the account's events is cut, and no new one is let in until the fault is lifted.</summary>
    EventsDown,
    /// <summary>All sockets are cut, once.</summary>
    DropAll,
    /// <summary>The session or key of the account's events expires, now.</summary>
    ExpireSession,
    /// <summary>Logging on is refused.</summary>
    RefuseLogin,
    /// <summary>The session's authentication is revoked in the middle.</summary>
    RevokeSession,
    /// <summary>The cut that a venue does once a day, now.</summary>
    DailyCut,
    /// <summary>The venue's clock is off by <see cref="VenueFault.For"/>.</summary>
    ClockSkew,
    /// <summary>The network to the venue is down: no socket and no request gets there, until the fault is lifted.</summary>
    Unreachable,
    /// <summary>Nonsense in place of an event.</summary>
    MalformedEvent,
    /// <summary>Half an event.</summary>
    TruncatedEvent,
    /// <summary>A frame of ten megabytes ahead of an event.</summary>
    HugeEvent,
    /// <summary>A frame nested ten thousand deep ahead of an event.</summary>
    NestedEvent,
    /// <summary>An event that nobody knows.</summary>
    UnknownEvent,
    /// <summary>Events with nulls for values.</summary>
    NullEvent,
    /// <summary>Events with their numbers as texts.</summary>
    NumbersAsText,
    /// <summary>Nonsense in place of a command's answer.</summary>
    MalformedAnswer,
    /// <summary>A book update is lost.</summary>
    LoseBookUpdate,
}

/// <summary>Which commands a fault is about.</summary>
internal enum VenueCommand
{
    /// <summary>A plain order.</summary>
    Place,
    /// <summary>An order with a trigger.</summary>
    PlaceConditional,
    /// <summary>Cancel one.</summary>
    Cancel,
    /// <summary>Replace one.</summary>
    Replace,
    /// <summary>Cancel all of a symbol.</summary>
    CancelAll,
    /// <summary>Ask about one.</summary>
    Query,
}

/// <summary>A fault, in words of no venue.</summary>
internal sealed record VenueFault(VenueFaultKind Kind, VenueCommand Command = VenueCommand.Place)
{
    /// <summary>Only what is about this order.</summary>
    public string? ClientOrderId { get; init; }

    /// <summary>How often it acts; 0 until it is lifted.</summary>
    public int Count { get; init; } = 1;

    /// <summary>For an answer that is an error: the command was carried out all the same.</summary>
    public bool Executed { get; init; }

    /// <summary>How long a ban lasts, or how far a clock is off.</summary>
    public TimeSpan For { get; init; }
}

/// <summary>A fault that is on. Disposing of it lifts it, and lets go of what it holds back.</summary>
internal sealed class AppliedFault(Action lift, Task acted) : IDisposable
{
    private Action? _lift = lift;

    /// <summary>Completes when it has acted as often as it was to.</summary>
    public Task Acted { get; } = acted;

    /// <inheritdoc/>
    public void Dispose() => Interlocked.Exchange(ref _lift, null)?.Invoke();
}
