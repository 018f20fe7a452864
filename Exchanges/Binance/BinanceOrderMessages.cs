using Exchange.Exchanges.Common.Orders;
using Exchange.Exchanges.Common.Text;

namespace Exchange.Exchanges.Binance;

/// <summary>
/// What the venue says of an order, in any of its four spellings: <c>ORDER_TRADE_UPDATE</c>, the order object of replies and queries,
/// <c>ALGO_UPDATE</c>, the conditional order's object (venue sheet, sections 6.1 to 6.5, 8.2, 8.5). Unknown members are passed over,
/// unknown words kept.
/// </summary>
internal static class BinanceOrderMessages
{
    /// <summary>Reads the whole of an <c>ORDER_TRADE_UPDATE</c>.</summary>
    /// <param name="json">Stands before the event.</param>
    /// <param name="exchange">The exchange key that a fill carries.</param>
    /// <param name="receivedAt">When it arrived, UTC.</param>
    /// <param name="report">What it says; null for a row of coin-margined contracts (<c>st</c> 2).</param>
    public static bool TryReadUpdate(ref Utf8Scanner json, string exchange, DateTimeOffset receivedAt, out OrderReport? report)
    {
        report = null;
        if (!TryReadEnvelope(ref json, isAlgo: false, out var order))
            return false;
        report = order?.ToReport(ReportSource.Event, exchange, receivedAt);
        return order is null || report is not null;
    }

    /// <summary>Reads the whole of an <c>ALGO_UPDATE</c>.</summary>
    /// <inheritdoc cref="TryReadUpdate"/>
    public static bool TryReadAlgoUpdate(ref Utf8Scanner json, DateTimeOffset receivedAt, out OrderReport? report)
    {
        report = null;
        if (!TryReadEnvelope(ref json, isAlgo: true, out var order))
            return false;
        report = order?.ToAlgoReport(ReportSource.Event, receivedAt);
        return order is null || report is not null;
    }

    /// <summary>Reads an event with an order in it.</summary>
    /// <param name="json">Stands before the event.</param>
    /// <param name="isAlgo">Which of the two spellings the order has.</param>
    /// <param name="order">The order; null for a row of coin-margined contracts.</param>
    private static bool TryReadEnvelope(ref Utf8Scanner json, bool isAlgo, out BinanceOrderFields? order)
    {
        order = null;
        var fields = new BinanceOrderFields();
        long eventTime = 0, transactionTime = 0, scope = 1;
        var hasOrder = false;
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            ok = name switch
            {
                [(byte)'o'] => hasOrder = isAlgo ? TryReadUpdateAlgo(ref json, fields, ref scope) : TryReadUpdateOrder(ref json, fields, ref scope),
                [(byte)'T'] => json.TryReadInt64(out transactionTime),
                [(byte)'E'] => json.TryReadInt64(out eventTime),
                [(byte)'s', (byte)'t'] => json.TryReadInt64(out scope),
                _ => json.TrySkip(),
            };
        }

