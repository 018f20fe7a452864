using System.Globalization;
using System.Text;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Grvt;

/// <summary>
/// What GRVT's error codes mean (api-docs.grvt.io; venue sheet, section 10). Codes are mapped, not texts. An error of the venue's own
/// (1002, 1005, 1009) or a 5xx of any kind leaves the outcome of a command unknown.
/// </summary>
internal static class GrvtErrors
{
    /// <summary>The code of a call without a login, or with one that has ended.</summary>
    public const string NotLoggedIn = "1000";

    private const int TooMany = 1006;

    /// <summary>The error that an HTTP response stands for.</summary>
    /// <param name="status">The status.</param>
    /// <param name="body"><c>{"request_id":1,"code":1000,"message":"…","status":401}</c> in either encoding, or anything else that came.</param>
    public static ExchangeError Read(int status, ReadOnlySpan<byte> body)
    {
        TryReadBody(body, out var code, out var text);
        return Map(status, code, text ?? Encoding.UTF8.GetString(body[..Math.Min(body.Length, 200)]));
    }

    /// <summary>The error that the <c>error</c> of a socket's reply stands for: a code and a text, without a status.</summary>
    public static ExchangeError Read(ReadOnlySpan<byte> error)
    {
        TryReadBody(error, out var code, out var text);
        return Map(0, code, text ?? Encoding.UTF8.GetString(error[..Math.Min(error.Length, 200)]));
    }

    /// <summary>The error of a body that should have been a success; null when it names no code.</summary>
    public static ExchangeError? ReadIfAny(ReadOnlySpan<byte> body) =>
        TryReadBody(body, out var code, out var text) && code != 0 ? Map(0, code, text ?? "") : null;

    /// <summary>The error of a code. Its outcome is what a command with this answer would have; queries ignore it.</summary>
    public static ExchangeError Map(int status, int code, string text)
    {
        var (mapped, outcome, retryable) = Classify(status, code);
        return new ExchangeError
        {
            Code = mapped,
            Message = (code == 0 ? $"GRVT answered {status}: {text}" : $"GRVT: {text} ({code})") + code switch
            {
                1000 => "; check GRVT_API_KEY and that it belongs to this environment",
                1008 => "; the key's list of addresses (IP whitelist) does not have this machine's",
                1001 or 1400 => "; check the key's permissions, and that the call went to the right host",
                2000 or 2002 or 2004 => "; check that GRVT_PRIVATE_KEY is of the address registered on GRVT_API_KEY",
                2003 => "; check that GRVT_SUB_ACCOUNT_ID belongs to GRVT_API_KEY",
                1012 => "; the order was signed for another environment",
                _ => "",
            },
            Outcome = outcome,
            Retryable = retryable && outcome == CommandOutcome.Rejected,
            VenueCode = code == 0 ? status.ToString(CultureInfo.InvariantCulture) : code.ToString(CultureInfo.InvariantCulture),
            VenueMessage = text,
        };
    }

