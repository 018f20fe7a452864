using System.Net;
using System.Text;
using Exchange.Exchanges.Common.Http;
using Exchange.Exchanges.Grvt;
using Exchange.Grains.Interfaces;
using Exchange.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Exchange.Tests.Exchanges.Grvt;

/// <summary>The life of a login (venue sheet, section 3; its tests 15 to 17).</summary>
public sealed class GrvtLoginTests : IDisposable
{
    private const string ApiKey = "the-api-key";

    private readonly ManualTimeProvider _time = new(new DateTimeOffset(2026, 2, 4, 6, 51, 35, TimeSpan.Zero));
    private readonly Edge _edge = new();
    private readonly GrvtAccess _access;

    public GrvtLoginTests()
    {
        _access = new GrvtAccess(new GrvtOptions(), 1, Venues.Grvt, _time, NullLogger.Instance, _edge, () => 0);
        Assert.Null(_access.SetCredentials(new AuthCredentials { Key = ApiKey, PrivateKey = new string('1', 64), SubAccountId = "8289849667772468" }));
    }

    public void Dispose()
    {
        _access.Dispose();
        _edge.Dispose();
    }

    [Fact]
    public async Task The_cookie_alone_goes_with_the_account_id()
    {
        var grant = (await _access.Login.GetAsync(default)).Value!;
        Assert.Equal("gravity=secret-cookie", grant.Headers[0].Value);
        Assert.Equal(new KeyValuePair<string, string>("X-Grvt-Account-Id", "opaque"), grant.Headers[1]);
        Assert.Equal("0x0c1f4c8ee7acd9ea19b91bbb343cbaf6efd58ce1", grant.FundingAccount);
        Assert.Equal(new DateTimeOffset(2026, 2, 5, 6, 51, 35, TimeSpan.Zero), grant.EndsAt);
        Assert.Equal(grant.EndsAt - TimeSpan.FromMinutes(10), grant.RenewAt);
        Assert.DoesNotContain("secret-cookie", grant.ToString(), StringComparison.Ordinal);
        Assert.Equal($$"""{"api_key":"{{ApiKey}}"}""", Assert.Single(_edge.Bodies));
    }

    /// <summary>Test 15.</summary>
    [Fact]
    public async Task Fifty_who_come_at_once_share_one_login()
    {
        var hold = _edge.Hold = new TaskCompletionSource();
        var all = Enumerable.Range(0, 50).Select(_ => _access.Login.GetAsync(default)).ToList();
        hold.SetResult();
        var grants = await Task.WhenAll(all).WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.Single(grants.Select(g => g.Value).Distinct());
        Assert.Single(_edge.Bodies);
    }

    [Fact]
    public async Task The_next_login_is_made_before_the_end_and_the_present_one_serves_meanwhile()
    {
        var first = (await _access.Login.GetAsync(default)).Value!;
        _time.Advance(TimeSpan.FromHours(23));
        Assert.Same(first, (await _access.Login.GetAsync(default)).Value);
        Assert.False(_access.Login.IsDue(first));
        _time.Advance(TimeSpan.FromMinutes(51));
        Assert.True(_access.Login.IsDue(first));
        _edge.Answer = () => Refusal(1006, HttpStatusCode.TooManyRequests);
        Assert.Same(first, (await _access.Login.GetAsync(default)).Value);
        _time.Advance(TimeSpan.FromSeconds(5));
        _edge.Answer = null;
        _edge.Cookie = GrvtSheet.SetCookie.Replace("05 Feb", "06 Feb", StringComparison.Ordinal).Replace("Thu", "Fri", StringComparison.Ordinal);
        Assert.NotSame(first, (await _access.Login.GetAsync(default)).Value);
    }

    [Fact]
    public async Task A_login_that_the_venue_does_not_take_any_more_is_replaced_once()
    {
        var first = (await _access.Login.GetAsync(default)).Value!;
        _access.Login.Invalidate(first);
        var second = (await _access.Login.GetAsync(default)).Value!;
        _access.Login.Invalidate(first);
        Assert.Same(second, (await _access.Login.GetAsync(default)).Value);
        Assert.Equal(2, _edge.Bodies.Count);
    }

