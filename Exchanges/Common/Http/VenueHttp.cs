using System.Net.Http.Headers;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Http;

/// <summary>What differs between the venues' HTTP: how errors read and how budgets are told.</summary>
public abstract class VenueHttpRules
{
    /// <summary>
    /// The error that a response other than 2xx stands for, with the outcome that a command answered so has; a query's is taken off.
    /// </summary>
    public abstract ExchangeError ReadError(int status, HttpResponseHeaders headers, ReadOnlySpan<byte> body);

    /// <summary>Whether an error asks us to send nothing more for a while, cancels included.</summary>
    public virtual bool AsksForPause(ExchangeError error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return error.Code is ExchangeErrorCode.RateLimited or ExchangeErrorCode.Banned;
    }

    /// <summary>Notes what the response tells of budgets.</summary>
    public virtual void OnResponse(HttpResponseHeaders headers)
    {
    }
}

/// <summary>
/// Talks to one venue over HTTP. A query is tried again, with growing waits, where that may help: no answer, 5xx. A command is sent
/// once, and its error says whether the venue can have acted. A refusal for coming too often is never tried again before the time
/// that the venue gave, by any call.
/// </summary>
public sealed class VenueHttp : IDisposable
{
    private const int Attempts = 3;

    private readonly HttpClient _http;
    private readonly VenueHttpRules _rules;
    private readonly RequestBudget _meter;
    private readonly TimeProvider _time;
    private readonly IFrameTap? _tap;
    private readonly Func<double> _random;
    private readonly TimeSpan _timeout;

    /// <summary>Creates a client.</summary>
    /// <param name="baseUrl">The venue's address.</param>
    /// <param name="rules">How the venue answers.</param>
    /// <param name="meter">The venue's request budget.</param>
    /// <param name="time">The clock.</param>
    /// <param name="timeout">How long one attempt may take.</param>
    /// <param name="handler">Answers instead of the network, in tests.</param>
    /// <param name="tap">Sees every body, or null; not for private requests.</param>
    /// <param name="random">Gives numbers from 0 up to 1 for the jitter; null for a random source.</param>
    public VenueHttp(
        Uri baseUrl,
        VenueHttpRules rules,
        RequestBudget meter,
        TimeProvider time,
        TimeSpan? timeout = null,
        HttpMessageHandler? handler = null,
        IFrameTap? tap = null,
        Func<double>? random = null)
    {
        _rules = rules;
        _meter = meter;
        _time = time;
        _tap = tap;
        _random = random ?? Random.Shared.NextDouble;
        _timeout = timeout ?? TimeSpan.FromSeconds(10);

        // Cookies are whose who logs in: a jar would add what has expired.
        _http = new HttpClient(handler ?? new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(10), UseCookies = false }, handler is null)
        {
            BaseAddress = baseUrl,
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Gets a public resource.</summary>
    /// <param name="pathAndQuery">The path with its query, percent-encoded.</param>
    /// <param name="weight">What the venue charges for it.</param>
    /// <param name="read">Makes the value of the body; an error if the body cannot be read.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<Result<T>> GetAsync<T>(
        string pathAndQuery, int weight, Func<byte[], Result<T>> read, CancellationToken cancellationToken = default) =>
        QueryAsync(() => VenueCall.Get(pathAndQuery), weight, read, RequestPriority.Normal, cancellationToken);

