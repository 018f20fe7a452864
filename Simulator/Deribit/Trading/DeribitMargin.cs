using Exchange.Simulator.Deribit.Market;
using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Deribit.Trading;

/// <summary>The money of one currency, as the account's summary tells it; each currency stands alone (<c>segregated_sm</c>).</summary>
internal sealed record DeribitMargin(
    string Currency, decimal Balance, decimal Profit, decimal OptionsValue, decimal Delta, decimal Initial, decimal Maintenance)
{
    private const decimal OptionShort = 0.15m;

    public decimal Equity => Balance + Profit + OptionsValue;

    public decimal MarginBalance => Balance + Profit;

    public decimal Available => Math.Max(0, MarginBalance - Initial);

    public static DeribitMargin Of(DeribitAccount account, string currency, LiveMarket market, Func<DeribitOrder, bool>? without = null)
    {
        var (profit, value, delta, initial, maintenance) = (0m, 0m, 0m, 0m, 0m);
        foreach (var feed in market.Feeds.Where(feed => feed.Instrument.SettlementCurrency == currency))
        {
            var (instrument, mark) = (feed.Instrument, feed.Mark);
            var position = account.Position(instrument);
            var (buys, sells) = (0m, 0m);
            foreach (var order in account.OpenOrders)
            {
                if (order.Feed == feed && !order.IsTrigger && !order.ReduceOnly && without?.Invoke(order) != true)
                {
                    buys += order.Side == Side.Buy ? order.Remaining : 0;
                    sells += order.Side == Side.Sell ? order.Remaining : 0;
                }
            }

            if (instrument.IsOption)
            {
                value += position.Amount * mark;
                delta += position.Amount * (instrument.OptionType == "call" ? 0.52m : -0.48m);
                initial += (buys * mark) + (Math.Max(0, -(position.Amount - sells)) * (OptionShort + mark));
                maintenance += Math.Max(0, -position.Amount) * (OptionShort / 2 + mark);
            }
            else
            {
                profit += position.Profit(mark);
                delta += instrument.CountsDollars ? instrument.Value(position.Amount, mark) : position.Amount;
                var worst = Math.Max(Math.Abs(position.Amount + buys), Math.Abs(position.Amount - sells));
                initial += instrument.Value(worst, mark) * DeribitInstrument.InitialMargin;
                maintenance += Math.Abs(instrument.Value(position.Amount, mark)) * DeribitInstrument.MaintenanceMargin;
            }
        }

        return new DeribitMargin(currency, account.Balances.GetValueOrDefault(currency), profit, value, delta, initial, maintenance);
    }

    /// <exception cref="DeribitException">10009: what the order needs is not there.</exception>
    public static void Check(DeribitAccount account, LiveMarket market, InstrumentFeed feed, Side side, decimal amount, decimal price, DeribitOrder? replaces = null)
    {
        var instrument = feed.Instrument;
        var now = Of(account, instrument.SettlementCurrency, market, order => order == replaces);
        var position = account.Position(instrument).Amount;
        var increase = Math.Max(0, Math.Abs(position + (side == Side.Buy ? amount : -amount)) - Math.Abs(position));
        var needed = instrument.IsOption
            ? increase * (side == Side.Buy ? price : OptionShort)
            : instrument.Value(increase, price) * DeribitInstrument.InitialMargin;
        if (needed > 0 && needed > now.Available)
        {
            throw DeribitException.Of(10009);
        }
    }
}
