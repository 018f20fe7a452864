using System.Buffers;
using System.Globalization;
using System.Text;
using Exchange.Exchanges.Common.Http;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Exchange.Exchanges.Binance;

/// <summary>What became of one request of the WebSocket API.</summary>
/// <param name="Result">The bytes of <c>result</c>; empty when there is an error.</param>
/// <param name="Error">Why it did not succeed, with the outcome; null on success.</param>
/// <param name="LastChance">The venue's time after which it can no longer act on what was sent last.</param>
internal readonly record struct BinanceTradeAnswer(ReadOnlyMemory<byte> Result, ExchangeError? Error, DateTimeOffset LastChance);

/// <summary>
/// The WebSocket API (venue sheet, section 5): commands and their replies, matched by id. An Ed25519 key logs the session on once; other
/// keys sign every request. A request is bound to the socket that it went out by and is never sent again, except where the venue
/// refused it for its time stamp and so provably did nothing.
/// </summary>
internal sealed class BinanceTradeSocket(BinanceAccess access, BinanceOptions options, ILogger logger) : SocketProtocol
{
    /// <summary>What the venue charges for a handshake.</summary>
    private const int HandshakeWeight = 5;

    private readonly Lock _writing = new();
    private readonly BinanceParams _params = new();
    private readonly ArrayBufferWriter<byte> _frame = new(1024);
    private readonly ArrayBufferWriter<byte> _text = new(512);

    /// <summary>The session; set once, before anything happens.</summary>
    public SocketSession Session { get; set; } = null!;

    /// <summary>Nothing comes here unasked; pings tell a dead socket.</summary>
    public override long? ExpectsDataSince => null;

    /// <summary>Replies that came after their request had been given up.</summary>
    public long LateReplies { get; private set; }

