using Exchange.Simulator.Engine;
using Exchange.Simulator.Faults;

namespace Exchange.Simulator.Binance;

/// <summary>Statuses and texts of the errors that a fault asks for by code or status alone (sheet, section 7).</summary>
internal static class VenueErrors
{
    /// <param name="status">What a fault without a status gets; null: what usually goes with its code.</param>
    public static BinanceErrorException Of(Fault fault, SimulatorClock clock, int? status = null)
    {
        var usual = fault.Status ?? status ?? StatusOf(fault.Code);
        var (code, message) = (usual, fault.Code) switch
        {
            (429, null or -1003) => (-1003, "Too many requests; current limit of IP(127.0.0.1) is 2400 requests per minute. "
                + "Please use the websocket for live updates to avoid polling the API."),
            (418, _) => (-1003, RequestWeights.BanText(clock.VenueNow + RequestWeights.BanLength)),
            (_, -1006) => (-1006, "An unexpected response was received from the message bus. Execution status unknown."),
            (_, -1007) or (408, _) => (-1007, "Timeout waiting for response from backend server. Send status unknown; execution status unknown."),
            (_, -1008) => (-1008, "Request throttled by system-level protection. Reduce-only/close-position orders are exempt. Please try again."),
            (_, -1015) => (-1015, "Too many new orders; current limit is 300 orders per TEN_SECONDS."),
            (_, -1021) => (-1021, "Timestamp for this request is outside of the recvWindow."),
            (_, -1022) => (-1022, "Signature for this request is not valid."),
            (_, -2010) => (-2010, "NEW_ORDER_REJECTED"),
            (_, -2011) => (-2011, "Unknown order sent."),
            (_, -2013) => (-2013, "Order does not exist."),
            (_, -2015) => (-2015, "Invalid API-key, IP, or permissions for action."),
            (_, -2019) => (-2019, "Margin is insufficient."),
            (_, -5028) => (-5028, "Timestamp for this request is outside of the ME recvWindow."),
            (503, _) => (-1000, "Unknown error, please check your request or try again later."),
            _ => (-1001, "Internal error; unable to process your request. Please try again."),
        };
        return new BinanceErrorException(usual, fault.Code ?? code, fault.Message ?? message);
    }

    private static int StatusOf(int? code) => code switch
    {
        -1003 or -1015 => 429,
        -1007 => 408,
        null or -1000 or -1001 or -1006 or -1008 => 503,
        -1002 or -2014 or -2015 => 401,
        _ => 400,
    };
}
