using System.Buffers;
using System.Text.Json;
using Exchange.Simulator.Control;
using Exchange.Simulator.Deribit.Trading;
using Exchange.Simulator.Faults;

namespace Exchange.Simulator.Deribit.Api;

/// <summary>
/// The way of a call through the venue, the same for both channels: noted, let in, paid for, carried out, answered; and at each of
/// these steps a fault may do something else. Used within the simulator's turn.
/// </summary>
internal sealed class CommandPipeline
{
    private readonly SimulatorContext _context;
    private readonly DeribitSimulatorOptions _options;
    private readonly Gatekeeper _gatekeeper;
    private readonly EventOutbox _outbox;
    private readonly CommandDelivery _delivery;
    private readonly Credits _nobody;
    private readonly Dictionary<DeribitAccount, Credits> _credits = [];

    public CommandPipeline(SimulatorContext context, DeribitSimulatorOptions options, Gatekeeper gatekeeper, EventOutbox outbox)
    {
        (_context, _options, _gatekeeper, _outbox) = (context, options, gatekeeper, outbox);
        Log = new CommandLog(context);
        _delivery = new CommandDelivery(context, outbox, Log);
        _nobody = new Credits(context.Clock, options);
    }

    public CommandLog Log { get; }

    public Credits CreditsOf(DeribitAccount account)
    {
        if (!_credits.TryGetValue(account, out var credits))
        {
            _credits.Add(account, credits = new Credits(_context.Clock, _options));
        }

        return credits;
    }

    public void Run(RpcRequest request, IRpcReplier replier)
    {
        Pass(request, replier);
        request.Connection?.SendBehindAnswer();
    }

    private void Pass(RpcRequest request, IRpcReplier replier)
    {
        var label = LabelOf(request.Parameters);
        var entry = request.Method.IsPrivate
            ? Log.Add(request.Channel, request.Connection?.Id ?? 0, request.Method.Name, InstrumentOf(request.Parameters), label, request.Parameters.WithoutSecrets())
            : null;
        _delivery.RunLate();
        var scope = new FaultScope(
            DeribitVenue.VenueName, request.Channel, request.Connection?.Id ?? 0, Path: request.Path ?? "/" + request.Method.Name,
            Symbol: InstrumentOf(request.Parameters), Method: request.Method.Name, ClientOrderId: label);
        if (_context.Faults.Faults.Count == 0)
        {
            _outbox.Hold();
            Reply(request, replier, Carry(request, entry));
            _outbox.Flush();
            return;
        }

        if (Take(FaultKind.DropBeforeRequest, scope) is not null)
        {
            Mark(entry, CommandFate.NotExecuted);
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
                Mark(entry, CommandFate.NotExecuted);
            }

            Reply(request, replier, RpcAnswer.Of(DeribitErrors.Of(error)));
        }
        else
        {
            _outbox.Hold();
            var answer = Carry(request, entry);
            _delivery.Deliver(scope, () => Reply(request, replier, answer), replier.Cut, replier.WhenDrained);
        }
    }

    private static void Mark(ReceivedCommand? entry, CommandFate fate, int? code = null)
    {
        if (entry is not null)
        {
            (entry.Fate, entry.Code) = (fate, code ?? entry.Code);
        }
    }

    private static string? InstrumentOf(RpcParams parameters) => parameters.Text("instrument_name");

    private string? LabelOf(RpcParams parameters) => parameters.Text("label")
        ?? (parameters.Text("order_id") is { } id ? _gatekeeper.Accounts.Select(account => account.Find(id)?.Label).FirstOrDefault(found => found is not null) : null);

    private static void Reply(RpcRequest request, IRpcReplier replier, RpcAnswer answer)
    {
        if (!request.Method.NoReply || answer.Refusal is not null)
        {
            replier.Reply(answer);
        }

        if (answer.Refusal is { EndsSession: true })
        {
            request.Connection?.Close(1008, "too_many_requests");
        }
    }

    private Fault? Take(FaultKind kind, in FaultScope scope) => _context.Faults.Take(kind, scope);

    /// <summary>Lets the call in and carries it out.</summary>
    private RpcAnswer Carry(RpcRequest request, ReceivedCommand? entry)
    {
        try
        {
            return Execute(Admit(request, entry));
        }
        catch (DeribitException refused)
        {
            return Refuse(entry, refused);
        }
    }

    private RpcCall Admit(RpcRequest request, ReceivedCommand? entry)
    {
        var token = request.Authorise();
        if (request.Method.Scope is { } scope)
        {
            if (token is null)
            {
                throw DeribitException.InvalidToken();
            }

            if (scope.Length > 0 && !token.Allows(scope))
            {
                throw DeribitException.Of(13403);
            }
        }

        (token is null ? _nobody : CreditsOf(token.Account)).Charge(request.Method.Pool);
        return request.Method.OnlyWebSocket && request.Connection is null
            ? throw DeribitException.Of(10030)
            : new RpcCall(request.Method, request.Parameters, token, request.Connection, entry);
    }

    private static RpcAnswer Execute(RpcCall call)
    {
        try
        {
            var body = new ArrayBufferWriter<byte>(1024);
            using (var writer = new Utf8JsonWriter(body, new JsonWriterOptions { SkipValidation = true }))
            {
                call.Method.Handle(call, writer);
            }

            Mark(call.Entry, CommandFate.Executed);
            return new RpcAnswer(body.WrittenSpan.ToArray());
        }
        catch (DeribitException refused)
        {
            return Refuse(call.Entry, refused);
        }
    }

    private static RpcAnswer Refuse(ReceivedCommand? entry, DeribitException refused)
    {
        Mark(entry, CommandFate.Refused, refused.Code);
        return RpcAnswer.Of(refused);
    }

    /// <summary>The front takes the command in; the matching engine sees it later, and then looks at its deadline again.</summary>
    private void Postpone(RpcRequest request, ReceivedCommand? entry, Fault late, IRpcReplier replier)
    {
        RpcCall call;
        try
        {
            call = Admit(request, entry);
        }
        catch (DeribitException refused)
        {
            Reply(request, replier, Refuse(entry, refused));
            return;
        }

        _delivery.Postpone(late, () => Execute(call));
        if (late.Code is not null || late.Status is not null)
        {
            Reply(request, replier, RpcAnswer.Of(DeribitErrors.Of(late)));
        }
    }
}
