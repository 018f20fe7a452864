using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Exchange.Simulator.Deribit.Trading;
using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Deribit.Api;

/// <summary>
/// Credentials, signatures, tokens and sessions (sheet, section 2). Signatures are really verified; nonces work once.
/// </summary>
internal sealed class Gatekeeper
{
    private const int SessionsPerKey = 16;
    private const long MostOff = 60_000;

    private static readonly string[] _categories = ["account", "trade", "wallet", "block_trade", "block_rfq"];

    private readonly SimulatorClock _clock;
    private readonly DeribitSimulatorOptions _options;
    private readonly Dictionary<string, DeribitClientOptions> _clients;
    private readonly Dictionary<string, Token> _byAccess = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Token> _byRefresh = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _sessions = new(StringComparer.Ordinal);
    private readonly HashSet<(string Client, string Nonce)> _nonces = [];
    private readonly SeededRandom _random;

    public Gatekeeper(SimulatorContext context, DeribitSimulatorOptions options)
    {
        _clock = context.Clock;
        _options = options;
        _random = SeededRandom.For(context.Seed, "deribit tokens");
        _clients = options.Clients.ToDictionary(client => client.Id, StringComparer.Ordinal);
        Account = new DeribitAccount("demo", 4711, options.Balances);
    }

    public DeribitAccount Account { get; }

    public IReadOnlyList<DeribitAccount> Accounts => [Account];

    /// <summary>Tokens that are alive.</summary>
    public IEnumerable<Token> Tokens => _byAccess.Values.Where(IsAlive);

    public bool IsAlive(Token token) => !token.IsRevoked && _clock.Now < token.ExpiresAt;

    /// <summary><c>public/auth</c>.</summary>
    /// <param name="connectionId">0 over HTTP.</param>
    public Token Authenticate(RpcParams parameters, long connectionId)
    {
        switch (parameters.Required("grant_type"))
        {
            case "client_credentials":
                var client = Client(parameters.Required("client_id"));
                Require(Same(client.Secret, parameters.Required("client_secret")));
                return Grant(client, parameters.Text("scope") ?? "", connectionId);
            case "client_signature":
                client = Client(parameters.Required("client_id"));
                var (timestamp, nonce) = (parameters.Required("timestamp"), parameters.Text("nonce") ?? "");
                CheckTime(timestamp);
                Require(Same(Sign(client.Secret, $"{timestamp}\n{nonce}\n{parameters.Text("data")}"), parameters.Required("signature")));
                CheckNonce(client, nonce);
                return Grant(client, parameters.Text("scope") ?? "", connectionId);
            case "refresh_token":
                return Refresh(parameters.Required("refresh_token"), connectionId);
            default:
                throw DeribitException.Parameters("grant_type", "value must be one of client_credentials, client_signature, refresh_token");
        }
    }

    /// <summary>The token that a request carries.</summary>
    /// <exception cref="DeribitException">13009: there is none of that text, or it has expired, or belongs elsewhere.</exception>
    public Token Find(string access, long connectionId)
    {
        var found = _byAccess.GetValueOrDefault(access);
        return found is not null && IsAlive(found) && (found.Session is not null || (found.ConnectionId == connectionId && connectionId != 0))
            ? found
            : throw DeribitException.InvalidToken();
    }

    /// <summary>Who makes an HTTP request (sheet, section 2.3); null when it does not say.</summary>
    /// <param name="target">Path and query as they were sent.</param>
    public Token? OfHttp(string? authorization, string method, string target, string body)
    {
        if (authorization is null)
        {
            return null;
        }

        var space = authorization.IndexOf(' ', StringComparison.Ordinal);
        var (kind, rest) = space < 0 ? (authorization, "") : (authorization[..space], authorization[(space + 1)..]);
        switch (kind.ToLowerInvariant())
        {
            case "bearer":
                return Find(rest, 0);
            case "basic":
                var pair = Decoded(rest).Split(':', 2);
                var client = Client(pair[0]);
                Require(pair.Length == 2 && Same(client.Secret, pair[1]));
                return Passing(client);
            case "deri-hmac-sha256":
                var parts = rest.Split(',').Select(part => part.Split('=', 2)).Where(part => part.Length == 2)
                    .ToDictionary(part => part[0], part => part[1], StringComparer.Ordinal);
                client = Client(parts.GetValueOrDefault("id") ?? "");
                var (timestamp, nonce) = (parts.GetValueOrDefault("ts") ?? "", parts.GetValueOrDefault("nonce") ?? "");
                CheckTime(timestamp);
                Require(Same(Sign(client.Secret, $"{timestamp}\n{nonce}\n{method.ToUpperInvariant()}\n{target}\n{body}\n"), parts.GetValueOrDefault("sig") ?? ""));
                CheckNonce(client, nonce);
                return Passing(client);
            default:
                throw DeribitException.Of(13004);
        }
    }

