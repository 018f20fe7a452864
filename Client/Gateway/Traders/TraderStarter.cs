using System.Collections.Immutable;
using Exchange.Client.Gateway.Commands;
using Exchange.Client.Protocol;
using Exchange.Grains.Interfaces;
using Orleans;

namespace Exchange.Client.Gateway.Traders;

/// <summary>Gathers what a trader starts with: each picture with its place in its stream.</summary>
internal sealed class TraderStarter(IGrainFactory grains, GrainCalls calls, DeadManGuard deadMan)
{
    /// <summary>Everything of one exchange, asked for at once. A part that cannot be had is told, and does not keep the others back.</summary>
    public async Task<ExchangeStart> GatherAsync(string exchange, bool withInstruments)
    {
        var problems = new List<StartProblem>();
        var oms = grains.GetGrain<IExchangeOmsGrain>(exchange);
        var pms = grains.GetGrain<IExchangePmsGrain>(exchange);
        var data = grains.GetGrain<IExchangeDataFetcherGrain>(exchange);

        var omsStatus = Ask("orders", ConnectionRole.Oms, oms.GetStatus);
        var pmsStatus = Ask("positions", ConnectionRole.Pms, pms.GetStatus);
        var state = Ask("trading_state", ConnectionRole.Oms, oms.GetTradingState);
        var orders = Ask("orders", ConnectionRole.Oms, oms.GetOpenOrders);
        var positions = Ask("positions", ConnectionRole.Pms, pms.GetPositions);
        var account = Ask("account", ConnectionRole.Pms, pms.GetAccount);
        var capabilities = Ask("capabilities", ConnectionRole.Oms, oms.GetCapabilities);
        var instruments = withInstruments ? Ask("instruments", ConnectionRole.Data, data.GetInstruments) : null;
        await Task.WhenAll(omsStatus, pmsStatus, state, orders, positions, account, capabilities, instruments ?? Task.CompletedTask);

        var start = new ExchangeStart
        {
            Exchange = exchange,
            Ready = false,
            TradingState = TakeValue("trading_state", await state),
            Orders = Take("orders", await orders),
            Positions = Take("positions", await positions),
            Account = Take("account", await account),
            Capabilities = Take("capabilities", await capabilities),
            Instruments = instruments is null ? null : TakeValue("instruments", await instruments),
            DeadMan = deadMan.StatusOf(exchange),
        };
        NotReady("orders", await omsStatus);
        NotReady("positions", await pmsStatus);
        return start with { Ready = problems.Count == 0, Problems = [.. problems] };

        Task<Result<T>> Ask<T>(string part, ConnectionRole role, Func<CancellationToken, Task<Result<T>>> call) =>
            calls.InvokeAsync($"session.start ({part})", new ConnectionId(role, exchange), changesVenue: false, call);

        // A value's default would say something that nobody said: active, for a kill switch that nobody could ask.
        T? TakeValue<T>(string part, Result<T> result) where T : struct
        {
            if (result.IsSuccess)
                return result.Value;
            problems.Add(new StartProblem(part, result.Error));
            return null;
        }

        T? Take<T>(string part, Result<T> result) where T : class
        {
            if (!result.IsSuccess)
                problems.Add(new StartProblem(part, result.Error));
            return result.Value;
        }

        void NotReady(string part, Result<ConnectionStatus> status)
        {
            if (problems.Any(p => p.Part == part))
                return;
            if (!status.IsSuccess)
            {
                problems.Add(new StartProblem(part, status.Error));
            }
            else if (!status.Value.IsReady)
            {
                problems.Add(new StartProblem(part, new ExchangeError
                {
                    Code = ExchangeErrorCode.NotReady,
                    Message = $"{status.Value.Connection} is {WireName<ConnectionState>.Of(status.Value.State)}: {status.Value.Reason ?? "no reason given"}; what is told here may be old",
                    Retryable = true,
                }));
            }
        }
    }
}
