using System.Text.Json;
using Exchange.Simulator.Control;
using Exchange.Simulator.Engine;
using Exchange.Simulator.Faults;
using Exchange.Simulator.Grvt.Api;
using Exchange.Simulator.Grvt.Market;
using Exchange.Simulator.Grvt.Streams;
using Exchange.Simulator.Sockets;

namespace Exchange.Simulator.Grvt;

/// <summary>The venue on its three ports: the edge for logins, trading, market data.</summary>
internal sealed class GrvtVenue : ISimulatedVenue
{
    public const string VenueName = "grvt";

    private const int MaximumPendingBytes = 8 << 20;
    private const int RememberedEnds = 100;

    private readonly SimulatorContext _context;
    private readonly GrvtRest _trading;
    private readonly GrvtRest _marketData;
    private readonly Dictionary<long, GrvtConnection> _connections = [];
    private readonly Queue<GrvtConnection> _ended = new();
    private long _nextConnection = 1;

    public GrvtVenue(SimulatorContext context, GrvtSimulatorOptions options)
    {
        _context = context;
        Api = new GrvtApi(context, options);
        Trading = new GrvtControl(context, Api);
        _trading = new GrvtRest(context, Api, isTrading: true);
        _marketData = new GrvtRest(context, Api, isTrading: false);
        Ports =
        [
            new VenuePort("grvt-edge", options.EdgePort, Api.Edge.HandleAsync),
            new VenuePort("grvt-trading", options.TradingPort, http => HandleAsync(http, isTrading: true)),
            new VenuePort("grvt-market-data", options.MarketDataPort, http => HandleAsync(http, isTrading: false)),
        ];
        context.Timetable.Every(TimeSpan.FromSeconds(1), CloseExpired);
    }

    public string Name => VenueName;

    public IReadOnlyList<VenuePort> Ports { get; }

    public string Credentials => "API key demo-key, private key 0x0101…01 (32 bytes of 01), sub-account 1000000000000001; demo-readonly may only look";

    public IReadOnlyList<string> Symbols => Api.Desk.Symbols;

    public IVenueControl Control => Trading;

    /// <summary>What can be done to the private side, and what it knows.</summary>
    public GrvtControl Trading { get; }

    public GrvtApi Api { get; }

    /// <summary>The sockets that are open now, in order of their ids.</summary>
    public IReadOnlyList<GrvtConnection> Connections
    {
        get
        {
            lock (_context.Turn)
            {
                return [.. _connections.Values.OrderBy(connection => connection.Id)];
            }
        }
    }

    public BookState Book(string symbol) =>
        Api.Market.Find(symbol)?.State() ?? throw new ArgumentException($"symbol: one of {string.Join(", ", Symbols)}");

