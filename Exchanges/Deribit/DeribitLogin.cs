using System.Collections.Immutable;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Deribit;

/// <summary>What a login was granted (venue sheet, section 2.1). Holds tokens: not for logs.</summary>
/// <param name="RefreshToken">Gets the next token; each can be used once.</param>
/// <param name="ExpiresIn">How long the token holds.</param>
/// <param name="Scopes">What it may do: perhaps less than was asked for.</param>
internal sealed record DeribitGrant(string RefreshToken, TimeSpan ExpiresIn, ImmutableArray<string> Scopes)
{
    /// <summary>Whether the grant covers a right; <c>read_write</c> covers <c>read</c>.</summary>
    public bool Has(string scope) =>
        Scopes.Contains(scope) || (scope.EndsWith(":read", StringComparison.Ordinal) && Scopes.Contains(scope + "_write"));

    /// <inheritdoc/>
    public override string ToString() => string.Join(' ', Scopes);

    /// <summary>Reads the result of <c>public/auth</c>.</summary>
    public static DeribitGrant? Read(ReadOnlySpan<byte> result)
    {
        string? refresh = null, scope = null;
        long seconds = 0;
        var json = new Utf8Scanner(result);
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            ok = name switch
            {
                _ when name.SequenceEqual("refresh_token"u8) => json.TryReadText(out refresh),
                _ when name.SequenceEqual("scope"u8) => json.TryReadText(out scope),
                _ when name.SequenceEqual("expires_in"u8) => json.TryReadInt64(out seconds),
                _ => json.TrySkip(),
            };
        }

        return ok && json.AtEnd && refresh is not null && scope is not null && seconds > 0
            ? new DeribitGrant(refresh, TimeSpan.FromSeconds(Math.Min(seconds, 400L * 86_400)), [.. scope.Split(' ', StringSplitOptions.RemoveEmptyEntries)])
            : null;
    }
}

/// <summary>
/// Proves to the venue who a socket is, and keeps the proof fresh. The session has a name, so that calls need no token and a token outlives
/// the socket; each socket logs in anew all the same.
/// </summary>
/// <param name="access">Credentials and clock.</param>
/// <param name="options">Settings.</param>
/// <param name="role">The role, for the session's name.</param>
/// <param name="needed">Rights without which the connection is of no use.</param>
/// <param name="wished">Further rights to ask for.</param>
internal sealed class DeribitLogin(DeribitAccess access, DeribitOptions options, string role, ImmutableArray<string> needed, ImmutableArray<string> wished)
{
    /// <summary>A token may hold for a year; it is refreshed once a day at the latest.</summary>
    private static readonly TimeSpan _longestRefresh = TimeSpan.FromDays(1);

    /// <summary>What the last login was granted; null before the first.</summary>
    public DeribitGrant? Grant { get; private set; }

    /// <summary>When to refresh after a login.</summary>
    public TimeSpan RefreshAfter =>
        Grant is { } grant && grant.ExpiresIn * options.RefreshAt is var part && part < _longestRefresh ? part : _longestRefresh;

    /// <summary>The parameters of a login by key.</summary>
    public void ByKey(DeribitParams to, DeribitSigner signer)
    {
        to.Add("grant_type", options.GrantType).Add("client_id", signer.ClientId);
        if (options.GrantType == "client_credentials")
        {
            signer.AddSecret(to);
        }
        else
        {
            var timestamp = access.Clock.Now.ToUnixTimeMilliseconds();
            var nonce = DeribitSigner.NewNonce();
            to.Add("timestamp", timestamp).Add("nonce", nonce).Add("data", "").Add("signature", signer.SignLogin(timestamp, nonce));
        }

        to.Add("scope", string.Join(' ', [$"session:{options.SessionName}-{role}", .. needed, .. wished]));
    }

    /// <summary>Logs a socket in by key.</summary>
    /// <param name="send">Sends a login and gives the reply.</param>
    public async Task<ExchangeError?> LogInAsync(Func<Action<DeribitParams>, Task<DeribitAnswer>> send)
    {
        if (access.Private.Signer is not { } signer)
            return access.CredentialsError;
        var offset = access.Clock.Offset;
        var answer = await send(p => ByKey(p, signer)).ConfigureAwait(false);

        // A time stamp that is off by a minute is told by the same code as a wrong secret.
        if (answer.Error?.VenueCode == "13004" && await access.Private.MeasureClockAsync().ConfigureAwait(false) is null && access.Private.HasMoved(offset))
            answer = await send(p => ByKey(p, signer)).ConfigureAwait(false);
        return Take(answer);
    }

    /// <summary>Gets the next token by the one that we have; by key when that does not succeed.</summary>
    /// <param name="send">Sends a login and gives the reply.</param>
    /// <param name="onFailed">Is told why the token could not be refreshed.</param>
    public async Task<ExchangeError?> RefreshAsync(Func<Action<DeribitParams>, Task<DeribitAnswer>> send, Action<ExchangeError> onFailed)
    {
        if (Grant is not { } grant)
            return await LogInAsync(send).ConfigureAwait(false);
        var answer = await send(p => p.Add("grant_type", "refresh_token").Add("refresh_token", grant.RefreshToken)).ConfigureAwait(false);
        if (Take(answer) is not { } error)
            return null;
        onFailed(error);
        return await LogInAsync(send).ConfigureAwait(false);
    }

    private ExchangeError? Take(DeribitAnswer answer)
    {
        if (answer.Error is { } error)
            return error with { Outcome = null };
        if (DeribitGrant.Read(answer.Result.Span) is not { } grant)
            return DeribitRpc.Unreadable("public/auth") with { Outcome = null };
        Grant = grant;
        var missing = needed.Where(s => !grant.Has(s)).ToList();
        return missing.Count == 0 ? null : new ExchangeError
        {
            Code = ExchangeErrorCode.PermissionDenied,
            Message = $"the key DERIBIT_CLIENT_ID has not the scope {string.Join(" and ", missing)}; it was granted: {grant}",
        };
    }
}
