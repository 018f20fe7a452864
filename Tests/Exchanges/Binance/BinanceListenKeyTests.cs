#pragma warning disable xUnit1051 // every wait here has a limit of its own, which says what was awaited
using System.Net;
using Exchange.Exchanges.Binance;
using Exchange.Grains.Interfaces;
using Exchange.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Exchange.Tests.Exchanges.Binance;

/// <summary>The listen key by a clock that the test moves: T04, T05.</summary>
public sealed class BinanceListenKeyTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly Answers _answers = new();
    private readonly BinanceAccess _access;
    private readonly BinanceListenKey _key;
    private readonly EventLog<string> _dead = new();
    private readonly CancellationTokenSource _stop = new();

    public BinanceListenKeyTests()
    {
        _access = new BinanceAccess(new BinanceOptions { RestUrl = new("http://127.0.0.1:1") }, 1, "binance", _time, _answers, () => 1);
        _access.SetCredentials(new AuthCredentials { Key = "key", Secret = "secret" });
        _key = new BinanceListenKey(_access.Private, _time, NullLogger.Instance, TimeSpan.FromMinutes(30));
    }

    public void Dispose()
    {
        _stop.Cancel();
        _access.Dispose();
        _answers.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public async Task It_is_kept_alive_every_half_hour_and_one_failure_is_survived()
    {
        await Start();
        _answers.Next(400, """{"code":-1000,"msg":"try later"}""");
        await Pass(TimeSpan.FromMinutes(30), asked: 2);
        _answers.Next(200, """{"listenKey":"K1"}""");
        await Pass(TimeSpan.FromMinutes(1), asked: 3);
        _answers.Next(200, "{}");
        await Pass(TimeSpan.FromMinutes(30), asked: 4);
        Assert.Empty(_dead.All);
        Assert.Equal("K1", _key.Current);
        Assert.Equal(["POST", "PUT", "PUT", "PUT"], _answers.Asked.All.Select(a => a.Split(' ')[0]));
        Assert.All(_answers.Asked.All, a => Assert.EndsWith("/fapi/v1/listenKey key", a, StringComparison.Ordinal));
    }

    /// <summary>T05: it is never an hour without success that anybody relies on the key.</summary>
    [Fact]
    public async Task It_counts_as_dead_before_the_venue_ends_it()
    {
        await Start();
        var minutes = 30;
        _answers.Always(400, """{"code":-1000,"msg":"try later"}""");
        await Pass(TimeSpan.FromMinutes(30), asked: 2);
        for (var asked = 3; _dead.All.Count == 0; asked++, minutes++)
        {
            Assert.InRange(minutes, 30, 59);
            await Pass(TimeSpan.FromMinutes(1), asked);
        }

        Assert.Equal(55, minutes);
        Assert.Null(_key.Current);
    }

    [Theory]
    [InlineData(400, """{"code":-1125,"msg":"This listenKey does not exist."}""")]
    [InlineData(200, """{"listenKey":"K2"}""")]
    public async Task A_key_that_is_gone_or_another_needs_a_new_socket(int status, string body)
    {
        await Start();
        _answers.Next(status, body);
        await Pass(TimeSpan.FromMinutes(30), asked: 2);
        await _dead.First(_ => true, "the key's death");
        Assert.Null(_key.Current);
        Assert.False(_key.Expire("K1"));
    }

    /// <summary>T03: the event that says it twice is one death; one about another key is none.</summary>
    [Fact]
    public async Task An_expiry_counts_once_and_only_for_the_key_in_use()
    {
        await Start();
        Assert.False(_key.Expire("K0"));
        Assert.True(_key.Expire("K1"));
        Assert.False(_key.Expire("K1"));
    }

    private async Task Start()
    {
        _answers.Next(200, """{"listenKey":"K1"}""");
        Assert.Equal("K1", (await _key.StartAsync(CancellationToken.None).Within("the key")).OrThrow());
        _ = _key.KeepAsync(_dead.Add, _stop.Token);
    }

    private async Task Pass(TimeSpan wait, int asked)
    {
        await _time.WhenArmed(wait).Within($"a wait of {wait}");
        _time.Advance(wait);
        await _answers.Asked.First(_ => _answers.Asked.All.Count >= asked - 1, $"request {asked}");
        await _time.WhenArmed(due => due == TimeSpan.FromMinutes(30) || due == TimeSpan.FromMinutes(1)).Within("the next wait");
    }

    private sealed class Answers : HttpMessageHandler
    {
        private readonly Queue<(int Status, string Body)> _next = new();
        private (int Status, string Body)? _always;

        public EventLog<string> Asked { get; } = new();

        public void Next(int status, string body) => _next.Enqueue((status, body));

        public void Always(int status, string body) => _always = (status, body);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var (status, body) = _always ?? _next.Dequeue();
            Asked.Add($"{request.Method} {request.RequestUri!.AbsolutePath} {request.Headers.GetValues("X-MBX-APIKEY").Single()}");
            return Task.FromResult(new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body) });
        }
    }
}
