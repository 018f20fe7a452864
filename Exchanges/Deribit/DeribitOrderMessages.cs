using Exchange.Exchanges.Common.Orders;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Deribit;

/// <summary>
/// Orders and own trades, straight from UTF-8 (venue sheet, sections 4.1 to 4.3 and 5). Unknown members are passed over, unknown words kept.
/// </summary>
internal static class DeribitOrderMessages
{
    /// <summary>Reads one order object.</summary>
    public static bool TryReadOrder(ref Utf8Scanner json, out DeribitOrderFields order)
    {
        order = new DeribitOrderFields();
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            switch (name.Length)
            {
                case 5 when name.SequenceEqual("label"u8):
                    ok = json.TryReadText(out order.Label);
                    break;
                case 5 when name.SequenceEqual("price"u8):
                    ok = order.ReadPrice(ref json);
                    break;
                case 6 when name.SequenceEqual("amount"u8):
                    ok = json.TryReadOptional(out order.Amount);
                    break;
                case 7 when name.SequenceEqual("trigger"u8):
                    ok = order.ReadTrigger(ref json);
                    break;
                case 8 when name.SequenceEqual("order_id"u8):
                    ok = json.TryReadText(out order.OrderId);
                    break;
                case 8 when name.SequenceEqual("replaced"u8):
                    ok = json.TryReadFlag(out order.Replaced);
                    break;
                case 9 when name.SequenceEqual("direction"u8):
                    ok = order.ReadSide(ref json);
                    break;
                case 9 when name.SequenceEqual("post_only"u8):
                    ok = json.TryReadFlag(out order.PostOnly);
                    break;
                case 9 when name.SequenceEqual("triggered"u8):
                    ok = json.TryReadFlag(out var triggered);
                    order.Triggered |= triggered;
                    break;
                case 10 when name.SequenceEqual("order_type"u8):
                    ok = order.ReadType(ref json, isOriginal: false);
                    break;
                case 11 when name.SequenceEqual("order_state"u8):
                    ok = order.ReadState(ref json);
                    break;
                case 11 when name.SequenceEqual("reduce_only"u8):
                    ok = json.TryReadFlag(out order.ReduceOnly);
                    break;
                case 13 when name.SequenceEqual("filled_amount"u8):
                    ok = json.TryReadOptional(out order.Filled);
                    break;
                case 13 when name.SequenceEqual("average_price"u8):
                    ok = json.TryReadOptional(out order.AveragePrice);
                    break;
                case 13 when name.SequenceEqual("time_in_force"u8):
                    ok = order.ReadTimeInForce(ref json);
                    break;
                case 13 when name.SequenceEqual("cancel_reason"u8):
                    ok = json.TryReadText(out order.CancelReasonText);
                    break;
                case 13 when name.SequenceEqual("trigger_price"u8):
                    ok = json.TryReadOptional(out order.TriggerPrice);
                    break;
                case 14 when name.SequenceEqual("trigger_offset"u8):
                    ok = json.TryReadOptional(out order.TriggerOffset);
                    break;
                case 14 when name.SequenceEqual("is_liquidation"u8):
                    ok = json.TryReadFlag(out order.IsLiquidation);
                    break;
                case 15 when name.SequenceEqual("instrument_name"u8):
                    ok = json.TryReadText(out order.Symbol);
                    break;
                case 16 when name.SequenceEqual("trigger_order_id"u8):
                    ok = json.TryReadText(out order.TriggerOrderId);
                    break;
                case 18 when name.SequenceEqual("creation_timestamp"u8):
                    ok = json.TryReadId(out order.Created);
                    break;
                case 19 when name.SequenceEqual("original_order_type"u8):
                    ok = order.ReadType(ref json, isOriginal: true);
                    break;
                case 21 when name.SequenceEqual("last_update_timestamp"u8):
                    ok = json.TryReadId(out order.Updated);
                    break;
                default:
                    ok = json.TrySkip();
                    break;
            }
        }

