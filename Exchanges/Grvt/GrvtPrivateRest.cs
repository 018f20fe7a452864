using Exchange.Exchanges.Common.Http;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Grvt;

/// <summary>
/// Calls on the trading host, proven by the login's cookie (venue sheet, sections 3 and 8). A call that is refused because the login has
/// ended did nothing: it is made once more with another login, whoever else has found the same meanwhile.
/// </summary>
internal sealed class GrvtPrivateRest(VenueHttp http, GrvtLogin login, GrvtRest publicRest, VenueClock clock, bool lite)
{
    private readonly Lock _gate = new();
    private Task<ExchangeError?>? _measuring;

    /// <summary>Whether names are initials.</summary>
    public bool IsLite => lite;

    /// <summary>Who logs in and signs; null while there are no credentials.</summary>
    public GrvtSigner? Signer => login.Signer;

    /// <summary>Asks; may be asked again.</summary>
    /// <param name="name">The call's name with its version.</param>
    /// <param name="weight">What it costs of the private queries.</param>
    /// <param name="read">Reads the body.</param>
    /// <param name="fill">Adds the parameters behind the sub-account; null for none.</param>
    /// <param name="priority">What it is for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<Result<T>> QueryAsync<T>(
        string name,
        int weight,
        Func<byte[], Result<T>> read,
        Action<GrvtParams>? fill = null,
        RequestPriority priority = RequestPriority.Normal,
        CancellationToken cancellationToken = default) =>
        WithLoginAsync(
            grant =>
            {
                var call = Call(grant, name, fill);
                return http.QueryAsync(() => call, weight, read, priority, cancellationToken);
            },
            null,
            cancellationToken);

    /// <summary>Sends a command, once; twice only where the venue refused the first because the login had ended.</summary>
    /// <param name="name">The call's name with its version.</param>
    /// <param name="read">Reads the body.</param>
    /// <param name="fill">Adds the parameters behind the sub-account.</param>
    /// <param name="priority">What it is for.</param>
    /// <param name="weight">What it costs of the private queries.</param>
    /// <param name="cancellationToken">Gives the wait up.</param>
    public Task<Result<T>> CommandAsync<T>(
        string name, Func<byte[], Result<T>> read, Action<GrvtParams> fill, RequestPriority priority, int weight = 1, CancellationToken cancellationToken = default) =>
        WithLoginAsync(grant => http.CommandAsync(Call(grant, name, fill), weight, read, priority, cancellationToken), CommandOutcome.Rejected, cancellationToken);

    /// <summary>Sends a command whose body is written already, the sub-account in it where the venue wants it.</summary>
    public Task<Result<T>> CommandAsync<T>(string name, Func<byte[], Result<T>> read, ReadOnlyMemory<byte> body, RequestPriority priority) =>
        WithLoginAsync(grant => http.CommandAsync(Call(grant, name, body), 1, read, priority), CommandOutcome.Rejected, CancellationToken.None);

    /// <summary>Measures the venue's clock; who comes while it is being measured waits for the same answer.</summary>
    public Task<ExchangeError?> MeasureClockAsync()
    {
        lock (_gate)
        {
            return _measuring is { IsCompleted: false } running ? running : _measuring = Measure();
        }

        // How the answer looks is not documented. One that cannot be read leaves our own clock, which is off by less than signatures allow.
        async Task<ExchangeError?> Measure() =>
            (await clock.MeasureAsync(publicRest.GetTime).ConfigureAwait(false)).Error is { Code: not ExchangeErrorCode.UnreadableReply } error ? error : null;
    }

    private async Task<Result<T>> WithLoginAsync<T>(Func<GrvtGrant, Task<Result<T>>> send, CommandOutcome? unsent, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            Result<GrvtGrant> grant;
            try
            {
                grant = await login.GetAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (unsent is not null)
            {
                return new ExchangeError { Code = ExchangeErrorCode.Timeout, Message = "the request was given up before it was sent", Outcome = CommandOutcome.Rejected, Retryable = true };
            }

            if (!grant.IsSuccess)
                return grant.Error with { Outcome = unsent };
            var answer = await send(grant.Value).ConfigureAwait(false);
            if (!GrvtErrors.IsLoginOver(answer.Error) || attempt > 1)
                return answer;
            login.Invalidate(grant.Value);
        }
    }

    private VenueCall Call(GrvtGrant grant, string name, Action<GrvtParams>? fill)
    {
        var request = new GrvtParams(lite);
        if (login.Signer is { } signer)
            request.Add(GrvtNames.SubAccountId, signer.SubAccountId);
        fill?.Invoke(request);
        return Call(grant, name, request.Finish());
    }

    private VenueCall Call(GrvtGrant grant, string name, ReadOnlyMemory<byte> body) =>
        new(HttpMethod.Post, (lite ? "/lite/" : "/full/") + name, grant.Headers[0], body, SecondHeader: grant.Headers[1]);
}
