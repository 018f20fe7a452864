using System.Text.Json;
using Exchange.Simulator.Control;
using Exchange.Simulator.Deribit.Api;
using Exchange.Simulator.Deribit.Market;
using Exchange.Simulator.Deribit.Replay;
using Exchange.Simulator.Deribit.Trading;
using Exchange.Simulator.Engine;
using Exchange.Simulator.Faults;
using Exchange.Simulator.Sockets;

namespace Exchange.Simulator.Deribit;

/// <summary>The venue on its one port: <c>/ws/api/v2</c> and <c>/api/v2/&lt;method&gt;</c>.</summary>
internal sealed class DeribitVenue : ISimulatedVenue
{
    public const string VenueName = "deribit";

    private const int MaximumPendingBytes = 8 << 20;
    private const int MostConnections = 32;
    private const int RememberedEnds = 100;

    private readonly SimulatorContext _context;
    private readonly DeribitRest _rest;
    private readonly Dictionary<string, RpcMethod> _methods;
    private readonly TradingDesk? _desk;
    private readonly DeribitControl? _trading;
    private readonly Dictionary<long, DeribitConnection> _connections = [];
    private readonly Queue<DeribitConnection> _ended = new();
    private long _nextConnection = 1;

    /// <param name="tell">Says something to whoever sits at the terminal.</param>
    public DeribitVenue(SimulatorContext context, SimulatorOptions options, Action<string> tell)
    {
        _context = context;
        Options = options.Deribit;
        Hub = new ChannelHub();
        Gatekeeper = new Gatekeeper(context, Options);
        var outbox = new EventOutbox(() => Task.WhenAll(
            _connections.Values.Where(connection => connection.HasUserChannels).Select(connection => connection.WhenDrained())));
        List<RpcMethod> methods = [];
        if (options.ReplayOf(VenueName) is null)
        {
            var live = new LiveMarket(context, Hub, Options);
            Market = live;
            _desk = new TradingDesk(context, live, Options, new AccountEvents(context, live, outbox, () => _connections.Values));
            _trading = new DeribitControl(context, this, _desk);
            methods.AddRange(new OrderMethods(_desk).Methods());
            methods.AddRange(new ListMethods(context, _desk).Methods());
            methods.AddRange(new AccountMethods(_desk, Options).Methods());
        }
        else
        {
            Market = new ReplayMarket(context, Hub, options, () => LargestBacklog, tell);
        }

        Pipeline = new CommandPipeline(context, Options, Gatekeeper, outbox);
        Market.Schedule();
        methods.AddRange(Market.Methods());
        methods.AddRange(new SessionMethods(context, Gatekeeper, Market).Methods());
        _methods = methods.ToDictionary(method => method.Name, StringComparer.Ordinal);
        _rest = new DeribitRest(context, this);
        Ports = [new VenuePort(VenueName, Options.Port, HandleAsync)];
        context.Timetable.Every(TimeSpan.FromSeconds(1), () => ForAll(connection => connection.CheckSession()));
        context.Timetable.Every(TimeSpan.FromMilliseconds(100), () => ForAll(connection => connection.FlushInterval("100ms")));
        context.Timetable.Every(TimeSpan.FromSeconds(1), () => ForAll(connection => connection.FlushInterval("agg2")));
    }

    public string Name => VenueName;

    public IReadOnlyList<VenuePort> Ports { get; }

    public string Credentials => "client id demo-id, secret demo-secret; demo-readonly with the same secret may only look";

    public IReadOnlyList<string> Symbols => Market.Symbols;

    public IVenueControl Control => Trading;

    public DeribitSimulatorOptions Options { get; }

    public IDeribitMarket Market { get; }

    public ChannelHub Hub { get; }

    public Gatekeeper Gatekeeper { get; }

    public CommandPipeline Pipeline { get; }

    /// <summary>The private side: what can be done to it, and what it knows.</summary>
    /// <exception cref="ArgumentException">A recording is being played: nothing trades.</exception>
    public DeribitControl Trading => _trading ?? throw new ArgumentException("a recording is being played: nothing trades");

    public long RestRequests => _rest.Requests;

    /// <summary>The sockets that are open now, in order of their ids.</summary>
    public IReadOnlyList<DeribitConnection> Connections
    {
        get
        {
            lock (_context.Turn)
            {
                return [.. _connections.Values.OrderBy(connection => connection.Id)];
            }
        }
    }

    /// <summary>The sockets that are open, and the last of those that were. Within the turn.</summary>
    public IEnumerable<DeribitConnection> Remembered => _connections.Values.Concat(_ended);

    /// <summary>The most that any connection still has to be sent.</summary>
    public int LargestBacklog => _connections.Count == 0 ? 0 : _connections.Values.Max(connection => connection.PendingBytes);

    public RpcMethod? Find(string method) => _methods.GetValueOrDefault(method);

    /// <summary>Completes once somebody is given the channel's notifications.</summary>
    public Task WhenSubscribed(string channel) =>
        _context.When(() => _connections.Values.Any(connection => connection.Ended is null && connection.Has(channel)));

    /// <summary>Completes once so many sockets are open.</summary>
    public Task WhenConnections(int count) => _context.When(() => _connections.Values.Count(connection => connection.Ended is null) == count);

