using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Exchange.Exchanges.Grvt;
using Exchange.Grains.Interfaces;
using Exchange.Simulator;
using Exchange.Simulator.Grvt;
using Xunit;

namespace Exchange.Tests.Simulator.Grvt;

/// <summary>A GRVT that moves only when the test says so, and a bare client of it: it logs in and signs, and interprets nothing.</summary>
public abstract class GrvtSimulatorTest : IAsyncLifetime
{
    private protected const string Sub = "1000000000000001";
    private protected const string Btc = "BTC_USDT_Perp";
    private protected const string Eth = "ETH_USDT_Perp";

    private readonly List<GrvtSocket> _sockets = [];
    private uint _nonce = 1;
    private ulong _clientId = 9_223_372_036_854_775_808;

    private protected SimulatorHost Host { get; private set; } = null!;

    private protected HttpClient Http { get; private set; } = null!;

    private protected GrvtSigner Signer { get; } = SignerOf("0101010101010101010101010101010101010101010101010101010101010101");

    /// <summary>Cookie and account id of the demo key.</summary>
    private protected GrvtLogin Login { get; private set; } = null!;

    private protected GrvtControl Venue => Host.Grvt.Trading;

    private protected virtual GrvtSimulatorOptions Options => new();

    private protected decimal Bid => Number(Host.Book(Btc).Bids[0].Price);

    private protected decimal Ask => Number(Host.Book(Btc).Asks[0].Price);

    private protected long Now => (Host.Clock.VenueNow - DateTimeOffset.UnixEpoch).Ticks * 100;

    public async ValueTask InitializeAsync()
    {
        Host = await SimulatorHost.StartAsync(
            new SimulatorOptions { Venues = ["grvt"], Runs = false, Seed = 7, TimeProvider = new FrozenTime(), Grvt = Options }, TestContext.Current.CancellationToken);
        Http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { Timeout = TimeSpan.FromSeconds(10) };
        Login = await LoginAsync();
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var socket in _sockets)
        {
            await socket.DisposeAsync();
        }