    public void Step(int decisions) => Api.Market.Step(decisions);

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
            case FaultKind.ExpireCookie or FaultKind.RevokeSession:
                Api.Sessions.Revoke();
                CloseExpired();
                fault.Fire();
                break;
            case FaultKind.Burst:
                Api.Market.Burst(fault.Factor ?? 10, TimeSpan.FromMilliseconds(fault.DurationMs ?? 1000));
                fault.Fire();
                break;
            case FaultKind.TickSizeChange:
                Api.Market.ChangeTick(FeedOf(fault), fault.TickSize);
                fault.Fire();
                break;
            case FaultKind.Delist:
                Api.Market.Delist(FeedOf(fault));
                fault.Fire();
                break;
            case FaultKind.ExpireListenKey or FaultKind.ExpireToken or FaultKind.IgnoreHeartbeat or FaultKind.StaleSnapshot:
                throw new ArgumentException($"{fault.Kind}: GRVT has no such thing");
            default:
                break;
        }
    }

    public void OnFaultRemoved(Fault fault)
    {
        // None here keeps anything that has to be let go of.
    }

    public void WriteState(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteNumber("decisions"u8, Api.Market.Decisions);
        writer.WriteNumber("rest_requests"u8, _trading.Requests + _marketData.Requests);
        writer.WriteNumber("logins"u8, Api.Sessions.Given);
        writer.WriteNumber("commands_received"u8, Api.Pipeline.Log.Received);
        writer.WriteNumber("open_orders"u8, Api.Desk.Accounts.Sum(account => account.OpenOrders.Count));
        writer.WriteNumber("frames_published"u8, Api.Streams.FramesPublished);
        writer.WriteStartArray("connections"u8);
        foreach (var connection in _connections.Values.Concat(_ended))
        {
            writer.WriteStartObject();
            writer.WriteNumber("id"u8, connection.Id);
            writer.WriteString("route"u8, connection.RouteName);
            writer.WriteString("dialect"u8, connection.Dialect.ToString().ToLowerInvariant());
            writer.WriteString("opened"u8, connection.OpenedAt);
            writer.WriteString("ended"u8, connection.Ended);
            writer.WriteNumber("frames_sent"u8, connection.FramesSent);
            writer.WriteNumber("messages_received"u8, connection.MessagesReceived);
            writer.WriteNumber("pings_received"u8, connection.PingsReceived);
            writer.WriteNumber("pending_bytes"u8, connection.PendingBytes);
            writer.WriteStartArray("subscriptions"u8);
            foreach (var subscription in Api.Streams.All.Where(subscription => subscription.Connection == connection))
            {
                writer.WriteStringValue($"{subscription.Selector.Stream} {subscription.Selector.Text}");
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    public void Dispose()
    {
        lock (_context.Turn)
        {
            foreach (var connection in _connections.Values.ToArray())
            {
                connection.Cut("the simulator ends");
            }
        }
    }

    private Task HandleAsync(HttpContext http, bool isTrading) => (http.Request.Path.Value?.TrimEnd('/') ?? "") switch
    {
        "/ws" => SocketAsync(http, isTrading, GrvtDialect.Legacy),
        "/ws/full" => SocketAsync(http, isTrading, GrvtDialect.Full),
        "/ws/lite" => SocketAsync(http, isTrading, GrvtDialect.Lite),
        _ => (isTrading ? _trading : _marketData).HandleAsync(http),
    };

    private async Task SocketAsync(HttpContext http, bool isTrading, GrvtDialect dialect)
    {
        GrvtSession? session = null;
        Fault? refused;
        lock (_context.Turn)
        {
            refused = _context.Faults.Take(
                FaultKind.RefuseConnection, new FaultScope(VenueName, isTrading ? GrvtConnection.PrivateRoute : GrvtConnection.PublicRoute, 0));
            if (isTrading)
            {
                // Where a client can set no header, the account id is in the URL.
                var accountId = http.Request.Headers["X-Grvt-Account-Id"].ToString() is { Length: > 0 } header ? header : http.Request.Query["x_grvt_account_id"].ToString();
                session = Api.Sessions.Find(http.Request.Headers.Cookie, accountId);
            }

            _context.Touch();
        }

        if (refused is { Status: { } status })
        {
            http.Response.StatusCode = status;
            return;
        }

        if (refused is not null)
        {
            http.Abort();
            return;
        }

        if (isTrading && session is null)
        {
            await GrvtHttp.RefuseAsync(http, new GrvtErrorException(1000), dialect == GrvtDialect.Lite);
            return;
        }

        using var socket = await WebSocketConnection.AcceptAsync(http, MaximumPendingBytes);
        if (socket is not null)
        {
            await RunAsync(socket, isTrading, dialect, session);
        }
    }

    private async Task RunAsync(WebSocketConnection socket, bool isTrading, GrvtDialect dialect, GrvtSession? session)
    {
        GrvtConnection connection;
        lock (_context.Turn)
        {
            connection = new GrvtConnection(_nextConnection++, isTrading, dialect, session, socket, _context, Api);
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

    private void CloseExpired()
    {
        if (Api.Options.SocketAtExpiry != GrvtSocketAtExpiry.Close)
        {
            return;
        }

        foreach (var connection in _connections.Values.Where(connection => connection is { Ended: null, Session: not null }).ToArray())
        {
            if (!Api.Sessions.IsAlive(connection.Session!))
            {
                connection.Close(1008, "session expired");
            }
        }
    }

    private void ForEach(Fault fault, Action<GrvtConnection> act)
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

    private GrvtFeed FeedOf(Fault fault) => Api.Market.Find(fault.Symbol) ?? throw new ArgumentException($"symbol: one of {string.Join(", ", Symbols)}");
}
