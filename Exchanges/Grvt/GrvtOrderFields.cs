using System.Text;
using Exchange.Exchanges.Common.Orders;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Grvt;

/// <summary>What was read of one order's state: of the whole order, or of the lighter stream (venue sheet, sections 6.1 and 7.2).</summary>
internal struct GrvtOrderState
{
    public OrderStatus? Status;
    public bool IsPending;
    public string? VenueStatus;
    public string? Reason;
    public decimal? Traded;
    public decimal? AveragePrice;
    public DateTimeOffset? UpdateTime;

    /// <summary>Reads the object.</summary>
    public static bool TryRead(ref Utf8Scanner json, out GrvtOrderState state)
    {
        state = default;
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            ok = name switch
            {
                _ when name.SequenceEqual("status"u8) || name is [(byte)'s'] => state.ReadStatus(ref json),
                _ when name.SequenceEqual("reject_reason"u8) || name.SequenceEqual("rr"u8) => json.TryReadText(out state.Reason),
                _ when name.SequenceEqual("traded_size"u8) || name.SequenceEqual("ts"u8) => TryReadFirst(ref json, out state.Traded),
                _ when name.SequenceEqual("update_time"u8) || name.SequenceEqual("ut"u8) => GrvtWords.TryReadTime(ref json, out state.UpdateTime),
                _ when name.SequenceEqual("avg_fill_price"u8) || name.SequenceEqual("af"u8) => TryReadFirst(ref json, out state.AveragePrice),
                _ => json.TrySkip(),
            };
        }

        if (!ok || !json.Ok)
            return false;
        if (state.Status == OrderStatus.Working && state.Traded > 0)
            state.Status = OrderStatus.PartiallyFilled;

        // Ended by the venue's own rules, not by anybody's cancel.
        if (state.Status == OrderStatus.Cancelled && state.Reason is "EXPIRED" or "IOC_CANCEL" or "FOK_CANCEL" or "AON_CANCEL" or "MARKET_CANCEL" or "FAIL_POST_ONLY"
            or "SELF_TRADE_PROTECTION" or "SELF_MATCHED_SUBACCOUNT")
        {
            state.Status = OrderStatus.Expired;
        }

        return state.VenueStatus is not null;
    }

    /// <summary>Why it ended; null when it did not, or as it should.</summary>
    public readonly ExchangeError? Why => Status switch
    {
        OrderStatus.Rejected when Reason?.StartsWith("CLIENT_", StringComparison.Ordinal) == true => new ExchangeError
        {
            Code = ExchangeErrorCode.RejectedByVenue,
            Message = $"GRVT: a cancel came ahead of the order, and it was not placed ({Reason})",
            VenueCode = Reason,
            VenueMessage = Reason,
        },
        OrderStatus.Rejected or OrderStatus.Cancelled or OrderStatus.Expired => GrvtErrors.OfReason(Reason),
        _ => null,
    };

    private bool ReadStatus(ref Utf8Scanner json)
    {
        var ok = json.TryReadString(out var word, out _);
        (Status, VenueStatus) = word switch
        {
            _ when word.SequenceEqual("PENDING"u8) => (OrderStatus.PendingNew, "PENDING"),
            _ when word.SequenceEqual("OPEN"u8) => (OrderStatus.Working, "OPEN"),
            _ when word.SequenceEqual("FILLED"u8) => (OrderStatus.Filled, "FILLED"),
            _ when word.SequenceEqual("REJECTED"u8) => (OrderStatus.Rejected, "REJECTED"),
            _ when word.SequenceEqual("CANCELLED"u8) => ((OrderStatus?)OrderStatus.Cancelled, "CANCELLED"),
            _ => (null, Encoding.UTF8.GetString(word)),
        };
        IsPending = Status == OrderStatus.PendingNew;
        return ok;
    }

    /// <summary>Each leg has a number of its own; there is one leg.</summary>
    private static bool TryReadFirst(ref Utf8Scanner json, out decimal? value)
    {
        value = null;
        if (json.Peek() != (byte)'[')
            return json.TryReadOptional(out value);
        var ok = json.TryEnterArray();
        var first = true;
        while (ok && json.NextElement())
        {
            ok = first ? json.TryReadOptional(out value) : json.TrySkip();
            first = false;
        }

        return ok && json.Ok;
    }
}

