using System.Globalization;
using System.Text;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Binance;

/// <summary>
/// What Binance USD-M error codes mean (developers.binance.com, Error Codes; venue sheet, section 7). Codes are mapped, not
/// texts; only the end of a ban is read from the text of -1003. A 5xx of any kind leaves the outcome of a command unknown.
/// </summary>
internal static class BinanceErrors
{
    /// <summary>The error that an HTTP response or a WebSocket reply stands for.</summary>
    /// <param name="status">The status, HTTP or of the reply.</param>
    /// <param name="body">The JSON object with <c>code</c> and <c>msg</c>, or anything else that came.</param>
    public static ExchangeError Read(int status, ReadOnlySpan<byte> body)
    {
        TryReadBody(body, out var code, out var text);
        return Map(status, code, text ?? Encoding.UTF8.GetString(body[..Math.Min(body.Length, 200)]));
    }

    /// <summary>The error that an element of a list stands for; null when it is no error, and then it proves nothing.</summary>
    public static ExchangeError? ReadElement(ReadOnlySpan<byte> element) =>
        TryReadBody(element, out var code, out var text) && code != 0 ? Map(400, code, text ?? "") : null;

    /// <summary>The error of a code. Its outcome is what a command with this answer would have; queries ignore it.</summary>
    public static ExchangeError Map(int status, int code, string text)
    {
        var (mapped, outcome, retryable) = Classify(status, code);
        return new ExchangeError
        {
            Code = mapped,
            Message = (code == 0 ? $"Binance answered {status}: {text}" : $"Binance: {text} ({code})") + mapped switch
            {
                ExchangeErrorCode.AuthenticationFailed => "; check BINANCE_API_KEY, the key's permissions, its list of addresses, and that it was made for this environment (live and testnet keys differ)",
                ExchangeErrorCode.SignatureInvalid => "; check that BINANCE_API_SECRET belongs to BINANCE_API_KEY",
                _ => "",
            },
            Outcome = outcome,
            Retryable = retryable && outcome == CommandOutcome.Rejected,
            VenueCode = code == 0 ? status.ToString(CultureInfo.InvariantCulture) : code.ToString(CultureInfo.InvariantCulture),
            VenueMessage = text,
            RetryAt = mapped is ExchangeErrorCode.Banned or ExchangeErrorCode.RateLimited ? BanEnd(text) : null,
        };
    }

    /// <summary>Whether no further attempt mends an error: the key is wrong, may not do this, or its secret is another's.</summary>
    public static bool IsRefusal(ExchangeError error) => error.Code is ExchangeErrorCode.AuthenticationFailed or ExchangeErrorCode.PermissionDenied
        or ExchangeErrorCode.CredentialsMissing or ExchangeErrorCode.SignatureInvalid;

