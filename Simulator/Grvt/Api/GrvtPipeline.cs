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
internal sealed class GrvtPipeline(
    SimulatorContext context, GrvtRateLimits limits, GrvtSessions sessions, GrvtEvents events, Func<Task> whenEventsDrained, Func<string, string?> clientIdOf)
{
    private readonly List<(long DueAt, Action Run)> _late = [];

    public CommandLog Log { get; } = new(context);

    public void Run(GrvtCall call, IGrvtReplier replier)
    {
        call.Entry = Note(call);
        RunLate();
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
            events.Hold();
            Deliver(Carry(call), replier, scope);
        }
    }

    /// <summary>One order of a bulk request.</summary>
    public void NotePart(GrvtCall whole, string method, GrvtOrder order) => Log.Add(
        whole.Channel, whole.Connection, method, order.Symbol, GrvtText.Of(order.ClientOrderId), new Dictionary<string, string>()).Fate = CommandFate.Executed;

    /// <summary>Lets an answer, and what it brought about, go their ways; or not.</summary>
    public void Deliver(GrvtAnswer answer, IGrvtReplier replier, in FaultScope scope)
    {
        if (Take(FaultKind.ResponseFirst, scope) is not null)
        {
            var held = events.TakeHeld();
            replier.Reply(answer);
            _ = AfterAsync(replier.WhenDrained(), () => events.Deliver(held));
        }
        else if (Take(FaultKind.DropAfterRequest, scope) is not null)
        {
            events.Flush();
            replier.Cut("fault: drop_after_request");
        }
        else if (Take(FaultKind.SwallowAck, scope) is not null)
        {
            events.Flush();
        }
        else if (Take(FaultKind.DelayAck, scope) is { } delayed)
        {
            events.Flush();
            context.Timetable.After(TimeSpan.FromMilliseconds(delayed.DelayMs ?? 1000), () => replier.Reply(answer));
        }
        else if (Take(FaultKind.HoldAck, scope) is { } holding)
        {
            events.Flush();
            holding.OnRelease(() => replier.Reply(answer));
        }
        else if (Take(FaultKind.EventFirst, scope) is not null)
        {
            events.Flush();
            _ = AfterAsync(whenEventsDrained(), () => replier.Reply(answer));
        }
        else
        {
            replier.Reply(answer);
            events.Flush();
        }
    }

    private static GrvtErrorException ErrorOf(Fault fault) => new(
        fault.Code ?? fault.Status switch
        {
            429 => 1006,
            503 => 1009,
            _ => 1002,
        }, fault.Message, fault.Status);

    private Fault? Take(FaultKind kind, in FaultScope scope) => context.Faults.Take(kind, scope);

    private async Task AfterAsync(Task first, Action then)
    {
        await first.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (context.Turn)
        {
            then();
            context.Touch();
        }
    }

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
        if (method.IsPrivate && (call.Session is null || !sessions.IsAlive(call.Session)))
        {
            throw new GrvtErrorException(1000);
        }

        if (method.Trades && !call.Session!.CanTrade)
        {
            throw new GrvtErrorException(1001);
        }

        limits.Charge(call.Session?.Account.Name ?? "public", method.Class, method.Name == "v2/bulk_orders" ? Math.Max(1, call.Request.Many("orders")?.Count ?? 1) : 1);
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
        var done = false;
        late.OnRelease(RunNow);
        if (late.Messages is { } messages)
        {
            _late.Add((call.Entry.Number + messages, RunNow));
        }

        if (late.DelayMs is { } delay)
        {
            context.Timetable.After(TimeSpan.FromMilliseconds(delay), RunNow);
        }

        if (late.Code is not null || late.Status is not null)
        {
            replier.Reply(GrvtAnswer.Refusal(ErrorOf(late), call.IsLite));
        }

        void RunNow()
        {
            if (!done)
            {
                done = true;
                Carry(call);
                context.Touch();
            }
        }
    }

    /// <summary>Late calls for which as many others have come in as they were to wait for.</summary>
    private void RunLate()
    {
        for (var i = 0; i < _late.Count; i++)
        {
            if (_late[i].DueAt <= Log.Received)
            {
                var run = _late[i].Run;
                _late.RemoveAt(i--);
                run();
            }
        }
    }

    private ReceivedCommand Note(GrvtCall call)
    {
        // What cannot be read is the handler's to refuse; the log takes what there is.
        var members = call.Request.Members;
        var order = members["order"] as JsonObject;
        var client = Peek(order?["metadata"] as JsonObject, "client_order_id") ?? Peek(members, "client_order_id")
            ?? (Peek(members, "order_id") is { } id ? clientIdOf(id) : null);
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
