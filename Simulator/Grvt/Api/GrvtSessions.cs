using Exchange.Simulator.Engine;
using Exchange.Simulator.Grvt.Trading;

namespace Exchange.Simulator.Grvt.Api;

/// <summary>One login: what the cookie and the account id stand for.</summary>
internal sealed class GrvtSession(GrvtAccount account, GrvtKeyOptions key, string cookie, string accountId, DateTimeOffset until)
{
    public GrvtAccount Account => account;

    public bool CanTrade => key.CanTrade;

    public string Cookie => cookie;

    /// <summary>Opaque; neither the sub-account's id nor an address.</summary>
    public string AccountId => accountId;

    public DateTimeOffset Until => until;

    /// <summary>A fault has ended it before its time.</summary>
    public bool IsRevoked { get; set; }
}

/// <summary>The cookies that were given out (sheet, section 3).</summary>
internal sealed class GrvtSessions(SimulatorContext context, GrvtSimulatorOptions options)
{
    private const int CookieLength = 48;
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private readonly SeededRandom _random = SeededRandom.For(context.Seed, "grvt cookies");
    private readonly Dictionary<string, GrvtSession> _byCookie = new(StringComparer.Ordinal);

    /// <summary>Logins that were let in.</summary>
    public int Given { get; private set; }

    public GrvtSession Open(GrvtAccount account, GrvtKeyOptions key)
    {
        Given++;
        var session = new GrvtSession(account, key, Text(CookieLength), Text(20), context.Clock.Now + options.CookieLife);
        _byCookie.Add(session.Cookie, session);
        return session;
    }

    /// <summary>The session of these two headers; null where there is none, or none any more.</summary>
    public GrvtSession? Find(string? cookieHeader, string? accountId)
    {
        var cookie = cookieHeader?.Split(';').Select(static part => part.Trim())
            .FirstOrDefault(static part => part.StartsWith("gravity=", StringComparison.Ordinal))?["gravity=".Length..];
        return cookie is not null && _byCookie.TryGetValue(cookie, out var session) && session.AccountId == accountId && IsAlive(session) ? session : null;
    }

    public bool IsAlive(GrvtSession session) => !session.IsRevoked && context.Clock.Now < session.Until;

    /// <summary>All cookies end now.</summary>
    public void Revoke()
    {
        foreach (var session in _byCookie.Values)
        {
            session.IsRevoked = true;
        }

        _byCookie.Clear();
    }

    private string Text(int length) => string.Create(length, _random, static (text, random) =>
    {
        for (var i = 0; i < text.Length; i++)
        {
            text[i] = Alphabet[random.Next(Alphabet.Length)];
        }
    });
}
