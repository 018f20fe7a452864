using System.Globalization;
using System.Text;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Deribit;

/// <summary>
/// What Deribit's error codes mean (venue sheet, section 9: the complete table, not the samples that contradict it). Codes are mapped, not
/// texts. An error is a definite refusal, but for the two that leave the outcome of a command unknown: 11094 and 13028.
/// </summary>
internal static class DeribitErrors
{
    /// <summary>The venue does not accept the token, or there is none: the session must log in again.</summary>
    public static bool AsksForLogin(ExchangeError error) => error.VenueCode is "10000" or "13009";

    /// <summary>The venue refuses us for coming too often, and ends the session.</summary>
    public static bool IsThrottled(ExchangeError error) => error.VenueCode is "10028" or "10066" or "429";

    /// <summary>Whether no further attempt mends an error: the key is wrong, or may not do this.</summary>
    public static bool IsRefusal(ExchangeError error) => error.Code is ExchangeErrorCode.AuthenticationFailed or ExchangeErrorCode.PermissionDenied
        or ExchangeErrorCode.CredentialsMissing or ExchangeErrorCode.SignatureInvalid;

    /// <summary>The error that the member <c>error</c> of a reply stands for.</summary>
    public static ExchangeError Read(ReadOnlySpan<byte> error) =>
        TryRead(error, out var code, out var text, out var detail)
            ? Map(code, text, detail)
            : new ExchangeError
            {
                Code = ExchangeErrorCode.UnreadableReply,
                Message = "Deribit answered with an error that cannot be read",
                Outcome = CommandOutcome.Unknown,
            };

    /// <summary>The error of an HTTP response: the body says more than the status (venue sheet, section 6).</summary>
    public static ExchangeError ReadHttp(int status, ReadOnlySpan<byte> body)
    {
        var json = new Utf8Scanner(body);
        if (json.Peek() == (byte)'{' && json.TryEnterObject())
        {
            while (json.NextProperty(out var name))
            {
                if (name.SequenceEqual("error"u8) && json.TryReadRaw(out var error))
                    return Read(error);
                if (!json.TrySkip())
                    break;
            }
        }

        var text = Encoding.UTF8.GetString(body[..Math.Min(body.Length, 200)]);
        return new ExchangeError
        {
            Code = status switch
            {
                429 => ExchangeErrorCode.RateLimited,
                401 => ExchangeErrorCode.AuthenticationFailed,
                403 => ExchangeErrorCode.PermissionDenied,
                408 => ExchangeErrorCode.Timeout,
                502 or 503 or 504 => ExchangeErrorCode.VenueUnavailable,
                >= 500 => ExchangeErrorCode.VenueError,
                >= 400 => ExchangeErrorCode.RejectedByVenue,
                _ => ExchangeErrorCode.UnreadableReply,
            },
            Message = $"Deribit answered {status}: {text}",
            Outcome = status is >= 400 and < 500 and not 408 ? CommandOutcome.Rejected : CommandOutcome.Unknown,
            Retryable = status == 429,
            VenueCode = status.ToString(CultureInfo.InvariantCulture),
            VenueMessage = text,
        };
    }

    /// <summary>The error of a code.</summary>
    /// <param name="code">The venue's number.</param>
    /// <param name="text">Its text; a limit may be appended.</param>
    /// <param name="detail">What <c>data</c> says; null when nothing.</param>
    public static ExchangeError Map(long code, string text, string? detail = null)
    {
        var (mapped, retryable) = Classify(code);

        // One code for many reasons; of this one a trader must know.
        if (code == 11030 && (text.Contains("reduce_only", StringComparison.Ordinal) || detail?.Contains("reduce_only", StringComparison.Ordinal) == true))
            mapped = ExchangeErrorCode.ReduceOnlyRejected;
        var outcome = code is 11094 or 13028 ? CommandOutcome.Unknown : CommandOutcome.Rejected;
        return new ExchangeError
        {
            Code = mapped,
            Message = $"Deribit: {text} ({code.ToString(CultureInfo.InvariantCulture)})" + (detail is null ? "" : $": {detail}") + mapped switch
            {
                ExchangeErrorCode.AuthenticationFailed => "; check DERIBIT_CLIENT_ID, DERIBIT_CLIENT_SECRET, the clock and the key's list of addresses",
                ExchangeErrorCode.PermissionDenied => "; check the scopes of the key DERIBIT_CLIENT_ID",
                _ => "",
            },
            Outcome = outcome,
            Retryable = retryable && outcome == CommandOutcome.Rejected,
            VenueCode = code.ToString(CultureInfo.InvariantCulture),
            VenueMessage = text,
        };
    }

