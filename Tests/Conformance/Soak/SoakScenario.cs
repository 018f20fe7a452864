using Exchange.Grains.Interfaces;
using Exchange.Tests.Support;

namespace Exchange.Tests.Conformance.Soak;

/// <summary>
/// One random run: several traders' commands, what strangers and the venue do, faults, lost connections, restarts and deaths, all
/// decided by the seed alone; how sockets and threads interleave is not. The invariants are asserted at its end.
/// </summary>
internal sealed class SoakScenario
{
    private const int Steps = 30;

    private static readonly string[] _traders = ["mm1", "mm2", "arb"];

    private readonly CardRun _run;
    private readonly Random _random;
    private readonly List<string> _ids = [];
    private readonly List<(string Id, Func<Task> Again)> _placed = [];
    private readonly List<Task> _answers = [];
    private readonly List<AppliedFault> _faults = [];
    private readonly List<string> _script = [];
    private VenueKey _key;

    private SoakScenario(CardRun run, int seed)
    {
        _run = run;
        _random = new Random(seed);
    }

    /// <summary>Plays the run of a seed.</summary>
    /// <exception cref="SoakFailure">Something was broken; the message holds what was done.</exception>
    public static async Task Play(Func<HarnessOptions, Task<IVenueHarness>> start, int seed)
    {
        await using var run = new CardRun(await start(new HarnessOptions { Seed = seed }));
        var scenario = new SoakScenario(run, seed);
        try
        {
            await scenario.Play();
        }
        catch (Exception e)
        {
            throw new SoakFailure($"{string.Join(Environment.NewLine, scenario._script)}{Environment.NewLine}{e.Message}", e);
        }
    }

    private async Task Play()
    {
        _key = Chance(30) && _run.Venue.Lacks(VenueKey.OtherKind) is null ? VenueKey.OtherKind : VenueKey.Usual;
        await _run.ReadyOms(_key);
        await _run.ReadyPms();
        for (var step = 1; step <= Steps; step++)
        {
            Note($"{step}:");
            await Step();
        }

        Lift();
        await Task.WhenAll(_answers).Within("every command's answer");
        await _run.Settle();
    }

    private async Task Step()
    {
        switch (_random.Next(100))
        {
            case < 34:
                await Sent(Place());
                break;
            case < 44 when _ids.Count > 0:
                var cancelled = Any();
                await Sent((cancelled, VenueCommand.Cancel, Do($"cancel {cancelled}", oms => oms.CancelOrder(_run.Key(cancelled)))));
                break;
            case < 52 when _ids.Count > 0:
                var replaced = Any();
                var quantity = _run.Q * _random.Next(1, 5);
                await Sent((replaced, VenueCommand.Replace, Do($"replace {replaced} by {quantity}", oms => oms.ReplaceOrder(_run.Replace(replaced, quantity: quantity)))));
                break;
            case < 55 when _placed.Count > 0:
                var (again, repeat) = _placed[_random.Next(_placed.Count)];
                Note($"repeat {again}");
                _answers.Add(repeat());
                break;
            case < 57:
                _answers.Add(Do("cancel all", oms => oms.CancelAllOrders(_run.Symbol)));
                break;
            case < 70 when _ids.Count > 0:
                AtTheVenue();
                break;
            case < 86:
                Fault();
                break;
            case < 92:
                Lift();
                break;
            case < 96:
                await Disconnect();
                break;
            case < 98:
                await Begin("restart", _run.End);
                break;
            default:
                await Begin("death", () =>
                {
                    _run.Die();
                    return Task.CompletedTask;
                });
                break;
        }
    }

    private (string Id, VenueCommand Command, Task Answer) Place()
    {
        var trader = _traders[_random.Next(_traders.Length)];
        var id = $"{trader}-{_ids.Count + 1}";
        _ids.Add(id);
        var side = Chance(50) ? Side.Buy : Side.Sell;
        var quantity = _run.Q * _random.Next(1, 4);
        var limit = _run.Limit(id, quantity: quantity, side: side) with { Trader = trader };
        return _random.Next(10) switch
        {
            < 5 => Send("limit", oms => oms.PlaceLimitOrder(limit)),
            5 => Send("post-only", oms => oms.PlaceLimitOrder(limit with { PostOnly = true })),
            6 => Send("immediate-or-cancel", oms => oms.PlaceLimitOrder(limit with { TimeInForce = TimeInForce.ImmediateOrCancel })),
            7 => Send("stop", oms => oms.PlaceStopOrder(new StopOrderRequest
            {
                Symbol = limit.Symbol,
                Side = side,
                Quantity = quantity,
                ClientOrderId = id,
                Trader = trader,
                TriggerPrice = side == Side.Buy ? _run.High : _run.Low,
            }), VenueCommand.PlaceConditional),
            _ => Send("market", oms => oms.PlaceMarketOrder(_run.Market(id, side, quantity) with { Trader = trader })),
        };

        (string, VenueCommand, Task) Send(string kind, Func<IExchangeOms, Task<Result<OrderAck>>> call, VenueCommand command = VenueCommand.Place)
        {
            // Again is what the same trader sends: the same content.
            _placed.Add((id, () => Do($"{kind} {id} again", call)));
            return (id, command, Do($"{side} {quantity} {kind} {id}", call));
        }
    }

