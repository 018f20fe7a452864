using System.Globalization;
using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Binance.Trading;

/// <summary>What of an order has to be looked up: the position it closes, the book it meets.</summary>
internal static class OrderChecks
{
    /// <summary>How much of its position a closing order may still take away.</summary>
    public static decimal Reducible(Account account, string symbol, Side side, PositionSide positionSide)
    {
        var amount = account.Position(symbol, positionSide).Amount;
        return Math.Max(0, side == Side.Buy ? -amount : amount);
    }

    public static void CheckReduceOnly(Account account, string symbol, OrderTicket ticket)
    {
        var closing = TradingOrder.IsClosing(ticket.Side, ticket.PositionSide);
        if (!ticket.ReduceOnly && !closing)
        {
            return;
        }

        // In hedge mode a leg cannot be turned round, so more than it holds is refused; one-way, more is merely not filled.
        var reducible = Reducible(account, symbol, ticket.Side, ticket.PositionSide);
        if (reducible == 0 || (closing && ticket.Quantity > reducible))
        {
            throw new BinanceErrorException(400, -2022, "ReduceOnly Order is rejected.");
        }
    }

    public static void CheckImmediate(SymbolFeed feed, OrderTicket ticket, long price, long quantity)
    {
        if (ticket.TimeInForce == "GTX" && feed.Book.WouldTake(ticket.Side, price))
        {
            throw new BinanceErrorException(400, -5022,
                "Due to the order could not be executed as maker, the Post Only order will be rejected. The order will not be recorded in the order history.");
        }

        if (ticket.TimeInForce == "FOK" && feed.Book.Fillable(ticket.Side, price, quantity) < quantity)
        {
            throw new BinanceErrorException(400, -5021,
                "Due to the order could not be filled immediately, the FOK order has been rejected. The order will not be recorded in the order history.");
        }
    }

    /// <summary>A market order walks the book no further than <c>marketTakeBound</c> from the mark.</summary>
    public static long MarketBound(SymbolFeed feed, Side side, decimal mark)
    {
        var bound = mark * (side == Side.Buy ? Filters.PercentUp : Filters.PercentDown);
        return Fixed8.Of(Math.Round(bound, Fixed8.Digits));
    }

    public static decimal MatchedPrice(SymbolFeed feed, Side side, string priceMatch)
    {
        var own = priceMatch.StartsWith("QUEUE", StringComparison.Ordinal);
        var rank = priceMatch.LastIndexOf('_') is var at && at > 0 ? int.Parse(priceMatch[(at + 1)..], CultureInfo.InvariantCulture) - 1 : 0;
        var levels = feed.Book[own ? side : MatchingBook.Opposite(side)];
        return rank < levels.Count
            ? Fixed8.ToDecimal(levels[rank].Price)
            : throw new BinanceErrorException(400, -5041, "No depth matches this BBO order.");
    }
}
