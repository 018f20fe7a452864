using System.Globalization;
using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Binance.Trading;

/// <summary>The filters that <c>exchangeInfo</c> tells, applied to an order (sheet, section 9), with the venue's codes.</summary>
internal static class Filters
{
    public const int MaximumOpenOrders = 200;
    public const decimal PercentUp = 1.05m;
    public const decimal PercentDown = 0.95m;

    public static void Check(SymbolFeed feed, OrderTicket ticket, decimal? price, decimal mark)
    {
        CheckStatus(feed);
        CheckQuantity(feed.Instrument, ticket.Quantity, ticket.IsMarket);
        if (price is { } limit)
        {
            CheckPrice(feed.Instrument, limit);
            CheckPercent(feed.Instrument, ticket.Side, limit, mark);
        }
        else
        {
            CheckCounterparty(feed, ticket.Side, mark);
        }

        if (!ticket.ReduceOnly && !TradingOrder.IsClosing(ticket.Side, ticket.PositionSide))
        {
            var least = Number(feed.Instrument.MinimumNotional);
            if (ticket.Quantity * (price ?? mark) < least)
            {
                throw new BinanceErrorException(400, -4164,
                    $"Order's notional must be no smaller than {Decimals.Plain(least)} (unless you choose reduce only).");
            }
        }
    }

    public static void CheckStatus(SymbolFeed feed)
    {
        if (feed.Instrument.Status != "TRADING")
        {
            throw new BinanceErrorException(400, -4141, "Symbol is closed.");
        }
    }

    public static void CheckQuantity(BinanceInstrument instrument, decimal quantity, bool market)
    {
        var step = Fixed8.ToDecimal(instrument.Core.LotStep);
        if (quantity <= 0)
        {
            throw new BinanceErrorException(400, -4003, "Quantity less than or equal to zero.");
        }

        if (Decimals.DigitsOf(quantity) > instrument.Core.QuantityDigits)
        {
            throw Precision();
        }

        if (quantity < step)
        {
            throw new BinanceErrorException(400, -4004, "Quantity less than min quantity.");
        }

        if (quantity > Number(market ? instrument.MaximumMarketQuantity : instrument.MaximumQuantity))
        {
            throw new BinanceErrorException(400, -4005, "Quantity greater than max quantity.");
        }

        if (quantity % step != 0)
        {
            throw new BinanceErrorException(400, -4023, "Quantity not increased by step size.");
        }
    }

    public static void CheckPrice(BinanceInstrument instrument, decimal price)
    {
        if (price <= 0 || price < Number(instrument.MinimumPrice))
        {
            throw new BinanceErrorException(400, -4013, $"Price less than min price {instrument.MinimumPrice}.");
        }

        if (price > Number(instrument.MaximumPrice))
        {
            throw new BinanceErrorException(400, -4002, "Price greater than max price.");
        }

        if (Decimals.DigitsOf(price) > instrument.Core.PriceDigits)
        {
            throw Precision();
        }

        if ((price - Number(instrument.MinimumPrice)) % Fixed8.ToDecimal(instrument.Core.Tick) != 0)
        {
            throw new BinanceErrorException(400, -4014, "Price not increased by tick size.");
        }
    }

    /// <summary>PERCENT_PRICE: a buyer may not bid far above the mark, nor a seller offer far below it.</summary>
    public static void CheckPercent(BinanceInstrument instrument, Side side, decimal price, decimal mark)
    {
        var digits = instrument.Core.PriceDigits;
        if (side == Side.Buy && price > mark * PercentUp)
        {
            throw new BinanceErrorException(400, -4016, $"Limit price can't be higher than {Decimals.Fixed(mark * PercentUp, digits)}.");
        }

        if (side == Side.Sell && price < mark * PercentDown)
        {
            throw new BinanceErrorException(400, -4024, $"Limit price can't be lower than {Decimals.Fixed(mark * PercentDown, digits)}.");
        }
    }

    private static void CheckCounterparty(SymbolFeed feed, Side side, decimal mark)
    {
        var best = feed.Book[MatchingBook.Opposite(side)].Best is { } level ? Fixed8.ToDecimal(level.Price) : (decimal?)null;
        if (best is null || (side == Side.Buy ? best > mark * PercentUp : best < mark * PercentDown))
        {
            throw new BinanceErrorException(400, -4131, "The counterparty's best price does not meet the PERCENT_PRICE filter limit.");
        }
    }

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);

    private static BinanceErrorException Precision() => new(400, -1111, "Precision is over the maximum defined for this asset.");
}