    /// <summary>The error of a reject reason, which an order that ended carries; null when it ended as it should.</summary>
    public static ExchangeError? OfReason(string? reason)
    {
        if (string.IsNullOrEmpty(reason) || reason == "UNSPECIFIED" || reason.StartsWith("CLIENT_", StringComparison.Ordinal))
            return null;
        var (code, words) = reason switch
        {
            "FAIL_POST_ONLY" => (ExchangeErrorCode.PostOnlyWouldTake, "a post-only order would have taken"),
            "FAIL_REDUCE_ONLY" or "REDUCE_ONLY_LIMIT" => (ExchangeErrorCode.ReduceOnlyRejected, "a reduce-only order would have increased the position"),
            "FOK_CANCEL" => (ExchangeErrorCode.FillOrKillNotFillable, "a fill-or-kill order could not be filled at once"),
            "BELOW_MARGIN" or "BELOW_MARGIN_WITH_PENALTY_DEVIATION" => (ExchangeErrorCode.InsufficientMargin, "margin does not suffice"),
            "EXCEED_MAX_POSITION_SIZE" => (ExchangeErrorCode.PositionLimit, "the position would be too large"),
            "OVERLAPPING_CLIENT_ORDER_ID" => (ExchangeErrorCode.DuplicateClientOrderId, "another active order has this client order id"),
            "INSTRUMENT_INVALID" => (ExchangeErrorCode.UnknownSymbol, "no such instrument"),
            "INSTRUMENT_DEACTIVATED" => (ExchangeErrorCode.SymbolNotTrading, "the instrument takes no orders"),
            "UNAUTHORISED" or "SESSION_KEY_EXPIRED" or "NO_TRADE_PERMISSION" => (ExchangeErrorCode.PermissionDenied, "the key may not trade"),
            "LIQUIDATION" => (ExchangeErrorCode.AccountRestricted, "the account is being liquidated"),
            "TOO_MANY_MAKER_ORDERS" => (ExchangeErrorCode.TooManyOrders, "too many working orders"),
            "SYSTEM_FAILOVER" => (ExchangeErrorCode.VenueUnavailable, "the venue changed over to another system"),
            "UNSUPPORTED_TIME_IN_FORCE" or "EXCEED_MAX_SIGNATURE_EXPIRATION" or "MARKET_ORDER_WITH_LIMIT_PRICE" or "INVALID_ORDER_TYPE" => (ExchangeErrorCode.InvalidArgument, "the order's shape is wrong"),
            "INVALID_CHAIN_ID" => (ExchangeErrorCode.SignatureInvalid, "signed for another chain"),
            "EXPIRED" => (ExchangeErrorCode.RejectedByVenue, "its time was over"),
            "IOC_CANCEL" or "MARKET_CANCEL" or "AON_CANCEL" => (ExchangeErrorCode.RejectedByVenue, "what did not fill at once was cancelled"),
            "SELF_TRADE_PROTECTION" or "SELF_MATCHED_SUBACCOUNT" => (ExchangeErrorCode.RejectedByVenue, "it would have traded with an order of the same account"),
            _ => (ExchangeErrorCode.RejectedByVenue, "the venue ended it"),
        };
        return new ExchangeError { Code = code, Message = $"GRVT: {words} ({reason})", VenueCode = reason, VenueMessage = reason };
    }

    /// <summary>Whether no further attempt mends an error: the key is wrong, may not do this, or its address is another's.</summary>
    public static bool IsRefusal(ExchangeError error) => error.Code is ExchangeErrorCode.AuthenticationFailed or ExchangeErrorCode.PermissionDenied
        or ExchangeErrorCode.CredentialsMissing or ExchangeErrorCode.SignatureInvalid;

    /// <summary>Whether the login that a call was made with has ended, so that another one may help.</summary>
    public static bool IsLoginOver(ExchangeError? error) => error is { Code: ExchangeErrorCode.AuthenticationFailed, VenueCode: NotLoggedIn or "401" };

    /// <summary>Whether an error asks us to send less for a while.</summary>
    public static bool IsThrottled(ExchangeError error) => error.Code == ExchangeErrorCode.RateLimited && error.VenueCode is not null;

