using System.Globalization;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Orders;

/// <summary>An instrument's grids of prices and quantities, and the nearest values on them.</summary>
internal static class PriceGrid
{
    /// <summary>The tick size at a price.</summary>
    public static decimal TickAt(Instrument instrument, decimal price)
    {
        var tick = instrument.TickSize;
        foreach (var step in instrument.TickSteps)
        {
            if (price < step.AbovePrice)
                break;
            tick = step.TickSize;
        }

        return tick;
    }

    /// <summary>Null when the price is on the grid.</summary>
    public static ExchangeError? CheckPrice(Instrument instrument, decimal price, string field)
    {
        var tick = TickAt(instrument, price);
        if (price <= 0)
            return Error(ExchangeErrorCode.PriceOutOfRange, field, $"{price} is not a price: it must be above 0");
        if (tick > 0 && price % tick != 0)
            return Error(ExchangeErrorCode.PriceOffTick, field, $"{price} is not a multiple of {instrument.Symbol}'s tick size {tick}; the nearest are {Nearest(price, tick)}");
        if (price < instrument.MinPrice)
            return Error(ExchangeErrorCode.PriceOutOfRange, field, $"{price} is below {instrument.Symbol}'s lowest price {instrument.MinPrice}");
        if (price > instrument.MaxPrice)
            return Error(ExchangeErrorCode.PriceOutOfRange, field, $"{price} is above {instrument.Symbol}'s highest price {instrument.MaxPrice}");
        return null;
    }

    /// <summary>Null when the quantity is on the grid and within the bounds of its kind of order.</summary>
    public static ExchangeError? CheckQuantity(Instrument instrument, decimal quantity, bool market)
    {
        const string field = "quantity";
        if (quantity <= 0)
            return Error(ExchangeErrorCode.QuantityOutOfRange, field, $"{quantity} is not a quantity: it must be above 0");
        if (instrument.LotStep > 0 && quantity % instrument.LotStep != 0)
            return Error(ExchangeErrorCode.QuantityOffStep, field, $"{quantity} is not a multiple of {instrument.Symbol}'s lot step {instrument.LotStep}; the nearest are {Nearest(quantity, instrument.LotStep)}");
        if (quantity < instrument.MinQuantity)
            return Error(ExchangeErrorCode.QuantityOutOfRange, field, $"{quantity} is below {instrument.Symbol}'s minimum {instrument.MinQuantity}");
        var most = market ? instrument.MaxMarketQuantity ?? instrument.MaxQuantity : instrument.MaxQuantity;
        if (quantity > most)
            return Error(ExchangeErrorCode.QuantityOutOfRange, field, $"{quantity} is above {instrument.Symbol}'s maximum {most} for a {(market ? "market" : "limit")} order");
        return null;
    }

    private static string Nearest(decimal value, decimal step)
    {
        var below = Math.Floor(value / step) * step;
        return below > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{below} and {below + step}")
            : string.Create(CultureInfo.InvariantCulture, $"{step}");
    }

    private static ExchangeError Error(ExchangeErrorCode code, string field, FormattableString message) =>
        new() { Code = code, Field = field, Message = $"{field}: {message.ToString(CultureInfo.InvariantCulture)}" };
}
