using Exchange.Simulator.Deribit;
using Exchange.Simulator.Faults;

namespace Exchange.Tests.Conformance.Deribit;

/// <summary>The cards' faults as the simulator of Deribit knows them.</summary>
internal static class DeribitFaults
{
    private const string Private = "private";

    /// <summary>The methods of a command; where there are several, any of them.</summary>
    public static string Method(VenueCommand command) => string.Join('|', Methods(command));

    /// <inheritdoc cref="Method"/>
    public static IReadOnlyList<string> Methods(VenueCommand command) => command switch
    {
        VenueCommand.Place or VenueCommand.PlaceConditional => ["private/buy", "private/sell"],
        VenueCommand.Cancel => ["private/cancel", "private/cancel_by_label"],
        VenueCommand.Replace => ["private/edit", "private/edit_by_label"],
        VenueCommand.CancelAll => ["private/cancel_all", "private/cancel_all_by_instrument"],
        _ => ["private/get_order_state", "private/get_order_state_by_label", "private/get_open_orders_by_label"],
    };

    /// <summary>Why there is no such fault; null when there is.</summary>
    public static string? Lacks(VenueFaultKind kind) => kind switch
    {
        VenueFaultKind.AnswerUnavailable or VenueFaultKind.AnswerGatewayTimeout => "commands go by the socket alone, where no proxy answers",
        VenueFaultKind.Banned => "Deribit bans nobody until a time: it ends the session",
        _ => null,
    };

    public static IReadOnlyList<Fault> Of(VenueFault fault) => fault.Kind switch
    {
        VenueFaultKind.DropBefore => [Command(FaultKind.DropBeforeRequest, fault)],
        VenueFaultKind.DropAfter => [Command(FaultKind.DropAfterRequest, fault)],
        VenueFaultKind.SwallowAck => [Command(FaultKind.SwallowAck, fault)],
        VenueFaultKind.HoldAck => [Command(FaultKind.HoldAck, fault)],
        VenueFaultKind.EventFirst => [Command(FaultKind.EventFirst, fault)],
        VenueFaultKind.AnswerFirst => [Command(FaultKind.ResponseFirst, fault)],
        VenueFaultKind.AnswerUnknown => [Answer(fault, 11094)],
        VenueFaultKind.AnswerOverloaded => [Answer(fault, 13028)],
        VenueFaultKind.RateLimited => [Answer(fault, 10028)],
        VenueFaultKind.ExecuteLate => [Command(FaultKind.ExecuteLate, fault)],
        VenueFaultKind.HideOrder => [At(FaultKind.HideOrder, fault.Count, order: fault.ClientOrderId)],
        VenueFaultKind.HoldEvents => [At(FaultKind.HoldEvent, 0)],
        VenueFaultKind.DuplicateEvent => [Frame(FaultKind.DuplicateFrame, fault)],
        VenueFaultKind.LoseEvent => [Frame(FaultKind.LoseFrame, fault)],
        VenueFaultKind.SilentEvents => [At(FaultKind.Silence, 0, Private)],
        VenueFaultKind.EventsDown => [At(FaultKind.RefuseConnection, 0), At(FaultKind.DropSocket, 1, Private)],
        VenueFaultKind.DropAll => [At(FaultKind.DropSocket, 1)],
        VenueFaultKind.ExpireSession => [At(FaultKind.ExpireToken, 1)],
        VenueFaultKind.RefuseLogin => [At(FaultKind.RefuseLogon, 0)],
        VenueFaultKind.RevokeSession => [At(FaultKind.RevokeSession, 1)],
        VenueFaultKind.DailyCut => [At(FaultKind.SessionCut, 1)],
        VenueFaultKind.ClockSkew => [new Fault { Venue = DeribitVenue.VenueName, Kind = FaultKind.ClockSkew, OffsetMs = (int)fault.For.TotalMilliseconds, Count = 0 }],
        VenueFaultKind.Unreachable =>
        [
            At(FaultKind.RefuseConnection, 0),
            new Fault { Venue = DeribitVenue.VenueName, Kind = FaultKind.RestError, Status = 502, Count = 0 },
            At(FaultKind.DropSocket, 1),
        ],
        VenueFaultKind.MalformedEvent => [Frame(FaultKind.MalformedFrame, fault)],
        VenueFaultKind.TruncatedEvent => [Frame(FaultKind.TruncatedJson, fault)],
        VenueFaultKind.HugeEvent => [new Fault { Venue = DeribitVenue.VenueName, Kind = FaultKind.HugeFrame, Connection = Private, Bytes = 10 * 1024 * 1024, Count = fault.Count }],
        VenueFaultKind.NestedEvent => [Frame(FaultKind.NestedJson, fault)],
        VenueFaultKind.UnknownEvent => [Frame(FaultKind.UnknownEvent, fault)],
        VenueFaultKind.NullEvent => [Frame(FaultKind.NullFields, fault)],
        VenueFaultKind.NumbersAsText => [Frame(FaultKind.NumberAsText, fault)],
        VenueFaultKind.MalformedAnswer => [Command(FaultKind.MalformedFrame, fault)],
        VenueFaultKind.LoseBookUpdate => [At(FaultKind.SkipSequence, fault.Count)],
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault.Kind, "not mapped"),
    };

    private static Fault Command(FaultKind kind, VenueFault fault) =>
        new() { Venue = DeribitVenue.VenueName, Kind = kind, Method = Method(fault.Command), ClientOrderId = fault.ClientOrderId, Count = fault.Count };

    private static Fault Answer(VenueFault fault, int code) => new()
    {
        Venue = DeribitVenue.VenueName,
        Kind = FaultKind.CommandError,
        Method = Method(fault.Command),
        ClientOrderId = fault.ClientOrderId,
        Code = code,
        Executed = fault.Executed,
        Count = fault.Count,
    };

    private static Fault Frame(FaultKind kind, VenueFault fault) =>
        new() { Venue = DeribitVenue.VenueName, Kind = kind, Connection = Private, Event = "user.changes", Count = fault.Count };

    private static Fault At(FaultKind kind, int count, string connection = "all", string? order = null) =>
        new() { Venue = DeribitVenue.VenueName, Kind = kind, Connection = connection, ClientOrderId = order, Count = count };
}
