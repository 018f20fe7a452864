using System.Collections.Concurrent;
using Exchange.Exchanges.Common.Connections;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Exchange.Exchanges.Common.Market;

/// <summary>What a venue made of a request to subscribe or unsubscribe.</summary>
/// <param name="IsAnswered">False when no reply came.</param>
/// <param name="Error">Why the whole request was refused; null when it was not.</param>
/// <param name="Streams">Those that the venue says it has carried out; null for all.</param>
internal readonly record struct StreamReply(bool IsAnswered, ExchangeError? Error = null, IReadOnlySet<string>? Streams = null);

/// <summary>How a venue is asked for streams: the part of a stream socket that is the venue's own.</summary>
internal interface IMarketRequests
{
    /// <summary>The session; set once, before anything happens.</summary>
    SocketSession Session { get; set; }

    /// <summary>Streams in one request: well within what the venue takes in one message.</summary>
    int BatchSize { get; }

    /// <summary>Whether the venue tells what is on a socket, so that each new one is compared with it.</summary>
    bool HasList { get; }

    /// <summary>Asks the venue for streams.</summary>
    Task<StreamReply> SubscribeAsync(SocketLink link, IReadOnlyCollection<string> streams, CancellationToken cancellationToken);

    /// <summary>Gives streams back.</summary>
    Task<StreamReply> UnsubscribeAsync(SocketLink link, IReadOnlyCollection<string> streams, CancellationToken cancellationToken);

    /// <summary>
    /// A request about the streams <paramref name="asked"/> was not answered: finds out what is on the link, or brings it to a state that is
    /// known.
    /// </summary>
    /// <returns>What is on the link; null when the venue did not tell.</returns>
    Task<IReadOnlySet<string>?> LookUpAsync(
        SocketLink link, IReadOnlyCollection<string> present, IReadOnlyCollection<string> asked, CancellationToken cancellationToken);
}

/// <summary>
/// The streams that should be on one socket, and the work of making the venue's list equal. Subscriptions go out in batches, one
/// request at a time; what the venue does not acknowledge is looked up and mended. The socket's protocol hands on what it is
/// told as a <see cref="SocketProtocol"/>.
/// </summary>
internal sealed class MarketStreams : IDisposable
{
    private const int MostRounds = 4;

    private readonly IMarketRequests _requests;
    private readonly string _venue;
    private readonly MarketDataProcessor _processor;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<string, Entry> _wanted = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, StreamHandler> _retired = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<int, HashSet<string>> _onLink = new();
    private readonly SemaphoreSlim _working = new(1, 1);
    private long _expectsSince;

    public MarketStreams(
        SocketProtocol protocol, IMarketRequests requests, string venue, string route, MarketDataProcessor processor, TimeProvider time, ILogger logger)
    {
        Protocol = protocol;
        _requests = requests;
        _venue = venue;
        Route = route;
        _processor = processor;
        _time = time;
        _logger = logger;
    }

    /// <summary>What the socket speaks.</summary>
    public SocketProtocol Protocol { get; }

    /// <summary>The part of the venue that it is connected to; its name in the log.</summary>
    public string Route { get; }

    /// <summary>The session; set once, before anything happens.</summary>
    public SocketSession Session
    {
        get => _requests.Session;
        set => _requests.Session = value;
    }

    /// <summary>Streams that should be on it.</summary>
    public int Count => _wanted.Count;

    /// <summary>The names of those streams.</summary>
    public ICollection<string> Wanted => _wanted.Keys;

    /// <summary>Since when nothing has been wanted of it, as a timestamp; 0 while something is.</summary>
    public long IdleSince { get; private set; }

    /// <summary>Acknowledgements that did not come and were made good by looking the streams up.</summary>
    public long MissingAcknowledgements { get; private set; }

    /// <inheritdoc cref="SocketProtocol.ExpectsDataSince"/>
    public long? ExpectsDataSince =>
        _wanted.Values.Any(e => e.Handler.IsSteady && e.Confirmed.Task.IsCompletedSuccessfully) ? Interlocked.Read(ref _expectsSince) : null;

    /// <summary>Wants a stream; the task completes with null when the venue has it, or with the venue's refusal.</summary>
    public Task<ExchangeError?> Add(StreamHandler handler)
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
    public void Keep(Dictionary<string, StreamHandler> needed)
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

    /// <summary>Gives a stream back and asks for it again, so that the venue starts it anew with a snapshot.</summary>
    public void Renew(string stream)
    {
        if (!_wanted.TryGetValue(stream, out var entry))
            return;
        entry.IsRenewed = true;
        Work();
    }

    /// <summary>Whether a stream is wanted here.</summary>
    public bool Has(string stream) => _wanted.ContainsKey(stream);

    /// <summary>Completes when the venue has the stream, or has refused it.</summary>
    public Task<ExchangeError?> Confirmation(string stream) =>
        _wanted.TryGetValue(stream, out var entry) ? entry.Confirmed.Task : Task.FromResult<ExchangeError?>(null);

    /// <summary>Makes the venue's list equal, in the background, if a link is in service.</summary>
    public void Work() => _ = Task.Run(WorkAsync);

