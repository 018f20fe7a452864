using System.Text;
using Exchange.Exchanges.Deribit;
using Exchange.Grains.Interfaces;
using Xunit;

namespace Exchange.Tests.Exchanges.Deribit;

/// <summary>Logging in, and keeping logged in.</summary>
public sealed class DeribitLoginTests : IDisposable
{
    private readonly DeribitOptions _options = new();
    private readonly DeribitAccess _access;
    private readonly List<string> _sent = [];
    private readonly Queue<DeribitAnswer> _answers = new();

    public DeribitLoginTests()
    {
        _access = new DeribitAccess(_options, 1, Venues.Deribit, TimeProvider.System, new Unreachable(), null);
        _access.SetCredentials(new AuthCredentials { Key = "AMANDA", Secret = "AMANDASECRECT" });
    }

    public void Dispose() => _access.Dispose();

    /// <summary>Test 15: each refresh gives the next token, and that one is used.</summary>
    [Fact]
    public async Task The_newest_token_is_used_for_the_next_one()
    {
        var login = Login();
        _answers.Enqueue(Granted("refresh-1"));
        _answers.Enqueue(Granted("refresh-2"));
        _answers.Enqueue(Granted("refresh-3"));
        Assert.Null(await login.LogInAsync(Send));
        Assert.Null(await login.RefreshAsync(Send, _ => Assert.Fail("it was refreshed")));
        Assert.Null(await login.RefreshAsync(Send, _ => Assert.Fail("it was refreshed")));
        Assert.Contains("client_signature", _sent[0], StringComparison.Ordinal);
        Assert.Equal(["refresh-1", "refresh-2"], _sent.Skip(1).Select(s => s.Split("refresh_token\":\"")[1].TrimEnd('"')));
    }

    /// <summary>Test 15: a token that cannot be refreshed is replaced by a login.</summary>
    [Fact]
    public async Task A_refresh_that_fails_is_followed_by_a_login()
    {
        var login = Login();
        var failed = 0;
        _answers.Enqueue(Granted("refresh-1"));
        _answers.Enqueue(new DeribitAnswer(default, DeribitErrors.Map(13009, "unauthorized")));
        _answers.Enqueue(Granted("refresh-2"));
        Assert.Null(await login.LogInAsync(Send));
        Assert.Null(await login.RefreshAsync(Send, _ => failed++));
        Assert.Equal((1, 3), (failed, _sent.Count));
        Assert.Contains("client_signature", _sent[2], StringComparison.Ordinal);
    }

    /// <summary>Refreshed at 80 % of its life, and once a day at the latest.</summary>
    [Theory]
    [InlineData(3600, 2880)]
    [InlineData(31536000, 86400)]
    public async Task A_token_is_refreshed_well_before_it_ends(long life, double after)
    {
        var login = Login();
        _answers.Enqueue(Granted("refresh-1", life: life));
        Assert.Null(await login.LogInAsync(Send));
        Assert.Equal(after, login.RefreshAfter.TotalSeconds);
    }

    /// <summary>Test 16: what was granted may be narrower than what was asked for.</summary>
    [Fact]
    public async Task A_grant_that_is_too_narrow_is_refused_by_name()
    {
        _answers.Enqueue(Granted("refresh-1", "trade:read account:read"));
        var error = await Login().LogInAsync(Send);
        Assert.Equal(ExchangeErrorCode.PermissionDenied, error!.Code);
        Assert.Contains("trade:read_write", error.Message, StringComparison.Ordinal);
    }

    private DeribitLogin Login() => new(_access, _options, "oms", ["trade:read_write"], ["account:read_write"]);

    private Task<DeribitAnswer> Send(Action<DeribitParams> fill)
    {
        var request = new DeribitParams();
        fill(request);
        _sent.Add(Encoding.UTF8.GetString(request.Written));
        return Task.FromResult(_answers.Dequeue());
    }

    private static DeribitAnswer Granted(string refresh, string scope = "trade:read_write account:read_write", long life = 3600) =>
        new(Encoding.UTF8.GetBytes($$"""{"access_token":"x","expires_in":{{life}},"refresh_token":"{{refresh}}","scope":"session:exchange-oms {{scope}} mainaccount","token_type":"bearer"}"""), null);

    private sealed class Unreachable : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => throw new HttpRequestException("nothing there");
    }
}
