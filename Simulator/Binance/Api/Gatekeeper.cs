using Exchange.Simulator.Binance.Trading;
using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Binance.Api;

/// <summary>What a call needs of whoever makes it.</summary>
internal enum Security
{
    Nothing,

    /// <summary>The API key alone (listen keys).</summary>
    Key,

    /// <summary>Key, timestamp and signature.</summary>
    UserData,

    /// <summary>As <see cref="UserData"/>, with a key that may trade.</summary>
    Trade,
}

/// <summary>A request as it came, before anybody has asked who makes it.</summary>
/// <param name="SignedText">What the signature is about; null when there is none to be had.</param>
/// <param name="Session">The key that the connection is logged on with, if it is.</param>
internal sealed record Credentials(string? Key, string? SignedText, string? Signature, ApiKey? Session);

/// <summary>Finds the account by its API key, and checks time and signature (sheet, sections 4.2 to 4.4).</summary>
internal sealed class Gatekeeper
{
    private const long MostAhead = 1000;
    private const long UsualWindow = 5000;

    private readonly Dictionary<string, ApiKey> _keys = new(StringComparer.Ordinal);
    private readonly SimulatorClock _clock;

    public Gatekeeper(SimulatorClock clock, IEnumerable<AccountOptions> accounts)
    {
        _clock = clock;
        foreach (var options in accounts)
        {
            var account = new Account(options.Name) { Hedge = options.Hedge };
            foreach (var (asset, amount) in options.Balances)
            {
                (account.Wallets[asset], account.WalletTimes[asset]) = (amount, amount == 0 ? 0 : clock.VenueMilliseconds);
            }

            Accounts.Add(account);
            foreach (var key in options.Keys)
            {
                _keys.Add(key.Key, new ApiKey(key, account));
            }
        }
    }

    public List<Account> Accounts { get; } = [];

    /// <exception cref="BinanceErrorException">-2014, -2015, -1102, -1021, -1022.</exception>
    public ApiKey Admit(Security security, Parameters parameters, Credentials given)
    {
        // A request with a key and a signature of its own overrides the session's.
        var bySession = given.Session is not null && given.Key is null && given.Signature is null;
        var key = bySession ? given.Session! : Find(given.Key);
        if (security == Security.Key)
        {
            return key;
        }

        CheckTime(parameters);
        if (!bySession)
        {
            CheckSignature(key, given);
        }

        if (security == Security.Trade && !key.CanTrade)
        {
            throw Refused();
        }

        return key;
    }

    /// <summary>For <c>session.logon</c>: signed like any request, and with an Ed25519 key.</summary>
    public ApiKey LogOn(Parameters parameters, Credentials given)
    {
        var key = Find(given.Key);
        if (!key.IsEd25519)
        {
            throw new BinanceErrorException(400, -4056, "Invalid api key type.");
        }

        CheckTime(parameters);
        CheckSignature(key, given);
        return key;
    }

    /// <summary>Whether a command with this time may still be carried out: the matching engine asks again (-5028).</summary>
    public bool IsInTime(Parameters parameters) =>
        _clock.VenueMilliseconds - parameters.RequiredLong("timestamp") <= (parameters.Long("recvWindow") ?? UsualWindow);

    public static BinanceErrorException Refused() => new(401, -2015, "Invalid API-key, IP, or permissions for action.");

    private ApiKey Find(string? text)
    {
        if (string.IsNullOrEmpty(text) || !text.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_'))
        {
            throw new BinanceErrorException(401, -2014, "API-key format invalid.");
        }

        return _keys.GetValueOrDefault(text) ?? throw Refused();
    }

    private void CheckTime(Parameters parameters)
    {
        var timestamp = parameters.RequiredLong("timestamp");
        if (timestamp >= _clock.VenueMilliseconds + MostAhead)
        {
            throw new BinanceErrorException(400, -1021, "Timestamp for this request was 1000ms ahead of the server's time.");
        }

        if (!IsInTime(parameters))
        {
            throw new BinanceErrorException(400, -1021, "Timestamp for this request is outside of the recvWindow.");
        }
    }

    private static void CheckSignature(ApiKey key, Credentials given)
    {
        if (string.IsNullOrEmpty(given.Signature))
        {
            throw BinanceErrorException.Missing("signature");
        }

        if (given.SignedText is null || !key.Verifies(given.SignedText, given.Signature))
        {
            throw new BinanceErrorException(400, -1022, "Signature for this request is not valid.");
        }
    }
}
