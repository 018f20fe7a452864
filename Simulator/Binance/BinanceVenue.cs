using System.Text.Json;
using Exchange.Simulator.Binance.Api;
using Exchange.Simulator.Control;
using Exchange.Simulator.Engine;
using Exchange.Simulator.Faults;
using Exchange.Simulator.Sockets;

namespace Exchange.Simulator.Binance;

/// <summary>
/// The venue on its one port: REST, market streams, and (unless a recording is played) the private side.
/// </summary>
internal sealed class BinanceVenue : ISimulatedVenue
{
    public const string VenueName = "binance";

    private const int MaximumPendingBytes = 8 << 20;
    private const int RememberedEnds = 100;

    private readonly SimulatorContext _context;
    private readonly StreamHub _hub;
    private readonly BinanceRest _rest;
    private readonly RequestWeights _weights;
    private readonly TradingControl? _trading;
    private readonly Dictionary<long, ClientConnection> _connections = [];
    private readonly Queue<ClientConnection> _ended = new();
    private long _nextConnection = 1;

    /// <param name="tell">Says something to whoever sits at the terminal.</param>
    public BinanceVenue(SimulatorContext context, SimulatorOptions options, Action<string> tell)
    {
        _context = context;
        _hub = new StreamHub();
        Market = options.ReplayOf(VenueName) is null
            ? new LiveMarket(context, _hub, options.Symbols)
            : new ReplayMarket(context, _hub, options, () => LargestBacklog, tell);
        Market.Schedule();
        _weights = new RequestWeights(context.Clock);
        _rest = new BinanceRest(context, Market, _weights);
        if (Market is LiveMarket live)
        {
            Api = new VenueApi(context, live, _hub, _weights, options);
            _trading = new TradingControl(context, Api);
        }

        Ports = [new VenuePort(VenueName, options.BinancePort, HandleAsync)];

        context.Timetable.Every(TimeSpan.FromSeconds(1), () =>
        {
            foreach (var connection in _connections.Values.ToArray())
            {
                connection.CheckSession();
            }
        });
    }

    public string Name => VenueName;

    public IReadOnlyList<VenuePort> Ports { get; }

    public string Credentials =>
        "key demo-key, secret demo-secret; demo-readonly with the same secret may only look; demo-ed25519 see docs/simulator.md";

    public IReadOnlyList<string> Symbols => Market.Symbols;

    public IVenueControl Control => Trading;

    public IBinanceMarket Market { get; }

    /// <summary>The private side: what can be done to it, and what it knows.</summary>
    /// <exception cref="ArgumentException">A recording is being played: nothing trades.</exception>
    public TradingControl Trading => _trading ?? throw new ArgumentException("a recording is being played: nothing trades");

    /// <summary>The private side; null while a recording is played: nothing trades there.</summary>
    public VenueApi? Api { get; }

    /// <summary>The sockets that are open now, in order of their ids.</summary>
    public IReadOnlyList<ClientConnection> Connections
    {
        get
        {
            lock (_context.Turn)
            {
                return [.. _connections.Values.OrderBy(connection => connection.Id)];
            }
        }
    }

    public bool IsWanted(string stream) => _hub.IsWanted(stream);

    /// <summary>The most that any connection still has to be sent.</summary>
    public int LargestBacklog
    {
        get
        {
            lock (_context.Turn)
            {
                return _connections.Count == 0 ? 0 : _connections.Values.Max(connection => connection.PendingBytes);
            }
        }
    }

    public long RestRequests => _rest.Requests + (Api?.Rest.Requests ?? 0);

    public int UsedWeight => _weights.Used;

    public long FramesPublished => _hub.FramesPublished;

    /// <summary>The sockets that are open, and the last of those that were. Within the turn.</summary>
    public IEnumerable<ClientConnection> Remembered => _connections.Values.Concat(_ended);

    public BookState Book(string symbol) => Market.Book(symbol);

    public void Step(int decisions) => Market.Step(decisions);

    public void WriteState(Utf8JsonWriter writer) => BinanceState.Write(writer, this);

