using Exchange.Exchanges.Common.Orders;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Grvt;

/// <summary>
/// What the venue says of orders, in either encoding: the order object of streams, replies and queries, the lighter state, the execution
/// (venue sheet, sections 6.1, 7.1 to 7.3, 12). Unknown members are passed over, unknown words kept.
/// </summary>
internal static class GrvtOrderMessages
{
    /// <summary>Reads an order object.</summary>
    public static bool TryReadOrder(ref Utf8Scanner json, out GrvtOrderFields order)
    {
        order = new GrvtOrderFields();
        var hasState = false;
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            switch (name)
            {
                case var _ when name.SequenceEqual("order_id"u8) || name.SequenceEqual("oi"u8):
                    ok = json.TryReadText(out order.OrderId);
                    break;
                case var _ when name.SequenceEqual("is_market"u8) || name.SequenceEqual("im"u8):
                    ok = json.TryReadFlag(out order.IsMarket);
                    break;
                case var _ when name.SequenceEqual("time_in_force"u8) || name.SequenceEqual("ti"u8):
                    ok = order.ReadTimeInForce(ref json);
                    break;
                case var _ when name.SequenceEqual("post_only"u8) || name.SequenceEqual("po"u8):
                    ok = json.TryReadFlag(out order.PostOnly);
                    break;
                case var _ when name.SequenceEqual("reduce_only"u8) || name.SequenceEqual("ro"u8):
                    ok = json.TryReadFlag(out order.ReduceOnly);
                    break;
                case var _ when name.SequenceEqual("legs"u8) || name is [(byte)'l']:
                    ok = TryReadLegs(ref json, order);
                    break;
                case var _ when name.SequenceEqual("metadata"u8) || name is [(byte)'m']:
                    ok = TryReadMetadata(ref json, order);
                    break;
                case var _ when name.SequenceEqual("state"u8) || name.SequenceEqual("s1"u8):
                    ok = hasState = GrvtOrderState.TryRead(ref json, out order.State);
                    break;
                default:
                    ok = json.TrySkip();
                    break;
            }
        }

