using System.Text;
using System.Text.RegularExpressions;
using Exchange.Exchanges.Common.Orders;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Binance;

/// <summary>Takes the account's events, on the receiving thread, in the stream's order. Must not block.</summary>
internal interface IBinanceUserEvents
{
    /// <summary>An order changed (<c>ORDER_TRADE_UPDATE</c>), or a conditional one (<c>ALGO_UPDATE</c>).</summary>
    void OnOrder(OrderReport report)
    {
    }

    /// <summary>Balances or positions changed.</summary>
    void OnAccount(BinanceAccountUpdate update, DateTimeOffset receivedAt)
    {
    }

    /// <summary>A leverage or the margin mode changed.</summary>
    void OnConfig(string? symbol, decimal? leverage, bool? multiAssets, DateTimeOffset venueTime, DateTimeOffset receivedAt)
    {
    }

    /// <summary>Margin is short.</summary>
    void OnMarginCall(string text, DateTimeOffset venueTime, DateTimeOffset receivedAt)
    {
    }

    /// <summary>What must be done before a socket is opened; an error ends the attempt.</summary>
    Task<ExchangeError?> PrepareAsync(CancellationToken cancellationToken) => Task.FromResult<ExchangeError?>(null);

    /// <summary>What must be done, on a new socket, before the account may be called live; an error ends the attempt.</summary>
    Task<ExchangeError?> ReconcileAsync(CancellationToken cancellationToken) => Task.FromResult<ExchangeError?>(null);

    /// <summary>An event came that cannot be read: what it told must be asked for.</summary>
    void OnUnreadable()
    {
    }

    /// <summary>Events may have been missed from here on.</summary>
    void OnLost(string reason)
    {
    }
}

/// <summary>
/// The account's own stream (venue sheet, section 8). A socket that opens proves nothing, since a wrong key opens one too: the stream is
/// live when the venue has given the listen key. Events are dispatched by kind; rows of coin-margined contracts are left out.
/// </summary>
internal sealed partial class BinanceUserStream(BinanceListenKey key, IBinanceUserEvents events, string exchange, TimeProvider time) : SocketProtocol
{
    private long _owesSince;
    private long _count;

    /// <summary>The session; set once, before anything happens.</summary>
    public SocketSession Session { get; set; } = null!;

    /// <summary>Silence is normal, except while an event is owed for an order that the venue has acknowledged.</summary>
    public override long? ExpectsDataSince => Interlocked.Read(ref _owesSince) is var since and not 0 ? since : null;

    /// <summary>Events so far. To be had before a command leaves: its event may come before its reply.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>The venue has acknowledged something that it must tell here as well; it is owed unless something came since <paramref name="countBefore"/>.</summary>
    public void Expect(long countBefore)
    {
        if (Count == countBefore)
            Interlocked.CompareExchange(ref _owesSince, time.GetTimestamp(), 0);
    }

    /// <inheritdoc/>
    public override async Task<Result<Uri>> LocateAsync(Uri url, CancellationToken cancellationToken)
    {
        if (await events.PrepareAsync(cancellationToken).ConfigureAwait(false) is { } error)
            return error;
        Interlocked.Exchange(ref _owesSince, 0);
        var started = await key.StartAsync(cancellationToken).ConfigureAwait(false);
        return started.Map(k => new Uri($"{url.AbsoluteUri.TrimEnd('/')}/{Uri.EscapeDataString(k)}"));
    }

    /// <inheritdoc/>
    public override Task<ExchangeError?> ReconcileAsync(SocketLink link, CancellationToken cancellationToken) => events.ReconcileAsync(cancellationToken);

    /// <inheritdoc/>
    public override void OnLost(SocketLink link, string reason) => events.OnLost(reason);

    /// <inheritdoc/>
    public override bool IsRefusal(ExchangeError error) => BinanceErrors.IsRefusal(error);

    /// <inheritdoc/>
    public override string Redact(string excerpt) => LongWord().Replace(excerpt, "(hidden)");

