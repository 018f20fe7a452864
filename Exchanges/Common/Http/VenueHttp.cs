using System.Net.Http.Headers;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Http;

/// <summary>What differs between the venues' HTTP: how errors read and how budgets are told.</summary>
public abstract class VenueHttpRules
{
    /// <summary>The error that a response other than 2xx stands for.</summary>
    public abstract ExchangeError ReadError(int status, HttpResponseHeaders headers, ReadOnlySpan<byte> body);

    /// <summary>Notes what the response tells of budgets.</summary>
    public virtual void OnResponse(HttpResponseHeaders headers)
    {
    }
}

/// <summary>
/// Public queries to one venue over HTTP. A GET is tried again, with growing waits, where that is safe and may help: no
/// answer, 5xx. A refusal for coming too often is never tried again before the time that the venue gave, by any call.
/// </summary>
public sealed class VenueHttp : IDisposable
{
    private const int Attempts = 3;

    private readonly HttpClient _http;
    private readonly VenueHttpRules _rules;
    private readonly RateMeter _meter;
    private readonly TimeProvider _time;
    private readonly IFrameTap? _tap;
    private readonly Func<double> _random;
    private readonly TimeSpan _timeout;
    private long _pausedUntil;
    private volatile ExchangeError? _pause;

    /// <summary>Creates a client.</summary>
    /// <param name="baseUrl">The venue's address.</param>
    /// <param name="rules">How the venue answers.</param>
    /// <param name="meter">The venue's request budget.</param>
    /// <param name="time">The clock.</param>
    /// <param name="timeout">How long one attempt may take.</param>
    /// <param name="handler">Answers instead of the network, in tests.</param>
    /// <param name="tap">Sees every body, or null.</param>
    /// <param name="random">Gives numbers from 0 up to 1 for the jitter; null for a random source.</param>
    public VenueHttp(
        Uri baseUrl,
        VenueHttpRules rules,
        RateMeter meter,
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
        _http = new HttpClient(handler ?? new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(10) }, handler is null)
        {
            BaseAddress = baseUrl,
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Gets a resource.</summary>
    /// <param name="pathAndQuery">The path with its query, percent-encoded.</param>
    /// <param name="weight">What the venue charges for it.</param>
    /// <param name="read">Makes the value of the body; an error if the body cannot be read.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<Result<T>> GetAsync<T>(
        string pathAndQuery, int weight, Func<byte[], Result<T>> read, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(read);
        var backoff = new Backoff(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(2), _random);
        for (var attempt = 1; ; attempt++)
        {
            if (_pause is { } pause && _time.GetUtcNow().UtcTicks < Interlocked.Read(ref _pausedUntil))
                return pause;
            if (!_meter.TryTake(weight, RequestPriority.Normal, out var retryAt))
                return _meter.Exhausted(retryAt);
            var (body, error) = await TryGetAsync(pathAndQuery, cancellationToken).ConfigureAwait(false);
            if (body is not null)
                return read(body);
            var mayHelp = error!.Code is ExchangeErrorCode.Timeout or ExchangeErrorCode.ConnectionLost or ExchangeErrorCode.ConnectFailed or ExchangeErrorCode.VenueUnavailable or ExchangeErrorCode.VenueError;
            if (error.RetryAt is not null || !mayHelp || attempt >= Attempts)
                return error;
            await Task.Delay(backoff.Next(), _time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<(byte[]? Body, ExchangeError? Error)> TryGetAsync(string pathAndQuery, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using var response = await _http.GetAsync(new Uri(pathAndQuery, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            var body = await response.Content.ReadAsByteArrayAsync(either.Token).ConfigureAwait(false);
            _rules.OnResponse(response.Headers);
            if (response.IsSuccessStatusCode)
            {
                _tap?.OnHttp(new Uri(_http.BaseAddress!, pathAndQuery), body, _time.GetUtcNow());
                return (body, null);
            }

            var error = _rules.ReadError((int)response.StatusCode, response.Headers, body);
            if (error.Code is ExchangeErrorCode.RateLimited or ExchangeErrorCode.Banned)
                error = Pause(error, response.Headers.RetryAfter);
            return (null, error);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, new ExchangeError { Code = ExchangeErrorCode.Timeout, Message = $"no answer from {_http.BaseAddress} within {_timeout.TotalSeconds:0.###} s", Retryable = true });
        }
        catch (HttpRequestException e)
        {
            var code = e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError
                ? ExchangeErrorCode.ConnectFailed
                : ExchangeErrorCode.ConnectionLost;
            return (null, new ExchangeError { Code = code, Message = $"{_http.BaseAddress}: {e.GetBaseException().Message}", Retryable = true });
        }
        catch (IOException e)
        {
            return (null, new ExchangeError { Code = ExchangeErrorCode.ConnectionLost, Message = $"{_http.BaseAddress}: {e.GetBaseException().Message}", Retryable = true });
        }
    }

    /// <summary>The venue wants less of us: until its time, nothing is sent.</summary>
    private ExchangeError Pause(ExchangeError error, RetryConditionHeaderValue? retryAfter)
    {
        var now = _time.GetUtcNow();
        var until = error.RetryAt ?? now.AddTicks(_meter.Window.Ticks - (now.UtcTicks % _meter.Window.Ticks));
        if (retryAfter?.Delta is { } delta && now + delta > until)
            until = now + delta;
        else if (retryAfter?.Date is { } date && date > until)
            until = date;
        error = error with { RetryAt = until, Retryable = true };
        Interlocked.Exchange(ref _pausedUntil, until.UtcTicks);
        _pause = error;
        return error;
    }
}