        Http.Dispose();
        await Host.DisposeAsync();
    }

    private protected static GrvtSigner SignerOf(string privateKey, ulong chainId = 326) =>
        GrvtSigner.Create(new AuthCredentials { Key = "demo-key", PrivateKey = privateKey, SubAccountId = Sub }, chainId).OrThrow();

    private protected async Task<GrvtLogin> LoginAsync(string key = "demo-key")
    {
        var (status, body, headers) = await LoginAsync("/auth/api_key/login", new JsonObject { ["api_key"] = key });
        Assert.True(status == 200, body.ToJsonString());
        return headers!;
    }

    /// <summary>A login; without the headers where it gave no cookie.</summary>
    private protected async Task<(int Status, JsonNode Body, GrvtLogin? Login)> LoginAsync(string path, JsonObject body)
    {
        using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await Http.PostAsync(new Uri(Host.GrvtEdgeUri, path), content, TestContext.Current.CancellationToken);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        return ((int)response.StatusCode, answer, response.Headers.TryGetValues("Set-Cookie", out var cookie)
            ? new GrvtLogin(cookie.Single().Split(';')[0], response.Headers.GetValues("X-Grvt-Account-Id").Single(), cookie.Single())
            : null);
    }

    /// <summary>A call over HTTP, private or public by what it is.</summary>
    private protected async Task<(int Status, JsonNode Body)> CallAsync(string path, JsonNode? body = null, GrvtLogin? login = null, Uri? host = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(host ?? Host.GrvtTradingUri, path));
        request.Content = new StringContent((body ?? new JsonObject()).ToJsonString(), Encoding.UTF8, "application/json");
        login ??= Login;
        request.Headers.Add("Cookie", login.Cookie);
        request.Headers.Add("X-Grvt-Account-Id", login.AccountId);
        using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, JsonNode.Parse(text)!);
    }

    private protected async Task<JsonNode> OkAsync(string name, JsonNode? body = null)
    {
        var (status, answer) = await CallAsync("/full/" + name, body ?? new JsonObject { ["sub_account_id"] = Sub });
        Assert.True(status == 200, $"{name}: {status} {answer.ToJsonString()}");
        return answer;
    }

    private protected async Task<JsonNode> PublicAsync(string name, JsonObject? body = null)
    {
        var (status, answer) = await CallAsync("/full/v1/" + name, body, host: Host.GrvtMarketDataUri);
        Assert.True(status == 200, $"{name}: {status} {answer.ToJsonString()}");
        return answer;
    }

    private protected async Task AssertRefusedAsync(int code, string name, JsonNode body, GrvtLogin? login = null)
    {
        var (status, answer) = await CallAsync("/full/" + name, body, login);
        Assert.True(status >= 400 && answer["code"]?.GetValue<int>() == code, $"{name}: {status} {answer.ToJsonString()}, not {code}");
        Assert.Equal(status, answer["status"]!.GetValue<int>());
        Assert.NotEmpty(answer["message"]!.GetValue<string>());
    }

    /// <summary>An order of the demo account, signed.</summary>
    private protected JsonObject Order(TestOrder order) => Signed(order, Signer);

    private protected JsonObject Signed(TestOrder order, GrvtSigner signer)
    {
        var expiration = order.Expiration ?? Now + (long)TimeSpan.FromDays(1).TotalNanoseconds;
        var nonce = order.Nonce ?? _nonce++;
        var builder = order.BuilderFee is { } fee ? new GrvtBuilder(GrvtUnits.TryHex("0xabc1230001230001230001230001230001230001", 20)!, (uint)(fee * 10_000)) : null;
        Assert.True(GrvtUnits.TrySize(order.Size, order.Symbol == "SUI_USDT_Perp" ? 6 : 9, out var size) & GrvtUnits.TryPrice(order.Price, out var price));
        var signature = signer.Sign(new GrvtOrderTerms
        {
            SubAccountId = signer.SubAccountId,
            IsMarket = order.IsMarket,
            PostOnly = order.PostOnly,
            ReduceOnly = order.ReduceOnly,
            TimeInForce = order.TimeInForce switch
            {
                "IMMEDIATE_OR_CANCEL" => GrvtTimeInForce.ImmediateOrCancel,
                "FILL_OR_KILL" => GrvtTimeInForce.FillOrKill,
                "ALL_OR_NONE" => GrvtTimeInForce.AllOrNone,
                _ => GrvtTimeInForce.GoodTillTime,
            },
            AssetId = GrvtUnits.TryHex(order.Symbol switch { Btc => "0x030501", Eth => "0x030401", "SUI_USDT_Perp" => "0x031501", _ => "0x030601" }, 32)!,
            ContractSize = size,
            LimitPrice = price,
            IsBuying = order.Buys,
            Nonce = nonce,
            Expiration = expiration,
            Builder = builder,
        });
        var made = new JsonObject
        {
            ["sub_account_id"] = Sub,
            ["is_market"] = order.IsMarket,
            ["time_in_force"] = order.TimeInForce,
            ["post_only"] = order.PostOnly,
            ["reduce_only"] = order.ReduceOnly,
            ["legs"] = new JsonArray(new JsonObject
            {
                ["instrument"] = order.Symbol,
                ["size"] = Text(order.Size),
                ["limit_price"] = Text(order.Price),
                ["is_buying_asset"] = order.Buys,
            }),
            ["signature"] = new JsonObject
            {
                ["signer"] = signer.Address,
                ["r"] = signature.RText,
                ["s"] = signature.SText,
                ["v"] = (int)signature.V,
                ["expiration"] = expiration.ToString(CultureInfo.InvariantCulture),
                ["nonce"] = nonce,
                ["chain_id"] = "326",
            },
            ["metadata"] = new JsonObject { ["client_order_id"] = order.ClientOrderId ?? NextClientId() },
        };
        if (order.BuilderFee is { } percent)
        {
            made["builder"] = "0xAbC1230001230001230001230001230001230001";
            made["builder_fee"] = Text(percent);
        }

        if (order.Trigger is { } trigger)
        {
            made["metadata"]!["trigger"] = new JsonObject
            {
                ["trigger_type"] = trigger.Type,
                ["tpsl"] = new JsonObject { ["trigger_by"] = trigger.By, ["trigger_price"] = Text(trigger.Price), ["close_position"] = trigger.Closes, ["is_split_position"] = false },
            };
        }

        return made;
    }

    private protected string NextClientId() => (_clientId++).ToString(CultureInfo.InvariantCulture);

    /// <summary>Places an order over HTTP; gives its client order id.</summary>
    private protected async Task<string> PlaceAsync(TestOrder order)
    {
        var made = Order(order);
        await OkAsync("v1/create_order", new JsonObject { ["order"] = made });
        return ClientId(made);
    }

    private protected Task AssertOrderRefusedAsync(int code, JsonObject order) => AssertRefusedAsync(code, "v1/create_order", new JsonObject { ["order"] = order.DeepClone() });

    private protected Task AssertOrderRefusedAsync(int code, TestOrder order) => AssertOrderRefusedAsync(code, Order(order));

    private protected static string ClientId(JsonNode order) => order["metadata"]!["client_order_id"]!.GetValue<string>();

    private protected async Task<GrvtSocket> TradingSocketAsync(string path = "/ws/full", GrvtLogin? login = null)
    {
        var socket = await GrvtSocket.ConnectAsync(new Uri(Host.GrvtTradingSocketUri, path), login ?? Login);
        _sockets.Add(socket);
        return socket;
    }

    private protected async Task<GrvtSocket> MarketSocketAsync(string path = "/ws/full")
    {
        var socket = await GrvtSocket.ConnectAsync(new Uri(Host.GrvtMarketDataSocketUri, path), null);
        _sockets.Add(socket);
        return socket;
    }

    /// <summary>Some life in the market, then the frames of the next while.</summary>
    private protected void StepAndPublish(int milliseconds = 100, int decisions = 60)
    {
        Host.Step(decisions);
        Host.Advance(TimeSpan.FromMilliseconds(milliseconds));
    }

    private protected static string Text(decimal value) => value.ToString(CultureInfo.InvariantCulture);

    private protected static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);

    private protected static decimal Number(JsonNode? text) => Number(text!.GetValue<string>());

    private protected static string S(JsonNode? node, string name) => node![name]!.GetValue<string>();
}