        return ok && json.Ok && order.IsWhole;
    }

    /// <summary>Reads one own trade, as a report of the order that it belongs to.</summary>
    public static bool TryReadTrade(ref Utf8Scanner json, ReportSource source, string exchange, DateTimeOffset receivedAt, out OrderReport? report)
    {
        report = null;
        string? id = null, orderId = null, symbol = null, label = null, feeCurrency = null;
        decimal? price = null, amount = null, fee = null, profit = null;
        long at = 0;
        Side? side = null;
        bool? isMaker = null;
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            switch (name.Length)
            {
                case 3 when name.SequenceEqual("fee"u8):
                    ok = json.TryReadOptional(out fee);
                    break;
                case 5 when name.SequenceEqual("price"u8):
                    ok = json.TryReadOptional(out price);
                    break;
                case 5 when name.SequenceEqual("label"u8):
                    ok = json.TryReadText(out label);
                    break;
                case 6 when name.SequenceEqual("amount"u8):
                    ok = json.TryReadOptional(out amount);
                    break;
                case 8 when name.SequenceEqual("trade_id"u8):
                    ok = json.TryReadText(out id);
                    break;
                case 8 when name.SequenceEqual("order_id"u8):
                    ok = json.TryReadText(out orderId);
                    break;
                case 9 when name.SequenceEqual("direction"u8):
                    ok = json.TryReadString(out var direction, out _);
                    side = DeribitWords.ReadSide(direction);
                    break;
                case 9 when name.SequenceEqual("liquidity"u8):
                    ok = json.TryReadText(out var liquidity);
                    isMaker = liquidity switch { "M" => true, "T" => false, _ => null };
                    break;
                case 9 when name.SequenceEqual("timestamp"u8):
                    ok = json.TryReadInt64(out at);
                    break;
                case 11 when name.SequenceEqual("profit_loss"u8):
                    ok = json.TryReadOptional(out profit);
                    break;
                case 12 when name.SequenceEqual("fee_currency"u8):
                    ok = json.TryReadText(out feeCurrency);
                    break;
                case 15 when name.SequenceEqual("instrument_name"u8):
                    ok = json.TryReadText(out symbol);
                    break;
                default:
                    ok = json.TrySkip();
                    break;
            }
        }

        if (!ok || !json.Ok || id is null || orderId is null || symbol is null || side is null || price is null || amount is not > 0 || !Utf8Numbers.TryToTime(at, out var time))
            return false;
        var clientId = string.IsNullOrEmpty(label) ? null : label;
        report = new OrderReport
        {
            Source = source,
            Symbol = symbol,
            ClientOrderId = clientId,
            VenueOrderId = orderId,
            VenueTime = time,
            ReceivedTime = receivedAt,
            Fill = new Fill
            {
                Exchange = exchange,
                Symbol = symbol,
                TradeId = id,
                VenueOrderId = orderId,
                ClientOrderId = clientId,
                Side = side.Value,
                Price = price.Value,
                Quantity = amount.Value,
                IsMaker = isMaker,
                Fee = fee,
                FeeAsset = feeCurrency,
                RealizedProfit = profit,
                VenueTime = time,
            },
        };
        return true;
    }

    /// <summary>Reads an array of orders, each with its link ahead of it where it has one.</summary>
    public static bool TryReadOrders(ref Utf8Scanner json, ReportSource source, DateTimeOffset receivedAt, List<OrderReport> reports)
    {
        var ok = json.TryEnterArray();
        while (ok && json.NextElement())
        {
            ok = TryReadOrder(ref json, out var order);
            if (ok)
                Add(order, source, receivedAt, reports);
        }

        return ok && json.Ok;
    }

    /// <summary>Reads an array of own trades.</summary>
    public static bool TryReadTrades(ref Utf8Scanner json, ReportSource source, string exchange, DateTimeOffset receivedAt, List<OrderReport> reports)
    {
        var ok = json.TryEnterArray();
        while (ok && json.NextElement())
        {
            ok = TryReadTrade(ref json, source, exchange, receivedAt, out var trade);
            if (ok)
                reports.Add(trade!);
        }

        return ok && json.Ok;
    }

    /// <summary>Reads what buy, sell and edit answer: <c>{"order":{…},"trades":[…]}</c>.</summary>
    /// <param name="result">The result.</param>
    /// <param name="exchange">The exchange key that fills carry.</param>
    /// <param name="receivedAt">When it arrived, UTC.</param>
    /// <param name="before">Takes what is to be handed on before the order: executions, and the link to a trigger order.</param>
    public static OrderReport? ReadPlaced(ReadOnlySpan<byte> result, string exchange, DateTimeOffset receivedAt, List<OrderReport> before)
    {
        var json = new Utf8Scanner(result);
        DeribitOrderFields? order = null;
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            ok = name switch
            {
                _ when name.SequenceEqual("order"u8) => TryReadOrder(ref json, out order),
                _ when name.SequenceEqual("trades"u8) => TryReadTrades(ref json, ReportSource.Reply, exchange, receivedAt, before),
                _ => json.TrySkip(),
            };
        }

        if (!ok || !json.AtEnd || order is null)
            return null;
        if (order.ToLink(ReportSource.Reply, receivedAt) is { } link)
            before.Insert(0, link);
        return order.ToReport(ReportSource.Reply, receivedAt);
    }

    /// <summary>Adds an order's link and its report.</summary>
    public static void Add(DeribitOrderFields order, ReportSource source, DateTimeOffset receivedAt, List<OrderReport> reports)
    {
        if (order.ToLink(source, receivedAt) is { } link)
            reports.Add(link);
        reports.Add(order.ToReport(source, receivedAt));
    }
}
