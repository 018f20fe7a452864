using System.Text.Json.Nodes;
using Exchange.Simulator.Control;
using Exchange.Simulator.Faults;
using Exchange.Simulator.Grvt.Trading;
using Exchange.Simulator.Grvt.Wire;

namespace Exchange.Simulator.Grvt.Api;

/// <summary>
/// The way of a call through the venue, the same for HTTP and sockets: noted, let in, carried out, answered; and at each of these
/// steps a fault may do something else. Used within the simulator's turn.
/// </summary>
internal sealed class GrvtPipeline
{
    private readonly SimulatorContext _context;
    private readonly GrvtRateLimits _limits;
    private readonly GrvtSessions _sessions;
    private readonly EventOutbox _outbox;
    private readonly CommandDelivery _delivery;
    private readonly Func<string, string?> _clientIdOf;

    public GrvtPipeline(SimulatorContext context, GrvtRateLimits limits, GrvtSessions sessions, EventOutbox outbox, Func<string, string?> clientIdOf)
    {
        (_context, _limits, _sessions, _outbox, _clientIdOf) = (context, limits, sessions, outbox, clientIdOf);
        Log = new CommandLog(context);
        _delivery = new CommandDelivery(context, outbox, Log);
    }

    public CommandLog Log { get; }

    public void Run(GrvtCall call, IGrvtReplier replier)
    {
        call.Entry = Note(call);
        _delivery.RunLate();
        var scope = new FaultScope(
            GrvtVenue.VenueName, call.Channel, call.Connection, Symbol: call.Entry.Symbol, Path: "/" + call.Method.Name, Method: call.Method.Name,
            ClientOrderId: call.Entry.ClientOrderId);
        if (Take(FaultKind.DropBeforeRequest, scope) is not null)
        {
            call.Entry.Fate = CommandFate.NotExecuted;
            replier.Cut("fault: drop_before_request");
        }
        else if (Take(FaultKind.ExecuteLate, scope) is { } late)
        {
            Postpone(call, late, replier);
        }
        else if (Take(FaultKind.CommandError, scope) is { } error)
        {
            if (error.Executed)
            {
                Carry(call);
            }
            else
            {
                call.Entry.Fate = CommandFate.NotExecuted;
            }

            replier.Reply(GrvtAnswer.Refusal(ErrorOf(error), call.IsLite));
        }
        else
        {
            _outbox.Hold();
            Deliver(Carry(call), replier, scope);
        }
    }

    /// <summary>One order of a bulk request.</summary>
    public void NotePart(GrvtCall whole, string method, GrvtOrder order) => Log.Add(
        whole.Channel, whole.Connection, method, order.Symbol, GrvtText.Of(order.ClientOrderId), new Dictionary<string, string>()).Fate = CommandFate.Executed;

    /// <summary>Lets an answer, and what it brought about, go their ways; or not.</summary>
    public void Deliver(GrvtAnswer answer, IGrvtReplier replier, in FaultScope scope) =>
        _delivery.Deliver(scope, () => replier.Reply(answer), replier.Cut, replier.WhenDrained);

    private static GrvtErrorException ErrorOf(Fault fault) => new(
        fault.Code ?? fault.Status switch
        {
            429 => 1006,
            503 => 1009,
            _ => 1002,
        }, fault.Message, fault.Status);

    private Fault? Take(FaultKind kind, in FaultScope scope) => _context.Faults.Take(kind, scope);

    private GrvtAnswer Carry(GrvtCall call)
    {
        try
        {
            Admit(call);
            return Execute(call);
        }
        catch (GrvtErrorException refused)
        {
            (call.Entry.Fate, call.Entry.Code) = (CommandFate.Refused, refused.Code);
            return GrvtAnswer.Refusal(refused, call.IsLite);
        }
    }

    private void Admit(GrvtCall call)
    {
        var method = call.Method;
        if (method.IsPrivate && (call.Session is null || !_sessions.IsAlive(call.Session)))
        {
            throw new GrvtErrorException(1000);
        }

        if (method.Trades && !call.Session!.CanTrade)
        {
            throw new GrvtErrorException(1001);
        }

        _limits.Charge(call.Session?.Account.Name ?? "public", method.Class, method.Name == "v2/bulk_orders" ? Math.Max(1, call.Request.Many("orders")?.Count ?? 1) : 1);
    }

    private static GrvtAnswer Execute(GrvtCall call)
    {
        var body = GrvtWriter.Render(call.IsLite, writer => writer.Object("rest", members => call.Method.Handle(call, members)));
        call.Entry.Fate = CommandFate.Executed;
        return new GrvtAnswer(body, null);
    }

    /// <summary>The front takes the call in; the matching engine sees it later.</summary>
    private void Postpone(GrvtCall call, Fault late, IGrvtReplier replier)
    {
        _delivery.Postpone(late, () => Carry(call));
        if (late.Code is not null || late.Status is not null)
        {
            replier.Reply(GrvtAnswer.Refusal(ErrorOf(late), call.IsLite));
        }
    }

    private ReceivedCommand Note(GrvtCall call)
    {
        // What cannot be read is the handler's to refuse; the log takes what there is.
        var members = call.Request.Members;
        var order = members["order"] as JsonObject;
        var client = Peek(order?["metadata"] as JsonObject, "client_order_id") ?? Peek(members, "client_order_id")
            ?? (Peek(members, "order_id") is { } id ? _clientIdOf(id) : null);
        var symbol = Peek((order?["legs"] as JsonArray)?.FirstOrDefault() as JsonObject, "instrument") ?? Peek(members, "instrument");
        var parameters = members.Where(static member => member.Key != "signature").ToDictionary(static member => member.Key, static member => member.Value switch
        {
            null => "",
            JsonObject inside => Without(inside),
            JsonArray many when many.Any(static item => item is JsonObject) => $"{many.Count} orders",
            var other => other.ToString(),
        }, StringComparer.Ordinal);
        return Log.Add(call.Channel, call.Connection, call.Method.Name, symbol, client, parameters);
    }

    private static string? Peek(JsonObject? members, string name) => members?[name] is JsonValue value ? value.ToString() : null;

    private static string Without(JsonObject order)
    {
        var copy = (JsonObject)order.DeepClone();
        copy.Remove("signature");
        return copy.ToJsonString();
    }
}
