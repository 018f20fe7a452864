using System.Text;

namespace Exchange.Exchanges.Grvt;

/// <summary>A name on the wire in both encodings (venue sheet, section 12).</summary>
/// <param name="full">The whole word.</param>
/// <param name="lite">Its initials, which mean something in one object only.</param>
internal sealed class GrvtName(string full, string lite)
{
    private readonly byte[] _full = Encoding.ASCII.GetBytes(full);
    private readonly byte[] _lite = Encoding.ASCII.GetBytes(lite);

    /// <summary>The name as an encoding has it.</summary>
    public ReadOnlySpan<byte> In(bool isLite) => isLite ? _lite : _full;
}

/// <summary>The names of what we send.</summary>
internal static class GrvtNames
{
    // Requests and filters.
    public static readonly GrvtName SubAccountId = new("sub_account_id", "sa");
    public static readonly GrvtName OrderId = new("order_id", "oi");
    public static readonly GrvtName ClientOrderId = new("client_order_id", "co");
    public static readonly GrvtName TimeToLive = new("time_to_live_ms", "tt");
    public static readonly GrvtName CountdownTime = new("countdown_time", "ct");
    public static readonly GrvtName Instrument = new("instrument", "i");
    public static readonly GrvtName Kind = new("kind", "k");
    public static readonly GrvtName Base = new("base", "b");
    public static readonly GrvtName Quote = new("quote", "q");
    public static readonly GrvtName StartTime = new("start_time", "st");
    public static readonly GrvtName EndTime = new("end_time", "et");
    public static readonly GrvtName Limit = new("limit", "l");
    public static readonly GrvtName Cursor = new("cursor", "c");
    public static readonly GrvtName Depth = new("depth", "d");
    public static readonly GrvtName IsActive = new("is_active", "ia");
    public static readonly GrvtName Leverage = new("leverage", "l");
    public static readonly GrvtName Orders = new("orders", "o");

    // The papers have client_order_ids in prose and this in the generated example.
    public static readonly GrvtName ClientOrderIds = new("client_order_i_ds", "co");

    // Subscriptions.
    public static readonly GrvtName Stream = new("stream", "s");
    public static readonly GrvtName Selectors = new("selectors", "s1");

    // An order.
    public static readonly GrvtName Order = new("order", "o");
    public static readonly GrvtName IsMarket = new("is_market", "im");
    public static readonly GrvtName TimeInForce = new("time_in_force", "ti");
    public static readonly GrvtName PostOnly = new("post_only", "po");
    public static readonly GrvtName ReduceOnly = new("reduce_only", "ro");
    public static readonly GrvtName Legs = new("legs", "l");
    public static readonly GrvtName Signature = new("signature", "s");
    public static readonly GrvtName Metadata = new("metadata", "m");

    // A leg.
    public static readonly GrvtName Size = new("size", "s");
    public static readonly GrvtName LimitPrice = new("limit_price", "lp");
    public static readonly GrvtName IsBuyingAsset = new("is_buying_asset", "ib");

    // A signature.
    public static readonly GrvtName Signer = new("signer", "s");
    public static readonly GrvtName R = new("r", "r");
    public static readonly GrvtName S = new("s", "s1");
    public static readonly GrvtName V = new("v", "v");
    public static readonly GrvtName Expiration = new("expiration", "e");
    public static readonly GrvtName Nonce = new("nonce", "n");
    public static readonly GrvtName ChainId = new("chain_id", "ci");

    // A trigger.
    public static readonly GrvtName Trigger = new("trigger", "t");
    public static readonly GrvtName TriggerType = new("trigger_type", "tt");
    public static readonly GrvtName TakeProfitStopLoss = new("tpsl", "t");
    public static readonly GrvtName TriggerBy = new("trigger_by", "tb");
    public static readonly GrvtName TriggerPrice = new("trigger_price", "tp");
    public static readonly GrvtName ClosePosition = new("close_position", "cp");
}
