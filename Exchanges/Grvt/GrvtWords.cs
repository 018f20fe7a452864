using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Grvt;

/// <summary>The venue's words and times (venue sheet, sections 2 and 6).</summary>
internal static class GrvtWords
{
    private const long NanosecondsPerTick = 100;

    /// <summary>A time as unix nanoseconds.</summary>
    public static long Nanoseconds(DateTimeOffset time) => (time.UtcTicks - DateTime.UnixEpoch.Ticks) * NanosecondsPerTick;

    /// <summary>A time of unix nanoseconds; null for none (0).</summary>
    public static DateTimeOffset? TimeOf(long nanoseconds) =>
        nanoseconds > 0 ? new DateTimeOffset(DateTime.UnixEpoch.Ticks + (nanoseconds / NanosecondsPerTick), TimeSpan.Zero) : null;

    /// <summary>Reads a time: unix nanoseconds, as a text or a number; null when there is none.</summary>
    public static bool TryReadTime(ref Utf8Scanner json, out DateTimeOffset? time)
    {
        var ok = json.TryReadId(out var nanoseconds);
        time = TimeOf(nanoseconds);
        return ok;
    }

    /// <summary>An order id that says something: a zero stands for one that is not known yet.</summary>
    public static string? RealId(string? id) => id is { Length: > 2 } && id.AsSpan(2).ContainsAnyExcept('0') ? id : null;

    /// <summary>A client order id that says something.</summary>
    public static string? RealClientId(string? id) => id is { Length: > 0 } and not "0" ? id : null;

    /// <summary>The venue's word for a time in force.</summary>
    public static (GrvtTimeInForce Signed, string Word) TimeInForceOf(Order order, GrvtOptions options) => order switch
    {
        { Type: OrderType.Market } => options.MarketTimeInForce == "GOOD_TILL_TIME" ? (GrvtTimeInForce.GoodTillTime, "GOOD_TILL_TIME") : (GrvtTimeInForce.ImmediateOrCancel, "IMMEDIATE_OR_CANCEL"),

        // Waits for its trigger first; the venue cancels the rest of a market order by itself.
        { Type: OrderType.StopMarket or OrderType.TakeProfitMarket } => (GrvtTimeInForce.GoodTillTime, "GOOD_TILL_TIME"),
        { TimeInForce: TimeInForce.ImmediateOrCancel } => (GrvtTimeInForce.ImmediateOrCancel, "IMMEDIATE_OR_CANCEL"),
        { TimeInForce: TimeInForce.FillOrKill } => (GrvtTimeInForce.FillOrKill, "FILL_OR_KILL"),
        _ => (GrvtTimeInForce.GoodTillTime, "GOOD_TILL_TIME"),
    };

    /// <summary>Reads a time in force; one that is not known here is good till cancelled.</summary>
    public static TimeInForce ReadTimeInForce(ReadOnlySpan<byte> word) => word switch
    {
        _ when word.SequenceEqual("IMMEDIATE_OR_CANCEL"u8) => TimeInForce.ImmediateOrCancel,
        _ when word.SequenceEqual("FILL_OR_KILL"u8) => TimeInForce.FillOrKill,
        _ => TimeInForce.GoodTillCancelled,
    };

    /// <summary>Reads what fires a trigger; the middle of the book, which we do not offer, is told as the last price.</summary>
    public static TriggerPriceSource ReadTriggerBy(ReadOnlySpan<byte> word) => word switch
    {
        _ when word.SequenceEqual("MARK"u8) => TriggerPriceSource.Mark,
        _ when word.SequenceEqual("INDEX"u8) => TriggerPriceSource.Index,
        _ => TriggerPriceSource.Last,
    };

    /// <summary>The venue's word for what fires a trigger.</summary>
    public static string Text(TriggerPriceSource by) => by switch
    {
        TriggerPriceSource.Mark => "MARK",
        TriggerPriceSource.Index => "INDEX",
        _ => "LAST",
    };

    /// <summary>Whether an order waits for a trigger price.</summary>
    public static bool IsConditional(OrderType type) => type is OrderType.StopMarket or OrderType.StopLimit or OrderType.TakeProfitMarket or OrderType.TakeProfitLimit;

    /// <summary>Whether an order has no limit price.</summary>
    public static bool IsMarket(OrderType type) => type is OrderType.Market or OrderType.StopMarket or OrderType.TakeProfitMarket;

    /// <summary>Reads how a position is margined.</summary>
    public static MarginMode ReadMarginMode(ReadOnlySpan<byte> word) => word.SequenceEqual("ISOLATED"u8) ? MarginMode.Isolated : MarginMode.Cross;
}
