using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Exchange.Exchanges.Common.Http;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Exchange.Exchanges.Grvt;

/// <summary>What a login gave. Its text form shows nothing of it.</summary>
/// <param name="Cookie">The value of the cookie <c>gravity</c>.</param>
/// <param name="AccountId">The venue's opaque name of the account, which goes with the cookie.</param>
/// <param name="FundingAccount">The address of the main account; null when it was not told.</param>
/// <param name="RenewAt">When the next login is to be made, by the venue's clock, UTC.</param>
/// <param name="EndsAt">When the cookie ends, by the venue's clock, UTC.</param>
internal sealed record GrvtGrant(string Cookie, string AccountId, string? FundingAccount, DateTimeOffset RenewAt, DateTimeOffset EndsAt)
{
    /// <summary>The headers of private calls and of the trading socket's handshake.</summary>
    public KeyValuePair<string, string>[] Headers { get; } = [new("Cookie", "gravity=" + Cookie), new("X-Grvt-Account-Id", AccountId)];

    /// <inheritdoc/>
    public override string ToString() => "login (hidden)";
}

/// <summary>
/// Logs in at the edge (venue sheet, section 3): an API key for a cookie. One login at a time, shared by the sockets and the HTTP of one
/// connection: whoever comes meanwhile waits for the same answer. The venue has no way to renew a cookie but another login, which is made
/// well before the end. A refusal is remembered until <see cref="Reset"/>, so that nothing knocks again and again.
/// </summary>
internal sealed class GrvtLogin : IDisposable
{
    private static readonly TimeSpan _longestRefusal = TimeSpan.FromMinutes(5);

    private readonly GrvtOptions _options;
    private readonly GrvtBudget _budget;
    private readonly VenueClock _clock;
    private readonly EdgeRules _rules;
    private readonly VenueHttp _http;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private Task<Result<GrvtGrant>>? _running;
    private GrvtGrant? _grant;
    private ExchangeError? _refusal;
    private DateTimeOffset _refusedAt;

    public GrvtLogin(GrvtOptions options, GrvtUrls urls, GrvtBudget budget, VenueClock clock, TimeProvider time, ILogger logger, HttpMessageHandler? handler, Func<double>? random)
    {
        _options = options;
        _budget = budget;
        _clock = clock;
        _logger = logger;
        _rules = new EdgeRules(budget.Logins);
        _http = new VenueHttp(urls.Edge, _rules, budget.Logins, time, handler: handler, random: random);
    }

    /// <summary>Who logs in; null while there are no credentials.</summary>
    public GrvtSigner? Signer { get; set; }

    /// <summary>The login in use; null before the first.</summary>
    public GrvtGrant? Grant
    {
        get
        {
            lock (_gate)
                return _grant;
        }
    }

    /// <summary>Logins made so far.</summary>
    public int Count { get; private set; }

    /// <summary>A login that holds for a good while yet: the present one, or another.</summary>
    public async Task<Result<GrvtGrant>> GetAsync(CancellationToken cancellationToken)
    {
        Task<Result<GrvtGrant>> running;
        GrvtGrant? present;
        lock (_gate)
        {
            present = _grant;
            if (present is not null && _clock.Now < present.RenewAt)
                return present;
            if (_refusal is { } refusal && _clock.Now - _refusedAt < _longestRefusal)
                return refusal;
            running = _running is { IsCompleted: false } ? _running : _running = LogInAsync();
        }

        var answer = await running.WaitAsync(cancellationToken).ConfigureAwait(false);

        // The present one still serves for a while, if the next cannot be had.
        return answer.IsSuccess || present is null || _clock.Now >= present.EndsAt || GrvtErrors.IsRefusal(answer.Error) ? answer : present;
    }

    /// <summary>Whether a login is to be replaced by the next.</summary>
    public bool IsDue(GrvtGrant grant) => _clock.Now >= grant.RenewAt;

    /// <summary>The venue does not take a login any more: the next call makes another, unless somebody has already.</summary>
    public void Invalidate(GrvtGrant grant)
    {
        lock (_gate)
        {
            if (_grant == grant)
                _grant = null;
        }
    }

