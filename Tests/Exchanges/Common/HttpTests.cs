#pragma warning disable xUnit1051 // every wait here has a limit of its own, which says what was awaited
using System.Net;
using Exchange.Exchanges.Binance;
using Exchange.Exchanges.Common.Http;
using Exchange.Grains.Interfaces;
using Exchange.Tests.Support;
using Xunit;

namespace Exchange.Tests.Exchanges.Common;

public sealed class HttpTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly Answers _answers = new();
    private readonly RateMeter _meter;
    private readonly VenueHttp _http;

    public HttpTests()
    {
        _meter = new RateMeter(100, TimeSpan.FromMinutes(1), share: 0.5, reserve: 0.1, _time.GetUtcNow);
        _http = new VenueHttp(new Uri("http://venue"), new BinanceHttpRules(_meter), _meter, _time, TimeSpan.FromSeconds(5), _answers, random: () => 1);
    }

    public void Dispose()
    {
        _http.Dispose();
        _answers.Dispose();
    }

    [Fact]
    public async Task A_get_is_tried_again_after_a_5xx_and_after_a_lost_connection()
    {
        _answers.Next(HttpStatusCode.ServiceUnavailable, "Unknown error");
        _answers.Throw(new HttpRequestException(HttpRequestError.ConnectionError, "refused"));
        _answers.Next(HttpStatusCode.OK, "body");
        var get = Get();
        await Pass(TimeSpan.FromMilliseconds(200));
        await Pass(TimeSpan.FromMilliseconds(400));
        Assert.Equal("body", (await Awaiting.Within(get, "the answer")).OrThrow());
        Assert.Equal(3, _answers.Asked);
    }

    [Fact]
    public async Task It_gives_up_after_three_attempts_and_at_once_where_trying_again_is_no_use()
    {
        for (var i = 0; i < 3; i++)
            _answers.Next(HttpStatusCode.BadGateway, "<html>");
        var get = Get();
        await Pass(TimeSpan.FromMilliseconds(200));
        await Pass(TimeSpan.FromMilliseconds(400));
        Assert.Equal(ExchangeErrorCode.VenueError, (await Awaiting.Within(get, "the answer")).Error!.Code);
        _answers.Next(HttpStatusCode.BadRequest, """{"code":-1121,"msg":"Invalid symbol."}""");
        var error = (await Awaiting.Within(Get(), "the answer")).Error!;
        Assert.Equal((ExchangeErrorCode.UnknownSymbol, "-1121", "Invalid symbol."), (error.Code, error.VenueCode, error.VenueMessage));
        Assert.Equal(4, _answers.Asked);
    }

    /// <summary>T33: while the venue bans us, nothing is sent, by any call.</summary>
    [Fact]
    public async Task A_ban_is_waited_out()
    {
        var until = _time.GetUtcNow().AddMinutes(5);
        _answers.Next((HttpStatusCode)418, $$"""{"code":-1003,"msg":"Way too many requests; IP(1.2.3.4) banned until {{until.ToUnixTimeMilliseconds()}}. Please use the websocket."}""");
        var error = (await Awaiting.Within(Get(), "the ban")).Error!;
        Assert.Equal((ExchangeErrorCode.Banned, until), (error.Code, error.RetryAt));
        Assert.Equal(ExchangeErrorCode.Banned, (await Get()).Error!.Code);
        Assert.Equal(1, _answers.Asked);
        _time.Advance(TimeSpan.FromMinutes(5));
        _answers.Next(HttpStatusCode.OK, "body");
        Assert.True((await Awaiting.Within(Get(), "the answer")).IsSuccess);
    }

    [Fact]
    public async Task A_429_is_waited_out_to_the_next_minute_or_as_long_as_Retry_After_says()
    {
        _answers.Next(HttpStatusCode.TooManyRequests, """{"code":-1003,"msg":"Too many requests."}""", ("Retry-After", "90"));
        var error = (await Awaiting.Within(Get(), "the refusal")).Error!;
        Assert.Equal((ExchangeErrorCode.RateLimited, _time.GetUtcNow().AddSeconds(90)), (error.Code, error.RetryAt));
        Assert.Equal(ExchangeErrorCode.RateLimited, (await Get()).Error!.Code);
        Assert.Equal(1, _answers.Asked);
    }

    [Fact]
    public async Task Silence_is_a_time_out()
    {
        for (var i = 0; i < 3; i++)
            _answers.Hang();
        var get = Get();
        for (var i = 0; i < 3; i++)
        {
            await Pass(TimeSpan.FromSeconds(5));
            if (i < 2)
                await Pass(TimeSpan.FromMilliseconds(200 << i));
        }

        Assert.Equal(ExchangeErrorCode.Timeout, (await Awaiting.Within(get, "the time-out")).Error!.Code);
    }

    [Fact]
    public async Task The_budget_is_the_venues_minute_and_the_venues_count()
    {
        _answers.Next(HttpStatusCode.OK, "a", ("x-mbx-used-weight-1m", "85"));
        Assert.True((await Awaiting.Within(Get(10), "the answer")).IsSuccess);
        Assert.Equal(85, _meter.Used);
        var refused = (await Get(10)).Error!;
        Assert.Equal(ExchangeErrorCode.RateLimited, refused.Code);
        Assert.Equal(_time.GetUtcNow().AddMinutes(1), refused.RetryAt);
        Assert.Equal(1, _answers.Asked);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(0, _meter.Used);
    }

    [Fact]
    public void A_role_has_its_share_and_cancels_their_reserve()
    {
        Assert.True(_meter.TryTake(50, RequestPriority.Normal, out _));
        Assert.False(_meter.TryTake(1, RequestPriority.Normal, out var retryAt));
        Assert.Equal(_time.GetUtcNow().AddMinutes(1), retryAt);
        Assert.True(_meter.TryTake(45, RequestPriority.Cancel, out _));
        Assert.False(_meter.TryTake(6, RequestPriority.Cancel, out _));
        _meter.Observe(-1);
        Assert.Equal(95, _meter.Used);
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.False(_meter.TryTake(1, RequestPriority.Normal, out _));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(_meter.TryTake(1, RequestPriority.Normal, out _));
    }

    /// <summary>T11, scenario 22: slow answers say little, and the median of the others counts.</summary>
    [Fact]
    public async Task The_clock_leaves_slow_answers_out()
    {
        Assert.Equal(TimeSpan.FromMilliseconds(102), VenueClock.Estimate(
        [
            (TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(101)),
            (TimeSpan.FromMilliseconds(900), TimeSpan.FromMilliseconds(550)),
            (TimeSpan.FromMilliseconds(12), TimeSpan.FromMilliseconds(103)),
        ]));
        var clock = new VenueClock(_time);
        Assert.Null(clock.Offset);
        var offset = await clock.MeasureAsync(_ =>
        {
            var venue = _time.GetUtcNow().AddSeconds(-3).AddMilliseconds(20);
            _time.Advance(TimeSpan.FromMilliseconds(40));
            return Task.FromResult(Result<DateTimeOffset>.Success(venue));
        });
        Assert.Equal(TimeSpan.FromSeconds(-3), offset.OrThrow());
        Assert.Equal(_time.GetUtcNow().AddSeconds(-3), clock.Now);
        Assert.False((await clock.MeasureAsync(_ => Task.FromResult<Result<DateTimeOffset>>(new ExchangeError { Code = ExchangeErrorCode.Timeout, Message = "none" }))).IsSuccess);
        Assert.Equal(TimeSpan.FromSeconds(-3), clock.Offset);
    }

    private Task<Result<string>> Get(int weight = 1) =>
        _http.GetAsync("/x", weight, body => Result<string>.Success(System.Text.Encoding.UTF8.GetString(body)));

    private async Task Pass(TimeSpan wait)
    {
        await Awaiting.Within(_time.WhenArmed(wait), $"a wait of {wait}");
        _time.Advance(wait);
    }

    private sealed class Answers : HttpMessageHandler
    {
        private readonly Queue<Func<CancellationToken, Task<HttpResponseMessage>>> _next = new();

        public int Asked { get; private set; }

        public void Next(HttpStatusCode status, string body, params (string Name, string Value)[] headers) => _next.Enqueue(_ =>
        {
            var response = new HttpResponseMessage(status) { Content = new StringContent(body) };
            foreach (var (name, value) in headers)
                response.Headers.TryAddWithoutValidation(name, value);
            return Task.FromResult(response);
        });

        public void Throw(Exception e) => _next.Enqueue(_ => Task.FromException<HttpResponseMessage>(e));

        public void Hang() => _next.Enqueue(async token =>
        {
            await Task.Delay(Timeout.Infinite, token);
            throw new InvalidOperationException();
        });

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked++;
            return _next.Dequeue()(cancellationToken);
        }
    }
}
