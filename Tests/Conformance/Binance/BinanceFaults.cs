using System.Globalization;
using Exchange.Simulator;
using Exchange.Simulator.Faults;

namespace Exchange.Tests.Conformance.Binance;

/// <summary>The cards' faults as the simulator of Binance knows them.</summary>
internal static class BinanceFaults
{
    private const string Private = "private";

    /// <summary>The method of a command, as the simulator names it whatever channel it comes by.</summary>
    public static string Method(VenueCommand command) => command switch
    {
        VenueCommand.Place => "order.place",
        VenueCommand.PlaceConditional => "algoOrder.place",
        VenueCommand.Cancel => "order.cancel",
        VenueCommand.Replace => "order.modify",
        VenueCommand.CancelAll => "DELETE /fapi/v1/allOpenOrders",
        _ => "order.status",
    };

    public static IReadOnlyList<Fault> Of(VenueFault fault, SimulatorHost host) => fault.Kind switch
    {
        VenueFaultKind.DropBefore => [Command(FaultKind.DropBeforeRequest, fault)],
        VenueFaultKind.DropAfter => [Command(FaultKind.DropAfterRequest, fault)],
        VenueFaultKind.SwallowAck => [Command(FaultKind.SwallowAck, fault)],
        VenueFaultKind.HoldAck => [Command(FaultKind.HoldAck, fault)],
        VenueFaultKind.EventFirst => [Command(FaultKind.EventFirst, fault)],
        VenueFaultKind.AnswerFirst => [Command(FaultKind.ResponseFirst, fault)],
        VenueFaultKind.AnswerUnknown => [Answer(fault, 503, -1007)],
        VenueFaultKind.AnswerOverloaded => [Answer(fault, 503, -1008)],
        VenueFaultKind.AnswerUnavailable => [Answer(fault, 503, null)],
        VenueFaultKind.AnswerGatewayTimeout => [Answer(fault, 504, null)],
        VenueFaultKind.RateLimited => [Answer(fault, 429, -1003)],
        VenueFaultKind.Banned => [Answer(fault, 418, -1003, $"Way too many requests; IP banned until {Milliseconds(host.Clock.VenueNow + fault.For)}.")],
        VenueFaultKind.ExecuteLate => [Command(FaultKind.ExecuteLate, fault)],
        VenueFaultKind.HideOrder => [new Fault { Kind = FaultKind.HideOrder, ClientOrderId = fault.ClientOrderId, Count = fault.Count }],
        VenueFaultKind.HoldEvents => [new Fault { Kind = FaultKind.HoldEvent, Count = 0 }],
        VenueFaultKind.DuplicateEvent => [Frame(FaultKind.DuplicateFrame, fault)],
        VenueFaultKind.LoseEvent => [Frame(FaultKind.LoseFrame, fault)],
        VenueFaultKind.SilentEvents => [new Fault { Kind = FaultKind.Silence, Connection = Private, Count = 0 }],
        VenueFaultKind.EventsDown =>
        [
            new Fault { Kind = FaultKind.RefuseConnection, Connection = Private, Count = 0 },
            new Fault { Kind = FaultKind.DropSocket, Connection = Private },
        ],
        VenueFaultKind.DropAll => [new Fault { Kind = FaultKind.DropSocket, Connection = Private }, new Fault { Kind = FaultKind.DropSocket, Connection = "ws-fapi" }],
        VenueFaultKind.ExpireSession => [new Fault { Kind = FaultKind.ExpireListenKey }],
        VenueFaultKind.RefuseLogin => [new Fault { Kind = FaultKind.RefuseLogon, Count = 0 }],
        VenueFaultKind.RevokeSession => [new Fault { Kind = FaultKind.RevokeSession }],
        VenueFaultKind.DailyCut => [new Fault { Kind = FaultKind.SessionCut }],
        VenueFaultKind.ClockSkew => [new Fault { Kind = FaultKind.ClockSkew, OffsetMs = (int)fault.For.TotalMilliseconds, Count = 0 }],
        VenueFaultKind.Unreachable =>
        [
            new Fault { Kind = FaultKind.RefuseConnection, Count = 0 },
            new Fault { Kind = FaultKind.RestError, Status = 502, Count = 0 },
            new Fault { Kind = FaultKind.DropSocket, Connection = Private },
            new Fault { Kind = FaultKind.DropSocket, Connection = "ws-fapi" },
        ],
        VenueFaultKind.MalformedEvent => [Frame(FaultKind.MalformedFrame, fault)],
        VenueFaultKind.TruncatedEvent => [OrderEvent(FaultKind.TruncatedJson, fault)],
        VenueFaultKind.HugeEvent => [new Fault { Kind = FaultKind.HugeFrame, Connection = Private, Bytes = 10 * 1024 * 1024, Count = fault.Count }],
        VenueFaultKind.NestedEvent => [Frame(FaultKind.NestedJson, fault)],
        VenueFaultKind.UnknownEvent => [Frame(FaultKind.UnknownEvent, fault)],
        VenueFaultKind.NullEvent => [OrderEvent(FaultKind.NullFields, fault)],
        VenueFaultKind.NumbersAsText => [Frame(FaultKind.NumberAsText, fault)],
        VenueFaultKind.MalformedAnswer => [new Fault { Kind = FaultKind.MalformedFrame, Connection = "ws-fapi", Count = fault.Count }],
        VenueFaultKind.LoseBookUpdate => [new Fault { Kind = FaultKind.SkipSequence, Connection = "public", Count = fault.Count }],
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault.Kind, "not mapped"),
    };

    private static Fault Command(FaultKind kind, VenueFault fault) =>
        new() { Kind = kind, Method = Method(fault.Command), ClientOrderId = fault.ClientOrderId, Count = fault.Count };

    private static Fault Answer(VenueFault fault, int status, int? code, string? message = null) => new()
    {
        Kind = FaultKind.CommandError,
        Method = Method(fault.Command),
        ClientOrderId = fault.ClientOrderId,
        Status = status,
        Code = code,
        Message = message,
        Executed = fault.Executed,
        Count = fault.Count,
    };

    private static Fault Frame(FaultKind kind, VenueFault fault) => new() { Kind = kind, Connection = Private, Count = fault.Count };

    private static Fault OrderEvent(FaultKind kind, VenueFault fault) => new() { Kind = kind, Connection = Private, Event = "ORDER_TRADE_UPDATE", Count = fault.Count };

    private static string Milliseconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
}