    /// <summary>Sends a command, or a question, on the socket in service.</summary>
    /// <param name="method">The method.</param>
    /// <param name="weight">What the venue charges.</param>
    /// <param name="fill">Adds the parameters.</param>
    /// <param name="stamp">The time stamp of the first attempt; null for now.</param>
    /// <param name="priority">What it is for.</param>
    /// <param name="cancellationToken">Gives the wait up. What was sent stays sent.</param>
    public async Task<BinanceTradeAnswer> RequestAsync(
        string method,
        int weight,
        Action<BinanceParams> fill,
        DateTimeOffset? stamp = null,
        RequestPriority priority = RequestPriority.Normal,
        CancellationToken cancellationToken = default)
    {
        var at = stamp ?? access.Clock.Now;
        if (Session.Current is not { } link)
            return Refused(ExchangeErrorCode.NotReady, $"the order connection is {Session.Status.State}", at);
        var answer = await RequestAsync(link, method, weight, fill, at, priority, signed: false, cancellationToken).ConfigureAwait(false);
        if (answer.Error is not { Code: ExchangeErrorCode.ClockSkew, Outcome: CommandOutcome.Rejected })
            return answer;
        BinanceLog.QueryFailed(logger, method, answer.Error.Message + "; measuring the clock and signing anew");
        if (await access.Private.MeasureClockAsync().ConfigureAwait(false) is not null || Session.Current is not { } next)
            return answer;
        return await RequestAsync(next, method, weight, fill, access.Clock.Now, priority, signed: false, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async Task<Result<Uri>> LocateAsync(Uri url, CancellationToken cancellationToken)
    {
        if (access.CredentialsError is { } missing)
            return missing;
        if (access.Budget.Weight.Pause is { } pause)
            return pause;

        // Logging on has a time stamp.
        if (access.Clock.Offset is null && await access.Private.MeasureClockAsync().WaitAsync(cancellationToken).ConfigureAwait(false) is { } error)
            return error;
        return access.Budget.Weight.TryTake(HandshakeWeight, RequestPriority.Cancel, out var retryAt) ? url : access.Budget.Weight.Exhausted(retryAt);
    }

    /// <inheritdoc/>
    public override async Task<ExchangeError?> AuthenticateAsync(SocketLink link, CancellationToken cancellationToken)
    {
        if (access.Private.Signer is not { CanLogOn: true })
            return null;
        var answer = await LogOn().ConfigureAwait(false);
        if (answer.Error is { Code: ExchangeErrorCode.ClockSkew } && await access.Private.MeasureClockAsync().ConfigureAwait(false) is null)
            answer = await LogOn().ConfigureAwait(false);
        return answer.Error is { } error ? error with { Outcome = null } : null;

        Task<BinanceTradeAnswer> LogOn() =>
            RequestAsync(link, "session.logon", 2, _ => { }, access.Clock.Now, RequestPriority.Cancel, signed: true, cancellationToken);
    }

    /// <inheritdoc/>
    public override bool IsRefusal(ExchangeError error) => BinanceErrors.IsRefusal(error);

    /// <inheritdoc/>
    public override void OnUnmatchedReply(SocketLink link, long id, ReadOnlySpan<byte> frame) => LateReplies++;

    /// <summary>Replies repeat the API key.</summary>
    public override string Redact(string excerpt) =>
        access.Private.Signer is { } signer ? excerpt.Replace(signer.ApiKey, "(hidden)", StringComparison.Ordinal) : excerpt;

    /// <inheritdoc/>
    public override FrameKind OnFrame(SocketLink link, ReadOnlySpan<byte> frame, DateTimeOffset receivedAt, out long replyTo)
    {
        replyTo = 0;
        var json = new Utf8Scanner(frame);
        if (!json.TryEnterObject())
            return FrameKind.Unreadable;
        while (json.NextProperty(out var name))
        {
            if (!name.SequenceEqual("id"u8))
            {
                if (!json.TrySkip())
                    return FrameKind.Unreadable;
            }
            else if (json.Peek() == (byte)'n')
            {
                return OnRevoked(frame);
            }
            else
            {
                return json.TryReadInt64(out replyTo) ? FrameKind.Reply : FrameKind.Unknown;
            }
        }

        return json.Ok ? FrameKind.Unknown : FrameKind.Unreadable;
    }

    /// <summary>A reply to nobody: the venue has ended the session's authentication, and says so once.</summary>
    private FrameKind OnRevoked(ReadOnlySpan<byte> frame)
    {
        if (!TryReadReply(frame, out var status, out _, out var error))
            return FrameKind.Unreadable;
        if (status < 400)
            return FrameKind.Unknown;
        var why = BinanceErrors.Read(status, error);
        Session.Recycle($"Binance has ended the session: {why.Message}");
        return FrameKind.Notice;
    }

    private async Task<BinanceTradeAnswer> RequestAsync(
        SocketLink link,
        string method,
        int weight,
        Action<BinanceParams> fill,
        DateTimeOffset stamp,
        RequestPriority priority,
        bool signed,
        CancellationToken cancellationToken)
    {
        var lastChance = stamp + access.Private.Validity;
        if (access.Private.Signer is not { } signer)
            return Refused(ExchangeErrorCode.CredentialsMissing, "there are no credentials", stamp);
        if (access.Budget.Weight.Pause is { } pause)
            return new BinanceTradeAnswer(default, pause.WithOutcome(CommandOutcome.Rejected), lastChance);
        if (weight > 0 && !access.Budget.Weight.TryTake(weight, priority, out var retryAt))
            return new BinanceTradeAnswer(default, access.Budget.Weight.Exhausted(retryAt).WithOutcome(CommandOutcome.Rejected), lastChance);
        var reply = await link.RequestAsync(
            id => MakeFrame(id, method, fill, stamp, signed || !signer.CanLogOn ? signer : null),
            TimeSpan.FromMilliseconds(options.CommandTimeoutMs),
            cancellationToken).ConfigureAwait(false);
        if (reply.Frame is null)
            return new BinanceTradeAnswer(default, reply.Error, lastChance);
        if (!TryReadReply(reply.Frame, out var status, out var result, out var error))
        {
            return new BinanceTradeAnswer(
                default,
                new ExchangeError { Code = ExchangeErrorCode.UnreadableReply, Message = $"Binance answered {method} with something that cannot be read", Outcome = CommandOutcome.Unknown },
                lastChance);
        }

        if (status == 200 && !result.IsEmpty)
            return new BinanceTradeAnswer(result.ToArray(), null, lastChance);
        return new BinanceTradeAnswer(default, access.Budget.Observe(BinanceErrors.Read(status, error)), lastChance);
    }

    /// <summary>Makes a frame. The writers are shared, so that a request costs one array: the frame itself.</summary>
    private ReadOnlyMemory<byte> MakeFrame(long id, string method, Action<BinanceParams> fill, DateTimeOffset stamp, BinanceSigner? signer)
    {
        lock (_writing)
        {
            _params.Clear();
            fill(_params);
            if (signer is not null)
                _params.Add("apiKey", signer.ApiKey);
            _params.Add("recvWindow", options.RecvWindowMs).Add("timestamp", stamp.ToUnixTimeMilliseconds());
            _frame.ResetWrittenCount();
            _frame.Write("{\"id\":"u8);
            id.TryFormat(_frame.GetSpan(20), out var written, default, CultureInfo.InvariantCulture);
            _frame.Advance(written);
            _frame.Write(",\"method\":\""u8);
            _frame.Advance(Encoding.ASCII.GetBytes(method, _frame.GetSpan(method.Length)));
            _frame.Write("\",\"params\":"u8);
            _params.WriteJson(_frame, signer, _text);
            _frame.Write("}"u8);
            return _frame.WrittenSpan.ToArray();
        }
    }

    /// <summary>Takes a reply apart, and notes what it tells of the budgets.</summary>
    private bool TryReadReply(ReadOnlySpan<byte> frame, out int status, out ReadOnlySpan<byte> result, out ReadOnlySpan<byte> error)
    {
        status = 0;
        result = default;
        error = default;
        long number = 0;
        var json = new Utf8Scanner(frame);
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            ok = name switch
            {
                _ when name.SequenceEqual("status"u8) => json.TryReadInt64(out number),
                _ when name.SequenceEqual("result"u8) => json.TryReadRaw(out result),
                _ when name.SequenceEqual("error"u8) => json.TryReadRaw(out error),
                _ when name.SequenceEqual("rateLimits"u8) => access.Budget.TryRead(ref json),
                _ => json.TrySkip(),
            };
        }

        status = (int)Math.Clamp(number, 0, 999);
        return ok && json.AtEnd && status != 0;
    }

    private BinanceTradeAnswer Refused(ExchangeErrorCode code, string message, DateTimeOffset stamp) => new(
        default,
        new ExchangeError { Code = code, Message = message, Outcome = CommandOutcome.Rejected, Retryable = code == ExchangeErrorCode.NotReady },
        stamp + access.Private.Validity);
}
