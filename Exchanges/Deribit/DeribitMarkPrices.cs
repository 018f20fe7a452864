using System.Collections.Concurrent;
using Exchange.Exchanges.Common.Connections;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Exchange.Exchanges.Deribit;

/// <summary>
/// Mark prices on a public socket of the order connection's own: the checks before an order leaves compare prices with them. Futures and
/// perpetuals all the time, options, of which there are thousands, from when they are first asked for.
/// </summary>
internal sealed class DeribitMarkPrices(DeribitAccess access, DeribitOptions options, TimeProvider time, ILogger logger)
    : DeribitSocket(access, options, time, logger, null)
{
    private readonly ConcurrentDictionary<string, bool> _wanted = new(StringComparer.Ordinal);
    private readonly Utf8KeyTable<Mark> _marks = new();
    private readonly ConcurrentDictionary<string, Mark> _bySymbol = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _known = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the mark price of each symbol that was wanted by then has come once.</summary>
    public Task WhenKnown => _known.Task;

    /// <summary>The mark price of a symbol; null when it is not known or too old to rely on.</summary>
    public decimal? Get(string symbol)
    {
        if (_bySymbol.TryGetValue(symbol, out var mark) && mark.Value is { } value)
            return Time.GetElapsedTime(value.At) <= TimeSpan.FromMilliseconds(Options.MarkPriceAgeMs) ? value.Price : null;
        Want([symbol]);
        return null;
    }

    /// <summary>Keeps the mark prices of symbols from now on.</summary>
    public void Want(IReadOnlyCollection<string> symbols)
    {
        var fresh = symbols.Where(s => _wanted.TryAdd(s, true)).ToList();
        if (fresh.Count > 0 && Session.Current is { } link)
            _ = Task.Run(() => AddAsync(link, fresh), CancellationToken.None);
    }

    /// <inheritdoc/>
    public override async Task<ExchangeError?> SubscribeAsync(SocketLink link, CancellationToken cancellationToken) =>
        _wanted.IsEmpty ? null : await AddAsync(link, [.. _wanted.Keys], cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    protected override FrameKind OnNotification(SocketLink link, ReadOnlySpan<byte> channel, ReadOnlySpan<byte> data, DateTimeOffset receivedAt)
    {
        if (!_marks.TryGet(channel, out var mark))
            return FrameKind.Unknown;
        decimal? price = null;
        var json = new Utf8Scanner(data);
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
            ok = name.SequenceEqual("mark_price"u8) ? json.TryReadOptional(out price) : json.TrySkip();
        if (!ok || !json.AtEnd)
            return FrameKind.Unreadable;
        if (price is > 0)
        {
            var isFirst = mark.Value is null;
            mark.Value = new Quote(price.Value, Time.GetTimestamp());
            if (isFirst && _bySymbol.Values.All(m => m.Value is not null))
                _known.TrySetResult();
        }

        return FrameKind.Data;
    }

    private static string Channel(string symbol) => $"ticker.{symbol}.agg2";

    private async Task AddAsync(SocketLink link, List<string> symbols)
    {
        if (await AddAsync(link, symbols, link.EndedToken).ConfigureAwait(false) is not { } error)
            return;
        ConnectionLog.QueryFailed(Logger, "subscribing to mark prices", error.Message);
        foreach (var symbol in symbols)
            _wanted.TryRemove(symbol, out _);
    }

    private async Task<ExchangeError?> AddAsync(SocketLink link, List<string> symbols, CancellationToken cancellationToken)
    {
        var channels = new List<string>(symbols.Count);
        foreach (var symbol in symbols)
        {
            var channel = Channel(symbol);
            channels.Add(channel);
            if (_bySymbol.TryAdd(symbol, new Mark()))
                _marks.Set(channel, _bySymbol[symbol]);
        }

        var confirmed = await SubscribeAsync(link, "public/subscribe", channels, cancellationToken).ConfigureAwait(false);
        if (!confirmed.IsSuccess)
            return confirmed.Error;
        foreach (var symbol in symbols.Where(s => !confirmed.Value.Contains(Channel(s))))
        {
            // It has no mark price, and that is told where it is needed.
            _bySymbol.TryRemove(symbol, out _);
            DeribitLog.ChannelRefused(Logger, Channel(symbol), "the venue does not confirm it");
        }

        return null;
    }

    private sealed class Mark
    {
        private volatile Quote? _value;

        public Quote? Value
        {
            get => _value;
            set => _value = value;
        }
    }

    private sealed record Quote(decimal Price, long At);
}