    /// <summary>What others do. An order that is not in the book (any more) is none that this can be done to.</summary>
    private void AtTheVenue()
    {
        var id = Any();
        try
        {
            switch (_random.Next(8))
            {
                case < 4:
                    Note($"fill part of {id}");
                    _run.Venue.Fill(id, _run.Q / 5);
                    break;
                case 4:
                    Note($"fill {id}");
                    _run.Venue.Fill(id);
                    break;
                case 5:
                    Note($"venue cancels {id}");
                    _run.Venue.CancelUnasked(id);
                    break;
                case 6:
                    Note("an order from elsewhere");
                    _run.Venue.PlaceElsewhere(Chance(50) ? Side.Buy : Side.Sell, _run.Q);
                    break;
                default:
                    Note("a working order from elsewhere");
                    _ids.Add(_run.Venue.PlaceElsewhere(Side.Buy, _run.Q, _run.Low));
                    break;
            }
        }
        catch (ArgumentException)
        {
            Note("(not in the book)");
        }
    }

    private void Fault()
    {
        VenueFaultKind[] ofCommands =
        [
            VenueFaultKind.DropBefore, VenueFaultKind.DropAfter, VenueFaultKind.SwallowAck, VenueFaultKind.HoldAck, VenueFaultKind.EventFirst, VenueFaultKind.AnswerFirst,
            VenueFaultKind.AnswerUnknown, VenueFaultKind.AnswerOverloaded, VenueFaultKind.AnswerUnavailable, VenueFaultKind.AnswerGatewayTimeout, VenueFaultKind.ExecuteLate,
        ];
        VenueFaultKind[] others =
        [
            VenueFaultKind.HoldEvents, VenueFaultKind.DuplicateEvent, VenueFaultKind.LoseEvent, VenueFaultKind.HideOrder, VenueFaultKind.MalformedEvent,
            VenueFaultKind.TruncatedEvent, VenueFaultKind.UnknownEvent, VenueFaultKind.NumbersAsText, VenueFaultKind.RateLimited, VenueFaultKind.Banned, VenueFaultKind.ClockSkew,
        ];
        var kind = Chance(60) ? ofCommands[_random.Next(ofCommands.Length)] : others[_random.Next(others.Length)];
        var command = (VenueCommand)_random.Next((int)VenueCommand.Replace + 1);

        // Behind only: a venue that was ahead and is put right has fills of the future, which its own history does not tell yet.
        var last = kind == VenueFaultKind.ClockSkew ? TimeSpan.FromSeconds(_random.Next(-60, 0)) : TimeSpan.FromSeconds(10);
        var fault = new VenueFault(kind, command)
        {
            Count = kind == VenueFaultKind.ClockSkew ? 0 : _random.Next(1, 3),
            Executed = Chance(50),
            For = last,
            ClientOrderId = kind == VenueFaultKind.HideOrder && _ids.Count > 0 ? Any() : null,
        };
        if (_run.Venue.Lacks(kind) is not null || (kind == VenueFaultKind.HideOrder && fault.ClientOrderId is null))
            return;
        Note($"fault {kind} {(kind == VenueFaultKind.ClockSkew ? last.TotalSeconds : command)} {(fault.Executed ? "executed " : "")}× {fault.Count}");
        _faults.Add(_run.Venue.Apply(fault));
    }

    private void Lift()
    {
        Note("faults lifted");
        foreach (var fault in _faults)
            fault.Dispose();
        _faults.Clear();
    }

    private async Task Disconnect()
    {
        VenueFaultKind[] kinds = [VenueFaultKind.DropAll, VenueFaultKind.DailyCut, VenueFaultKind.ExpireSession, VenueFaultKind.EventsDown, VenueFaultKind.Unreachable];
        var kind = kinds[_random.Next(kinds.Length)];
        Note($"connection: {kind}");
        var seen = _run.Tape.Seen;
        using (_run.Venue.Apply(new VenueFault(kind)))
        {
            if (kind is VenueFaultKind.EventsDown or VenueFaultKind.Unreachable)
            {
                await _run.Until(async () => (await _run.Oms!.GetStatus()).OrThrow().State is ConnectionState.Waiting, "the connection being lost");
                AtTheVenueIfAny();
                await Sent(Place());
            }
        }

        if (Chance(50))
            AtTheVenueIfAny();

        void AtTheVenueIfAny()
        {
            if (_ids.Count > 0)
                AtTheVenue();
        }
    }

    private async Task Begin(string how, Func<Task> end)
    {
        Note(how);
        Lift();
        await end();
        await _run.ReadyOms(_key);
    }

    /// <summary>Goes on when the command is at the venue, or was answered without.</summary>
    private async Task Sent((string Id, VenueCommand Command, Task Answer) sent)
    {
        _answers.Add(sent.Answer);
        if (Chance(25))
            return;
        await Task.WhenAny(sent.Answer, Chance(50) ? sent.Answer : _run.Venue.WhenReceived(sent.Id, sent.Command)).Within($"the venue receiving {sent.Command} of {sent.Id}");
    }

    /// <summary>A command of the present life. A refusal or an unknown outcome is as good an answer as any; an exception is not.</summary>
    private async Task Do<T>(string what, Func<IExchangeOms, Task<Result<T>>> call)
    {
        Note(what);
        var answer = await call(_run.Oms!);
        if (answer.Error is { } error)
            _run.Say(error.ToString());
    }

    private string Any() => _ids[_random.Next(_ids.Count)];

    private bool Chance(int percent) => _random.Next(100) < percent;

    private void Note(string what) => _script.Add(what);
}

/// <summary>A random run broke something; the message holds what was done in it, and what was broken.</summary>
internal sealed class SoakFailure(string message, Exception inner) : Exception(message, inner);