    /// <summary>The end of a ban from the text of -1003 (<c>… banned until 1780000123456. …</c>), UTC; null when it names none.</summary>
    internal static DateTimeOffset? BanEnd(string text)
    {
        const string Until = "until ";
        var at = text.IndexOf(Until, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
            return null;
        var digits = text.AsSpan(at + Until.Length);
        var length = 0;
        while (length < digits.Length && char.IsAsciiDigit(digits[length]))
            length++;
        return long.TryParse(digits[..length], NumberStyles.None, CultureInfo.InvariantCulture, out var ms) && Utf8Numbers.TryToTime(ms, out var end)
            ? end
            : null;
    }

    private static (ExchangeErrorCode Code, CommandOutcome Outcome, bool Retryable) Classify(int status, int code)
    {
        switch (code)
        {
            case -1006 or -1007:
                return (ExchangeErrorCode.Timeout, CommandOutcome.Unknown, false);

            // "Not executed" by the documents, and yet orders were seen to be placed (T16): ask before anything is concluded.
            case -1001:
                return (ExchangeErrorCode.VenueError, CommandOutcome.Unknown, false);
            case -1008:
                return (ExchangeErrorCode.VenueUnavailable, CommandOutcome.Unknown, false);
            case -1003:
                return (status == 418 ? ExchangeErrorCode.Banned : ExchangeErrorCode.RateLimited, CommandOutcome.Rejected, true);
            case 0:
                break;
            case var _ when status is >= 500 or 408 or < 400:
                return (MapCode(code) is var named and not ExchangeErrorCode.RejectedByVenue ? named : ExchangeErrorCode.VenueError, CommandOutcome.Unknown, false);
            default:
                return (MapCode(code), CommandOutcome.Rejected, code is -1015 or -1021 or -5028 or -4117 or -4192 or -5043);
        }

        return status switch
        {
            429 => (ExchangeErrorCode.RateLimited, CommandOutcome.Rejected, true),
            418 => (ExchangeErrorCode.Banned, CommandOutcome.Rejected, true),
            401 => (ExchangeErrorCode.AuthenticationFailed, CommandOutcome.Rejected, false),
            403 => (ExchangeErrorCode.RateLimited, CommandOutcome.Rejected, true),
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
        -1015 => ExchangeErrorCode.RateLimited,
        -1021 or -5028 => ExchangeErrorCode.ClockSkew,
        -1022 => ExchangeErrorCode.SignatureInvalid,
        -1002 or -1099 or -2014 or -2015 or -2017 => ExchangeErrorCode.AuthenticationFailed,
        -1111 or -1128 or -1130 or -4137 or -4138 or -5037 or -5038 or -5039 or -5040 or >= -1106 and <= -1101 or >= -1117 and <= -1114 => ExchangeErrorCode.InvalidArgument,
        -1121 => ExchangeErrorCode.UnknownSymbol,
        -1122 or -4140 or -4141 => ExchangeErrorCode.SymbolNotTrading,
        -4023 => ExchangeErrorCode.QuantityOffStep,
        -2011 or -2013 => ExchangeErrorCode.OrderNotFound,
        -2018 or -2019 => ExchangeErrorCode.InsufficientMargin,
        -2021 or -4142 => ExchangeErrorCode.WouldTriggerImmediately,
        -2022 or -2024 or -2026 or -4062 or -4118 => ExchangeErrorCode.ReduceOnlyRejected,
        -2023 or -4192 or -4189 or -4087 or -4088 or -4105 or -4106 or -4107 or -4400 or -4401 => ExchangeErrorCode.AccountRestricted,
        -2027 => ExchangeErrorCode.PositionLimit,
        -2025 or -4045 => ExchangeErrorCode.TooManyOrders,
        -4003 or -4004 or -4005 => ExchangeErrorCode.QuantityOutOfRange,
        -4002 or -4013 => ExchangeErrorCode.PriceOutOfRange,
        -4014 => ExchangeErrorCode.PriceOffTick,
        -4016 or -4024 or -4131 or -4183 or -4184 => ExchangeErrorCode.PriceOutsideCollar,
        -4015 => ExchangeErrorCode.InvalidClientOrderId,
        -4116 => ExchangeErrorCode.DuplicateClientOrderId,
        -4060 or -4061 => ExchangeErrorCode.PositionSideMismatch,
        -4120 or -5025 => ExchangeErrorCode.NotSupported,
        -4164 or -5029 => ExchangeErrorCode.NotionalTooSmall,
        -5021 => ExchangeErrorCode.FillOrKillNotFillable,
        -5022 => ExchangeErrorCode.PostOnlyWouldTake,
        -5027 => ExchangeErrorCode.NothingToReplace,
        _ => ExchangeErrorCode.RejectedByVenue,
    };

    /// <summary>Reads <c>{"code":…,"msg":"…"}</c>; the code may be a number or a text (T36).</summary>
    private static bool TryReadBody(ReadOnlySpan<byte> body, out int code, out string? text)
    {
        code = 0;
        text = null;
        var json = new Utf8Scanner(body);
        if (json.Peek() != (byte)'{' || !json.TryEnterObject())
            return false;
        while (json.NextProperty(out var name))
        {
            if (name.SequenceEqual("code"u8) && json.TryReadInt64(out var number))
                code = (int)Math.Clamp(number, int.MinValue, int.MaxValue);
            else if (name.SequenceEqual("msg"u8) && json.TryReadString(out var raw, out _))
                text = Encoding.UTF8.GetString(raw);
            else if (!json.Ok || !json.TrySkip())
                return false;
        }

        return json.Ok;
    }
}