/// <summary>What was read of one order (venue sheet, sections 6.1 and 7.1), to be turned into a report.</summary>
internal sealed class GrvtOrderFields
{
    public string? OrderId, ClientId, Symbol;
    public bool IsMarket, PostOnly, ReduceOnly;
    public decimal? Size, LimitPrice, TriggerPrice;
    public DateTimeOffset? CreateTime;
    public GrvtOrderState State;

    private TimeInForce _timeInForce;
    private bool? _isBuy;
    private OrderType? _stop;
    private TriggerPriceSource _triggerBy;

    /// <summary>A client order id of an order that is named by it alone says nothing where it is 0.</summary>
    public string? RealClientId => GrvtWords.RealClientId(ClientId);

    /// <summary>Whether the order was made with a trigger.</summary>
    public bool HasTrigger => _stop is not null;

    public bool ReadTimeInForce(ref Utf8Scanner json)
    {
        var ok = json.TryReadString(out var word, out _);
        _timeInForce = GrvtWords.ReadTimeInForce(word);
        return ok;
    }

    public bool ReadIsBuying(ref Utf8Scanner json)
    {
        var ok = json.TryReadFlag(out var value);
        _isBuy = value;
        return ok;
    }

    public bool ReadTriggerType(ref Utf8Scanner json)
    {
        var ok = json.TryReadString(out var word, out _);
        _stop = word.SequenceEqual("STOP_LOSS"u8) ? OrderType.StopMarket : word.SequenceEqual("TAKE_PROFIT"u8) ? OrderType.TakeProfitMarket : null;
        return ok;
    }

    public bool ReadTriggerBy(ref Utf8Scanner json)
    {
        var ok = json.TryReadString(out var word, out _);
        _triggerBy = GrvtWords.ReadTriggerBy(word);
        return ok;
    }

    /// <summary>A report of the order; null when what names it is missing.</summary>
    public OrderReport? ToReport(ReportSource source, DateTimeOffset receivedAt)
    {
        var id = GrvtWords.RealId(OrderId);
        var clientId = RealClientId;
        if (Symbol is null || _isBuy is not { } buy || (id is null && clientId is null))
            return null;

        // With an id of its own an order with a trigger is taken, and waits for it; without one it is on its way.
        var waits = HasTrigger && State.IsPending && id is not null && source != ReportSource.Reply;
        return new OrderReport
        {
            Source = source,
            Symbol = Symbol,
            ClientOrderId = clientId,
            VenueOrderId = id,
            Status = waits ? OrderStatus.Untriggered : State.Status,
            VenueStatus = State.VenueStatus,
            Triggered = HasTrigger && State.Status is OrderStatus.Working or OrderStatus.PartiallyFilled or OrderStatus.Filled,
            Side = buy ? Side.Buy : Side.Sell,
            PositionSide = PositionSide.Net,
            Type = (_stop, IsMarket) switch
            {
                (OrderType.StopMarket, false) => OrderType.StopLimit,
                (OrderType.TakeProfitMarket, false) => OrderType.TakeProfitLimit,
                ({ } stop, _) => stop,
                (_, true) => OrderType.Market,
                _ => OrderType.Limit,
            },
            TimeInForce = _timeInForce,
            PostOnly = PostOnly,
            ReduceOnly = ReduceOnly,
            Quantity = Size is > 0 ? Size : null,
            Price = IsMarket || LimitPrice is not > 0 ? null : LimitPrice,
            TriggerPrice = HasTrigger && TriggerPrice is > 0 ? TriggerPrice : null,
            TriggerBy = HasTrigger ? _triggerBy : null,
            CumulativeQuantity = State.Traded,
            AveragePrice = State.AveragePrice is > 0 ? State.AveragePrice : null,
            Reason = State.Why,
            CreatedTime = CreateTime,
            VenueTime = State.UpdateTime,
            ReceivedTime = receivedAt,
        };
    }
}