    /// <summary>The tokens of a socket that has ended, under connection scope.</summary>
    public void Forget(long connectionId)
    {
        foreach (var token in _byAccess.Values.Where(token => token.Session is null && token.ConnectionId == connectionId).ToArray())
        {
            Revoke(token);
        }
    }

    /// <summary>It is worth nothing from now on; nor is what was to renew it.</summary>
    public void Revoke(Token token)
    {
        token.IsRevoked = true;
        _byAccess.Remove(token.Access);
        _byRefresh.Remove(token.Refresh);
    }

    public static string Sign(string secret, string text) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(text)));

    private static void Require(bool holds)
    {
        if (!holds)
        {
            throw DeribitException.Of(13004);
        }
    }

    private static bool Same(string one, string other) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(one), Encoding.UTF8.GetBytes(other));

    private static string Decoded(string base64)
    {
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(base64));
        }
        catch (FormatException)
        {
            throw DeribitException.Of(13004);
        }
    }

    private DeribitClientOptions Client(string id) => _clients.GetValueOrDefault(id) ?? throw DeribitException.Of(13004);

    private void CheckTime(string timestamp) => Require(
        long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
        && Math.Abs(milliseconds - _clock.VenueMilliseconds) <= MostOff);

    private void CheckNonce(DeribitClientOptions client, string nonce) => Require(nonce.Length == 0 || _nonces.Add((client.Id, nonce)));

    /// <summary>For one request: nothing is kept.</summary>
    private Token Passing(DeribitClientOptions client) => new()
    {
        Access = "",
        Refresh = "",
        ClientId = client.Id,
        Account = Account,
        Scope = client.Scope,
        Session = "",
        ExpiresAt = DateTimeOffset.MaxValue,
        Life = TimeSpan.Zero,
    };

    private Token Grant(DeribitClientOptions client, string asked, long connectionId)
    {
        var wanted = asked.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var session = wanted.FirstOrDefault(part => part.StartsWith("session:", StringComparison.Ordinal))?["session:".Length..];
        var categories = wanted.Where(part => _categories.Contains(part.Split(':')[0])).ToArray();
        var granted = categories.Length == 0
            ? client.Scope.Split(' ')
            : categories.Where(part => !part.EndsWith(":none", StringComparison.Ordinal)).SelectMany(part => Narrowed(client.Scope, part));
        var scope = string.Join(' ', [session is null ? "connection" : "session:" + session, .. granted, "mainaccount"]);
        if (session is not null)
        {
            Enter(client, session);
        }

        return Keep(client.Id, scope, session, connectionId, Token.Expires(asked) is { } asks && asks < _options.TokenLife ? asks : _options.TokenLife);
    }

    /// <summary>What a key may be granted of what was asked: all, reading only, or nothing.</summary>
    private static IEnumerable<string> Narrowed(string most, string asked) =>
        Token.Covers(most, asked) ? [asked]
        : asked.Split(':') is [var category, "read_write"] && Token.Covers(most, category + ":read") ? [category + ":read"]
        : [];

    /// <summary>The session becomes the key's youngest; the oldest goes when there are too many.</summary>
    private void Enter(DeribitClientOptions client, string session)
    {
        if (!_sessions.TryGetValue(client.Id, out var names))
        {
            _sessions.Add(client.Id, names = []);
        }

        names.Remove(session);
        names.Add(session);
        if (names.Count > SessionsPerKey)
        {
            foreach (var token in _byAccess.Values.Where(token => token.ClientId == client.Id && token.Session == names[0]).ToArray())
            {
                Revoke(token);
            }

            names.RemoveAt(0);
        }
    }

    private Token Refresh(string refresh, long connectionId)
    {
        if (!_byRefresh.Remove(refresh, out var old) || old.IsRevoked || (old.Session is null && old.ConnectionId != connectionId))
        {
            throw DeribitException.Of(13004);
        }

        // A named session's older tokens live on to their own end; under connection scope the new one takes the old one's place.
        if (old.Session is null)
        {
            Revoke(old);
        }

        return Keep(old.ClientId, old.Scope, old.Session, connectionId, old.Life);
    }

    private Token Keep(string clientId, string scope, string? session, long connectionId, TimeSpan life)
    {
        var until = (_clock.VenueNow + life).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        var token = new Token
        {
            Access = $"{until}.1{Noise()}",
            Refresh = $"{until}.1{Noise()}",
            ClientId = clientId,
            Account = Account,
            Scope = scope,
            Session = session,
            ConnectionId = connectionId,
            ExpiresAt = _clock.Now + life,
            Life = life,
        };
        _byAccess.Add(token.Access, token);
        _byRefresh.Add(token.Refresh, token);
        return token;
    }

    private string Noise()
    {
        const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
        return string.Create(40, _random, static (text, random) =>
        {
            for (var i = 0; i < text.Length; i++)
            {
                text[i] = Alphabet[random.Next(Alphabet.Length)];
            }
        });
    }
}
