using Exchange.Exchanges.Common.Http;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Deribit;

/// <summary>Asks the venue about the account, by whatever way there is.</summary>
internal interface IDeribitQueries
{
    /// <summary>Asks; may be asked again.</summary>
    /// <param name="method">The method, <c>private/…</c>.</param>
    /// <param name="fill">Adds the parameters; null for none.</param>
    /// <param name="read">Reads the result.</param>
    /// <param name="priority">What it is for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<Result<T>> QueryAsync<T>(
        string method, Action<DeribitParams>? fill, DeribitRead<T> read, RequestPriority priority = RequestPriority.Normal, CancellationToken cancellationToken = default);
}

/// <summary>
/// Private queries of one account over HTTP, each signed by itself (venue sheet, section 2.3): no token to keep, no session used up. When
/// the venue does not accept a signature, its clock may be another than we think: it is measured and the request made anew, once.
/// </summary>
internal sealed class DeribitPrivateRest(VenueHttp http, DeribitRest publicRest, VenueClock clock) : IDeribitQueries
{
    private readonly Lock _gate = new();
    private Task<ExchangeError?>? _measuring;
    private volatile DeribitSigner? _signer;

    /// <summary>Signs; null while there are no credentials.</summary>
    public DeribitSigner? Signer
    {
        get => _signer;
        set => _signer = value;
    }

    /// <inheritdoc/>
    public async Task<Result<T>> QueryAsync<T>(
        string method, Action<DeribitParams>? fill, DeribitRead<T> read, RequestPriority priority = RequestPriority.Normal, CancellationToken cancellationToken = default)
    {
        if (_signer is not { } signer)
            return Missing;
        var path = DeribitRest.Path(method, fill);
        var offset = clock.Offset;
        var answer = await Ask().ConfigureAwait(false);
        if (answer.Error?.VenueCode != "13004" || await MeasureClockAsync().ConfigureAwait(false) is not null || !HasMoved(offset))
            return answer;
        return await Ask().ConfigureAwait(false);

        Task<Result<T>> Ask() => http.QueryAsync(() => Call(signer, path), 1, body => DeribitRest.Read(body, method, read), priority, cancellationToken);
    }

    /// <summary>Measures the venue's clock; who comes while it is being measured waits for the same answer.</summary>
    public Task<ExchangeError?> MeasureClockAsync()
    {
        lock (_gate)
        {
            return _measuring is { IsCompleted: false } running ? running : _measuring = Measure();
        }

        async Task<ExchangeError?> Measure() => (await clock.MeasureAsync(publicRest.GetTime).ConfigureAwait(false)).Error;
    }

    /// <summary>Whether the venue's clock is another than was thought: then it can have been the reason of a refusal.</summary>
    public bool HasMoved(TimeSpan? offset) => offset is not { } before || clock.Offset is not { } now || (now - before).Duration() > TimeSpan.FromSeconds(1);

    private VenueCall Call(DeribitSigner signer, string path) =>
        new(HttpMethod.Get, path, new("Authorization", signer.Authorization(clock.Now.ToUnixTimeMilliseconds(), DeribitSigner.NewNonce(), "GET", path)));

    private static ExchangeError Missing => new()
    {
        Code = ExchangeErrorCode.CredentialsMissing,
        Message = "Deribit credentials are not set for this role: DERIBIT_CLIENT_ID and DERIBIT_CLIENT_SECRET, or set_auth_credentials in process",
    };
}
