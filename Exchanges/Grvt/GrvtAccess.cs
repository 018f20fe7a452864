using Exchange.Exchanges.Common.Http;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Exchange.Exchanges.Grvt;

/// <summary>What one role needs to talk to the venue, and shares with no other: clock, budget, HTTP, login and credentials.</summary>
internal sealed class GrvtAccess : IDisposable
{
    private readonly VenueHttp _tradingHttp;
    private readonly VenueHttp _marketHttp;

    /// <summary>Creates it; no input or output.</summary>
    /// <param name="options">Settings.</param>
    /// <param name="share">The role's share of the queries.</param>
    /// <param name="exchange">The exchange key.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    /// <param name="handler">Answers HTTP instead of the network, in tests.</param>
    /// <param name="random">Gives numbers from 0 up to 1 for the jitter of waits; null for a random source.</param>
    /// <param name="tap">Sees the bodies of public answers, for recording.</param>
    /// <exception cref="ArgumentException">The settings are wrong; the message names each key.</exception>
    public GrvtAccess(GrvtOptions options, double share, string exchange, TimeProvider time, ILogger logger, HttpMessageHandler? handler, Func<double>? random, IFrameTap? tap = null)
    {
        if (options.Validate() is { Count: > 0 } errors)
            throw new ArgumentException(string.Join("; ", errors), nameof(options));
        Urls = GrvtUrls.From(options);
        Clock = new VenueClock(time);
        Budget = new GrvtBudget(options, share, () => Clock.Now, time);
        Login = new GrvtLogin(options, Urls, Budget, Clock, time, logger, handler, random);
        _tradingHttp = new VenueHttp(Urls.Trading, new GrvtHttpRules(Budget.Queries), Budget.Queries, time, handler: handler, random: random);
        _marketHttp = new VenueHttp(Urls.MarketData, new GrvtHttpRules(Budget.Public), Budget.Public, time, tap: tap, handler: handler, random: random);
        Rest = new GrvtRest(_marketHttp, options.IsLite, exchange);
        Private = new GrvtPrivateRest(_tradingHttp, Login, Rest, Clock, options.IsLite);
    }

    /// <summary>The addresses.</summary>
    public GrvtUrls Urls { get; }

    /// <summary>The venue's clock.</summary>
    public VenueClock Clock { get; }

    /// <summary>The venue's budgets.</summary>
    public GrvtBudget Budget { get; }

    /// <summary>The login that sockets and HTTP share.</summary>
    public GrvtLogin Login { get; }

    /// <summary>Public queries.</summary>
    public GrvtRest Rest { get; }

    /// <summary>Private queries and commands.</summary>
    public GrvtPrivateRest Private { get; }

    /// <summary>Who logs in and signs; null while there are no usable credentials.</summary>
    public GrvtSigner? Signer => Login.Signer;

    /// <summary>Why there are no usable credentials; null when there are.</summary>
    public ExchangeError? CredentialsError { get; private set; }

    /// <summary>Takes credentials; the error says which part is wrong.</summary>
    public ExchangeError? SetCredentials(AuthCredentials? credentials)
    {
        var signer = GrvtSigner.Create(credentials, Urls.ChainId);
        Login.Signer = signer.Value;
        Login.Reset();
        return CredentialsError = signer.Error;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Login.Dispose();
        _tradingHttp.Dispose();
        _marketHttp.Dispose();
    }
}
