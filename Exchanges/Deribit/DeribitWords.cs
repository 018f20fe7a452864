using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Deribit;

/// <summary>The venue's words for orders and ours (venue sheet, sections 4.1 to 4.3). A word that is not known gives null.</summary>
internal static class DeribitWords
{
    /// <summary>The hour, UTC, at which the venue settles and at which a good-til-day order ends.</summary>
    private static readonly TimeSpan _settlement = TimeSpan.FromHours(8);

    /// <summary>Whether orders of a type wait for a trigger.</summary>
    public static bool IsConditional(OrderType type) => type is not (OrderType.Market or OrderType.Limit);

    /// <summary>Whether a future's quantities are base coins: its name has the quote in it (<c>SOL_USDC-PERPETUAL</c>).</summary>
    public static bool IsLinear(string symbol) => symbol.Contains('_', StringComparison.Ordinal);

    /// <summary>The next daily settlement after a moment.</summary>
    public static DateTimeOffset SettlementAfter(DateTimeOffset moment)
    {
        var today = new DateTimeOffset(moment.UtcDateTime.Date, TimeSpan.Zero) + _settlement;
        return today > moment ? today : today + TimeSpan.FromDays(1);
    }

    public static string Text(OrderType type) => type switch
    {
        OrderType.Market => "market",
        OrderType.Limit => "limit",
        OrderType.StopMarket => "stop_market",
        OrderType.StopLimit => "stop_limit",
        OrderType.TakeProfitMarket => "take_market",
        OrderType.TakeProfitLimit => "take_limit",
        OrderType.TrailingStop => "trailing_stop",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "no such type"),
    };

    public static string Text(TimeInForce timeInForce) => timeInForce switch
    {
        TimeInForce.ImmediateOrCancel => "immediate_or_cancel",
        TimeInForce.FillOrKill => "fill_or_kill",
        TimeInForce.GoodTillDate => "good_til_day",
        _ => "good_til_cancelled",
    };

    public static string Text(TriggerPriceSource source) => source switch
    {
        TriggerPriceSource.Mark => "mark_price",
        TriggerPriceSource.Index => "index_price",
        _ => "last_price",
    };

    public static Side? ReadSide(ReadOnlySpan<byte> word) =>
        word.SequenceEqual("buy"u8) ? Side.Buy : word.SequenceEqual("sell"u8) ? Side.Sell : null;

    public static OrderType? ReadType(ReadOnlySpan<byte> word) => word switch
    {
        _ when word.SequenceEqual("limit"u8) => OrderType.Limit,

        // A market-limit order is a market order whose rest stays in the book; a liquidation takes what there is.
        _ when word.SequenceEqual("market"u8) || word.SequenceEqual("market_limit"u8) || word.SequenceEqual("liquidation"u8) => OrderType.Market,
        _ when word.SequenceEqual("stop_market"u8) => OrderType.StopMarket,
        _ when word.SequenceEqual("stop_limit"u8) => OrderType.StopLimit,
        _ when word.SequenceEqual("take_market"u8) => OrderType.TakeProfitMarket,
        _ when word.SequenceEqual("take_limit"u8) => OrderType.TakeProfitLimit,
        _ when word.SequenceEqual("trailing_stop"u8) => OrderType.TrailingStop,
        _ => null,
    };

    public static TimeInForce? ReadTimeInForce(ReadOnlySpan<byte> word) => word switch
    {
        _ when word.SequenceEqual("good_til_cancelled"u8) => TimeInForce.GoodTillCancelled,
        _ when word.SequenceEqual("good_til_day"u8) => TimeInForce.GoodTillDate,
        _ when word.SequenceEqual("immediate_or_cancel"u8) => TimeInForce.ImmediateOrCancel,
        _ when word.SequenceEqual("fill_or_kill"u8) => TimeInForce.FillOrKill,
        _ => null,
    };

    public static TriggerPriceSource? ReadTrigger(ReadOnlySpan<byte> word) => word switch
    {
        _ when word.SequenceEqual("last_price"u8) => TriggerPriceSource.Last,
        _ when word.SequenceEqual("mark_price"u8) => TriggerPriceSource.Mark,
        _ when word.SequenceEqual("index_price"u8) => TriggerPriceSource.Index,
        _ => null,
    };

    /// <summary>Where an order stands. There is no word for partly filled: the count tells. <c>triggered</c> is of the trigger, not of what it became.</summary>
    public static OrderStatus? ReadStatus(ReadOnlySpan<byte> word) => word switch
    {
        _ when word.SequenceEqual("open"u8) => OrderStatus.Working,
        _ when word.SequenceEqual("untriggered"u8) => OrderStatus.Untriggered,
        _ when word.SequenceEqual("filled"u8) => OrderStatus.Filled,
        _ when word.SequenceEqual("cancelled"u8) => OrderStatus.Cancelled,
        _ when word.SequenceEqual("rejected"u8) => OrderStatus.Rejected,
        _ => null,
    };

    /// <summary>Why the venue cancelled an order (<c>cancel_reason</c>, an open set); null when it was asked to.</summary>
    public static ExchangeError? CancelReason(string? reason)
    {
        if (reason is null or "" or "user_request")
            return null;
        var (code, text) = reason switch
        {
            "edit_post_only_reject" => (ExchangeErrorCode.PostOnlyWouldTake, "a change would have made a post-only order take liquidity"),
            "cancel_on_disconnect" => (ExchangeErrorCode.ConnectionLost, "cancel on disconnect"),
            "autoliquidation" or "pme_risk_reduction" or "pme_account_locked" or "position_locked" or "risk_mitigation" => (ExchangeErrorCode.AccountRestricted, reason),
            "settlement" => (ExchangeErrorCode.SymbolNotTrading, "settlement"),
            _ => (ExchangeErrorCode.RejectedByVenue, reason),
        };
        return new ExchangeError { Code = code, Message = $"ended by Deribit: {text}", VenueMessage = reason };
    }
}
