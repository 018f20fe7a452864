using Exchange.Grains.Interfaces;
using Exchange.Streaming;
using Microsoft.Extensions.Logging;

namespace Exchange.Client.Gateway.Commands;

/// <summary>Calls connections and turns what goes wrong on the way to them into errors with an honest outcome.</summary>
internal sealed partial class GrainCalls(GatewayOptions options, TimeProvider time, GatewayCounters counters, ILogger logger)
{
    /// <param name="method">The wire name, for the message.</param>
    /// <param name="connection">Which connection is called.</param>
    /// <param name="changesVenue">True when the call may change something at the venue: then every error carries an outcome.</param>
    /// <param name="call">The call.</param>
    public async Task<Result<T>> InvokeAsync<T>(
        string method, ConnectionId connection, bool changesVenue, Func<CancellationToken, Task<Result<T>>> call)
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
                : Explain(method, connection, e);
            return changesVenue ? error.WithOutcome(IsOfRequest(error.Code) ? CommandOutcome.Rejected : CommandOutcome.Unknown) : error;
        }
    }

    private ExchangeError Explain(string method, ConnectionId connection, Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e is ConnectionNotDeclaredException)
                return ConnectionErrors.From(e, connection);
        }

        var error = ConnectionErrors.From(exception, connection);
        if (error.Code != ExchangeErrorCode.Internal)
            return error;

        // The text of an unexpected exception may hold anything; it belongs in the log, and the caller gets its number.
        var number = Guid.NewGuid().ToString("N")[..12];
        counters.Failures.Add();
        LogFailed(logger, method, number, exception);
        return error with { Message = $"{method}: a defect of the gateway or of '{connection}'; the gateway's log has the details under {number}" };
    }

    private static ExchangeError TimedOut(string method, TimeSpan after) => new()
    {
        Code = ExchangeErrorCode.Timeout,
        Message = $"{method}: no answer within {after.TotalSeconds:0.###} s",
        Retryable = true,
    };

    /// <summary>Errors by which the request provably never reached a venue.</summary>
    private static bool IsOfRequest(ExchangeErrorCode code) =>
        code is (>= ExchangeErrorCode.InvalidArgument and < ExchangeErrorCode.PriceOffTick) or ExchangeErrorCode.ConnectionNotDeclared or ExchangeErrorCode.NotReady
            or ExchangeErrorCode.CredentialsMissing or ExchangeErrorCode.Stopping or ExchangeErrorCode.TradingHalted or ExchangeErrorCode.ReduceOnlyMode;

    [LoggerMessage(30, LogLevel.Error, "{Method} failed unexpectedly ({Number})")]
    private static partial void LogFailed(ILogger logger, string method, string number, Exception exception);
}
