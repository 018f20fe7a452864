using System.Globalization;
using System.Text.Json.Nodes;
using Exchange.Simulator;
using Exchange.Simulator.Binance;
using Exchange.Simulator.Engine;
using Xunit;

namespace Exchange.Tests.Simulator;

/// <summary>A simulator that moves only when the test says so, and clients of it.</summary>
public abstract class SimulatorTest : IAsyncLifetime
{
    private protected static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    private readonly List<RawSocket> _sockets = [];

    private protected SimulatorHost Host { get; private set; } = null!;

    private protected HttpClient Http { get; private set; } = null!;

    private protected virtual SimulatorOptions Options => new() { Runs = false, Seed = 7, TimeProvider = new FrozenTime() };

    public async ValueTask InitializeAsync()
    {
        Host = await SimulatorHost.StartAsync(Options, TestContext.Current.CancellationToken);
        Http = new HttpClient { BaseAddress = Host.BinanceRestUri, Timeout = TimeSpan.FromSeconds(10) };
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

    private protected async Task<RawSocket> ConnectAsync(string path)
    {
        var socket = await RawSocket.ConnectAsync(Host.BinanceStreamUri, path);
        _sockets.Add(socket);
        return socket;
    }

    /// <summary>A socket that has these streams already; they are delivered from now on.</summary>
    private protected async Task<RawSocket> StreamAsync(string path, params string[] streams)
    {
        var socket = await ConnectAsync(path);
        await socket.SubscribeAsync(streams);
        return socket;
    }

    private protected async Task<JsonNode> GetAsync(string path) =>
        JsonNode.Parse(await Http.GetStringAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken))!;

    private protected async Task<(int Status, JsonNode Body)> TryGetAsync(string path)
    {
        using var response = await Http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!);
    }

    /// <summary>Some life in the market, then the frames of the next 100 ms.</summary>
    private protected void StepAndPublish(int decisions = 40)
    {
        Host.Step(decisions);
        Host.Advance(Tick);
    }

    private protected static decimal Number(JsonNode? text) =>
        decimal.Parse(text!.GetValue<string>(), CultureInfo.InvariantCulture);

    private protected static (decimal Price, decimal Quantity)[] Levels(JsonNode? side) =>
        side!.AsArray().Select(level => (Number(level![0]), Number(level[1]))).ToArray();

    private protected static (decimal Price, decimal Quantity)[] Levels(IEnumerable<(string Price, string Quantity)> side) =>
        side.Select(level => (decimal.Parse(level.Price, CultureInfo.InvariantCulture), decimal.Parse(level.Quantity, CultureInfo.InvariantCulture)))
            .ToArray();

    /// <summary>The venue's own book, to compare with.</summary>
    private protected BookState TrueBook(string symbol) => Host.Book(symbol);
}