    /// <summary>Any request to the venue's port.</summary>
    public async Task HandleAsync(HttpContext http)
    {
        var path = http.Request.Path.Value ?? "";
        if (path == "/ws-fapi/v1")
        {
            await WsApiAsync(http);
            return;
        }

        if (Api is not null && Api.Rest.Knows(http))
        {
            await Api.Rest.HandleAsync(http);
            return;
        }

        if (path.StartsWith("/fapi/", StringComparison.Ordinal) || !TryRoute(path, out var route, out var combined, out var rest))
        {
            await _rest.HandleAsync(http);
            return;
        }

        await StreamAsync(http, route, combined, rest);
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
                ForEach(fault, connection => connection.Close(1001, "24 hours are over"));
                break;
            case FaultKind.ExpireListenKey:
                foreach (var account in Private(fault).Accounts)
                {
                    Private(fault).Streams.Expire(account);
                }

                fault.Fire();
                break;
            case FaultKind.RevokeSession:
                ForEach(fault, connection =>
                {
                    if (connection is WsApiConnection session)
                    {
                        session.IsRevoked = session.Session is not null;
                    }
                });
                break;
            case FaultKind.StaleSnapshot:
                _rest.Remember(fault);
                break;
            case FaultKind.Burst:
                Live(fault).Burst(fault.Factor ?? 10, TimeSpan.FromMilliseconds(fault.DurationMs ?? 1000));
                fault.Fire();
                break;
            case FaultKind.TickSizeChange:
                Live(fault).ChangeTick(SymbolOf(fault), fault.TickSize);
                fault.Fire();
                break;
            case FaultKind.Delist:
                Live(fault).Delist(SymbolOf(fault));
                fault.Fire();
                break;
            default:
                break;
        }
    }

    public void OnFaultRemoved(Fault fault) => _rest.Forget(fault);

    public void Dispose()
    {
        lock (_context.Turn)
        {
            foreach (var connection in _connections.Values.ToArray())
            {
                connection.Cut("the simulator ends");
            }

            _hub.Dispose();
        }
    }

    /// <summary>Splits <c>/public/ws/…</c> and its like; false for a path that is no stream URL.</summary>
    private static bool TryRoute(string path, out Route route, out bool combined, out string rest)
    {
        (route, rest) = path switch
        {
            _ when path.StartsWith("/public/", StringComparison.Ordinal) => (Route.Public, path["/public/".Length..]),
            _ when path.StartsWith("/market/", StringComparison.Ordinal) => (Route.Market, path["/market/".Length..]),
            _ when path.StartsWith("/private/", StringComparison.Ordinal) => (Route.Private, path["/private/".Length..]),
            _ => (Route.Unrouted, path.TrimStart('/')),
        };
        combined = rest is "stream" or "stream/";
        if (combined)
        {
            rest = "";
            return true;
        }

        if (rest == "ws" || rest.StartsWith("ws/", StringComparison.Ordinal))
        {
            rest = rest.Length > 3 ? rest[3..] : "";
            return true;
        }

        return false;
    }

    private async Task StreamAsync(HttpContext http, Route route, bool combined, string path)
    {
        if (Refuses(http, route.ToString().ToLowerInvariant()))
        {
            return;
        }

        // A path of digits alone is what ccxt appends to tell its sockets apart: no stream.
        var streams = combined ? http.Request.Query["streams"].ToString() : path;
        var names = streams.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(name => !name.All(char.IsAsciiDigit)).ToList();
        HashSet<string>? events = null;
        if (route == Route.Private && http.Request.Query["listenKey"].ToString() is { Length: > 0 } listenKey)
        {
            names.Add(listenKey);
            var chosen = http.Request.Query["events"].ToString();
            events = chosen.Length > 0 ? [.. chosen.Split('/'), "listenKeyExpired"] : null;
        }

        if (names.Count > BinanceConnection.MaximumStreams)
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        await RunAsync(http, (id, socket) =>
        {
            var connection = new BinanceConnection(id, route, combined, socket, _context, _hub) { Events = events };
            names.ForEach(connection.Subscribe);
            return connection;
        });
    }

    private async Task WsApiAsync(HttpContext http)
    {
        if (Refuses(http, WsApiConnection.Route))
        {
            return;
        }

        if (Api is null)
        {
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }

        try
        {
            lock (_context.Turn)
            {
                _weights.Charge(WsApiConnection.HandshakeWeight);
            }
        }
        catch (BinanceErrorException refused)
        {
            http.Response.StatusCode = refused.Status;
            await http.Response.Body.WriteAsync(ApiJson.Error(refused.Code, refused.Message), http.RequestAborted);
            return;
        }

        var tellsLimits = http.Request.Query["returnRateLimits"] != "false";
        await RunAsync(http, (id, socket) => new WsApiConnection(id, socket, _context, Api, tellsLimits));
    }

    /// <summary>Whether a fault refuses the handshake; it has answered then.</summary>
    private bool Refuses(HttpContext http, string route)
    {
        Fault? refused;
        lock (_context.Turn)
        {
            refused = _context.Faults.Take(FaultKind.RefuseConnection, new FaultScope("binance", route, 0));
            _context.Touch();
        }

        if (refused is { Status: { } status })
        {
            http.Response.StatusCode = status;
        }
        else if (refused is not null)
        {
            http.Abort();
        }

        return refused is not null;
    }

    private async Task RunAsync(HttpContext http, Func<long, WebSocketConnection, ClientConnection> create)
    {
        using var socket = await WebSocketConnection.AcceptAsync(http, MaximumPendingBytes);
        if (socket is null)
        {
            return;
        }

        ClientConnection connection;
        lock (_context.Turn)
        {
            connection = create(_nextConnection++, socket);
            _connections.Add(connection.Id, connection);
            _context.Touch();
        }

        await connection.RunAsync();
        Forget(connection);
    }

    private void Forget(ClientConnection connection)
    {
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

    private void ForEach(Fault fault, Action<ClientConnection> act)
    {
        foreach (var connection in _connections.Values.ToArray())
        {
            if (connection.Ended is null && FaultBoard.Chooses(fault, connection.RouteName, connection.Id))
            {
                act(connection);
            }
        }

        fault.Fire();
    }

    private LiveMarket Live(Fault fault) => Market as LiveMarket
        ?? throw new ArgumentException($"{fault.Kind} needs the live market, and a recording is being played");

    private VenueApi Private(Fault fault) => Api
        ?? throw new ArgumentException($"{fault.Kind} needs the private side, and a recording is being played");

    private string SymbolOf(Fault fault) => fault.Symbol is { } symbol && Market.Symbols.Contains(symbol)
        ? symbol
        : throw new ArgumentException($"symbol: one of {string.Join(", ", Market.Symbols)}");
}
