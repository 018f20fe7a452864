using Exchange.Exchanges.Common.Http;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Deribit;

/// <summary>What one role needs to talk to the venue, and shares with no other: clock, budget, HTTP and credentials.</summary>
internal sealed class DeribitAccess : IDisposable
{
    private readonly VenueHttp _http;

    /// <summary>Creates it; no input or output.</summary>
    /// <param name="options">Settings.</param>
    /// <param name="share">The role's share of the requests.</param>
    /// <param name="exchange">The exchange key.</param>
    /// <param name="time">The clock.</param>
    /// <param name="handler">Answers HTTP instead of the network, in tests.</param>
    /// <param name="random">Gives numbers from 0 up to 1 for the jitter of waits; null for a random source.</param>
    /// <param name="tap">Sees every body, for recording; not with credentials.</param>
    /// <exception cref="ArgumentException">The settings are wrong; the message names each key.</exception>
    public DeribitAccess(DeribitOptions options, double share, string exchange, TimeProvider time, HttpMessageHandler? handler, Func<double>? random, IFrameTap? tap = null)
    {
        if (options.Validate() is { Count: > 0 } errors)
            throw new ArgumentException(string.Join("; ", errors), nameof(options));
        Urls = DeribitUrls.From(options);
        Clock = new VenueClock(time);
        Budget = new DeribitBudget(options, share, () => Clock.Now, time);
        _http = new VenueHttp(Urls.Rest, new DeribitHttpRules(Budget), Budget.Requests, time, handler: handler, tap: tap, random: random);
        Rest = new DeribitRest(_http, exchange);
        Private = new DeribitPrivateRest(_http, Rest, Clock);
    }

    /// <summary>The addresses.</summary>
    public DeribitUrls Urls { get; }

    /// <summary>The venue's clock.</summary>
    public VenueClock Clock { get; }

    /// <summary>The venue's budgets.</summary>
    public DeribitBudget Budget { get; }

    /// <summary>Public queries.</summary>
    public DeribitRest Rest { get; }

    /// <summary>Signed queries.</summary>
    public DeribitPrivateRest Private { get; }

    /// <summary>Why there are no usable credentials; null when there are.</summary>
    public ExchangeError? CredentialsError { get; private set; }

    /// <summary>Takes credentials; the error says which part is wrong.</summary>
    public ExchangeError? SetCredentials(AuthCredentials? credentials)
    {
        var signer = DeribitSigner.Create(credentials);
        Private.Signer = signer.Value;
        return CredentialsError = signer.Error;
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();
}
