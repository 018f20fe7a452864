namespace Exchange.Simulator.Grvt;

/// <summary>What the venue refuses with: a code, its words and the HTTP status (sheet, sections 2 and 10).</summary>
internal sealed class GrvtErrorException(int code, string? message = null, int? status = null) : Exception(message ?? GrvtErrors.Text(code))
{
    public int Code { get; } = code;

    public int Status { get; } = status ?? GrvtErrors.Status(code);
}

/// <summary>The codes in words.</summary>
internal static class GrvtErrors
{
    private static readonly Dictionary<int, string> _texts = new()
    {
        [1000] = "You need to authenticate prior to using this functionality",
        [1001] = "You are not authorized to access this functionality",
        [1002] = "Internal Server Error",
        [1003] = "Request could not be processed due to malformed syntax",
        [1004] = "Data Not Found",
        [1005] = "Unknown Error",
        [1006] = "You have surpassed your allocated rate limit for your tier",
        [1008] = "Your IP has not been whitelisted for access",
        [1009] = "We are temporarily deactivating this API endpoint, please try again later",
        [1012] = "Invalid signature chain ID",
        [1101] = "Feed Format must be in the format of <primary>@<secondary>",
        [1102] = "Wrong number of primary selectors",
        [1103] = "Wrong number of secondary selectors",
        [1400] = "Signer does not have trade permission",
        [2000] = "Signature is from an unauthorized signer",
        [2001] = "Signature has expired",
        [2002] = "Signature does not match payload",
        [2003] = "Order sub account does not match logged in user",
        [2004] = "Signature is from an expired session key",
        [2005] = "Signature V must be 27/28",
        [2006] = "Signature R/S must have exactly 64 characters long without 0x prefix",
        [2007] = "Signature S must be in the lower half of the curve",
        [2008] = "Signature exceeds maximum allowed duration",
        [2010] = "Order ID should be empty when creating an order",
        [2011] = "Client Order ID should be supplied when creating an order",
        [2012] = "Client Order ID overlaps with existing active order",
        [2020] = "Market Order must always be supplied without a limit price",
        [2021] = "Limit Order must always be supplied with a limit price",
        [2030] = "Orderbook Orders must have a TimeInForce of GTT/IOC/FOK",
        [2032] = "Post Only can only be set to true for GTT/AON orders",
        [2040] = "Order must contain at least one leg",
        [2042] = "Orderbook Orders must contain only one leg",
        [2050] = "Order state must be empty upon creation",
        [2051] = "Order execution metadata must be empty upon creation",
        [2060] = "Order Legs contain one or more inactive derivative",
        [2061] = "Unsupported Instrument Requested",
        [2062] = "Order size smaller than min size",
        [2064] = "Invalid limit price tick",
        [2065] = "Order size too granular",
        [2066] = "Order below minimum notional",
        [2080] = "Insufficient margin to create order",
        [2081] = "Order Fill would result in exceeding maximum position size",
        [2090] = "Max open orders exceeded",
        [2110] = "Invalid trigger by",
        [2111] = "Unsupported trigger by",
        [2112] = "Invalid trigger order",
        [2113] = "Trigger price must be non-zero",
        [2107] = "Attempted to set leverage below minimum",
        [2108] = "Attempted to set leverage above maximum",
        [2114] = "Invalid position linked TPSL orders, position linked TPSL must be a reduce-only order",
        [2117] = "Position linked TPSL orders must be created from web or mobile clients",
        [2232] = "Bulk request holds too many orders",
        [2233] = "Bulk request may name order ids or client order ids, not both",
        [2234] = "Bulk orders must be of one instrument",
        [2301] = "Order cancel time-to-live exceeds maximum allowed value.",
        [2400] = "Reduce only order with no position",
        [2401] = "Reduce only order must not increase position size",
        [2402] = "Reduce only order size exceeds maximum allowed value",
        [3000] = "Instrument is invalid",
        [3001] = "Stream is invalid",
        [3011] = "Limit is out of range",
        [3020] = "Sub account ID is invalid",
        [3021] = "Either order ID or client order ID must be supplied",
        [3030] = "Feed rate is invalid",
        [3031] = "Depth is invalid",
        [3040] = "Candlestick interval is invalid",
        [3041] = "Candlestick type is invalid",
        [6000] = "Countdown time is bigger than 300s supported",
        [7500] = "Builder Fee exceeds the allowed program limit.",
        [7503] = "Builder is already authorized for this account with the given fee.",
        [7504] = "Builder is not authorized for the specified user.",
    };

    public static string Text(int code) => _texts.GetValueOrDefault(code, "Error");

    public static int Status(int code) => code switch
    {
        1000 or 1008 => 401,
        1001 or 1400 or (>= 2000 and <= 2008) => 403,
        1002 or 1005 => 500,
        1004 => 404,
        1006 or 2090 => 429,
        1009 => 503,
        _ => 400,
    };
}