    /// <inheritdoc cref="SocketProtocol.SubscribeAsync"/>
    public async Task<ExchangeError?> SubscribeAsync(SocketLink link, CancellationToken cancellationToken)
    {
        foreach (var old in _onLink.Keys.Where(serial => serial != Session.Current?.Serial))
            _onLink.TryRemove(old, out _);
        _onLink[link.Serial] = new HashSet<string>(StringComparer.Ordinal);
        Interlocked.Exchange(ref _expectsSince, _time.GetTimestamp());
        return await SyncAsync(link, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc cref="SocketProtocol.ReconcileAsync"/>
    public async Task<ExchangeError?> ReconcileAsync(SocketLink link, CancellationToken cancellationToken)
    {
        if (_wanted.IsEmpty || !_requests.HasList)
            return null;
        await _working.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_onLink.TryGetValue(link.Serial, out var present))
                await LookUpAsync(link, present, [], cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _working.Release();
        }

        return await SyncAsync(link, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc cref="SocketProtocol.OnLost"/>
    public void OnLost(SocketLink link, string reason)
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
            ConnectionLog.WorkFailed(_logger, e, "subscribing");
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
                var surplus = present.Where(s => !_wanted.TryGetValue(s, out var entry) || entry.IsRenewed).Take(_requests.BatchSize).ToList();
                var missing = surplus.Count > 0 ? [] : _wanted.Values.Where(e => !e.IsRefused && !present.Contains(e.Handler.Stream)).Take(_requests.BatchSize).ToList();
                if (surplus.Count == 0 && missing.Count == 0)
                    return null;
                if (unanswered >= MostRounds)
                    return new ExchangeError { Code = ExchangeErrorCode.Timeout, Message = $"{_venue} does not take the subscriptions", Retryable = true };
                var (answered, error) = surplus.Count > 0
                    ? (await DropAsync(link, present, surplus, cancellationToken).ConfigureAwait(false), null)
                    : await AskAsync(link, present, missing, cancellationToken).ConfigureAwait(false);
                if (error is not null)
                    return error;
                if (!answered)
                    unanswered++;
            }
        }
        finally
        {
            _working.Release();
        }
    }

    private async Task<bool> DropAsync(SocketLink link, HashSet<string> present, List<string> surplus, CancellationToken cancellationToken)
    {
        foreach (var stream in surplus)
        {
            if (_wanted.TryGetValue(stream, out var entry))
                entry.IsRenewed = false;
        }

        var reply = await _requests.UnsubscribeAsync(link, surplus, cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        if (!reply.IsAnswered)
        {
            MissingAcknowledgements++;
            return await LookUpAsync(link, present, surplus, cancellationToken).ConfigureAwait(false);
        }

        foreach (var stream in surplus)
        {
            present.Remove(stream);
            Retire(stream);
        }

        return true;
    }

    private async Task<(bool Answered, ExchangeError? Error)> AskAsync(SocketLink link, HashSet<string> present, List<Entry> missing, CancellationToken cancellationToken)
    {
        var streams = missing.ConvertAll(e => e.Handler.Stream);
        missing.ForEach(e => e.IsRenewed = false);
        var reply = await _requests.SubscribeAsync(link, streams, cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        if (reply.IsAnswered)
        {
            if (reply.Error is not { } error)
            {
                Settle(link, present, missing, reply.Streams);
                return (true, null);
            }

            if (error.Retryable)
                return (false, error);
            if (missing.Count == 1)
            {
                Refuse(missing[0], error);
                return (true, null);
            }

            // One bad name spoils the batch: halves until it stands alone.
            var half = missing.Count / 2;
            var first = await AskAsync(link, present, missing[..half], cancellationToken).ConfigureAwait(false);
            return first is { Answered: true, Error: null } ? await AskAsync(link, present, missing[half..], cancellationToken).ConfigureAwait(false) : first;
        }

        MissingAcknowledgements++;
        MarketLog.NoAcknowledgement(_logger, streams.Count, Route);

        // Where data flows the acknowledgement is late or lost, and that is all.
        foreach (var entry in missing.Where(e => e.Handler.LastLink == link.Serial))
            Confirm(link, present, entry);
        var open = streams.FindAll(s => !present.Contains(s));
        return (open.Count == 0 || await LookUpAsync(link, present, open, cancellationToken).ConfigureAwait(false), null);
    }

    /// <summary>A venue that lists what it took has refused the rest.</summary>
    private void Settle(SocketLink link, HashSet<string> present, List<Entry> asked, IReadOnlySet<string>? taken)
    {
        foreach (var entry in asked)
        {
            if (taken is null || taken.Contains(entry.Handler.Stream))
            {
                Confirm(link, present, entry);
                continue;
            }

            Refuse(entry, new ExchangeError
            {
                Code = ExchangeErrorCode.RejectedByVenue,
                Message = $"{_venue} does not give the stream {entry.Handler.Stream}: its reply leaves it out",
            });
        }
    }

    private void Refuse(Entry entry, ExchangeError error)
    {
        MarketLog.StreamRefused(_logger, _venue, entry.Handler.Stream, error.Message);
        entry.Refuse(error);
    }

    /// <summary>Asks the venue what it has, and believes it.</summary>
    /// <returns>True when it answered.</returns>
    private async Task<bool> LookUpAsync(SocketLink link, HashSet<string> present, IReadOnlyCollection<string> asked, CancellationToken cancellationToken)
    {
        var streams = await _requests.LookUpAsync(link, present, asked, cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        if (streams is null)
            return false;
        if (present.Any(s => _wanted.ContainsKey(s) && !streams.Contains(s)))
            MarketLog.SubscriptionsLost(_logger, present.Count(s => !streams.Contains(s)), _venue, Route);
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

    private sealed class Entry(StreamHandler handler)
    {
        public StreamHandler Handler => handler;

        public TaskCompletionSource<ExchangeError?> Confirmed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsRefused { get; private set; }

        /// <summary>It is to be given back and asked for again.</summary>
        public bool IsRenewed { get; set; }

        public void Refuse(ExchangeError error)
        {
            IsRefused = true;
            Confirmed.TrySetResult(error);
        }
    }
}
