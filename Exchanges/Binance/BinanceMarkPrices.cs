using System.Collections.Concurrent;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Binance;

/// <summary>
/// The mark prices of all instruments, once a second, on a public socket of the order connection's own: the checks before an order
/// leaves compare prices with them. Rows of coin-margined contracts, which share the stream, are left out (T32).
/// </summary>
internal sealed class BinanceMarkPrices(TimeProvider time, TimeSpan longestAge) : SocketProtocol
{
    private const string Stream = "!markPrice@arr@1s";

    private readonly ConcurrentDictionary<string, Mark> _marks = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _since;

    /// <summary>Ends when mark prices have come for the first time.</summary>
    public Task First => _first.Task;

    /// <inheritdoc/>
    public override long? ExpectsDataSince => Interlocked.Read(ref _since) is var since and not 0 ? since : null;

    /// <summary>The mark price of a symbol; null when it is not known or too old to rely on.</summary>
    public decimal? Get(string symbol) =>
        _marks.TryGetValue(symbol, out var mark) && time.GetElapsedTime(mark.At) <= longestAge ? mark.Price : null;

    /// <inheritdoc/>
    public override async Task<ExchangeError?> SubscribeAsync(SocketLink link, CancellationToken cancellationToken)
    {
        var reply = await link.RequestAsync(id => BinanceControl.Subscribe(id, [Stream]), null, cancellationToken).ConfigureAwait(false);
        Interlocked.Exchange(ref _since, time.GetTimestamp());
        return reply.Frame is null ? reply.Error : BinanceControl.ErrorOf(reply.Frame);
    }

    /// <inheritdoc/>
    public override FrameKind OnFrame(SocketLink link, ReadOnlySpan<byte> frame, DateTimeOffset receivedAt, out long replyTo)
    {
        replyTo = 0;
        var json = new Utf8Scanner(frame);
        if (!json.TryEnterObject())
            return FrameKind.Unreadable;
        var kind = FrameKind.Unknown;
        while (json.NextProperty(out var name))
        {
            if (name.SequenceEqual("data"u8))
            {
                if (!TryReadAll(ref json))
                    return FrameKind.Unreadable;
                kind = FrameKind.Data;
            }
            else if (name.SequenceEqual("id"u8))
            {
                if (!json.TryReadInt64(out replyTo))
                    return FrameKind.Unreadable;
                kind = FrameKind.Reply;
            }
            else if (!json.TrySkip())
            {
                return FrameKind.Unreadable;
            }
        }

        return json.Ok ? kind : FrameKind.Unreadable;
    }

    private bool TryReadAll(ref Utf8Scanner json)
    {
        if (!json.TryEnterArray())
            return false;
        var now = time.GetTimestamp();
        while (json.NextElement())
        {
            string? symbol = null;
            decimal? price = null;
            long scope = 1;
            var ok = json.TryEnterObject();
            while (ok && json.NextProperty(out var name))
            {
                ok = name switch
                {
                    [(byte)'s'] => json.TryReadText(out symbol),
                    [(byte)'p'] => json.TryReadOptional(out price),
                    [(byte)'s', (byte)'t'] => json.TryReadInt64(out scope),
                    _ => json.TrySkip(),
                };
            }

            if (!ok || !json.Ok)
                return false;
            if (scope == 1 && symbol is not null && price is > 0)
                _marks[symbol] = new Mark(price.Value, now);
        }

        _first.TrySetResult();
        return json.Ok;
    }

    private sealed record Mark(decimal Price, long At);
}
