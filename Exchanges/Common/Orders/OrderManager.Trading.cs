using Exchange.Exchanges.Common.Journal;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Orders;

/// <content>What may leave now: readiness, fence and kill switch.</content>
public sealed partial class OrderManager
{
    /// <summary>The kill switch's position.</summary>
    public TradingState TradingState
    {
        get
        {
            lock (_gate)
                return _tradingState;
        }
    }

    /// <summary>
    /// Moves the kill switch. It is written down, so that a restart does not release it. Where it cannot be written, a stricter
    /// position is taken all the same and a looser one is refused.
    /// </summary>
    public Result<TradingState> SetTradingState(TradingState state)
    {
        lock (_gate)
        {
            if (!Enum.IsDefined(state))
                return ExchangeError.InvalidArgument("state", $"{(int)state} is none of active, reduce_only, halted").WithOutcome(CommandOutcome.Rejected);
            if (Intend(new JournalRecord { Kind = JournalKind.Trading, Time = Now, Trading = state }) is { } notWritten && state < _tradingState)
                return notWritten;
            if (_tradingState != state)
                OrderLog.TradingState(_logger, _exchange, state.ToString());
            _tradingState = state;
            return state;
        }
    }

    private ExchangeError? MayPlace(bool reduceOnly, PositionSide leg, Side side)
    {
        if (_stopping)
            return new ExchangeError { Code = ExchangeErrorCode.Stopping, Message = $"the connection to {_exchange} is stopping and takes no new orders", Retryable = true };
        if (_fenced.Task.IsCompleted)
            return _fenced.Task.Result;
        if (_readiness != OrderReadiness.Ready)
            return NotReady();
        return _tradingState switch
        {
            TradingState.Halted => new ExchangeError { Code = ExchangeErrorCode.TradingHalted, Message = $"trading on {_exchange} is halted by the kill switch; cancels pass" },
            TradingState.ReduceOnly when !Exposure.Reduces(reduceOnly, leg, side) => new ExchangeError
            {
                Code = ExchangeErrorCode.ReduceOnlyMode,
                Message = $"the kill switch of {_exchange} lets only orders pass that reduce a position: set reduce_only, or close a leg",
            },
            _ => null,
        };
    }

    /// <summary>Cancels leave whenever there is a way and nobody newer is in charge.</summary>
    private ExchangeError? MayCancel()
    {
        if (_fenced.Task.IsCompleted)
            return _fenced.Task.Result;
        return _readiness == OrderReadiness.None ? NotReady().WithOutcome(CommandOutcome.Rejected) : null;
    }

    private ExchangeError NotReady() => new()
    {
        Code = ExchangeErrorCode.NotReady,
        Message = $"the connection to {_exchange} is not ready ({_notReadyBecause}); nothing was sent",
        Retryable = true,
    };
}