    /// <summary>Asks what changes nothing, so that it may be asked again.</summary>
    /// <param name="make">Makes the request, anew for each attempt: a signature holds for one moment.</param>
    /// <param name="weight">What the venue charges for it.</param>
    /// <param name="read">Makes the value of the body; an error if the body cannot be read.</param>
    /// <param name="priority">What it is for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<Result<T>> QueryAsync<T>(
        Func<VenueCall> make, int weight, Func<byte[], Result<T>> read, RequestPriority priority, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(make);
        ArgumentNullException.ThrowIfNull(read);
        var backoff = new Backoff(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(2), _random);
        for (var attempt = 1; ; attempt++)
        {
            if (Refusal(weight, priority) is { } refusal)
                return refusal with { Outcome = null };
            var (body, error) = await TrySendAsync(make(), cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (body is not null)
                return read(body);
            var mayHelp = error!.Code is ExchangeErrorCode.Timeout or ExchangeErrorCode.ConnectionLost or ExchangeErrorCode.ConnectFailed or ExchangeErrorCode.VenueUnavailable or ExchangeErrorCode.VenueError;
            if (error.RetryAt is not null || !mayHelp || attempt >= Attempts)
                return error with { Outcome = null, Retryable = error.Retryable || mayHelp };
            await Task.Delay(backoff.Next(), _time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Sends a command, once. The error's outcome is Rejected where the request provably did not leave or the venue refused it, and
    /// Unknown in every other case, an answer that cannot be read among them. Does not throw.
    /// </summary>
    /// <param name="call">The request.</param>
    /// <param name="weight">What the venue charges for it.</param>
    /// <param name="read">Makes the value of the body; an error if the body cannot be read.</param>
    /// <param name="priority">What it is for.</param>
    /// <param name="cancellationToken">Gives the wait up. What was sent stays sent: the outcome is then unknown.</param>
    public async Task<Result<T>> CommandAsync<T>(
        VenueCall call, int weight, Func<byte[], Result<T>> read, RequestPriority priority, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(read);
        if (cancellationToken.IsCancellationRequested)
            return new ExchangeError { Code = ExchangeErrorCode.Timeout, Message = "the request was given up before it was sent", Outcome = CommandOutcome.Rejected, Retryable = true };
        if (Refusal(weight, priority) is { } refusal)
            return refusal.WithOutcome(CommandOutcome.Rejected);
        var (body, error) = await TrySendAsync(call, cancellationToken).ConfigureAwait(false);
        if (body is null)
            return error!.WithOutcome(error.Outcome ?? CommandOutcome.Unknown);
        var result = read(body);
        return result.IsSuccess ? result : result.Error.WithOutcome(result.Error.Outcome ?? CommandOutcome.Unknown);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private ExchangeError? Refusal(int weight, RequestPriority priority)
    {
        if (_meter.Pause is { } pause)
            return pause;
        return _meter.TryTake(weight, priority, out var retryAt) ? null : _meter.Exhausted(retryAt);
    }

    private async Task<(byte[]? Body, ExchangeError? Error)> TrySendAsync(VenueCall call, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using var message = call.ToMessage();
            using var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            _rules.OnResponse(response.Headers);
            if (response.IsSuccessStatusCode)
            {
                var body = await response.Content.ReadAsByteArrayAsync(either.Token).ConfigureAwait(false);
                _tap?.OnHttp(new Uri(_http.BaseAddress!, call.PathAndQuery), body, _time.GetUtcNow());
                return (body, null);
            }

            var reason = await ReadReasonAsync(response, either.Token).ConfigureAwait(false);
            var error = _rules.ReadError((int)response.StatusCode, response.Headers, reason);
            if (_rules.AsksForPause(error))
                error = _meter.PauseFor(WithRetryAfter(error, response.Headers.RetryAfter));
            return (null, error);
        }
        catch (OperationCanceledException)
        {
            var why = timeout.IsCancellationRequested ? $"no answer from {_http.BaseAddress} within {_timeout.TotalSeconds:0.###} s" : "the wait for the answer was given up";
            return (null, new ExchangeError { Code = ExchangeErrorCode.Timeout, Message = why, Retryable = true });
        }
        catch (HttpRequestException e)
        {
            // The connection was never made: the venue cannot have seen the request.
            var neverLeft = e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError;
            return (null, new ExchangeError
            {
                Code = neverLeft ? ExchangeErrorCode.ConnectFailed : ExchangeErrorCode.ConnectionLost,
                Message = $"{_http.BaseAddress}: {e.GetBaseException().Message}",
                Outcome = neverLeft ? CommandOutcome.Rejected : CommandOutcome.Unknown,
                Retryable = true,
            });
        }
        catch (IOException e)
        {
            return (null, new ExchangeError { Code = ExchangeErrorCode.ConnectionLost, Message = $"{_http.BaseAddress}: {e.GetBaseException().Message}", Retryable = true });
        }
    }

    /// <summary>The body of a refusal; a status alone says enough when the body does not come.</summary>
    private static async Task<byte[]> ReadReasonAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return [];
        }
    }

    /// <summary>The later of the time in the error and that in the header.</summary>
    private ExchangeError WithRetryAfter(ExchangeError error, RetryConditionHeaderValue? retryAfter)
    {
        var until = retryAfter?.Date ?? (retryAfter?.Delta is { } delta ? _meter.Now + delta : null);
        return until is not null && (error.RetryAt is null || until > error.RetryAt) ? error with { RetryAt = until } : error;
    }
}
