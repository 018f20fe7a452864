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
internal sealed class CommandPipeline
{
    private readonly SimulatorContext _context;
    private readonly RequestWeights _weights;
    private readonly OrderCounters _counters;
    private readonly Gatekeeper _gatekeeper;
    private readonly EventOutbox _outbox;
    private readonly CommandDelivery _delivery;
    private readonly Func<long, string?> _clientIdOf;

    public CommandPipeline(
        SimulatorContext context, RequestWeights weights, OrderCounters counters, Gatekeeper gatekeeper, EventOutbox outbox,
        Func<long, string?> clientIdOf)
    {
        (_context, _weights, _counters, _gatekeeper, _outbox, _clientIdOf) = (context, weights, counters, gatekeeper, outbox, clientIdOf);
        Log = new CommandLog(context);
        _delivery = new CommandDelivery(context, outbox, Log);
    }

    public CommandLog Log { get; }

    public void Run(ApiRequest request, IReplier replier)
    {
        var clientOrderId = ClientOrderId(request.Parameters);
        var entry = Log.Add(request, clientOrderId);
        _delivery.RunLate();
        var scope = new FaultScope(
            "binance", request.Channel, request.Connection, Path: request.Path, Symbol: entry.Symbol, Method: request.Method.Name,
            ClientOrderId: clientOrderId);
        if (_context.Faults.Faults.Count == 0)
        {
            _outbox.Hold();
            replier.Reply(Carry(request, entry));
            _outbox.Flush();
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

            replier.Reply(ApiAnswer.Refusal(VenueErrors.Of(error, _context.Clock)));
        }
        else
        {
            _outbox.Hold();
            var answer = Carry(request, entry);
            _delivery.Deliver(scope, () => replier.Reply(answer), replier.Cut, replier.WhenDrained);
        }
    }

    private Fault? Take(FaultKind kind, in FaultScope scope) => _context.Faults.Take(kind, scope);

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
        _weights.Charge(request.Method.Weight(request.Parameters));
        var key = request.Method.Security == Security.Nothing
            ? null
            : _gatekeeper.Admit(request.Method.Security, request.Parameters, request.Credentials);
        if (key is not null && request.Method.Orders != default)
        {
            _counters.Charge(key.Account, request.Method.Orders);
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
            return new ApiAnswer(200, body.WrittenSpan.ToArray(), call.Method.Orders == default ? null : _counters.Of(call.Account));
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

        _delivery.Postpone(late, () =>
        {
            if (request.Method.Security == Security.Trade && !_gatekeeper.IsInTime(request.Parameters))
            {
                (entry.Fate, entry.Code) = (CommandFate.Refused, -5028);
            }
            else
            {
                Execute(call, entry);
            }
        });
        if (late.Code is not null || late.Status is not null)
        {
            replier.Reply(ApiAnswer.Refusal(VenueErrors.Of(late, _context.Clock)));
        }
    }

    private string? ClientOrderId(Parameters parameters) =>
        parameters.Peek("newClientOrderId") ?? parameters.Peek("origClientOrderId") ?? parameters.Peek("clientAlgoId")
        ?? (long.TryParse(parameters.Peek("orderId") ?? parameters.Peek("algoId"), out var id) ? _clientIdOf(id) : null);
}