    private static (ExchangeErrorCode Code, CommandOutcome Outcome, bool Retryable) Classify(int status, int code)
    {
        switch (code)
        {
            case 1002 or 1005:
                return (ExchangeErrorCode.VenueError, CommandOutcome.Unknown, false);
            case 1009:
                return (ExchangeErrorCode.VenueUnavailable, CommandOutcome.Unknown, false);
            case TooMany:
                return (ExchangeErrorCode.RateLimited, CommandOutcome.Rejected, true);
            case 0:
                break;
            case var _ when status >= 500:
                return (MapCode(code), CommandOutcome.Unknown, false);
            default:
                return (MapCode(code), CommandOutcome.Rejected, code is 2001 or 2090);
        }

        return status switch
        {
            429 => (ExchangeErrorCode.RateLimited, CommandOutcome.Rejected, true),
            401 => (ExchangeErrorCode.AuthenticationFailed, CommandOutcome.Rejected, false),

            // Without a code of the venue's it comes from somebody in between: a proxy, or a block by country.
            403 => (ExchangeErrorCode.VenueUnavailable, CommandOutcome.Rejected, true),
            408 => (ExchangeErrorCode.Timeout, CommandOutcome.Unknown, false),
            503 => (ExchangeErrorCode.VenueUnavailable, CommandOutcome.Unknown, false),
            >= 500 => (ExchangeErrorCode.VenueError, CommandOutcome.Unknown, false),
            >= 400 => (ExchangeErrorCode.RejectedByVenue, CommandOutcome.Rejected, false),

            // Neither a success that can be read nor a refusal: it proves nothing.
            _ => (ExchangeErrorCode.UnreadableReply, CommandOutcome.Unknown, false),
        };
    }

    private static ExchangeErrorCode MapCode(int code) => code switch
    {
        1000 => ExchangeErrorCode.AuthenticationFailed,
        1001 or 1008 or 1400 or 2000 or 2003 or 2004 => ExchangeErrorCode.PermissionDenied,
        1004 => ExchangeErrorCode.OrderNotFound,
        1012 or 2002 or 2005 or 2006 or 2007 => ExchangeErrorCode.SignatureInvalid,
        2001 or 2008 => ExchangeErrorCode.ClockSkew,
        1003 or 1101 or 1102 or 1103 or 2010 or 2011 or 2020 or 2021 or 2030 or 2031 or 2032 or 2040 or 2041 or 2042 or 2050 or 2051 or 2070
            or (>= 2110 and <= 2117) or 2242 or 3001 or 3011 or 3013 or 3020 or 3021 or (>= 3030 and <= 3042) or 2301 => ExchangeErrorCode.InvalidArgument,
        2012 => ExchangeErrorCode.DuplicateClientOrderId,
        2060 => ExchangeErrorCode.SymbolNotTrading,
        2061 or 3000 or (>= 3004 and <= 3007) => ExchangeErrorCode.UnknownSymbol,
        2062 or 2063 => ExchangeErrorCode.QuantityOutOfRange,
        2064 => ExchangeErrorCode.PriceOffTick,
        2065 => ExchangeErrorCode.QuantityOffStep,
        2066 or 2067 => ExchangeErrorCode.NotionalTooSmall,
        7201 => ExchangeErrorCode.PriceOutOfRange,
        2080 => ExchangeErrorCode.InsufficientMargin,
        2081 or 2083 => ExchangeErrorCode.PositionLimit,
        2090 => ExchangeErrorCode.TooManyOrders,
        2400 or 2401 or 2402 => ExchangeErrorCode.ReduceOnlyRejected,
        7304 => ExchangeErrorCode.AccountRestricted,
        _ => ExchangeErrorCode.RejectedByVenue,
    };

    private static bool TryReadBody(ReadOnlySpan<byte> body, out int code, out string? text)
    {
        code = 0;
        text = null;
        var json = new Utf8Scanner(body);
        if (json.Peek() != (byte)'{' || !json.TryEnterObject())
            return false;
        while (json.NextProperty(out var name))
        {
            var ok = name switch
            {
                _ when name.SequenceEqual("code"u8) || name is [(byte)'c'] => TryReadCode(ref json, out code),
                _ when (name.SequenceEqual("message"u8) || name is [(byte)'m']) && json.Peek() == (byte)'"' => json.TryReadText(out text),
                _ => json.TrySkip(),
            };
            if (!ok)
                return false;
        }

        return json.Ok;
    }

    private static bool TryReadCode(ref Utf8Scanner json, out int code)
    {
        var ok = json.TryReadId(out var number);
        code = (int)Math.Clamp(number, int.MinValue, int.MaxValue);
        return ok;
    }
}
