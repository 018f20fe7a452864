using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Binance.Trading;

/// <summary>An account's money at one moment, single-asset mode: USDT alone is margin.</summary>
internal sealed record AccountMargin(
    decimal Wallet, decimal CrossWallet, decimal CrossUnrealised, decimal Unrealised, decimal PositionInitial, decimal OrderInitial,
    decimal Maintenance)
{
    public decimal Initial => PositionInitial + OrderInitial;

    /// <summary>What new orders may bind.</summary>
    public decimal Available => Math.Max(0, CrossWallet + CrossUnrealised - Initial);
}

/// <summary>Initial margin of one symbol's positions and open orders.</summary>
internal readonly record struct SymbolMargin(decimal Position, decimal Orders, decimal BidNotional, decimal AskNotional);

/// <summary>
/// Margin as the venue describes it: a position's notional over its leverage; open orders on top as far as they would make
/// the larger side of the exposure larger still. Closing and reduce-only orders bind nothing.
/// </summary>
internal static class Margin
{
    public const string Asset = "USDT";

    public static AccountMargin Of(Account account, Func<string, decimal> markOf)
    {
        decimal unrealised = 0, crossUnrealised = 0, isolated = 0, maintenance = 0, positions = 0, orders = 0;
        foreach (var position in account.Positions)
        {
            if (position.Amount == 0)
            {
                continue;
            }

            var mark = markOf(position.Symbol);
            var profit = position.Unrealised(mark);
            unrealised += profit;
            maintenance += LeverageBrackets.Maintenance(Math.Abs(position.Amount * mark));
            if (account.Settings(position.Symbol).Isolated)
            {
                isolated += position.IsolatedWallet;
            }
            else
            {
                crossUnrealised += profit;
            }
        }

        foreach (var symbol in Symbols(account))
        {
            var of = OfSymbol(account, symbol, markOf(symbol));
            orders += of.Orders;

            // The margin of an isolated position has left the cross wallet already.
            positions += account.Settings(symbol).Isolated ? 0 : of.Position;
        }

        var wallet = account.Wallets.GetValueOrDefault(Asset);
        return new AccountMargin(wallet, wallet - isolated, crossUnrealised, unrealised, positions, orders, maintenance);
    }

    /// <summary>Symbols with a position or an open order: what version 3 of the account calls lists.</summary>
    public static IReadOnlyList<string> Symbols(Account account) => account.Positions.Where(position => position.Amount != 0)
        .Select(position => position.Symbol)
        .Concat(account.OpenOrders.Select(order => order.Symbol))
        .Distinct(StringComparer.Ordinal)
        .ToArray();

    public static SymbolMargin OfSymbol(Account account, string symbol, decimal mark, PositionSide? leg = null, Extra? extra = null)
    {
        decimal position = 0, orders = 0, bids = 0, asks = 0;
        ReadOnlySpan<PositionSide> sides = account.Hedge ? [PositionSide.Long, PositionSide.Short] : [PositionSide.Both];
        foreach (var side in sides)
        {
            if (leg is not null && leg != side)
            {
                continue;
            }

            decimal bid = 0, ask = 0;
            foreach (var order in account.OpenOrders)
            {
                if (order.Symbol == symbol && order.PositionSide == side && !order.Closes && order != extra?.InPlaceOf)
                {
                    Add(order.Side, order.Remaining * (order.Price == 0 ? mark : order.Price));
                }
            }

            if (extra is { } added && added.PositionSide == side)
            {
                Add(added.Side, added.Notional);
            }

            var present = account.Position(symbol, side).Amount * mark;
            var exposure = Math.Max(Math.Abs(present + bid), Math.Abs(present - ask));
            var leverage = account.Settings(symbol).Leverage;
            position += Math.Abs(present) / leverage;
            orders += Math.Max(0, exposure - Math.Abs(present)) / leverage;
            bids += bid;
            asks += ask;

            void Add(Side of, decimal notional)
            {
                if (of == Side.Buy)
                {
                    bid += notional;
                }
                else
                {
                    ask += notional;
                }
            }
        }

        return new SymbolMargin(position, orders, bids, asks);
    }

    /// <summary>An order that is not there yet.</summary>
    /// <param name="InPlaceOf">The order that it is to replace, if any.</param>
    public sealed record Extra(PositionSide PositionSide, Side Side, decimal Notional, TradingOrder? InPlaceOf = null);

    /// <summary>Refuses an order for which there is not margin enough, or that its leverage does not allow.</summary>
    public static void Check(Account account, SymbolFeed feed, Func<string, decimal> markOf, Extra extra)
    {
        var symbol = feed.Instrument.Symbol;
        var mark = markOf(symbol);
        var before = OfSymbol(account, symbol, mark, extra.PositionSide);
        var after = OfSymbol(account, symbol, mark, extra.PositionSide, extra);
        var increase = after.Orders - before.Orders;
        if (increase <= 0)
        {
            return;
        }

        var leverage = account.Settings(symbol).Leverage;
        if ((after.Orders + after.Position) * leverage > LeverageBrackets.MaximumNotional(leverage))
        {
            throw new BinanceErrorException(400, -2027, "Exceeded the maximum allowable position at current leverage.");
        }

        if (increase > Of(account, markOf).Available)
        {
            throw new BinanceErrorException(400, -2019, "Margin is insufficient.");
        }
    }
}
