using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Exchange.Simulator;
using Exchange.Simulator.Binance.Trading;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Xunit;

namespace Exchange.Tests.Simulator;

/// <summary>A bare client of the private side: signs by hand, and interprets nothing.</summary>
public abstract class PrivateSideTest : SimulatorTest
{
    private protected const string Key = "demo-key";
    private protected const string Secret = "demo-secret";

    private int _requests;

    private protected Account Account => Host.Binance.Api!.Accounts[0];

    private protected long Now => Host.Clock.VenueMilliseconds;

    private protected decimal Bid => Levels(TrueBook("BTCUSDT").Bids)[0].Price;

    private protected decimal Ask => Levels(TrueBook("BTCUSDT").Asks)[0].Price;

    private protected static string Text(decimal value) => value.ToString(CultureInfo.InvariantCulture);

    private protected static string Sign(string payload, string secret = Secret) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(payload)));

    private protected static string SignEd25519(string payload)
    {
        var signer = new Ed25519Signer();
        signer.Init(true, new Ed25519PrivateKeyParameters(Convert.FromHexString(AccountOptions.DemoEd25519Seed), 0));
        var message = Encoding.UTF8.GetBytes(payload);
        signer.BlockUpdate(message, 0, message.Length);
        return Convert.ToBase64String(signer.GenerateSignature());
    }

    /// <summary>A signed REST call with its parameters in the query.</summary>
    private protected async Task<(int Status, JsonNode Body)> CallAsync(string method, string path, string query = "", string key = Key, string? signature = null)
    {
        var payload = query.Contains("timestamp=", StringComparison.Ordinal) ? query : $"{query}{(query.Length > 0 ? "&" : "")}timestamp={Now}";
        return await SendAsync(method, $"{path}?{payload}&signature={signature ?? Sign(payload)}", key);
    }

    private protected async Task<(int Status, JsonNode Body)> SendAsync(string method, string pathAndQuery, string? key = Key, string? body = null)
    {
        using var response = await RawAsync(method, pathAndQuery, key, body);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!);
    }

    private protected async Task<HttpResponseMessage> RawAsync(string method, string pathAndQuery, string? key = Key, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(pathAndQuery, UriKind.Relative));
        if (key is not null)
        {
            request.Headers.Add("X-MBX-APIKEY", key);
        }

        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/x-www-form-urlencoded");
        }

        return await Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private protected async Task<JsonNode> OkAsync(string method, string path, string query = "")
    {
        var (status, body) = await CallAsync(method, path, query);
        Assert.True(status == 200, $"{method} {path}?{query}: {status} {body.ToJsonString()}");
        return body;
    }

    private protected async Task AssertRefusedAsync(int code, string method, string path, string query)
    {
        var (status, body) = await CallAsync(method, path, query);
        Assert.True(status != 200 && body["code"]?.GetValue<int>() == code, $"{method} {path}?{query}: {status} {body.ToJsonString()}, not {code}");
        Assert.NotEmpty(body["msg"]!.GetValue<string>());
    }

    private protected Task<JsonNode> PlaceAsync(string query) => OkAsync("POST", "/fapi/v1/order", query);

    private protected Task AssertPlaceRefusedAsync(int code, string query) => AssertRefusedAsync(code, "POST", "/fapi/v1/order", query);

    private protected async Task<string> ListenKeyAsync() =>
        (await SendAsync("POST", "/fapi/v1/listenKey")).Body["listenKey"]!.GetValue<string>();

    private protected async Task<RawSocket> UserStreamAsync()
    {
        var key = await ListenKeyAsync();
        var socket = await ConnectAsync($"/private/ws/{key}");
        await Host.WhenSubscribed(key);
        return socket;
    }

    private protected Task<RawSocket> WsApiAsync(string query = "") => ConnectAsync("/ws-fapi/v1" + query);

    /// <summary>Sends a request that is signed with the demo key; gives its id.</summary>
    private protected async Task<string> RequestAsync(RawSocket socket, string method, params (string Name, object Value)[] parameters)
    {
        var id = "r" + (++_requests).ToString(CultureInfo.InvariantCulture);
        var all = new SortedDictionary<string, object>(StringComparer.Ordinal) { ["apiKey"] = Key, ["timestamp"] = Now };
        foreach (var (name, value) in parameters)
        {
            all[name] = value;
        }

        all["signature"] = Sign(string.Join('&', all.Select(pair => $"{pair.Key}={Convert.ToString(pair.Value, CultureInfo.InvariantCulture)}")));
        await socket.SendAsync(Envelope(id, method, all).ToJsonString());
        return id;
    }

    private protected static JsonObject Envelope(string id, string method, IEnumerable<KeyValuePair<string, object>> parameters)
    {
        var members = new JsonObject();
        foreach (var (name, value) in parameters)
        {
            members[name] = value is long number ? JsonValue.Create(number) : JsonValue.Create((string)value);
        }

        return new JsonObject { ["id"] = id, ["method"] = method, ["params"] = members };
    }

    /// <summary>A request and its answer, which must be the next thing to come.</summary>
    private protected async Task<JsonNode> AskAsync(RawSocket socket, string method, params (string Name, object Value)[] parameters)
    {
        var id = await RequestAsync(socket, method, parameters);
        var answer = await socket.ReceiveAsync($"answer to {method}");
        Assert.Equal(id, answer["id"]?.GetValue<string>());
        return answer;
    }

    /// <summary>The next event, of the type expected.</summary>
    private protected static async Task<JsonNode> EventAsync(RawSocket stream, string type)
    {
        var happened = await stream.ReceiveAsync(type);
        Assert.True(happened["e"]!.GetValue<string>() == type, $"{type} expected: {happened.ToJsonString()}");
        return happened;
    }

    /// <summary>The next order event; its <c>o</c>.</summary>
    private protected static async Task<JsonNode> OrderEventAsync(RawSocket stream, string execution, string status)
    {
        var order = (await EventAsync(stream, "ORDER_TRADE_UPDATE"))["o"]!;
        Assert.True((order["x"]!.GetValue<string>(), order["X"]!.GetValue<string>()) == (execution, status), order.ToJsonString());
        return order;
    }

    private protected static string S(JsonNode? node, string name) => node![name]!.GetValue<string>();
}
