using System.Collections.Frozen;
using Exchange.Simulator.Faults;

namespace Exchange.Simulator.Deribit;

/// <summary>A refusal as JSON-RPC tells it.</summary>
/// <param name="reason">Goes into <c>data.reason</c>.</param>
/// <param name="parameter">Goes into <c>data.param</c>.</param>
internal sealed class DeribitException(int code, string message, string? reason = null, string? parameter = null) : Exception(message)
{
    public int Code { get; } = code;

    public string? Reason { get; } = reason;

    public string? Parameter { get; } = parameter;

    /// <summary>The session ends behind this answer.</summary>
    public bool EndsSession { get; init; }

    /// <summary>Of an answer over HTTP.</summary>
    public int Status { get; init; } = StatusCodes.Status400BadRequest;

    /// <summary>With the text that belongs to the code, and a suffix as the venue adds to some.</summary>
    public static DeribitException Of(int code, string? suffix = null) =>
        new(code, suffix is null ? DeribitErrors.Text(code) : $"{DeribitErrors.Text(code)} {suffix}");

    /// <summary>-32602 about a parameter.</summary>
    public static DeribitException Parameters(string parameter, string reason) => new(-32602, "Invalid params", reason, parameter);

    public static DeribitException InvalidToken() => new(13009, "unauthorized", "invalid_token");
}

/// <summary>The venue's codes and their texts (sheet, section 9).</summary>
internal static class DeribitErrors
{
    private static readonly FrozenDictionary<int, string> _texts = new Dictionary<int, string>
    {
        [-32000] = "Missing params",
        [-32600] = "Invalid request",
        [-32601] = "Method not found",
        [-32602] = "Invalid params",
        [-32700] = "Parse error",
        [10000] = "authorization_required",
        [10001] = "error",
        [10002] = "qty_too_low",
        [10003] = "order_overlap",
        [10004] = "order_not_found",
        [10005] = "price_too_low",
        [10007] = "price_too_high",
        [10009] = "not_enough_funds",
        [10010] = "already_closed",
        [10011] = "price_not_allowed",
        [10012] = "book_closed",
        [10019] = "locked_by_admin",
        [10020] = "invalid_or_unsupported_instrument",
        [10021] = "invalid_amount",
        [10027] = "non_integer_contract_amount",
        [10028] = "too_many_requests",
        [10029] = "not_owner_of_order",
        [10030] = "must_be_websocket_request",
        [10034] = "trigger_price_too_high",
        [10035] = "trigger_price_too_low",
        [10040] = "retry",
        [10041] = "settlement_in_progress",
        [10043] = "price_wrong_tick",
        [10044] = "trigger_price_wrong_tick",
        [10047] = "matching_engine_queue_full",
        [10048] = "not_on_this_server",
        [10049] = "cancel_on_disconnect_failed",
        [10050] = "lock_time_exceeded",
        [10066] = "too_many_concurrent_requests",
        [11008] = "already_filled",
        [11030] = "other_reject",
        [11031] = "other_error",
        [11035] = "no_more_triggers",
        [11036] = "invalid_trigger_price",
        [11042] = "permission_denied",
        [11043] = "bad_argument",
        [11044] = "not_open_order",
        [11047] = "invalid_event",
        [11049] = "bad_arguments",
        [11050] = "bad_request",
        [11051] = "system_maintenance",
        [11052] = "subscribe_error_unsubscribed",
        [11054] = "post_only_reject",
        [11055] = "post_only_not_allowed",
        [11056] = "unauthenticated_public_requests_temporarily_disabled",
        [11094] = "internal_server_error",
        [11098] = "account_locked",
        [13004] = "invalid_credentials",
        [13009] = "unauthorized",
        [13019] = "orderbook_closed",
        [13020] = "not_found",
        [13021] = "forbidden",
        [13025] = "method_switched_off_by_admin",
        [13028] = "temporarily_unavailable",
        [13032] = "non_unique_order_label",
        [13040] = "mmp_required",
        [13403] = "scope_exceeded",
        [13503] = "unavailable",
        [13666] = "request_cancelled_by_user",
        [13777] = "replaced",
        [13778] = "raw_subscriptions_not_available_for_unauthorized",
        [13888] = "timed_out",
    }.ToFrozenDictionary();

    public static string Text(int code) => _texts.GetValueOrDefault(code, "error");

    /// <summary>The answer that a fault asks for: its code (11094 when it names none) with the venue's own text.</summary>
    public static DeribitException Of(Fault fault)
    {
        var code = fault.Code ?? 11094;
        return new DeribitException(code, fault.Message ?? Text(code)) { Status = fault.Status ?? StatusCodes.Status400BadRequest, EndsSession = code == 10028 };
    }
}
