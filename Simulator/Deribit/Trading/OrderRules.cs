using Exchange.Simulator.Deribit.Market;
using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Deribit.Trading;

/// <summary>What an instrument asks of amounts and prices.</summary>
internal static class OrderRules
{
    public static void CheckState(DeribitInstrument instrument, bool cancelOnly = false)
    {
        switch (instrument.State)
        {
            case "open":
            case "locked" when cancelOnly:
                return;
            case "settlement":
                throw DeribitException.Of(10041);
            case "locked":
                throw DeribitException.Of(10019);
            default:
                throw DeribitException.Of(10012);
        }
    }

    public static void CheckAmount(DeribitInstrument instrument, decimal amount)
    {
        if (amount <= 0)
        {
            throw DeribitException.Of(10021);
        }

        if (amount < instrument.MinimumAmount)
        {
            throw DeribitException.Of(10002);
        }

        if (amount % instrument.AmountStep != 0)
        {
            throw DeribitException.Of(10027);
        }
    }

    public static void CheckDisplay(DeribitInstrument instrument, decimal amount, decimal? display)
    {
        if (display is { } shown && (shown < 100 * instrument.MinimumAmount || shown < amount / 100 || shown % instrument.AmountStep != 0))
        {
            throw DeribitException.Parameters("display_amount", "must be at least 100 times the minimum amount and 1 % of the order");
        }
    }

    /// <summary>The price that the order gets: the one asked for, or the end of the band where that is clamped.</summary>
    public static decimal CheckPrice(InstrumentFeed feed, DeribitSimulatorOptions options, Side side, decimal price)
    {
        var instrument = feed.Instrument;
        if (price <= 0)
        {
            throw DeribitException.Of(10005);
        }

        if (price % instrument.TickAt(price) != 0)
        {
            throw DeribitException.Of(10043);
        }

        var (least, most) = (feed.MinimumPrice(options.PriceBand), feed.MaximumPrice(options.PriceBand));
        return side switch
        {
            Side.Buy when price > most => options.OutOfBand == DeribitBand.Clamp ? most : throw DeribitException.Of(10007, Text(most)),
            Side.Sell when price < least => options.OutOfBand == DeribitBand.Clamp ? least : throw DeribitException.Of(10005, Text(least)),
            _ => price,
        };
    }

    public static void CheckTriggerPrice(DeribitInstrument instrument, decimal price)
    {
        if (price <= 0)
        {
            throw DeribitException.Of(11036);
        }

        if (price % instrument.TickAt(price) != 0)
        {
            throw DeribitException.Of(10044);
        }
    }

    /// <summary>How much an order of this side may reduce the position by.</summary>
    public static decimal Reducible(DeribitAccount account, DeribitInstrument instrument, Side side)
    {
        var position = account.Position(instrument).Amount;
        return Math.Max(0, side == Side.Sell ? position : -position);
    }

    private static string Text(decimal price) => price.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
