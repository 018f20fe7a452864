using System.Text.Json;
using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Binance.Trading;

/// <summary>An order as the API answers tell it (sheet, sections 6.1 to 6.4).</summary>
internal static class OrderJson
{
    public static string Word(Side side) => side == Side.Buy ? "BUY" : "SELL";

    public static string Word(PositionSide side) => side switch
    {
        PositionSide.Long => "LONG",
        PositionSide.Short => "SHORT",
        _ => "BOTH",
    };

    /// <summary>
    /// Answer to place and modify. Since 2026-07-15 without average price and value. An acknowledgement (not asked for the
    /// result) tells the order as it was taken in, whatever has happened to it by now.
    /// </summary>
    public static void WritePlaced(Utf8JsonWriter writer, TradingOrder order, bool asTakenIn, long? modifyId = null)
    {
        writer.WriteStartObject();
        Members(writer, order, asTakenIn);
        if (modifyId is { } known)
        {
            writer.WriteNumber("modifyId"u8, known);
        }

        writer.WriteEndObject();
    }

    /// <summary>Answer to cancel.</summary>
    public static void WriteCancelled(Utf8JsonWriter writer, TradingOrder order)
    {
        writer.WriteStartObject();
        Members(writer, order, asTakenIn: false, stopPrice: "0");
        writer.WriteEndObject();
    }

    /// <summary>An order as queries tell it.</summary>
    public static void WriteQueried(Utf8JsonWriter writer, TradingOrder order, bool inHistory = false)
    {
        var digits = order.Feed.Instrument.Core.PriceDigits;
        writer.WriteStartObject();
        writer.WriteString("avgPrice"u8, Decimals.AtLeast(order.AveragePrice, digits));
        Members(writer, order, asTakenIn: false, stopPrice: "0", withCumulativeQuantity: false);
        writer.WriteFixed("cumQuote"u8, order.CumulativeQuote, 5);
        writer.WriteNumber("time"u8, order.Time);
        if (inHistory)
        {
            writer.WriteString("pair"u8, order.Symbol);
            writer.WriteFixed("cumBase"u8, order.Executed, order.Feed.Instrument.Core.QuantityDigits);
        }

        writer.WriteEndObject();
    }

    private static void Members(
        Utf8JsonWriter writer, TradingOrder order, bool asTakenIn, string? stopPrice = null, bool withCumulativeQuantity = true)
    {
        var core = order.Feed.Instrument.Core;
        var executed = asTakenIn ? 0 : order.Executed;
        writer.WriteNumber("orderId"u8, order.OrderId);
        writer.WriteString("symbol"u8, order.Symbol);
        writer.WriteString("status"u8, asTakenIn ? "NEW" : order.Status);
        writer.WriteString("clientOrderId"u8, order.ClientOrderId);
        writer.WriteFixed("price"u8, order.Price, core.PriceDigits);
        writer.WriteFixed("origQty"u8, order.Quantity, core.QuantityDigits);
        writer.WriteFixed("executedQty"u8, executed, core.QuantityDigits);
        if (withCumulativeQuantity)
        {
            writer.WriteFixed("cumQty"u8, executed, core.QuantityDigits);
        }

        writer.WriteString("timeInForce"u8, order.TimeInForce);
        writer.WriteString("type"u8, order.Type);
        writer.WriteBoolean("reduceOnly"u8, order.ReduceOnly);
        writer.WriteBoolean("closePosition"u8, order.ClosePosition);
        writer.WriteString("side"u8, Word(order.Side));
        writer.WriteString("positionSide"u8, Word(order.PositionSide));
        writer.WriteString("stopPrice"u8, stopPrice ?? Decimals.Fixed(0, core.PriceDigits));
        writer.WriteString("workingType"u8, order.WorkingType);
        writer.WriteBoolean("priceProtect"u8, order.PriceProtect);
        writer.WriteString("origType"u8, order.OriginalType);
        writer.WriteString("priceMatch"u8, order.PriceMatch);
        writer.WriteString("selfTradePreventionMode"u8, order.SelfTradePrevention);
        writer.WriteNumber("goodTillDate"u8, order.GoodTillDate);
        writer.WriteNumber("updateTime"u8, order.UpdateTime);
    }
}
