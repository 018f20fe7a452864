using System.Globalization;
using System.Text.Json;
using Exchange.Simulator.Binance.Trading;

namespace Exchange.Simulator.Binance.Algo;

/// <summary>Conditional orders in answers and events (sheet, sections 6.5 and 8.5).</summary>
internal static class AlgoJson
{
    /// <summary>Answer to place; a query adds what became of it.</summary>
    public static void Write(Utf8JsonWriter writer, AlgoOrder order, bool queried)
    {
        var core = order.Feed.Instrument.Core;
        var ticket = order.Ticket;
        writer.WriteStartObject();
        writer.WriteNumber("algoId"u8, order.AlgoId);
        writer.WriteString("clientAlgoId"u8, order.ClientAlgoId);
        writer.WriteString("algoType"u8, "CONDITIONAL"u8);
        writer.WriteString("orderType"u8, ticket.Type);
        writer.WriteString("symbol"u8, order.Symbol);
        writer.WriteString("side"u8, OrderJson.Word(ticket.Side));
        writer.WriteString("positionSide"u8, OrderJson.Word(ticket.PositionSide));
        writer.WriteString("timeInForce"u8, ticket.TimeInForce);
        writer.WriteFixed("quantity"u8, ticket.Quantity, core.QuantityDigits);
        writer.WriteString("algoStatus"u8, order.Status);
        if (queried)
        {
            WriteActual(writer, order);
        }

        writer.WriteFixed("triggerPrice"u8, ticket.TriggerPrice, core.PriceDigits);
        writer.WriteFixed("price"u8, ticket.Price ?? 0, core.PriceDigits);
        writer.WriteNull("icebergQuantity"u8);
        writer.WriteString("selfTradePreventionMode"u8, ticket.SelfTradePrevention);
        writer.WriteString("workingType"u8, ticket.WorkingType);
        writer.WriteString("priceMatch"u8, ticket.PriceMatch);
        writer.WriteBoolean("closePosition"u8, ticket.ClosePosition);
        writer.WriteBoolean("priceProtect"u8, ticket.PriceProtect);
        writer.WriteBoolean("reduceOnly"u8, ticket.ReduceOnly);
        if (ticket.IsTrailing)
        {
            writer.WriteString("activatePrice"u8, ticket.ActivatePrice is { } activate ? Decimals.Fixed(activate, core.PriceDigits) : "");
            writer.WritePlain("callbackRate"u8, ticket.CallbackRate);
        }

        writer.WriteNumber("createTime"u8, order.CreateTime);
        writer.WriteNumber("updateTime"u8, order.UpdateTime);
        writer.WriteNumber("triggerTime"u8, order.TriggerTime);
        writer.WriteNumber("goodTillDate"u8, 0);
        writer.WriteEndObject();
    }

    /// <summary>The <c>o</c> of ALGO_UPDATE.</summary>
    public static void WriteEvent(Utf8JsonWriter writer, AlgoOrder order)
    {
        var core = order.Feed.Instrument.Core;
        var ticket = order.Ticket;
        writer.WriteStartObject("o"u8);
        writer.WriteString("caid"u8, order.ClientAlgoId);
        writer.WriteNumber("aid"u8, order.AlgoId);
        writer.WriteString("at"u8, "CONDITIONAL"u8);
        writer.WriteString("o"u8, ticket.Type);
        writer.WriteString("s"u8, order.Symbol);
        writer.WriteString("S"u8, OrderJson.Word(ticket.Side));
        writer.WriteString("ps"u8, OrderJson.Word(ticket.PositionSide));
        writer.WriteString("f"u8, ticket.TimeInForce);
        writer.WriteFixed("q"u8, ticket.Quantity, core.QuantityDigits);
        writer.WriteString("X"u8, order.Status);
        writer.WriteString("ai"u8, IdOf(order));
        if (order.Actual is { } actual)
        {
            writer.WriteString("ap"u8, actual.Executed == 0 ? "0" : Decimals.AtLeast(actual.AveragePrice, core.PriceDigits));
            writer.WriteString("aq"u8, actual.Executed == 0 ? "0" : Decimals.Fixed(actual.Executed, core.QuantityDigits));
            writer.WriteString("act"u8, actual.Type);
        }

        writer.WriteFixed("tp"u8, ticket.TriggerPrice, core.PriceDigits);
        writer.WriteString("p"u8, ticket.Price is { } price ? Decimals.Fixed(price, core.PriceDigits) : "0");
        writer.WriteString("V"u8, ticket.SelfTradePrevention);
        writer.WriteString("wt"u8, ticket.WorkingType);
        writer.WriteString("pm"u8, ticket.PriceMatch);
        writer.WriteBoolean("cp"u8, ticket.ClosePosition);
        writer.WriteBoolean("pP"u8, ticket.PriceProtect);
        writer.WriteBoolean("R"u8, ticket.ReduceOnly);
        writer.WriteNumber("tt"u8, order.TriggerTime);
        writer.WriteNumber("gtd"u8, 0);
        writer.WriteString("rm"u8, order.Failure);
        writer.WriteBoolean("ia"u8, order.IsActivated);
        writer.WriteEndObject();
    }

    private static void WriteActual(Utf8JsonWriter writer, AlgoOrder order)
    {
        var core = order.Feed.Instrument.Core;
        writer.WriteString("actualOrderId"u8, IdOf(order));
        writer.WriteString("actualPrice"u8, order.Actual is { Executed: > 0 } filled ? Decimals.AtLeast(filled.AveragePrice, core.PriceDigits) : "0.00");
        writer.WriteString("actualType"u8, order.Actual?.Type ?? "");
        writer.WriteString("actualQty"u8, order.Actual is { Executed: > 0 } executed ? Decimals.Fixed(executed.Executed, core.QuantityDigits) : "0");
    }

    /// <summary>A string, and empty until there is a real order.</summary>
    private static string IdOf(AlgoOrder order) => order.Actual?.OrderId.ToString(CultureInfo.InvariantCulture) ?? "";
}
