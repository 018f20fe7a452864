using Exchange.Simulator.Engine;
using Exchange.Simulator.Grvt.Market;
using Exchange.Simulator.Grvt.Wire;

namespace Exchange.Simulator.Grvt.Trading;

/// <summary>
/// An account's money at one moment (sheet, section 8): equity is balance and what is unrealised; an instrument binds the larger
/// side of its exposure, open orders counted, over its leverage.
/// </summary>
internal sealed record GrvtMargin(decimal Balance, decimal Unrealised, decimal Initial, decimal Maintenance)
{
    /// <summary>The venue tells no brackets here: half of the margin at the highest leverage.</summary>
    public const decimal MaintenanceRate = 0.01m;

    public const decimal MaximumLeverage = 50;

    public decimal Equity => Balance + Unrealised;

    public decimal Available => Equity - Initial - Math.Min(Unrealised, 0);

    public static GrvtMargin Of(GrvtAccount account, Func<string, GrvtFeed> feedOf)
    {
        decimal unrealised = 0, maintenance = 0;
        foreach (var position in account.Positions)
        {
            var mark = feedOf(position.Symbol).Mark;
            unrealised += position.Unrealised(mark);
            maintenance += Math.Abs(position.Size * mark) * MaintenanceRate;
        }

        var initial = Symbols(account).Sum(symbol => InitialOf(account, feedOf(symbol)));
        return new GrvtMargin(account.Balances.GetValueOrDefault("USDT"), unrealised, initial, maintenance);
    }

    /// <summary>Refuses an order for which there is not margin enough (2080), or that would make the position too large (2081).</summary>
    public static void Check(GrvtAccount account, GrvtFeed feed, GrvtTicket ticket, Func<string, GrvtFeed> feedOf)
    {
        var signed = ticket.Side == Side.Buy ? ticket.Size : -ticket.Size;
        if (Math.Abs(account.Position(feed.Symbol).Size + signed) > feed.Instrument.MaximumPosition)
        {
            throw new GrvtErrorException(2081);
        }

        var increase = InitialOf(account, feed, ticket) - InitialOf(account, feed);
        if (increase > 0 && increase > Of(account, feedOf).Available)
        {
            throw new GrvtErrorException(2080);
        }
    }

    public void Write(GrvtWriter writer, GrvtAccount account, long now, Func<string, GrvtFeed> feedOf)
    {
        writer.Text("event_time", GrvtText.Nanoseconds(now));
        writer.Text("sub_account_id", GrvtText.Of(account.SubAccountId));
        writer.Text("margin_type", "SIMPLE_CROSS_MARGIN");
        writer.Text("settle_currency", "USDT");
        writer.Number("unrealized_pnl", Unrealised);
        writer.Number("total_equity", Equity);
        writer.Number("initial_margin", Initial);
        writer.Number("maintenance_margin", Maintenance);
        writer.Number("available_balance", Available);
        WriteBalances(writer, account);
        writer.Objects("positions", "position", account.Positions.Where(position => position.Size != 0),
            (inner, position) => WritePosition(inner, account, position, feedOf(position.Symbol), now));
        writer.Text("settle_index_price", "1.0");
        writer.Text("derisk_margin", "0.0");
        writer.Text("derisk_to_maintenance_margin_ratio", "1.0");
        writer.Number("total_cross_equity", Equity);
        writer.Number("cross_unrealized_pnl", Unrealised);
    }

    public static void WriteBalances(GrvtWriter writer, GrvtAccount account) =>
        writer.Objects("spot_balances", "spot-balance", account.Balances, static (inner, balance) =>
        {
            inner.Text("currency", balance.Key);
            inner.Number("balance", balance.Value);
            inner.Text("index_price", "1.0");
        });

    public static void WritePosition(GrvtWriter writer, GrvtAccount account, GrvtPosition position, GrvtFeed feed, long now)
    {
        var (mark, leverage) = (feed.Mark, account.Leverage(position.Symbol));
        var unrealised = position.Unrealised(mark);
        var margin = Math.Abs(position.Size * position.EntryPrice) / leverage;
        writer.Text("event_time", GrvtText.Nanoseconds(now));
        writer.Text("sub_account_id", GrvtText.Of(account.SubAccountId));
        writer.Text("instrument", position.Symbol);
        writer.Number("size", position.Size);
        writer.Number("notional", position.Size * mark);
        writer.Number("entry_price", position.EntryPrice);
        writer.Number("exit_price", position.ExitPrice);
        writer.Number("mark_price", mark);
        writer.Number("unrealized_pnl", unrealised);
        writer.Number("realized_pnl", position.Realised);
        writer.Number("total_pnl", unrealised + position.Realised);
        writer.Number("roi", margin == 0 ? 0 : Math.Round(unrealised / margin * 100, 4));
        writer.Text("quote_index_price", "1.0");
        writer.Number("est_liquidation_price", position.Size == 0 ? 0
            : Math.Max(0, position.EntryPrice - (account.Balances.GetValueOrDefault("USDT") / position.Size)));
        writer.Number("leverage", leverage);
        writer.Number("cumulative_fee", position.Fees);
        writer.Number("cumulative_realized_funding_payment", position.Funding);
        writer.Text("margin_type", "CROSS");
    }

    private static IEnumerable<string> Symbols(GrvtAccount account) => account.Positions.Where(position => position.Size != 0)
        .Select(position => position.Symbol)
        .Concat(account.OpenOrders.Select(order => order.Symbol))
        .Distinct(StringComparer.Ordinal);

    private static decimal InitialOf(GrvtAccount account, GrvtFeed feed, GrvtTicket? extra = null)
    {
        decimal bids = 0, asks = 0;
        foreach (var order in account.OpenOrders)
        {
            if (order.Symbol == feed.Symbol && !order.Ticket.ReduceOnly && !order.Waits)
            {
                Add(order.Ticket, order.Remaining);
            }
        }

        if (extra is not null)
        {
            Add(extra, extra.Size);
        }

        var present = account.Position(feed.Symbol).Size * feed.Mark;
        return Math.Max(Math.Abs(present + bids), Math.Abs(present - asks)) / account.Leverage(feed.Symbol);

        void Add(GrvtTicket ticket, decimal size)
        {
            var notional = size * (ticket.IsMarket ? feed.Mark : ticket.Price);
            (bids, asks) = ticket.Side == Side.Buy ? (bids + notional, asks) : (bids, asks + notional);
        }
    }
}
