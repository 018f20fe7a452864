using Exchange.Simulator.Deribit.Market;
using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Deribit.Trading;

/// <summary>What fills do to orders, positions and money.</summary>
internal sealed class Bookkeeping(SimulatorClock clock, AccountEvents events)
{
    /// <summary>The most that an option's fee may be, as a part of its price.</summary>
    private const decimal OptionFeeCap = 0.125m;

    private readonly HashSet<(DeribitAccount Account, InstrumentFeed Feed)> _moved = [];

    /// <summary>A match in a book: books it for whichever sides are accounts'.</summary>
    public void OnTraded(PublicTrade trade)
    {
        var (price, amount) = (Fixed8.ToDecimal(trade.Trade.Price), Fixed8.ToDecimal(trade.Trade.Quantity));
        if (trade.Trade.Maker.Tag is DeribitOrder maker)
        {
            Book(maker, trade, price, amount, isMaker: true);
        }

        if (trade.Trade.Taker.Tag is DeribitOrder taker)
        {
            Book(taker, trade, price, amount, isMaker: false);
        }
    }

    public DeribitFill Book(DeribitOrder order, PublicTrade trade, decimal price, decimal amount, bool isMaker, bool free = false)
    {
        var (account, instrument) = (order.Account, order.Instrument);
        order.AveragePrice = decimal.Round(((order.AveragePrice * order.Filled) + (price * amount)) / (order.Filled + amount), 8);
        order.Filled += amount;
        order.Updated = clock.VenueMilliseconds;
        if (order.Filled >= order.Amount && order.IsOpen)
        {
            order.State = "filled";
            account.Close(order);
        }

        var signed = order.Side == Side.Buy ? amount : -amount;
        var profit = account.Position(instrument).Add(signed, price);
        var fee = free ? 0 : Fee(instrument, price, amount, isMaker);

        // An option's premium changes hands; a future's profit does.
        var money = instrument.IsOption ? -signed * price : profit;
        account.Balances[instrument.SettlementCurrency] = account.Balances.GetValueOrDefault(instrument.SettlementCurrency) + money - fee;
        var fill = new DeribitFill(order, trade, price, amount, fee, profit, isMaker, order.State);
        account.Fills.Add(fill);
        _moved.Add((account, order.Feed));
        events.Changed(order);
        events.Filled(fill);
        return fill;
    }

    /// <summary>Money comes in, or goes out.</summary>
    public void Transfer(DeribitAccount account, string currency, decimal amount)
    {
        account.Balances[currency] = account.Balances.GetValueOrDefault(currency) + amount;
        events.MoneyMoved(account, currency);
    }

    /// <summary>Longs pay a positive rate; it changes the money and nothing else.</summary>
    public void Fund(DeribitAccount account, InstrumentFeed feed, decimal rate)
    {
        var value = feed.Instrument.Value(account.Position(feed.Instrument).Amount, feed.Mark);
        if (value != 0)
        {
            Transfer(account, feed.Instrument.SettlementCurrency, decimal.Round(-value * rate, 12));
        }
    }

    /// <summary>The positions that have changed since somebody last took them.</summary>
    public IReadOnlyCollection<(DeribitAccount Account, InstrumentFeed Feed)> PeekMoved() => _moved.ToArray();

    /// <summary>The same, and forgets them.</summary>
    public IReadOnlyCollection<(DeribitAccount Account, InstrumentFeed Feed)> TakeMoved()
    {
        var moved = _moved.ToArray();
        _moved.Clear();
        return moved;
    }

    private static decimal Fee(DeribitInstrument instrument, decimal price, decimal amount, bool isMaker)
    {
        var rate = isMaker ? instrument.MakerCommission : instrument.TakerCommission;
        var fee = instrument.IsOption ? Math.Min(rate, OptionFeeCap * price) * amount : instrument.Value(amount, price) * rate;
        return decimal.Round(fee, instrument.SettlementCurrency == "USDC" ? 6 : 12);
    }
}