    private static (ExchangeErrorCode Code, bool Retryable) Classify(long code) => code switch
    {
        10000 or 13009 => (ExchangeErrorCode.AuthenticationFailed, true),
        13004 or 11098 or 13668 => (ExchangeErrorCode.AuthenticationFailed, false),
        13021 or 13403 or 11042 => (ExchangeErrorCode.PermissionDenied, false),
        10028 or 10066 => (ExchangeErrorCode.RateLimited, true),
        10040 or 10041 or 10047 or 10048 or 10050 => (ExchangeErrorCode.VenueUnavailable, true),
        10019 or 11051 or 13025 or 13503 => (ExchangeErrorCode.VenueUnavailable, true),
        13028 => (ExchangeErrorCode.VenueUnavailable, false),
        11094 => (ExchangeErrorCode.VenueError, false),
        10004 or 10029 => (ExchangeErrorCode.OrderNotFound, false),
        10010 or 11008 or 11044 => (ExchangeErrorCode.OrderAlreadyTerminal, false),
        10009 or 10039 => (ExchangeErrorCode.InsufficientMargin, false),
        >= 10013 and <= 10018 or 10037 or 10038 => (ExchangeErrorCode.PositionLimit, false),
        10072 or 10045 or 10046 => (ExchangeErrorCode.AccountRestricted, false),
        10005 or 10006 or 10007 or 10011 => (ExchangeErrorCode.PriceOutOfRange, false),
        10034 or 10035 or 11036 => (ExchangeErrorCode.WouldTriggerImmediately, false),
        10026 or 10043 or 10044 => (ExchangeErrorCode.PriceOffTick, false),
        10002 => (ExchangeErrorCode.QuantityOutOfRange, false),
        10021 or 10027 => (ExchangeErrorCode.QuantityOffStep, false),
        10032 => (ExchangeErrorCode.NotionalTooSmall, false),
        11054 or 11055 or 11021 => (ExchangeErrorCode.PostOnlyWouldTake, false),
        11035 or 13901 => (ExchangeErrorCode.TooManyOrders, false),
        10020 or 13020 => (ExchangeErrorCode.UnknownSymbol, false),
        10012 or 13019 => (ExchangeErrorCode.SymbolNotTrading, true),
        13032 => (ExchangeErrorCode.DuplicateClientOrderId, false),
        13888 => (ExchangeErrorCode.Timeout, true),
        13777 => (ExchangeErrorCode.NothingToReplace, false),
        13666 => (ExchangeErrorCode.RejectedByVenue, true),
        11052 or 11056 => (ExchangeErrorCode.VenueUnavailable, true),
        13778 => (ExchangeErrorCode.CredentialsMissing, false),
        -32602 or -32600 or -32700 or 10023 or 10025 or 11029 or 11043 or 11047 or 11049 or 11050 => (ExchangeErrorCode.InvalidArgument, false),
        -32601 or 10030 or 10031 => (ExchangeErrorCode.NotSupported, false),
        _ => (ExchangeErrorCode.RejectedByVenue, false),
    };

    /// <summary>Reads <c>{"code":…,"message":"…","data":…}</c>; <c>data</c> is an object, a text, null or absent.</summary>
    private static bool TryRead(ReadOnlySpan<byte> error, out long code, out string text, out string? detail)
    {
        code = 0;
        text = "";
        detail = null;
        var json = new Utf8Scanner(error);
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            if (name.SequenceEqual("code"u8))
            {
                ok = json.TryReadInt64(out code);
            }
            else if (name.SequenceEqual("message"u8) && json.Peek() == (byte)'"')
            {
                ok = json.TryReadText(out var told);
                text = told ?? "";
            }
            else if (name.SequenceEqual("data"u8))
            {
                ok = TryReadDetail(ref json, out detail);
            }
            else
            {
                ok = json.TrySkip();
            }
        }

        return ok && json.Ok && code != 0;
    }

    private static bool TryReadDetail(ref Utf8Scanner json, out string? detail)
    {
        detail = null;
        if (json.Peek() == (byte)'"')
            return json.TryReadText(out detail);
        if (json.Peek() != (byte)'{')
            return json.TrySkip();
        string? reason = null, param = null;
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            ok = name switch
            {
                _ when name.SequenceEqual("reason"u8) && json.Peek() == (byte)'"' => json.TryReadText(out reason),
                _ when name.SequenceEqual("param"u8) && json.Peek() == (byte)'"' => json.TryReadText(out param),
                _ => json.TrySkip(),
            };
        }

        detail = param is null ? reason : reason is null ? param : $"{param}: {reason}";
        return ok && json.Ok;
    }
}