    /// <summary>Forgets everything: other credentials, or another try after a refusal.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            _grant = null;
            _refusal = null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>When a cookie ends: <c>Max-Age</c> counts from now, <c>expires</c> is by the venue's clock.</summary>
    internal static DateTimeOffset? EndOf(string setCookie, DateTimeOffset venueNow)
    {
        DateTimeOffset? end = null;
        foreach (var part in setCookie.Split(';', StringSplitOptions.TrimEntries))
        {
            if (part.StartsWith("max-age=", StringComparison.OrdinalIgnoreCase) && double.TryParse(part.AsSpan(8), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
                return venueNow + TimeSpan.FromSeconds(Math.Min(seconds, 1e9));
            if (part.StartsWith("expires=", StringComparison.OrdinalIgnoreCase) && DateTimeOffset.TryParse(part.AsSpan(8), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
                end = at;
        }

        return end;
    }

    /// <summary>The value of the cookie <c>gravity</c>, and when it ends; null when it is not there or empty.</summary>
    internal static (string Value, DateTimeOffset? End)? ReadCookie(IEnumerable<string> setCookies, DateTimeOffset venueNow)
    {
        const string Name = "gravity=";
        foreach (var cookie in setCookies)
        {
            if (cookie.StartsWith(Name, StringComparison.Ordinal) && cookie.AsSpan(Name.Length) is var rest && (rest.IndexOf(';') is var end and >= 0 ? rest[..end] : rest).Trim() is { IsEmpty: false } value)
                return (value.ToString(), EndOf(cookie, venueNow));
        }

        return null;
    }

    private async Task<Result<GrvtGrant>> LogInAsync()
    {
        // Off the caller's thread: it holds the lock.
        await Task.Yield();
        if (Signer is not { } signer)
            return new ExchangeError { Code = ExchangeErrorCode.CredentialsMissing, Message = "GRVT credentials are not set for this role: GRVT_API_KEY, GRVT_PRIVATE_KEY and GRVT_SUB_ACCOUNT_ID" };
        var body = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string>(StringComparer.Ordinal) { ["api_key"] = signer.ApiKey });
        _rules.Forget();
        var answer = await _http.QueryAsync(
            () => new VenueCall(HttpMethod.Post, "/auth/api_key/login", new("Cookie", "rm=true;"), body), 1, bytes => Read(bytes, signer), RequestPriority.Cancel).ConfigureAwait(false);
        lock (_gate)
        {
            if (answer.IsSuccess)
            {
                _grant = answer.Value;
                _refusal = null;
                Count++;
                GrvtLog.LoggedIn(_logger, answer.Value.EndsAt, answer.Value.RenewAt);
                return answer;
            }

            var error = answer.Error with { Message = $"the login at the edge failed: {Hide(answer.Error.Message, signer)}", VenueMessage = answer.Error.VenueMessage is { } said ? Hide(said, signer) : null };
            if (GrvtErrors.IsRefusal(error))
            {
                _refusal = error;
                _refusedAt = _clock.Now;
            }

            return error;
        }
    }

    /// <summary>A login has succeeded when there is a cookie: a wrong key is said to be answered with 200 as well.</summary>
    private Result<GrvtGrant> Read(byte[] body, GrvtSigner signer)
    {
        var (setCookies, accountId) = _rules.Taken;
        string? status = null, funding = null, subAccount = null;
        var json = new Utf8Scanner(body);
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            ok = name switch
            {
                _ when name.SequenceEqual("status"u8) && json.Peek() == (byte)'"' => json.TryReadText(out status),
                _ when name.SequenceEqual("funding_account_address"u8) => json.TryReadText(out funding),
                _ when name.SequenceEqual("sub_account_id"u8) && json.Peek() == (byte)'"' => json.TryReadText(out subAccount),
                _ => json.TrySkip(),
            };
        }

        var now = _clock.Now;
        if (ReadCookie(setCookies, now) is not { } cookie)
        {
            return GrvtErrors.ReadIfAny(body) ?? new ExchangeError
            {
                Code = ok && status is not null and not "success" ? ExchangeErrorCode.AuthenticationFailed : ExchangeErrorCode.UnreadableReply,
                Message = $"no cookie came with it (check GRVT_API_KEY); the answer begins {System.Text.Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 200)))}",
                Retryable = true,
            };
        }

        if (string.IsNullOrEmpty(accountId))
            return new ExchangeError { Code = ExchangeErrorCode.UnreadableReply, Message = "a cookie came, but no X-Grvt-Account-Id", Retryable = true };
        if (!string.IsNullOrEmpty(subAccount) && subAccount != signer.SubAccountId.ToString(CultureInfo.InvariantCulture))
        {
            return new ExchangeError
            {
                Code = ExchangeErrorCode.PermissionDenied,
                Message = $"GRVT_API_KEY is a key of sub-account {subAccount}, but GRVT_SUB_ACCOUNT_ID is {signer.SubAccountId}",
            };
        }

        var end = cookie.End ?? now + TimeSpan.FromMinutes(_options.UntoldCookieMinutes);
        var life = end - now;
        var early = TimeSpan.FromMinutes(_options.RenewMinutes);
        var renew = end - (early < life / 3 ? early : life / 3);
        return new GrvtGrant(cookie.Value, accountId, string.IsNullOrEmpty(funding) ? null : funding, renew, end);
    }

    private static string Hide(string text, GrvtSigner signer) => text.Replace(signer.ApiKey, "(hidden)", StringComparison.Ordinal);

    /// <summary>Keeps the headers of the answer: the secrets are there, not in the body.</summary>
    private sealed class EdgeRules(CreditBucket bucket) : GrvtHttpRules(bucket)
    {
        private volatile Tuple<string[], string?>? _taken;

        public (string[] SetCookies, string? AccountId) Taken => _taken is { } taken ? (taken.Item1, taken.Item2) : ([], null);

        public void Forget() => _taken = null;

        public override void OnResponse(HttpResponseHeaders headers) => _taken = Tuple.Create(
            headers.TryGetValues("Set-Cookie", out var cookies) ? cookies.ToArray() : [],
            headers.TryGetValues("X-Grvt-Account-Id", out var accounts) ? accounts.FirstOrDefault() : null);
    }
}
