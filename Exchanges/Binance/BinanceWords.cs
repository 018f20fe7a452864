using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Binance;

/// <summary>The venue's words for orders and ours (venue sheet, sections 6.1, 6.5, 6.7, 8.2). A word that is not known gives null.</summary>
internal static class BinanceWords
{
    /// <summary>Before the number of a conditional order that has not been triggered: it is counted apart from the orders.</summary>
    public const string AlgoPrefix = "algo:";

    /// <summary>How the client order ids begin that the venue gives to orders of its own.</summary>
    public static ReadOnlySpan<string> VenuesOwnPrefixes => _venuesOwnPrefixes;

    private static readonly string[] _venuesOwnPrefixes = ["autoclose-", "adl_autoclose", "settlement_autoclose-", "delivery_autoclose-"];

    /// <summary>Whether the venue keeps orders of a type in its service for conditional orders until they are triggered.</summary>
    public static bool IsConditional(OrderType type) => type is not (OrderType.Market or OrderType.Limit);

    /// <summary>Whether the text is the venue order id of a conditional order.</summary>
    public static bool IsAlgoId(string? venueOrderId) => venueOrderId is not null && venueOrderId.StartsWith(AlgoPrefix, StringComparison.Ordinal);

    public static string Text(Side side) => side == Side.Buy ? "BUY" : "SELL";

    public static string Text(PositionSide side) => side switch
    {
        PositionSide.Long => "LONG",
        PositionSide.Short => "SHORT",
        _ => "BOTH",
    };