        if (!ok || !json.AtEnd || !hasOrder)
            return false;
        fields.UpdateTime = transactionTime != 0 ? transactionTime : eventTime;
        if (scope == 1)
            order = fields;
        return true;
    }

    /// <summary>Reads an order object: of a reply, or an element of a list.</summary>
    public static bool TryReadOrder(ref Utf8Scanner json, out BinanceOrderFields order)
    {
        order = new BinanceOrderFields();
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            switch (name.Length)
            {
                case 4 when name.SequenceEqual("side"u8):
                    ok = order.ReadSide(ref json);
                    break;
                case 4 when name.SequenceEqual("type"u8):
                    ok = order.ReadType(ref json, isOriginal: false);
                    break;
                case 4 when name.SequenceEqual("time"u8):
                    ok = json.TryReadId(out order.CreateTime);
                    break;
                case 5 when name.SequenceEqual("price"u8):
                    ok = json.TryReadOptional(out order.Price);
                    break;
                case 6 when name.SequenceEqual("symbol"u8):
                    ok = json.TryReadText(out order.Symbol);
                    break;
                case 6 when name.SequenceEqual("status"u8):
                    ok = order.ReadStatus(ref json);
                    break;
                case 7 when name.SequenceEqual("orderId"u8):
                    ok = json.TryReadId(out order.OrderId);
                    break;
                case 7 when name.SequenceEqual("origQty"u8):
                    ok = json.TryReadOptional(out order.Quantity);
                    break;
                case 8 when name.SequenceEqual("avgPrice"u8):
                    ok = json.TryReadOptional(out order.AveragePrice);
                    break;
                case 8 when name.SequenceEqual("origType"u8):
                    ok = order.ReadType(ref json, isOriginal: true);
                    break;
                case 9 when name.SequenceEqual("stopPrice"u8):
                    ok = json.TryReadOptional(out order.TriggerPrice);
                    break;
                case 9 when name.SequenceEqual("priceRate"u8):
                    ok = json.TryReadOptional(out order.CallbackRate);
                    break;
                case 10 when name.SequenceEqual("reduceOnly"u8):
                    ok = order.ReadReduceOnly(ref json);
                    break;
                case 10 when name.SequenceEqual("updateTime"u8):
                    ok = json.TryReadId(out order.UpdateTime);
                    break;
                case 11 when name.SequenceEqual("executedQty"u8):
                    ok = json.TryReadOptional(out order.Filled);
                    break;
                case 11 when name.SequenceEqual("timeInForce"u8):
                    ok = order.ReadTimeInForce(ref json);
                    break;
                case 11 when name.SequenceEqual("workingType"u8):
                    ok = order.ReadWorkingType(ref json);
                    break;
                case 12 when name.SequenceEqual("positionSide"u8):
                    ok = order.ReadPositionSide(ref json);
                    break;
                case 12 when name.SequenceEqual("goodTillDate"u8):
                    ok = json.TryReadId(out order.GoodTillDate);
                    break;
                case 13 when name.SequenceEqual("clientOrderId"u8):
                    ok = json.TryReadText(out order.ClientId);
                    break;
                case 13 when name.SequenceEqual("activatePrice"u8):
                    ok = json.TryReadOptional(out order.ActivationPrice);
                    break;
                default:
                    ok = json.TrySkip();
                    break;
            }
        }

        return ok && json.Ok;
    }

    /// <summary>Reads a conditional order's object: of a reply, or an element of a list.</summary>
    public static bool TryReadAlgo(ref Utf8Scanner json, out BinanceOrderFields order)
    {
        order = new BinanceOrderFields();
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            ok = name switch
            {
                _ when name.SequenceEqual("algoId"u8) => json.TryReadId(out order.AlgoId),
                _ when name.SequenceEqual("clientAlgoId"u8) => json.TryReadText(out order.ClientId),
                _ when name.SequenceEqual("symbol"u8) => json.TryReadText(out order.Symbol),
                _ when name.SequenceEqual("algoStatus"u8) => order.ReadAlgoStatus(ref json),
                _ when name.SequenceEqual("orderType"u8) => order.ReadType(ref json, isOriginal: true),
                _ when name.SequenceEqual("side"u8) => order.ReadSide(ref json),
                _ when name.SequenceEqual("positionSide"u8) => order.ReadPositionSide(ref json),
                _ when name.SequenceEqual("timeInForce"u8) => order.ReadTimeInForce(ref json),
                _ when name.SequenceEqual("quantity"u8) => json.TryReadOptional(out order.Quantity),
                _ when name.SequenceEqual("price"u8) => json.TryReadOptional(out order.Price),
                _ when name.SequenceEqual("triggerPrice"u8) => json.TryReadOptional(out order.TriggerPrice),
                _ when name.SequenceEqual("activatePrice"u8) => json.TryReadOptional(out order.ActivationPrice),
                _ when name.SequenceEqual("callbackRate"u8) => json.TryReadOptional(out order.CallbackRate),
                _ when name.SequenceEqual("workingType"u8) => order.ReadWorkingType(ref json),
                _ when name.SequenceEqual("reduceOnly"u8) => order.ReadReduceOnly(ref json),
                _ when name.SequenceEqual("goodTillDate"u8) => json.TryReadId(out order.GoodTillDate),
                _ when name.SequenceEqual("createTime"u8) => json.TryReadId(out order.CreateTime),
                _ when name.SequenceEqual("updateTime"u8) => json.TryReadId(out order.UpdateTime),
                _ when name.SequenceEqual("actualOrderId"u8) => json.TryReadId(out order.SuccessorId),
                _ when name.SequenceEqual("actualQty"u8) => json.TryReadOptional(out order.Filled),
                _ when name.SequenceEqual("actualPrice"u8) => json.TryReadOptional(out order.AveragePrice),
                _ => json.TrySkip(),
            };
        }

        return ok && json.Ok;
    }

    private static bool TryReadUpdateOrder(ref Utf8Scanner json, BinanceOrderFields order, ref long scope)
    {
        if (!json.TryEnterObject())
            return false;
        while (json.NextProperty(out var name))
        {
            var ok = name switch
            {
                [(byte)'s'] => json.TryReadText(out order.Symbol),
                [(byte)'c'] => json.TryReadText(out order.ClientId),
                [(byte)'S'] => order.ReadSide(ref json),
                [(byte)'o'] => order.ReadType(ref json, isOriginal: false),
                [(byte)'f'] => order.ReadTimeInForce(ref json),
                [(byte)'q'] => json.TryReadOptional(out order.Quantity),
                [(byte)'p'] => json.TryReadOptional(out order.Price),
                [(byte)'x'] => order.ReadExecution(ref json),
                [(byte)'X'] => order.ReadStatus(ref json),
                [(byte)'i'] => json.TryReadId(out order.OrderId),
                [(byte)'l'] => json.TryReadOptional(out order.LastQuantity),
                [(byte)'z'] => json.TryReadOptional(out order.Filled),
                [(byte)'L'] => json.TryReadOptional(out order.LastPrice),
                [(byte)'n'] => json.TryReadOptional(out order.Fee),
                [(byte)'N'] => json.TryReadText(out order.FeeAsset),
                [(byte)'T'] => json.TryReadId(out order.TradeTime),
                [(byte)'t'] => json.TryReadId(out order.TradeId),
                [(byte)'m'] => order.ReadMaker(ref json),
                [(byte)'R'] => order.ReadReduceOnly(ref json),
                [(byte)'s', (byte)'p'] => json.TryReadOptional(out order.TriggerPrice),
                [(byte)'a', (byte)'p'] => json.TryReadOptional(out order.AveragePrice),
                [(byte)'w', (byte)'t'] => order.ReadWorkingType(ref json),
                [(byte)'o', (byte)'t'] => order.ReadType(ref json, isOriginal: true),
                [(byte)'p', (byte)'s'] => order.ReadPositionSide(ref json),
                [(byte)'r', (byte)'p'] => json.TryReadOptional(out order.RealizedProfit),
                [(byte)'A', (byte)'P'] => json.TryReadOptional(out order.ActivationPrice),
                [(byte)'c', (byte)'r'] => json.TryReadOptional(out order.CallbackRate),
                [(byte)'e', (byte)'r'] => json.TryReadId(out order.ExpiryReason),
                [(byte)'g', (byte)'t', (byte)'d'] => json.TryReadId(out order.GoodTillDate),
                [(byte)'s', (byte)'t'] => json.TryReadInt64(out scope),
                _ => json.TrySkip(),
            };
            if (!ok)
                return false;
        }

        return json.Ok;
    }

    private static bool TryReadUpdateAlgo(ref Utf8Scanner json, BinanceOrderFields order, ref long scope)
    {
        if (!json.TryEnterObject())
            return false;
        while (json.NextProperty(out var name))
        {
            var ok = name switch
            {
                [(byte)'s'] => json.TryReadText(out order.Symbol),
                [(byte)'S'] => order.ReadSide(ref json),
                [(byte)'o'] => order.ReadType(ref json, isOriginal: true),
                [(byte)'f'] => order.ReadTimeInForce(ref json),
                [(byte)'q'] => json.TryReadOptional(out order.Quantity),
                [(byte)'p'] => json.TryReadOptional(out order.Price),
                [(byte)'X'] => order.ReadAlgoStatus(ref json),
                [(byte)'R'] => order.ReadReduceOnly(ref json),
                [(byte)'a', (byte)'i'] => json.TryReadId(out order.SuccessorId),
                [(byte)'a', (byte)'p'] => json.TryReadOptional(out order.AveragePrice),
                [(byte)'a', (byte)'q'] => json.TryReadOptional(out order.Filled),
                [(byte)'t', (byte)'p'] => json.TryReadOptional(out order.TriggerPrice),
                [(byte)'w', (byte)'t'] => order.ReadWorkingType(ref json),
                [(byte)'p', (byte)'s'] => order.ReadPositionSide(ref json),
                [(byte)'r', (byte)'m'] => json.TryReadText(out order.FailureReason),
                [(byte)'A', (byte)'P'] => json.TryReadOptional(out order.ActivationPrice),
                [(byte)'c', (byte)'r'] => json.TryReadOptional(out order.CallbackRate),
                [(byte)'a', (byte)'i', (byte)'d'] or [(byte)'a', (byte)'l', (byte)'g', (byte)'o', (byte)'I', (byte)'d'] => json.TryReadId(out order.AlgoId),
                [(byte)'g', (byte)'t', (byte)'d'] => json.TryReadId(out order.GoodTillDate),
                [(byte)'c', (byte)'a', (byte)'i', (byte)'d'] => json.TryReadText(out order.ClientId),
                [(byte)'s', (byte)'t'] => json.TryReadInt64(out scope),
                _ => json.TrySkip(),
            };
            if (!ok)
                return false;
        }

        return json.Ok;
    }
}