    /// <inheritdoc/>
    public override FrameKind OnFrame(SocketLink link, ReadOnlySpan<byte> frame, DateTimeOffset receivedAt, out long replyTo)
    {
        replyTo = 0;
        var kind = Dispatch(frame, receivedAt, isInner: false);
        if (kind == FrameKind.Data)
        {
            Interlocked.Increment(ref _count);
            Interlocked.Exchange(ref _owesSince, 0);
        }
        else if (kind == FrameKind.Unreadable)
        {
            events.OnUnreadable();
        }

        return kind;
    }

    /// <summary>Handles one event, bare or in the envelope of a combined stream.</summary>
    private FrameKind Dispatch(ReadOnlySpan<byte> frame, DateTimeOffset receivedAt, bool isInner)
    {
        var json = new Utf8Scanner(frame);
        if (!json.TryEnterObject())
            return FrameKind.Unreadable;
        while (json.NextProperty(out var name))
        {
            if (name is [(byte)'e'])
                return json.TryReadString(out var kind, out _) ? Handle(kind, frame, receivedAt) : FrameKind.Unreadable;
            if (!isInner && name.SequenceEqual("data"u8))
                return json.TryReadRaw(out var inner) ? Dispatch(inner, receivedAt, isInner: true) : FrameKind.Unreadable;
            if (!json.TrySkip())
                return FrameKind.Unreadable;
        }

        return json.Ok ? FrameKind.Unknown : FrameKind.Unreadable;
    }

    private FrameKind Handle(ReadOnlySpan<byte> kind, ReadOnlySpan<byte> frame, DateTimeOffset receivedAt)
    {
        var json = new Utf8Scanner(frame);
        OrderReport? report;
        switch (kind)
        {
            case var _ when kind.SequenceEqual("ORDER_TRADE_UPDATE"u8):
                if (!BinanceOrderMessages.TryReadUpdate(ref json, exchange, receivedAt, out report))
                    return FrameKind.Unreadable;
                if (report is not null)
                    events.OnOrder(report);
                return FrameKind.Data;
            case var _ when kind.SequenceEqual("ALGO_UPDATE"u8):
                if (!BinanceOrderMessages.TryReadAlgoUpdate(ref json, receivedAt, out report))
                    return FrameKind.Unreadable;
                if (report is not null)
                    events.OnOrder(report);
                return FrameKind.Data;

            // The same execution as in ORDER_TRADE_UPDATE, without fee, state and cumulative quantity: counted once, there.
            case var _ when kind.SequenceEqual("TRADE_LITE"u8):
                return FrameKind.Data;
            case var _ when kind.SequenceEqual("ACCOUNT_UPDATE"u8):
                if (!BinanceAccountUpdate.TryRead(ref json, receivedAt, out var update))
                    return FrameKind.Unreadable;
                if (update.IsOurs)
                    events.OnAccount(update, receivedAt);
                return FrameKind.Data;
            case var _ when kind.SequenceEqual("ACCOUNT_CONFIG_UPDATE"u8):
                if (!BinanceAccountEvents.TryReadConfig(ref json, out var symbol, out var leverage, out var multiAssets, out var configTime))
                    return FrameKind.Unreadable;
                events.OnConfig(symbol, leverage, multiAssets, configTime, receivedAt);
                return FrameKind.Data;
            case var _ when kind.SequenceEqual("MARGIN_CALL"u8):
                if (!BinanceAccountEvents.TryReadMarginCall(ref json, out var text, out var callTime))
                    return FrameKind.Unreadable;
                events.OnMarginCall(text, callTime, receivedAt);
                return FrameKind.Data;
            case var _ when kind.SequenceEqual("listenKeyExpired"u8):
                if (key.Expire(KeyOf(json)))
                    Session.Recycle("the listen key has expired");
                return FrameKind.Notice;
            default:
                return FrameKind.Unknown;
        }
    }

    private static string? KeyOf(Utf8Scanner json)
    {
        string? expired = null;
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
            ok = name.SequenceEqual("listenKey"u8) ? json.TryReadText(out expired) : json.TrySkip();
        return expired;
    }

    [GeneratedRegex("[A-Za-z0-9+/=]{24,}", RegexOptions.CultureInvariant)]
    private static partial Regex LongWord();
}
