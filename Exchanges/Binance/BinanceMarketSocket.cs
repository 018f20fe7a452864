using System.Collections.Concurrent;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Exchange.Exchanges.Binance;

/// <summary>
/// One stream socket: the streams that should be on it, and the work of making the venue's list equal. Subscriptions go out
/// in batches, one request at a time; what the venue does not acknowledge is looked up in its own list and mended.
/// </summary>
internal sealed class BinanceMarketSocket : SocketProtocol, IDisposable
{
    /// <summary>Streams in one request: well within what the venue takes in one message.</summary>
    private const int BatchSize = 100;

    private const int MostRounds = 4;

    private readonly BinanceMarketDataProcessor _processor;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<string, Entry> _wanted = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, BinanceStreamHandler> _retired = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<int, HashSet<string>> _onLink = new();
    private readonly SemaphoreSlim _working = new(1, 1);
    private long _expectsSince;

    public BinanceMarketSocket(BinanceRoute route, BinanceMarketDataProcessor processor, TimeProvider time, ILogger logger)
    {
        Route = route;
        _processor = processor;
        _time = time;
        _logger = logger;
    }

    /// <summary>The route that it is connected to.</summary>
    public BinanceRoute Route { get; }

    /// <summary>The session; set once, before anything happens.</summary>
    public SocketSession Session { get; set; } = null!;

    /// <summary>Streams that should be on it.</summary>
    public int Count => _wanted.Count;

    /// <summary>Since when nothing has been wanted of it, as a timestamp; 0 while something is.</summary>
    public long IdleSince { get; private set; }

    /// <summary>Acknowledgements that did not come and were made good by looking the streams up.</summary>
    public long MissingAcknowledgements { get; private set; }

    /// <inheritdoc/>
    public override long? ExpectsDataSince =>
        _wanted.Values.Any(e => e.Handler.IsSteady && e.Confirmed.Task.IsCompletedSuccessfully) ? Interlocked.Read(ref _expectsSince) : null;

    /// <summary>Wants a stream; the task completes with null when the venue has it, or with the venue's refusal.</summary>
    public Task<ExchangeError?> Add(BinanceStreamHandler handler)
    {
        IdleSince = 0;
        _processor.Add(handler);
        var entry = new Entry(handler);
        _wanted[handler.Stream] = entry;
        Work();
        return entry.Confirmed.Task;
    }

    /// <summary>Wants a stream no more.</summary>
    public void Remove(string stream)
    {
        if (!_wanted.TryRemove(stream, out var entry))
            return;
        entry.Confirmed.TrySetResult(null);

        // Messages go on until the venue has acknowledged; they are known until then.
        _retired[stream] = entry.Handler;
        if (_wanted.IsEmpty)
            IdleSince = _time.GetTimestamp();
        Work();
    }

    /// <summary>Drops every stream that is not needed any more, or is needed by another handler.</summary>
    public void Keep(Dictionary<string, BinanceStreamHandler> needed)
    {
        foreach (var (stream, entry) in _wanted)
        {
            if (!needed.TryGetValue(stream, out var handler) || handler != entry.Handler)
                Remove(stream);
        }
    }

    /// <summary>The socket is given up by us: its streams' handlers are told, and take nothing more from it.</summary>
    public void Abandon(string reason)
    {
        var link = Session.Current?.Serial ?? 0;
        foreach (var (stream, entry) in _wanted)
        {
            entry.Handler.MarkLost(link, reason);
            _retired[stream] = entry.Handler;
        }

        Retire();
    }

    /// <summary>Whether a stream is wanted here.</summary>
    public bool Has(string stream) => _wanted.ContainsKey(stream);

    /// <summary>Completes when the venue has the stream, or has refused it.</summary>
    public Task<ExchangeError?> Confirmation(string stream) =>
        _wanted.TryGetValue(stream, out var entry) ? entry.Confirmed.Task : Task.FromResult<ExchangeError?>(null);

