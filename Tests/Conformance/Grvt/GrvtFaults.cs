using Exchange.Simulator.Faults;
using Exchange.Simulator.Grvt;

namespace Exchange.Tests.Conformance.Grvt;

/// <summary>The cards' faults as the simulator of GRVT knows them.</summary>
internal static class GrvtFaults
{
    private const string Private = "private";

    /// <summary>The streams that tell of orders: what one of them says, another says as well.</summary>
    private static readonly string[] _orderStreams = ["v1.order", "v1.state", "v1.fill"];

    /// <summary>The method of a command, as the simulator names it whatever channel it comes by. To replace is to cancel first.</summary>
    public static string Method(VenueCommand command) => command switch
    {
        VenueCommand.Place or VenueCommand.PlaceConditional => "v1/create_order",
        VenueCommand.Cancel or VenueCommand.Replace => "v1/cancel_order",
        VenueCommand.CancelAll => "v1/cancel_all_orders",
        _ => "v1/order",
    };

    /// <summary>Why there is no such fault; null when there is.</summary>
    public static string? Lacks(VenueFaultKind kind) => kind switch
    {
        VenueFaultKind.AnswerUnavailable or VenueFaultKind.AnswerGatewayTimeout => "commands go by the socket alone, where no proxy answers",
        VenueFaultKind.Banned => "GRVT bans nobody until a time",
        _ => null,
    };

    public static IReadOnlyList<Fault> Of(VenueFault fault, string? number) => fault.Kind switch
    {
        VenueFaultKind.DropBefore => [Command(FaultKind.DropBeforeRequest, fault, number)],
        VenueFaultKind.DropAfter => [Command(FaultKind.DropAfterRequest, fault, number)],
        VenueFaultKind.SwallowAck => [Command(FaultKind.SwallowAck, fault, number)],
        VenueFaultKind.HoldAck => [Command(FaultKind.HoldAck, fault, number)],
        VenueFaultKind.EventFirst => [Command(FaultKind.EventFirst, fault, number)],
        VenueFaultKind.AnswerFirst => [Command(FaultKind.ResponseFirst, fault, number)],
        VenueFaultKind.AnswerUnknown => [Answer(fault, 1002, 500, number)],
        VenueFaultKind.AnswerOverloaded => [Answer(fault, 1009, 503, number)],
        VenueFaultKind.RateLimited => [Answer(fault, 1006, 429, number)],
        VenueFaultKind.ExecuteLate => [Command(FaultKind.ExecuteLate, fault, number)],
        VenueFaultKind.HideOrder => [At(FaultKind.HideOrder, fault.Count, order: number)],
        VenueFaultKind.HoldEvents => [At(FaultKind.HoldEvent, 0)],
        VenueFaultKind.DuplicateEvent => [.. _orderStreams.Select(s => Frame(FaultKind.DuplicateFrame, fault, s))],
        VenueFaultKind.LoseEvent when fault.Count == 0 => [At(FaultKind.LoseFrame, 0, Private)],
        VenueFaultKind.LoseEvent => [.. _orderStreams.Select(s => Frame(FaultKind.LoseFrame, fault, s))],
        VenueFaultKind.SilentEvents => [At(FaultKind.Silence, 0, Private)],
        VenueFaultKind.EventsDown => [At(FaultKind.RefuseConnection, 0, Private), At(FaultKind.DropSocket, 1, Private)],
        VenueFaultKind.DropAll => [At(FaultKind.DropSocket, 1, Private)],
        VenueFaultKind.ExpireSession => [At(FaultKind.ExpireCookie, 1)],

        // Who has a cookie need not log in: it ends, too.
        VenueFaultKind.RefuseLogin => [At(FaultKind.RefuseLogon, 0), At(FaultKind.ExpireCookie, 1)],
        VenueFaultKind.RevokeSession => [At(FaultKind.RevokeSession, 1)],
        VenueFaultKind.DailyCut => [At(FaultKind.SessionCut, 1)],
        VenueFaultKind.ClockSkew => [new Fault { Venue = GrvtVenue.VenueName, Kind = FaultKind.ClockSkew, OffsetMs = (int)fault.For.TotalMilliseconds, Count = 0 }],
        VenueFaultKind.Unreachable =>
        [
            At(FaultKind.RefuseConnection, 0),
            new Fault { Venue = GrvtVenue.VenueName, Kind = FaultKind.RestError, Status = 502, Count = 0 },
            At(FaultKind.DropSocket, 1),
        ],
        VenueFaultKind.MalformedEvent => [Frame(FaultKind.MalformedFrame, fault, "v1.order")],
        VenueFaultKind.TruncatedEvent => [Frame(FaultKind.TruncatedJson, fault, "v1.order")],
        VenueFaultKind.HugeEvent => [new Fault { Venue = GrvtVenue.VenueName, Kind = FaultKind.HugeFrame, Connection = Private, Bytes = 10 * 1024 * 1024, Count = fault.Count }],
        VenueFaultKind.NestedEvent => [Frame(FaultKind.NestedJson, fault, "v1.order")],
        VenueFaultKind.UnknownEvent => [Frame(FaultKind.UnknownEvent, fault, "v1.order")],
        VenueFaultKind.NullEvent => [Frame(FaultKind.NullFields, fault, "v1.order")],
        VenueFaultKind.NumbersAsText => [.. _orderStreams.Select(s => Frame(FaultKind.NumberAsText, fault, s))],
        VenueFaultKind.MalformedAnswer => [Command(FaultKind.MalformedFrame, fault, number)],
        VenueFaultKind.LoseBookUpdate => [At(FaultKind.SkipSequence, fault.Count)],
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault.Kind, "not mapped"),
    };

    private static Fault Command(FaultKind kind, VenueFault fault, string? number) =>
        new() { Venue = GrvtVenue.VenueName, Kind = kind, Method = Method(fault.Command), ClientOrderId = number, Count = fault.Count };

    private static Fault Answer(VenueFault fault, int code, int status, string? number) => new()
    {
        Venue = GrvtVenue.VenueName,
        Kind = FaultKind.CommandError,
        Method = Method(fault.Command),
        ClientOrderId = number,
        Code = code,
        Status = status,
        Executed = fault.Executed,
        Count = fault.Count,
    };

    private static Fault Frame(FaultKind kind, VenueFault fault, string stream) =>
        new() { Venue = GrvtVenue.VenueName, Kind = kind, Connection = Private, Event = stream, Count = fault.Count };

    private static Fault At(FaultKind kind, int count, string connection = "all", string? order = null) =>
        new() { Venue = GrvtVenue.VenueName, Kind = kind, Connection = connection, ClientOrderId = order, Count = count };
}