    [Theory]
    [InlineData(1000, ExchangeErrorCode.AuthenticationFailed, "GRVT_API_KEY")]
    [InlineData(1008, ExchangeErrorCode.PermissionDenied, "IP whitelist")]
    public async Task A_refusal_is_for_good_until_somebody_tries_again(int code, ExchangeErrorCode expected, string named)
    {
        _edge.Answer = () => Refusal(code, HttpStatusCode.Unauthorized);
        var error = (await _access.Login.GetAsync(default)).Error!;
        Assert.Equal(expected, error.Code);
        Assert.True(GrvtErrors.IsRefusal(error));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(ApiKey, error.ToString(), StringComparison.Ordinal);
        Assert.Equal(expected, (await _access.Login.GetAsync(default)).Error!.Code);
        Assert.Single(_edge.Bodies);
        _edge.Answer = null;
        _access.Login.Reset();
        Assert.True((await _access.Login.GetAsync(default)).IsSuccess);
    }

    /// <summary>Test 16.</summary>
    [Theory]
    [InlineData("""{"code":1000,"message":"the-api-key is invalid","status":401}""", ExchangeErrorCode.AuthenticationFailed)]
    [InlineData("""{"status":"failure"}""", ExchangeErrorCode.AuthenticationFailed)]
    [InlineData("<html>hello</html>", ExchangeErrorCode.UnreadableReply)]
    public async Task Without_a_cookie_there_is_no_login(string body, ExchangeErrorCode expected)
    {
        _edge.Answer = () => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(body) };
        var error = (await _access.Login.GetAsync(default)).Error!;
        Assert.Equal(expected, error.Code);
        Assert.DoesNotContain(ApiKey, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_of_another_account_is_refused_naming_the_setting()
    {
        _edge.Answer = () => Edge.Success(GrvtSheet.LoggedIn.Replace("8289849667772468", "77", StringComparison.Ordinal), GrvtSheet.SetCookie);
        var error = (await _access.Login.GetAsync(default)).Error!;
        Assert.True(GrvtErrors.IsRefusal(error));
        Assert.Contains("GRVT_SUB_ACCOUNT_ID", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Test 15, over HTTP: 1000 is answered by one more login and one more call.</summary>
    [Fact]
    public async Task A_call_is_made_anew_once_when_its_login_has_ended()
    {
        var calls = 0;
        _edge.Private = () => ++calls == 1 ? Refusal(1000, HttpStatusCode.Unauthorized) : new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(GrvtSheet.Account) };
        var answer = await new GrvtAccountReader(_access.Private, Venues.Grvt, _time).GetAccount(default);
        Assert.True(answer.IsSuccess, answer.Error?.ToString());
        Assert.Equal((2, 2), (calls, _edge.Bodies.Count));
        Assert.Equal("gravity=secret-cookie", _edge.LastCookie);
    }

    [Theory]
    [InlineData("{\"time\":1767225600000}")]
    [InlineData("{\"server_time\":\"1767225600000000000\"}")]
    [InlineData("1767225600")]
    [InlineData("\"2026-01-01T00:00:00Z\"")]
    public void The_time_is_read_whatever_its_form(string body) =>
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), GrvtRest.ReadTime(Encoding.UTF8.GetBytes(body)).Value);

    private static HttpResponseMessage Refusal(int code, HttpStatusCode status) =>
        new(status) { Content = new StringContent($$"""{"request_id":1,"code":{{code}},"message":"the-api-key","status":{{(int)status}}}""") };

    private sealed class Edge : HttpMessageHandler
    {
        public List<string> Bodies { get; } = [];

        public Func<HttpResponseMessage>? Answer { get; set; }

        public Func<HttpResponseMessage>? Private { get; set; }

        public TaskCompletionSource? Hold { get; set; }

        public string Cookie { get; set; } = GrvtSheet.SetCookie;

        public string? LastCookie { get; private set; }

        public static HttpResponseMessage Success(string body, string cookie)
        {
            var answer = new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(body) };
            answer.Headers.TryAddWithoutValidation("Set-Cookie", cookie);
            answer.Headers.TryAddWithoutValidation("x-grvt-account-id", "opaque");
            return answer;
        }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.RequestUri!.AbsolutePath != "/auth/api_key/login")
            {
                LastCookie = request.Headers.GetValues("Cookie").Single();
                return Private!();
            }

            lock (Bodies)
                Bodies.Add(request.Content!.ReadAsStringAsync(cancellationToken).GetAwaiter().GetResult());
            if (Hold is { } hold)
                await hold.Task.WaitAsync(cancellationToken);
            return Answer?.Invoke() ?? Success(GrvtSheet.LoggedIn, Cookie);
        }
    }
}
