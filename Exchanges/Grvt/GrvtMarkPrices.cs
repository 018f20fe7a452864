using System.Collections.Concurrent;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Exchange.Exchanges.Grvt;

/// <summary>
/// Mark prices once a second on a public socket of the order connection's own: the checks before an order leaves compare prices with them.
/// </summary>
/// <param name="access">Addresses, clock and budget.</param>
/// <param name="options">Settings.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
/// <param name="prepare">Must be done before a socket is opened: it says which symbols are wanted.</param>
internal sealed class GrvtMarkPrices(GrvtAccess access, GrvtOptions options, TimeProvider time, ILogger logger, Func<CancellationToken, Task<ExchangeError?>> prepare)
    : GrvtSocket(access, options, logger, isPrivate: false)
{
    private const string Stream = "v1.mini.s";
    private const string Rate = "@1000";

    private readonly ConcurrentDictionary<string, bool> _wanted = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Mark> _marks = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _known = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _since;

    /// <summary>Ends when the mark price of each symbol that was wanted by then has come once.</summary>
    public Task WhenKnown => _known.Task;

    /// <inheritdoc/>
    public override long? ExpectsDataSince => Interlocked.Read(ref _since) is var since and not 0 ? since : null;

    /// <summary>The mark price of a symbol; null when it is not known or too old to rely on.</summary>
    public decimal? Get(string symbol) =>
        _marks.TryGetValue(symbol, out var mark) && time.GetElapsedTime(mark.At) <= TimeSpan.FromMilliseconds(Options.MarkPriceAgeMs) ? mark.Price : null;

    /// <summary>Keeps the mark prices of symbols from now on.</summary>
    public void Want(IReadOnlyCollection<string> symbols)
    {
        var fresh = symbols.Where(s => _wanted.TryAdd(s, true)).ToList();
        if (fresh.Count > 0 && Session.Current is { } link)
            _ = Task.Run(() => AddAsync(link, fresh), CancellationToken.None);
    }

    /// <inheritdoc/>
    public override async Task<Result<Uri>> LocateAsync(Uri url, CancellationToken cancellationToken) =>
        await prepare(cancellationToken).ConfigureAwait(false) is { } error ? error : url;

    /// <inheritdoc/>
    public override async Task<ExchangeError?> SubscribeAsync(SocketLink link, CancellationToken cancellationToken)
    {
        if (_wanted.IsEmpty)
            return null;
        var error = await SubscribeAsync(link, Stream, [.. _wanted.Keys.Order(StringComparer.Ordinal).Select(s => s + Rate)], cancellationToken).ConfigureAwait(false);
        if (error is null)
            Interlocked.Exchange(ref _since, time.GetTimestamp());
        return error;
    }

    /// <inheritdoc/>
    protected override FrameKind OnData(SocketLink link, in GrvtFrame frame, GrvtStep step, DateTimeOffset receivedAt)
    {
        string? symbol = null;
        decimal? price = null;
        var json = new Utf8Scanner(frame.Feed);
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            ok = name switch
            {
                _ when name.SequenceEqual("instrument"u8) || name is [(byte)'i'] => json.TryReadText(out symbol),
                _ when name.SequenceEqual("mark_price"u8) || name.SequenceEqual("mp"u8) => json.TryReadOptional(out price),
                _ => json.TrySkip(),
            };
        }

        if (!ok || !json.AtEnd || symbol is null)
            return FrameKind.Unreadable;
        if (price is > 0)
        {
            _marks[symbol] = new Mark(price.Value, time.GetTimestamp());
            if (!_known.Task.IsCompleted && _wanted.Keys.All(_marks.ContainsKey))
                _known.TrySetResult();
        }

        return FrameKind.Data;
    }

    private async Task AddAsync(SocketLink link, List<string> symbols)
    {
        try
        {
            if (await SubscribeAsync(link, Stream, [.. symbols.Select(s => s + Rate)], link.EndedToken).ConfigureAwait(false) is not { } error)
            {
                Interlocked.CompareExchange(ref _since, time.GetTimestamp(), 0);
                return;
            }

            GrvtLog.QueryFailed(Logger, "subscribing to mark prices", error.Message);
        }
        catch (OperationCanceledException)
        {
            // The link ended; the next one subscribes to all that is wanted.
            return;
        }

        foreach (var symbol in symbols)
            _wanted.TryRemove(symbol, out _);
    }

    private sealed record Mark(decimal Price, long At);
}