/// <summary>What a login gave.</summary>
internal sealed record GrvtLogin(string Cookie, string AccountId, string SetCookie);

/// <summary>An order as a test wants it.</summary>
internal sealed record TestOrder(decimal Size, decimal Price, bool Buys = true)
{
    public string Symbol { get; init; } = "BTC_USDT_Perp";

    public bool IsMarket { get; init; }

    public string TimeInForce { get; init; } = "GOOD_TILL_TIME";

    public bool PostOnly { get; init; }

    public bool ReduceOnly { get; init; }

    public long? Expiration { get; init; }

    public uint? Nonce { get; init; }

    public string? ClientOrderId { get; init; }

    public decimal? BuilderFee { get; init; }

    public (string Type, string By, decimal Price, bool Closes)? Trigger { get; init; }
}

/// <summary>A bare WebSocket client that speaks JSON-RPC by hand.</summary>
internal sealed class GrvtSocket : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly Queue<JsonNode> _put = new();
    private int _id;

    public static async Task<GrvtSocket> ConnectAsync(Uri address, GrvtLogin? login)
    {
        var made = new GrvtSocket();
        made._socket.Options.KeepAliveInterval = Timeout.InfiniteTimeSpan;
        if (login is not null)
        {
            made._socket.Options.SetRequestHeader("Cookie", login.Cookie);
            made._socket.Options.SetRequestHeader("X-Grvt-Account-Id", login.AccountId);
        }

        await made._socket.ConnectAsync(address, TestContext.Current.CancellationToken).WaitAsync(_patience);
        return made;
    }

    public Task SendAsync(string text) => _socket.SendAsync(
        Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, TestContext.Current.CancellationToken);

    /// <summary>A request and its answer; frames that come between are kept for later.</summary>
    public async Task<JsonNode> RequestAsync(string method, JsonNode? parameters = null)
    {
        var id = await SendRequestAsync(method, parameters);
        return await AnswerAsync(id, method);
    }

    public async Task<int> SendRequestAsync(string method, JsonNode? parameters = null)
    {
        var id = ++_id;
        await SendAsync(new JsonObject { ["jsonrpc"] = "2.0", ["method"] = method, ["params"] = parameters?.DeepClone() ?? new JsonObject(), ["id"] = id }.ToJsonString());
        return id;
    }

    public async Task<JsonNode> AnswerAsync(int id, string method)
    {
        while (true)
        {
            var frame = await NextAsync($"answer to {method}");
            if (frame["id"]?.GetValue<int>() == id)
            {
                return frame;
            }

            _put.Enqueue(frame);
        }
    }

    public async Task<JsonNode> SubscribeAsync(string stream, params string[] selectors)
    {
        var answer = await RequestAsync("subscribe", new JsonObject { ["stream"] = stream, ["selectors"] = new JsonArray([.. selectors.Select(s => JsonValue.Create(s))]) });
        Assert.True(answer["result"] is not null, answer.ToJsonString());
        return answer["result"]!;
    }

    /// <summary>The next frame, those that were kept first.</summary>
    public async Task<JsonNode> ReceiveAsync(string awaited) => _put.TryDequeue(out var kept) ? kept : await NextAsync(awaited);

    /// <summary>The next frame of a stream; others are passed over.</summary>
    public async Task<JsonNode> FeedAsync(string stream)
    {
        while (true)
        {
            var frame = await ReceiveAsync($"a frame of {stream}");
            if (frame["stream"]?.GetValue<string>() == stream)
            {
                return frame;
            }
        }
    }

    public async Task AssertClosedAsync(int code)
    {
        while (await RawAsync($"close frame {code}") is not null)
        {
        }

        Assert.Equal(code, (int?)_socket.CloseStatus);
    }

    public Task AssertCutAsync() => Assert.ThrowsAsync<WebSocketException>(async () =>
    {
        while (await RawAsync("cut") is not null)
        {
        }
    });

    /// <summary>The next message as it is; null when the server has closed.</summary>
    public async Task<string?> RawAsync(string awaited)
    {
        using var whole = new MemoryStream();
        while (true)
        {
            WebSocketReceiveResult result;
            try
            {
                result = await _socket.ReceiveAsync(_buffer, TestContext.Current.CancellationToken).WaitAsync(_patience);
            }
            catch (TimeoutException)
            {
                throw new TimeoutException($"no {awaited} within {_patience.TotalSeconds} s");
            }

            if (result.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            whole.Write(_buffer, 0, result.Count);
            if (result.EndOfMessage)
            {
                return Encoding.UTF8.GetString(whole.ToArray());
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        _socket.Abort();
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<JsonNode> NextAsync(string awaited) =>
        JsonNode.Parse(await RawAsync(awaited) ?? throw new InvalidOperationException($"the socket was closed instead of {awaited}"))!;
}