    public BookState Book(string symbol) => Market.Book(symbol);

    public void Step(int decisions) => Market.Step(decisions);

    public void WriteState(Utf8JsonWriter writer) => DeribitState.Write(writer, this);

    /// <summary>Any request to the venue's port.</summary>
    public async Task HandleAsync(HttpContext http)
    {
        if (http.Request.Path.Value?.TrimEnd('/') == "/ws/api/v2")
        {
            await SocketAsync(http);
        }
        else
        {
            await _rest.HandleAsync(http);
        }
    }

    /// <summary>A fault has been set: what acts at once acts now.</summary>
    public void OnFault(Fault fault)
    {
        switch (fault.Kind)
        {
            case FaultKind.DropSocket when fault.After == 0:
                ForEach(fault, connection => connection.Cut("fault: drop_socket"));
                break;
            case FaultKind.SessionCut:
                ForEach(fault, connection => connection.Close(1001, "going away"));
                break;
            case FaultKind.ExpireToken:
                foreach (var token in Gatekeeper.Tokens.ToArray())
                {
                    token.ExpiresAt = _context.Clock.Now;
                }

                fault.Fire();
                break;
            case FaultKind.RevokeSession:
                ForEach(fault, connection =>
                {
                    if (connection.Token is { } token)
                    {
                        Gatekeeper.Revoke(token);
                    }
                });
                break;
            case FaultKind.Burst:
                Live(fault).Burst(fault.Factor ?? 10, TimeSpan.FromMilliseconds(fault.DurationMs ?? 1000));
                fault.Fire();
                break;
            case FaultKind.Delist:
                Live(fault).SetState(FeedOf(fault), "inactive");
                fault.Fire();
                break;
            case FaultKind.ExpireListenKey or FaultKind.TickSizeChange or FaultKind.StaleSnapshot:
                throw new ArgumentException($"kind: Deribit knows no {fault.Kind}");
            default:
                break;
        }
    }

    public void OnFaultRemoved(Fault fault)
    {
    }

    /// <summary>A connection is over: its tokens go, and where it was armed its orders do.</summary>
    public void OnEnded(DeribitConnection connection)
    {
        if (connection.CancelsOnDisconnect && connection.Token is { } token && _desk is not null)
        {
            _desk.Quietly(() =>
            {
                foreach (var order in token.Account.OpenOrders.Where(order => order.ConnectionId == connection.Id).ToArray())
                {
                    _desk.End(order, "cancel_on_disconnect");
                }
            });
        }

        Gatekeeper.Forget(connection.Id);
    }

    public void Dispose()
    {
        lock (_context.Turn)
        {
            foreach (var connection in _connections.Values.ToArray())
            {
                connection.Cut("the simulator ends");
            }

            Hub.Dispose();
        }
    }

    private async Task SocketAsync(HttpContext http)
    {
        if (Refuses(http))
        {
            return;
        }

        using var socket = await WebSocketConnection.AcceptAsync(http, MaximumPendingBytes);
        if (socket is null)
        {
            return;
        }

        DeribitConnection connection;
        lock (_context.Turn)
        {
            connection = new DeribitConnection(_nextConnection++, socket, _context, this);
            _connections.Add(connection.Id, connection);
            _context.Touch();
        }

        await connection.RunAsync();
        lock (_context.Turn)
        {
            connection.End("the client left");
            _connections.Remove(connection.Id);
            _ended.Enqueue(connection);
            if (_ended.Count > RememberedEnds)
            {
                _ended.Dequeue();
            }

            _context.Touch();
        }
    }

    /// <summary>Whether a fault, or the number of connections, refuses the handshake; it has answered then.</summary>
    private bool Refuses(HttpContext http)
    {
        Fault? refused;
        bool full;
        lock (_context.Turn)
        {
            // Nobody has logged in yet, so a fault for either route is for every new socket.
            refused = _context.Faults.Take(FaultKind.RefuseConnection, new FaultScope(VenueName, "public", 0))
                ?? _context.Faults.Take(FaultKind.RefuseConnection, new FaultScope(VenueName, "private", 0));
            full = _connections.Values.Count(connection => connection.Ended is null) >= MostConnections;
            _context.Touch();
        }

        if (full || refused is { Status: not null })
        {
            http.Response.StatusCode = refused?.Status ?? StatusCodes.Status429TooManyRequests;
        }
        else if (refused is not null)
        {
            http.Abort();
        }

        return full || refused is not null;
    }

    private void ForAll(Action<DeribitConnection> act)
    {
        foreach (var connection in _connections.Values.Where(connection => connection.Ended is null).ToArray())
        {
            act(connection);
        }
    }

    private void ForEach(Fault fault, Action<DeribitConnection> act)
    {
        ForAll(connection =>
        {
            if (FaultBoard.Chooses(fault, connection.RouteName, connection.Id))
            {
                act(connection);
            }
        });
        fault.Fire();
    }

    private LiveMarket Live(Fault fault) => Market as LiveMarket
        ?? throw new ArgumentException($"{fault.Kind} needs the live market, and a recording is being played");

    private InstrumentFeed FeedOf(Fault fault) => Live(fault).Find(fault.Symbol ?? "")
        ?? throw new ArgumentException($"symbol: one of {string.Join(", ", Symbols)}");
}