        return ok && json.Ok && hasState;
    }

    /// <summary>Reads a message of the lighter stream, which tells no symbol: the order is known by its ids.</summary>
    /// <param name="json">Stands before the message.</param>
    /// <param name="symbolOf">The symbol of a client order id that works; null for one that is not known, and then there is no report.</param>
    /// <param name="receivedAt">When it arrived, UTC.</param>
    /// <param name="report">What it says.</param>
    public static bool TryReadState(ref Utf8Scanner json, Func<string, string?> symbolOf, DateTimeOffset receivedAt, out OrderReport? report)
    {
        report = null;
        string? orderId = null, clientId = null;
        var state = default(GrvtOrderState);
        var hasState = false;
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            ok = name switch
            {
                _ when name.SequenceEqual("order_id"u8) || name.SequenceEqual("oi"u8) => json.TryReadText(out orderId),
                _ when name.SequenceEqual("client_order_id"u8) || name.SequenceEqual("co"u8) => json.TryReadText(out clientId),
                _ when name.SequenceEqual("order_state"u8) || name.SequenceEqual("os"u8) => hasState = GrvtOrderState.TryRead(ref json, out state),
                _ => json.TrySkip(),
            };
        }

        if (!ok || !json.AtEnd || !hasState)
            return false;
        if (GrvtWords.RealClientId(clientId) is { } id && symbolOf(id) is { } symbol)
        {
            report = new OrderReport
            {
                Source = ReportSource.Event,
                Symbol = symbol,
                ClientOrderId = id,
                VenueOrderId = GrvtWords.RealId(orderId),
                Status = state.Status,
                VenueStatus = state.VenueStatus,
                CumulativeQuantity = state.Traded,
                AveragePrice = state.AveragePrice is > 0 ? state.AveragePrice : null,
                Reason = state.Why,
                VenueTime = state.UpdateTime,
                ReceivedTime = receivedAt,
            };
        }

        return true;
    }

    /// <summary>Reads an execution.</summary>
    /// <param name="json">Stands before the execution.</param>
    /// <param name="exchange">The exchange key that it carries.</param>
    /// <param name="fill">What it says.</param>
    /// <param name="isLiquidation">Whether the venue liquidated.</param>
    public static bool TryReadFill(ref Utf8Scanner json, string exchange, out Fill fill, out bool isLiquidation)
    {
        fill = null!;
        isLiquidation = false;
        string? symbol = null, tradeId = null, orderId = null, clientId = null, feeAsset = null;
        bool? buyer = null;
        bool? taker = null;
        decimal? size = null, price = null, fee = null, profit = null;
        DateTimeOffset? at = null;
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            ok = name switch
            {
                _ when name.SequenceEqual("event_time"u8) || name.SequenceEqual("et"u8) => GrvtWords.TryReadTime(ref json, out at),
                _ when name.SequenceEqual("instrument"u8) || name is [(byte)'i'] => json.TryReadText(out symbol),
                _ when name.SequenceEqual("is_buyer"u8) || name.SequenceEqual("ib"u8) => TryReadFlag(ref json, out buyer),
                _ when name.SequenceEqual("is_taker"u8) || name.SequenceEqual("it"u8) => TryReadFlag(ref json, out taker),
                _ when name.SequenceEqual("size"u8) || name is [(byte)'s'] => json.TryReadOptional(out size),
                _ when name.SequenceEqual("price"u8) || name is [(byte)'p'] => json.TryReadOptional(out price),
                _ when name.SequenceEqual("realized_pnl"u8) || name.SequenceEqual("rp"u8) => json.TryReadOptional(out profit),
                _ when name.SequenceEqual("fee"u8) || name is [(byte)'f'] => json.TryReadOptional(out fee),
                _ when name.SequenceEqual("trade_id"u8) || name.SequenceEqual("ti"u8) => json.TryReadText(out tradeId),
                _ when name.SequenceEqual("order_id"u8) || name.SequenceEqual("oi"u8) => json.TryReadText(out orderId),
                _ when name.SequenceEqual("client_order_id"u8) || name.SequenceEqual("co"u8) => json.TryReadText(out clientId),
                _ when name.SequenceEqual("is_liquidation"u8) || name.SequenceEqual("il"u8) => json.TryReadFlag(out isLiquidation),
                _ when name.SequenceEqual("fee_currency"u8) || name.SequenceEqual("fc"u8) => json.TryReadText(out feeAsset),
                _ => json.TrySkip(),
            };
        }

        if (!ok || !json.Ok || symbol is null || string.IsNullOrEmpty(tradeId) || GrvtWords.RealId(orderId) is not { } id || buyer is null || size is null || price is null || at is null)
            return false;
        fill = new Fill
        {
            Exchange = exchange,
            Symbol = symbol,
            TradeId = tradeId,
            VenueOrderId = id,
            ClientOrderId = GrvtWords.RealClientId(clientId),
            Side = buyer.Value ? Side.Buy : Side.Sell,
            Price = price.Value,
            Quantity = size.Value,
            IsMaker = !taker,
            Fee = fee,
            FeeAsset = feeAsset,
            RealizedProfit = profit,
            VenueTime = at.Value,
        };
        return true;
    }

    /// <summary>An execution as a report of its order.</summary>
    public static OrderReport ToReport(Fill fill, ReportSource source, DateTimeOffset receivedAt) => new()
    {
        Source = source,
        Symbol = fill.Symbol,
        ClientOrderId = fill.ClientOrderId,
        VenueOrderId = fill.VenueOrderId,
        Side = fill.Side,
        PositionSide = fill.PositionSide,
        Fill = fill,
        VenueTime = fill.VenueTime,
        ReceivedTime = receivedAt,
    };

    private static bool TryReadFlag(ref Utf8Scanner json, out bool? value)
    {
        var ok = json.TryReadFlag(out var flag);
        value = flag;
        return ok;
    }

    private static bool TryReadLegs(ref Utf8Scanner json, GrvtOrderFields order)
    {
        var ok = json.TryEnterArray();
        var first = true;
        while (ok && json.NextElement())
        {
            ok = first ? TryReadLeg(ref json, order) : json.TrySkip();
            first = false;
        }

        return ok && json.Ok;
    }

    private static bool TryReadLeg(ref Utf8Scanner json, GrvtOrderFields order)
    {
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            ok = name switch
            {
                _ when name.SequenceEqual("instrument"u8) || name is [(byte)'i'] => json.TryReadText(out order.Symbol),
                _ when name.SequenceEqual("size"u8) || name is [(byte)'s'] => json.TryReadOptional(out order.Size),
                _ when name.SequenceEqual("limit_price"u8) || name.SequenceEqual("lp"u8) => json.TryReadOptional(out order.LimitPrice),
                _ when name.SequenceEqual("is_buying_asset"u8) || name.SequenceEqual("ib"u8) => order.ReadIsBuying(ref json),
                _ => json.TrySkip(),
            };
        }

        return ok && json.Ok;
    }

    private static bool TryReadMetadata(ref Utf8Scanner json, GrvtOrderFields order)
    {
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            ok = name switch
            {
                _ when name.SequenceEqual("client_order_id"u8) || name.SequenceEqual("co"u8) => json.TryReadText(out order.ClientId),
                _ when name.SequenceEqual("create_time"u8) || name.SequenceEqual("ct"u8) => GrvtWords.TryReadTime(ref json, out order.CreateTime),
                _ when (name.SequenceEqual("trigger"u8) || name is [(byte)'t']) && json.Peek() == (byte)'{' => TryReadTrigger(ref json, order),
                _ => json.TrySkip(),
            };
        }

        return ok && json.Ok;
    }

    private static bool TryReadTrigger(ref Utf8Scanner json, GrvtOrderFields order)
    {
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            ok = name switch
            {
                _ when name.SequenceEqual("trigger_type"u8) || name.SequenceEqual("tt"u8) => order.ReadTriggerType(ref json),
                _ when (name.SequenceEqual("tpsl"u8) || name is [(byte)'t']) && json.Peek() == (byte)'{' => TryReadTriggerPrice(ref json, order),
                _ => json.TrySkip(),
            };
        }

        return ok && json.Ok;
    }

    private static bool TryReadTriggerPrice(ref Utf8Scanner json, GrvtOrderFields order)
    {
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            ok = name switch
            {
                _ when name.SequenceEqual("trigger_by"u8) || name.SequenceEqual("tb"u8) => order.ReadTriggerBy(ref json),
                _ when name.SequenceEqual("trigger_price"u8) || name.SequenceEqual("tp"u8) => json.TryReadOptional(out order.TriggerPrice),
                _ => json.TrySkip(),
            };
        }

        return ok && json.Ok;
    }
}
