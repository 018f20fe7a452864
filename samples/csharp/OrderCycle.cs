using Exchange.Client.Protocol;
using Exchange.Client.Trader;
using Exchange.Grains.Interfaces;

namespace Exchange.Samples;

/// <summary>
/// The whole life of an order, again and again: rests one below the market, moves it, buys at the market, sells what it bought, cancels
/// the one that rests. With small quantities, and nothing is left behind.
/// </summary>
internal sealed class OrderCycle(TraderClient trader, Desk desk)
{
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);
    private const int TicksBelow = 20;

    private Instrument? _instrument;

    /// <summary>Takes the picture that the session began with.</summary>
    /// <returns>Why trading cannot begin; null when it can.</returns>
    public ExchangeError? Begin(ExchangeStart here)
    {
        if (here is { Ready: false, Problems: [var problem, ..] })
            return problem.Error;
        desk.Orders.Begin(here);
        _instrument = here.Instruments?.FirstOrDefault(i => i.Symbol == desk.Market.Symbol);
        return _instrument is not null
            ? null
            : new ExchangeError { Code = ExchangeErrorCode.UnknownSymbol, Message = $"{desk.Market.Exchange} does not list {desk.Market.Symbol}" };
    }

    /// <summary>Trades until it is told to stop; the cycle that is under way is finished.</summary>
    public async Task RunAsync(CancellationToken until)
    {
        while (!until.IsCancellationRequested)
        {
            if (desk.View.Book is { Data: { State: BookState.Synced, Bids: [var bid, ..], Asks: [var ask, ..] } })
                await TradeAsync(bid.Price, ask.Price);
            try
            {
                await Task.Delay(_pause, until);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task TradeAsync(decimal bid, decimal ask)
    {
        var tick = _instrument!.TickSize;
        var quantity = SmallQuantity(_instrument, ask);
        var resting = await Do(trader.PlaceOrder(desk.Market.Exchange, new LimitOrderRequest
        {
            Symbol = desk.Market.Symbol,
            Side = Side.Buy,
            Quantity = quantity,
            Price = bid - (TicksBelow * tick),
            PostOnly = true,
        }));
        if (resting is null)
            return;
        var key = new OrderKey { Symbol = desk.Market.Symbol, ClientOrderId = resting.Order.ClientOrderId };
        await Do(trader.ReplaceOrder(desk.Market.Exchange, new ReplaceOrderRequest { Order = key, Price = bid - ((TicksBelow + 1) * tick) }));
        var bought = await Do(trader.PlaceOrder(desk.Market.Exchange, new MarketOrderRequest { Symbol = desk.Market.Symbol, Side = Side.Buy, Quantity = quantity }));
        if (bought is not null)
        {
            // Only then there is something to sell.
            await desk.Orders.WhenEnded(bought.Order.ClientOrderId).WaitAsync(_patience);
            await Do(trader.PlaceOrder(desk.Market.Exchange, new MarketOrderRequest { Symbol = desk.Market.Symbol, Side = Side.Sell, Quantity = quantity, ReduceOnly = true }));
        }

        await Do(trader.CancelOrder(desk.Market.Exchange, key));
    }

    private async Task<OrderAck?> Do(Task<Result<OrderAck>> command)
    {
        var started = TimeProvider.System.GetTimestamp();
        var result = await command;
        if (result.IsSuccess)
            desk.Orders.Measure(TimeProvider.System.GetElapsedTime(started));
        else
            desk.Orders.Refuse(result.Error);
        return result.Value;
    }

    /// <summary>The least that the venue takes, with some room for the price to fall before the order arrives.</summary>
    private static decimal SmallQuantity(Instrument instrument, decimal price)
    {
        var least = Math.Max(instrument.MinQuantity, (instrument.MinNotional ?? 0) * 1.2m / price);
        return Math.Ceiling(least / instrument.LotStep) * instrument.LotStep;
    }
}
