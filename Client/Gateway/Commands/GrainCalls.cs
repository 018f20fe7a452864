using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Exchange.Client.Gateway.Commands;

/// <summary>Calls connections and turns what goes wrong on the way to them into errors with an honest outcome.</summary>
internal sealed partial class GrainCalls(GatewayOptions options, TimeProvider time, GatewayCounters counters, ILogger logger)
{
    /// <param name="method">The wire name, for the message.</param>
    /// <param name="changesVenue">True when the call may change something at the venue: then every error carries an outcome.</param>
    /// <param name="call">The call.</param>
    public async Task<Result<T>> InvokeAsync<T>(string method, bool changesVenue, Func<CancellationToken, Task<Result<T>>> call)
    {
        using var timeout = new CancellationTokenSource(options.CommandTimeout, time);
        try
        {
            var result = await call(timeout.Token).WaitAsync(timeout.Token);
            return result.IsSuccess || !changesVenue || result.Error.Outcome is not null
                ? result
                : result.Error.WithOutcome(IsOfRequest(result.Error.Code) ? CommandOutcome.Rejected : CommandOutcome.Unknown);
        }
        catch (Exception e)
        {
            var error = e is OperationCanceledException && timeout.IsCancellationRequested
                ? TimedOut(method, options.CommandTimeout)
                : Explain(method, e);
            return changesVenue ? error.WithOutcome(IsProvablyNotSent(error.Code) ? CommandOutcome.Rejected : CommandOutcome.Unknown) : error;
        }
    }

    private ExchangeError Explain(string method, Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            switch (e)
            {
                case ConnectionNotDeclaredException:
                    return new ExchangeError { Code = ErrorCode.ConnectionNotDeclared, Message = e.Message, Retryable = true };
                case OrleansMessageRejectionException:
                    return new ExchangeError
                    {
                        Code = ErrorCode.ConnectionUnavailable,
                        Message = $"{method}: the silo that serves the connection does not answer; another may take over",
                        Retryable = true,
                    };
                case TimeoutException:
                    return TimedOut(method, null);
            }
        }

        // The text of an unexpected exception may hold anything; it belongs in the log, and the caller gets its number.
        var number = Guid.NewGuid().ToString("N")[..12];
        counters.Failures.Add();
        LogFailed(logger, method, number, exception);
        return new ExchangeError { Code = ErrorCode.Internal, Message = $"{method}: a defect of the gateway or the connection; its log has the details under {number}" };
    }

    private static ExchangeError TimedOut(string method, TimeSpan? after) => new()
    {
        Code = ErrorCode.Timeout,
        Message = after is { } limit ? $"{method}: no answer within {limit.TotalSeconds:0.###} s" : $"{method}: no answer in time",
        Retryable = true,
    };

    /// <summary>Errors by which the request itself was refused, before anything left.</summary>
    private static bool IsOfRequest(ErrorCode code) => code is >= ErrorCode.InvalidArgument and < ErrorCode.PriceOffTick;

    private static bool IsProvablyNotSent(ErrorCode code) => code == ErrorCode.ConnectionNotDeclared;

    [LoggerMessage(30, LogLevel.Error, "{Method} failed unexpectedly ({Number})")]
    private static partial void LogFailed(ILogger logger, string method, string number, Exception exception);
}
