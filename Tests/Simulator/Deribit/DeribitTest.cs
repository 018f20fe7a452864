using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Exchange.Simulator;
using Exchange.Simulator.Deribit;
using Exchange.Simulator.Faults;
using Xunit;

namespace Exchange.Tests.Simulator.Deribit;

/// <summary>A simulated Deribit that moves only when the test says so, and bare clients of it.</summary>
public abstract class DeribitTest : IAsyncLifetime
{
    private protected const string Perpetual = "BTC-PERPETUAL";
    private protected const string Linear = "SOL_USDC-PERPETUAL";

    private readonly List<DeribitSocket> _sockets = [];

    private protected SimulatorHost Host { get; private set; } = null!;

    private protected HttpClient Http { get; private set; } = null!;

    private protected DeribitControl Trading => Host.Deribit.Trading;

    private protected long Now => Host.Clock.VenueMilliseconds;

    private protected virtual DeribitSimulatorOptions Venue => new() { MatchingRate = 1000, MatchingBurst = 1000 };

    private protected decimal Bid => Price(Host.Book(Perpetual).Bids[0].Price);

    private protected decimal Ask => Price(Host.Book(Perpetual).Asks[0].Price);

    public async ValueTask InitializeAsync()
    {
        Host = await SimulatorHost.StartAsync(
            new SimulatorOptions { Venues = ["deribit"], Runs = false, Seed = 7, TimeProvider = new FrozenTime(), Deribit = Venue },
            TestContext.Current.CancellationToken);
        Http = new HttpClient { BaseAddress = Host.DeribitRestUri, Timeout = TimeSpan.FromSeconds(10) };
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

    private protected static decimal Price(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);

    private protected static string S(JsonNode? node, string name) => node![name]!.GetValue<string>();

    private protected static decimal D(JsonNode? node, string name) => node![name]!.GetValue<decimal>();

    private protected static string[] Texts(JsonNode node) => node.AsArray().Select(item => item!.GetValue<string>()).ToArray();

    private protected static string Sign(string text, string secret = "demo-secret") =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(text)));

    private protected async Task<DeribitSocket> ConnectAsync()
    {
        var socket = new DeribitSocket(await RawSocket.ConnectAsync(Host.DeribitSocketUri, "/ws/api/v2"));
        _sockets.Add(socket);
        return socket;
    }

    /// <summary>A socket that has logged in, into a named session.</summary>
    private protected async Task<DeribitSocket> LogInAsync(string scope = "session:test", string client = "demo-id")
    {
        var socket = await ConnectAsync();
        await socket.CallAsync("public/auth", new { grant_type = "client_credentials", client_id = client, client_secret = "demo-secret", scope });
        return socket;
    }

    /// <summary>The same, with what happens to all of the account's orders.</summary>
    private protected async Task<DeribitSocket> WatchAsync(params string[] channels)
    {
        var socket = await LogInAsync();
        await socket.CallAsync("private/subscribe", new { channels });
        return socket;
    }

    private protected static object Limit(string label, decimal price, decimal amount = 100, bool postOnly = false, string instrument = Perpetual) =>
        new { instrument_name = instrument, amount, type = "limit", price, label, post_only = postOnly, reject_post_only = postOnly };

    /// <summary>A GET; with the demo key unless told otherwise.</summary>
    private protected async Task<(int Status, JsonNode Body)> GetAsync(string methodAndQuery, AuthenticationHeaderValue? authorization = null, bool anonymous = false)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/api/v2/" + methodAndQuery, UriKind.Relative));
        request.Headers.Authorization = anonymous ? null
            : authorization ?? new AuthenticationHeaderValue("Basic", Convert.ToBase64String("demo-id:demo-secret"u8));
        using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!);
    }

    private protected Fault Fault(FaultKind kind, string? method = null, int count = 1) =>
        Host.AddFault(new Fault { Venue = "deribit", Kind = kind, Method = method, Count = count });
}