    /// <summary>Makes the venue's list equal, in the background, if a link is in service.</summary>
    public void Work() => _ = Task.Run(WorkAsync);

    /// <inheritdoc/>
    public override FrameKind OnFrame(SocketLink link, ReadOnlySpan<byte> frame, DateTimeOffset receivedAt, out long replyTo)
    {
        var kind = _processor.OnFrame(frame, link.Serial, receivedAt, out replyTo);

        // Errors may come without the id; only one request is ever under way.
        if (kind == FrameKind.Reply && replyTo < 0)
            replyTo = link.LastRequestId;
        return kind;
    }

    /// <inheritdoc/>
    public override async Task<ExchangeError?> SubscribeAsync(SocketLink link, CancellationToken cancellationToken)
    {
        foreach (var old in _onLink.Keys.Where(serial => serial != Session.Current?.Serial))
            _onLink.TryRemove(old, out _);
        _onLink[link.Serial] = new HashSet<string>(StringComparer.Ordinal);
        Interlocked.Exchange(ref _expectsSince, _time.GetTimestamp());
        return await SyncAsync(link, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async Task<ExchangeError?> ReconcileAsync(SocketLink link, CancellationToken cancellationToken)
    {
        if (_wanted.IsEmpty)
            return null;
        await _working.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await LookUpAsync(link, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _working.Release();
        }

        return await SyncAsync(link, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override void OnLost(SocketLink link, string reason)
    {
        _onLink.TryRemove(link.Serial, out _);
        foreach (var entry in _wanted.Values)
            entry.Handler.MarkLost(link.Serial, reason);
        Retire();
    }

    /// <summary>Forgets the handlers of streams that cannot send any more.</summary>
    private void Retire()
    {
        foreach (var stream in _retired.Keys)
            Retire(stream);
    }

    private void Retire(string stream)
    {
        if (_retired.TryRemove(stream, out var handler) && !(_wanted.TryGetValue(stream, out var entry) && entry.Handler == handler))
            _processor.Remove(handler);
    }

    /// <inheritdoc/>
    public void Dispose() => _working.Dispose();

    private async Task WorkAsync()
    {
        try
        {
            if (Session.Current is not { } link || !_onLink.ContainsKey(link.Serial))
                return;
            if (await SyncAsync(link, link.EndedToken).ConfigureAwait(false) is { } error && link.IsOpen)
                Session.Recycle(error.Message);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The link ended meanwhile; its successor starts from the whole list.
        }
        catch (Exception e)
        {
            BinanceLog.WorkFailed(_logger, e, "subscribing");
        }
    }

    /// <summary>Brings the venue's list to what is wanted; an error when that cannot be done on this link.</summary>
    private async Task<ExchangeError?> SyncAsync(SocketLink link, CancellationToken cancellationToken)
    {
        await _working.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_onLink.TryGetValue(link.Serial, out var present))
                return null;
            var unanswered = 0;
            while (true)
            {
                // Asked for again before the venue was told that it is not wanted: it is there still.
                foreach (var entry in _wanted.Values.Where(e => !e.Confirmed.Task.IsCompleted && present.Contains(e.Handler.Stream)))
                    Confirm(link, present, entry);
                var surplus = present.Where(s => !_wanted.ContainsKey(s)).Take(BatchSize).ToList();
                var missing = surplus.Count > 0 ? [] : _wanted.Values.Where(e => !e.IsRefused && !present.Contains(e.Handler.Stream)).Take(BatchSize).ToList();
                if (surplus.Count == 0 && missing.Count == 0)
                    return null;
                if (unanswered >= MostRounds)
                    return new ExchangeError { Code = ExchangeErrorCode.Timeout, Message = "Binance does not take the subscriptions", Retryable = true };
                var answered = surplus.Count > 0
                    ? await UnsubscribeAsync(link, present, surplus, cancellationToken).ConfigureAwait(false)
                    : await SubscribeBatchAsync(link, present, missing, cancellationToken).ConfigureAwait(false);
                if (!answered)
                    unanswered++;
            }
        }
        finally
        {
            _working.Release();
        }
    }

    private async Task<bool> UnsubscribeAsync(SocketLink link, HashSet<string> present, List<string> surplus, CancellationToken cancellationToken)
    {
        var reply = await link.RequestAsync(id => BinanceControl.Unsubscribe(id, surplus), null, cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        if (reply.Frame is null)
        {
            MissingAcknowledgements++;
            return await LookUpAsync(link, cancellationToken).ConfigureAwait(false);
        }

        foreach (var stream in surplus)
        {
            present.Remove(stream);
            Retire(stream);
        }

        return true;
    }

    private async Task<bool> SubscribeBatchAsync(SocketLink link, HashSet<string> present, List<Entry> missing, CancellationToken cancellationToken)
    {
        var streams = missing.ConvertAll(e => e.Handler.Stream);
        var reply = await link.RequestAsync(id => BinanceControl.Subscribe(id, streams), null, cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        if (reply.Frame is not null)
        {
            if (BinanceControl.ErrorOf(reply.Frame) is not { } error)
            {
                foreach (var entry in missing)
                    Confirm(link, present, entry);
                return true;
            }

            if (missing.Count == 1)
            {
                BinanceLog.StreamRefused(_logger, streams[0], error.Message);
                missing[0].Refuse(error);
                return true;
            }

            // One bad name spoils the batch: halves until it stands alone.
            var half = missing.Count / 2;
            return await SubscribeBatchAsync(link, present, missing[..half], cancellationToken).ConfigureAwait(false)
                && await SubscribeBatchAsync(link, present, missing[half..], cancellationToken).ConfigureAwait(false);
        }

        MissingAcknowledgements++;
        BinanceLog.NoAcknowledgement(_logger, streams.Count, Route.ToString());

        // Where data flows the acknowledgement is late or lost, and that is all.
        foreach (var entry in missing.Where(e => e.Handler.LastLink == link.Serial))
            Confirm(link, present, entry);
        return missing.TrueForAll(e => present.Contains(e.Handler.Stream)) || await LookUpAsync(link, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Asks the venue what it has, and believes it.</summary>
    /// <returns>True when it answered.</returns>
    private async Task<bool> LookUpAsync(SocketLink link, CancellationToken cancellationToken)
    {
        var reply = await link.RequestAsync(BinanceControl.List, null, cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        if (!_onLink.TryGetValue(link.Serial, out var present) || reply.Frame is null || BinanceControl.StreamsOf(reply.Frame) is not { } streams)
            return false;
        if (present.Any(s => _wanted.ContainsKey(s) && !streams.Contains(s)))
            BinanceLog.SubscriptionsLost(_logger, present.Count(s => !streams.Contains(s)), Route.ToString());
        present.IntersectWith(streams);
        foreach (var stream in streams)
        {
            if (_wanted.TryGetValue(stream, out var entry))
                Confirm(link, present, entry);
            else
                present.Add(stream);
        }

        return true;
    }

    private void Confirm(SocketLink link, HashSet<string> present, Entry entry)
    {
        if (!present.Add(entry.Handler.Stream) && entry.Confirmed.Task.IsCompleted && entry.Handler.LastLink == link.Serial)
            return;
        entry.Handler.MarkSubscribed(link.Serial);
        if (entry.Confirmed.TrySetResult(null))
            Interlocked.Exchange(ref _expectsSince, _time.GetTimestamp());
    }

    private sealed class Entry(BinanceStreamHandler handler)
    {
        public BinanceStreamHandler Handler => handler;

        public TaskCompletionSource<ExchangeError?> Confirmed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsRefused { get; private set; }

        public void Refuse(ExchangeError error)
        {
            IsRefused = true;
            Confirmed.TrySetResult(error);
        }
    }
}
