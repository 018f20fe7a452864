using System.Buffers;
using System.Text.Json;
using Exchange.Simulator.Binance.Trading;
using Exchange.Simulator.Control;
using Exchange.Simulator.Faults;

namespace Exchange.Simulator.Binance.Api;

/// <summary>
/// The way of a private call through the venue, the same for REST and the WebSocket API: noted, weighed, let in, carried
/// out, answered; and at each of these steps a fault may do something else. Used within the simulator's turn.
/// </summary>
internal sealed class CommandPipeline(
    SimulatorContext context, RequestWeights weights, OrderCounters counters, Gatekeeper gatekeeper, UserStreams streams,
    Func<long, string?> clientIdOf)
{
    private readonly List<(long DueAt, Action Run)> _late = [];

    public CommandLog Log { get; } = new(context);

    public void Run(ApiRequest request, IReplier replier)
    {
        var clientOrderId = ClientOrderId(request.Parameters);
        var entry = Log.Add(request, clientOrderId);
        RunLate();
        var scope = new FaultScope(
            "binance", request.Channel, request.Connection, Path: request.Path, Symbol: entry.Symbol, Method: request.Method.Name,
            ClientOrderId: clientOrderId);
        if (context.Faults.Faults.Count == 0)
        {
            streams.Hold();
            replier.Reply(Carry(request, entry));
            streams.Flush();
            return;
        }

        if (Take(FaultKind.DropBeforeRequest, scope) is not null)
        {
            entry.Fate = CommandFate.NotExecuted;
            replier.Cut("fault: drop_before_request");
        }
        else if (Take(FaultKind.ExecuteLate, scope) is { } late)
        {
            Postpone(request, entry, late, replier);
        }
        else if (Take(FaultKind.CommandError, scope) is { } error)
        {
            if (error.Executed)
            {
                Carry(request, entry);
            }
            else
            {
                entry.Fate = CommandFate.NotExecuted;
            }

            replier.Reply(ApiAnswer.Refusal(VenueErrors.Of(error, context.Clock)));
        }
        else
        {
            streams.Hold();
            Deliver(Carry(request, entry), replier, scope);
        }
    }

    private Fault? Take(FaultKind kind, in FaultScope scope) => context.Faults.Take(kind, scope);

    private void Deliver(ApiAnswer answer, IReplier replier, in FaultScope scope)
    {
        if (Take(FaultKind.ResponseFirst, scope) is not null)
        {
            var events = streams.TakeHeld();
            replier.Reply(answer);
            _ = AfterAsync(replier.WhenDrained(), () => streams.Deliver(events));
            return;
        }

        if (Take(FaultKind.DropAfterRequest, scope) is not null)
        {
            streams.Flush();
            replier.Cut("fault: drop_after_request");
        }
        else if (Take(FaultKind.SwallowAck, scope) is not null)
        {
            streams.Flush();
        }
        else if (Take(FaultKind.DelayAck, scope) is { } delayed)
        {
            streams.Flush();
            context.Timetable.After(TimeSpan.FromMilliseconds(delayed.DelayMs ?? 1000), () => replier.Reply(answer));
        }
        else if (Take(FaultKind.HoldAck, scope) is { } holding)
        {
            streams.Flush();
            holding.OnRelease(() => replier.Reply(answer));
        }
        else if (Take(FaultKind.EventFirst, scope) is not null)
        {
            streams.Flush();
            _ = AfterAsync(streams.WhenDrained(), () => replier.Reply(answer));
        }
        else
        {
            replier.Reply(answer);
            streams.Flush();
        }
    }

    private async Task AfterAsync(Task first, Action then)
    {
        await first.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (context.Turn)
        {
            then();
            context.Touch();
        }
    }

    /// <summary>Lets the call in and carries it out.</summary>
    private ApiAnswer Carry(ApiRequest request, ReceivedCommand entry)
    {
        try
        {
            return Execute(Admit(request, entry), entry);
        }
        catch (BinanceErrorException refused)
        {
            return Refuse(entry, refused);
        }
    }

    private ApiCall Admit(ApiRequest request, ReceivedCommand entry)
    {
        weights.Charge(request.Method.Weight(request.Parameters));
        var key = request.Method.Security == Security.Nothing
            ? null
            : gatekeeper.Admit(request.Method.Security, request.Parameters, request.Credentials);
        if (key is not null && request.Method.Orders != default)
        {
            counters.Charge(key.Account, request.Method.Orders);
        }

        return new ApiCall(request.Method, request.Parameters, key, entry);
    }

    private ApiAnswer Execute(ApiCall call, ReceivedCommand entry)
    {
        try
        {
            var body = new ArrayBufferWriter<byte>(1024);
            using (var writer = new Utf8JsonWriter(body, ApiJson.Options))
            {
                call.Method.Handle(call, writer);
            }

            entry.Fate = CommandFate.Executed;
            return new ApiAnswer(200, body.WrittenSpan.ToArray(), call.Method.Orders == default ? null : counters.Of(call.Account));
        }
        catch (BinanceErrorException refused)
        {
            return Refuse(entry, refused);
        }
    }

    private static ApiAnswer Refuse(ReceivedCommand entry, BinanceErrorException refused)
    {
        (entry.Fate, entry.Code) = (CommandFate.Refused, refused.Code);
        return ApiAnswer.Refusal(refused);
    }

    /// <summary>The front takes the command in; the matching engine sees it later, and then asks for the time again.</summary>
    private void Postpone(ApiRequest request, ReceivedCommand entry, Fault late, IReplier replier)
    {
        ApiCall call;
        try
        {
            call = Admit(request, entry);
        }
        catch (BinanceErrorException refused)
        {
            replier.Reply(Refuse(entry, refused));
            return;
        }

        var done = false;
        late.OnRelease(Run);
        if (late.Messages is { } messages)
        {
            _late.Add((entry.Number + messages, Run));
        }

        if (late.DelayMs is { } delay)
        {
            context.Timetable.After(TimeSpan.FromMilliseconds(delay), Run);
        }

        if (late.Code is not null || late.Status is not null)
        {
            replier.Reply(ApiAnswer.Refusal(VenueErrors.Of(late, context.Clock)));
        }

        void Run()
        {
            if (done)
            {
                return;
            }

            done = true;
            if (request.Method.Security == Security.Trade && !gatekeeper.IsInTime(request.Parameters))
            {
                (entry.Fate, entry.Code) = (CommandFate.Refused, -5028);
            }
            else
            {
                Execute(call, entry);
            }

            context.Touch();
        }
    }

    /// <summary>Late commands for which as many others have come in as they were to wait for.</summary>
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

    private string? ClientOrderId(Parameters parameters) =>
        parameters.Peek("newClientOrderId") ?? parameters.Peek("origClientOrderId") ?? parameters.Peek("clientAlgoId")
        ?? (long.TryParse(parameters.Peek("orderId") ?? parameters.Peek("algoId"), out var id) ? clientIdOf(id) : null);
}
