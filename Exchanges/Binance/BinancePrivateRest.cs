using Exchange.Exchanges.Common.Http;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Binance;

/// <summary>
/// Signed requests of one account (venue sheet, sections 4.2 and 9). Each attempt has its own time stamp and signature, by the venue's
/// clock. When the venue finds the time stamp wrong, nothing was done: the clock is measured and the request made anew, once.
/// </summary>
internal sealed class BinancePrivateRest
{
    private const string KeyHeader = "X-MBX-APIKEY";

    private readonly VenueHttp _http;
    private readonly BinanceRest _public;
    private readonly VenueClock _clock;
    private readonly int _recvWindowMs;
    private readonly Lock _gate = new();
    private Task<ExchangeError?>? _measuring;
    private volatile BinanceSigner? _signer;

    public BinancePrivateRest(VenueHttp http, BinanceRest publicRest, VenueClock clock, BinanceOptions options)
    {
        _http = http;
        _public = publicRest;
        _clock = clock;
        _recvWindowMs = options.RecvWindowMs;
    }

    /// <summary>Signs; null while there are no credentials.</summary>
    public BinanceSigner? Signer
    {
        get => _signer;
        set => _signer = value;
    }

    /// <summary>How long after its time stamp the venue may still act on a request.</summary>
    public TimeSpan Validity => TimeSpan.FromMilliseconds(_recvWindowMs);

    /// <summary>Asks; may be asked again.</summary>
    /// <param name="path">The path.</param>
    /// <param name="weight">What the venue charges.</param>
    /// <param name="read">Reads the body.</param>
    /// <param name="fill">Adds the parameters; null for none.</param>
    /// <param name="priority">What it is for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<Result<T>> QueryAsync<T>(
        string path,
        int weight,
        Func<byte[], Result<T>> read,
        Action<BinanceParams>? fill = null,
        RequestPriority priority = RequestPriority.Normal,
        CancellationToken cancellationToken = default)
    {
        if (_signer is not { } signer)
            return Missing(null);
        var answer = await _http.QueryAsync(() => Call(signer, HttpMethod.Get, path, fill, _clock.Now), weight, read, priority, cancellationToken).ConfigureAwait(false);
        if (answer.Error?.Code != ExchangeErrorCode.ClockSkew || await MeasureClockAsync().ConfigureAwait(false) is not null)
            return answer;
        return await _http.QueryAsync(() => Call(signer, HttpMethod.Get, path, fill, _clock.Now), weight, read, priority, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends a command, once; twice only where the venue refused the first for its time stamp.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path.</param>
    /// <param name="weight">What the venue charges.</param>
    /// <param name="read">Reads the body.</param>
    /// <param name="fill">Adds the parameters.</param>
    /// <param name="priority">What it is for.</param>
    /// <param name="stamp">The time stamp of the first attempt; null for now.</param>
    /// <param name="cancellationToken">Gives the wait up.</param>
    /// <returns>The answer, and the time after which the venue can no longer act on what was sent last.</returns>
    public async Task<(Result<T> Answer, DateTimeOffset LastChance)> CommandAsync<T>(
        HttpMethod method,
        string path,
        int weight,
        Func<byte[], Result<T>> read,
        Action<BinanceParams> fill,
        RequestPriority priority = RequestPriority.Normal,
        DateTimeOffset? stamp = null,
        CancellationToken cancellationToken = default)
    {
        var at = stamp ?? _clock.Now;
        if (_signer is not { } signer)
            return (Missing(CommandOutcome.Rejected), at + Validity);
        var answer = await _http.CommandAsync(Call(signer, method, path, fill, at), weight, read, priority, cancellationToken).ConfigureAwait(false);
        if (answer.Error is not { Code: ExchangeErrorCode.ClockSkew, Outcome: CommandOutcome.Rejected } || await MeasureClockAsync().ConfigureAwait(false) is not null)
            return (answer, at + Validity);
        at = _clock.Now;
        return (await _http.CommandAsync(Call(signer, method, path, fill, at), weight, read, priority, cancellationToken).ConfigureAwait(false), at + Validity);
    }

    /// <summary>Sends what only names the key and can be said twice: the calls about the listen key.</summary>
    public async Task<Result<T>> KeyOnlyAsync<T>(HttpMethod method, string path, int weight, Func<byte[], Result<T>> read, CancellationToken cancellationToken)
    {
        if (_signer is not { } signer)
            return Missing(null);
        return await _http.QueryAsync(() => new VenueCall(method, path, new(KeyHeader, signer.ApiKey)), weight, read, RequestPriority.Cancel, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Measures the venue's clock; who comes while it is being measured waits for the same answer.</summary>
    public Task<ExchangeError?> MeasureClockAsync()
    {
        lock (_gate)
        {
            return _measuring is { IsCompleted: false } running ? running : _measuring = Measure();
        }

        async Task<ExchangeError?> Measure() => (await _clock.MeasureAsync(_public.GetTime).ConfigureAwait(false)).Error;
    }

    private VenueCall Call(BinanceSigner signer, HttpMethod method, string path, Action<BinanceParams>? fill, DateTimeOffset stamp)
    {
        var request = new BinanceParams();
        fill?.Invoke(request);
        request.Add("recvWindow", _recvWindowMs).Add("timestamp", stamp.ToUnixTimeMilliseconds());
        return new VenueCall(method, $"{path}?{request.ToQuery(signer)}", new(KeyHeader, signer.ApiKey));
    }

    private static ExchangeError Missing(CommandOutcome? outcome) => new()
    {
        Code = ExchangeErrorCode.CredentialsMissing,
        Message = "Binance credentials are not set for this role: BINANCE_API_KEY and BINANCE_API_SECRET, or set_auth_credentials in process",
        Outcome = outcome,
    };
}