    public static string Text(OrderType type) => type switch
    {
        OrderType.Market => "MARKET",
        OrderType.Limit => "LIMIT",
        OrderType.StopMarket => "STOP_MARKET",
        OrderType.StopLimit => "STOP",
        OrderType.TakeProfitMarket => "TAKE_PROFIT_MARKET",
        OrderType.TakeProfitLimit => "TAKE_PROFIT",
        OrderType.TrailingStop => "TRAILING_STOP_MARKET",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "no such type"),
    };

    public static string Text(TimeInForce timeInForce, bool postOnly) => timeInForce switch
    {
        _ when postOnly => "GTX",
        TimeInForce.ImmediateOrCancel => "IOC",
        TimeInForce.FillOrKill => "FOK",
        TimeInForce.GoodTillDate => "GTD",
        _ => "GTC",
    };

    public static Side? ReadSide(ReadOnlySpan<byte> word) =>
        word.SequenceEqual("BUY"u8) ? Side.Buy : word.SequenceEqual("SELL"u8) ? Side.Sell : null;

    public static PositionSide? ReadPositionSide(ReadOnlySpan<byte> word) =>
        word.SequenceEqual("BOTH"u8) ? PositionSide.Net
        : word.SequenceEqual("LONG"u8) ? PositionSide.Long
        : word.SequenceEqual("SHORT"u8) ? PositionSide.Short
        : null;

    public static OrderType? ReadType(ReadOnlySpan<byte> word) => word switch
    {
        _ when word.SequenceEqual("MARKET"u8) || word.SequenceEqual("LIQUIDATION"u8) => OrderType.Market,
        _ when word.SequenceEqual("LIMIT"u8) => OrderType.Limit,
        _ when word.SequenceEqual("STOP_MARKET"u8) => OrderType.StopMarket,
        _ when word.SequenceEqual("STOP"u8) => OrderType.StopLimit,
        _ when word.SequenceEqual("TAKE_PROFIT_MARKET"u8) => OrderType.TakeProfitMarket,
        _ when word.SequenceEqual("TAKE_PROFIT"u8) => OrderType.TakeProfitLimit,
        _ when word.SequenceEqual("TRAILING_STOP_MARKET"u8) => OrderType.TrailingStop,
        _ => null,
    };

    /// <summary>The time in force, and whether it means post-only.</summary>
    public static (TimeInForce? TimeInForce, bool? PostOnly) ReadTimeInForce(ReadOnlySpan<byte> word) => word switch
    {
        _ when word.SequenceEqual("GTC"u8) || word.SequenceEqual("GTE_GTC"u8) => (TimeInForce.GoodTillCancelled, false),
        _ when word.SequenceEqual("GTX"u8) || word.SequenceEqual("RPI"u8) => (TimeInForce.GoodTillCancelled, true),
        _ when word.SequenceEqual("IOC"u8) => (TimeInForce.ImmediateOrCancel, false),
        _ when word.SequenceEqual("FOK"u8) => (TimeInForce.FillOrKill, false),
        _ when word.SequenceEqual("GTD"u8) => (TimeInForce.GoodTillDate, false),
        _ => (null, null),
    };

    /// <summary>Where an order stands. Liquidation orders were seen with NEW_INSURANCE and NEW_ADL, which documents do not list.</summary>
    public static OrderStatus? ReadStatus(ReadOnlySpan<byte> word) => word switch
    {
        _ when word.SequenceEqual("NEW"u8) || word.SequenceEqual("NEW_INSURANCE"u8) || word.SequenceEqual("NEW_ADL"u8) => OrderStatus.Working,
        _ when word.SequenceEqual("PARTIALLY_FILLED"u8) => OrderStatus.PartiallyFilled,
        _ when word.SequenceEqual("FILLED"u8) => OrderStatus.Filled,
        _ when word.SequenceEqual("CANCELED"u8) => OrderStatus.Cancelled,
        _ when word.SequenceEqual("REJECTED"u8) => OrderStatus.Rejected,
        _ when word.SequenceEqual("EXPIRED"u8) || word.SequenceEqual("EXPIRED_IN_MATCH"u8) => OrderStatus.Expired,
        _ => null,
    };

    public static TriggerPriceSource? ReadTriggerBy(ReadOnlySpan<byte> word) =>
        word.SequenceEqual("MARK_PRICE"u8) ? TriggerPriceSource.Mark : word.SequenceEqual("CONTRACT_PRICE"u8) ? TriggerPriceSource.Last : null;

    /// <summary>Margin type: <c>cross</c> and <c>isolated</c> in one event, capitals and <c>CROSSED</c> elsewhere.</summary>
    public static MarginMode? ReadMarginMode(ReadOnlySpan<byte> word) =>
        word.IsEmpty ? null : (word[0] | 0x20) == (byte)'i' ? MarginMode.Isolated : (word[0] | 0x20) == (byte)'c' ? MarginMode.Cross : null;

    /// <summary>Who made an order, by the client order ids that the venue gives to its own.</summary>
    public static OrderOrigin OriginOf(string? clientOrderId) => clientOrderId switch
    {
        null => OrderOrigin.External,
        _ when clientOrderId.StartsWith("autoclose-", StringComparison.Ordinal) => OrderOrigin.Liquidation,
        _ when clientOrderId.StartsWith("adl_autoclose", StringComparison.Ordinal) => OrderOrigin.AutoDeleverage,
        _ when clientOrderId.StartsWith("settlement_autoclose-", StringComparison.Ordinal) || clientOrderId.StartsWith("delivery_autoclose-", StringComparison.Ordinal) => OrderOrigin.Settlement,
        _ => OrderOrigin.External,
    };

    /// <summary>Why the venue ended an order (<c>er</c> of ORDER_TRADE_UPDATE).</summary>
    public static ExchangeError? ExpiryReason(long code, bool postOnly)
    {
        var text = code switch
        {
            0 when postOnly => "a post-only order that would have taken liquidity",
            1 => "self-trade prevention",
            2 => "what an immediate-or-cancel order could not fill at once",
            3 => "what an immediate-or-cancel order could not fill, for self-trade prevention",
            4 => "displaced by a reduce-only order of higher priority, or it would have reversed the position",
            5 => "liquidation of the account",
            6 => "the condition of its time in force no longer holds",
            7 => "the instrument is delisted",
            8 => "its stop was triggered and another order takes its place",
            9 => "what a market order could not fill",
            _ => null,
        };
        return text is null ? null : new ExchangeError
        {
            Code = code == 0 ? ExchangeErrorCode.PostOnlyWouldTake : code == 5 ? ExchangeErrorCode.AccountRestricted : ExchangeErrorCode.RejectedByVenue,
            Message = $"ended by Binance: {text}",
            VenueCode = code == 0 ? null : code.ToString(System.Globalization.CultureInfo.InvariantCulture),
        };
    }
}
