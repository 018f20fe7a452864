using System.Collections.Concurrent;
using Exchange.Grains.Interfaces;
using Exchange.Streaming.Subscriptions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Runtime;

namespace Exchange.Streaming.Hub;

/// <summary>
/// The streams of one activation of a producing grain. Subscribers call in through the grain; the producer publishes
/// from any thread. Nothing is published before <see cref="Open"/>, nor after the activation has ended.
/// </summary>
internal sealed class StreamHub : IStreamHub, IDisposable
{
    private const int ReplayLimit = 4096;
    private static readonly TimeSpan _sweepPeriod = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<(string Namespace, string Key), HubStream> _streams = new();
    private readonly ExchangeStreamOptions _options;
    private readonly TimeProvider _time;
    private readonly LocalSinks _localSinks;
    private readonly StreamHubs _hubs;
    private readonly ILogger<StreamHub> _logger;
    private ITimer? _sweep;
    private long _epoch;
    private int _closed;

    public StreamHub(
        IOptions<ExchangeStreamOptions> options,
        [FromKeyedServices(StreamNames.Provider)] TimeProvider time,
        LocalSinks localSinks,
        StreamHubs hubs,
        ILogger<StreamHub> logger)
    {
        _options = options.Value;
        _time = time;
        _localSinks = localSinks;
        _hubs = hubs;
        _logger = logger;
    }

    public long Epoch => _epoch;

    public StreamCounters Counters =>
        _streams.Values.Aggregate(default(StreamCounters), (sum, stream) => sum + stream.Counters);

    public void Open(IGrainContext context, long epoch)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(epoch);
        if (Interlocked.CompareExchange(ref _epoch, epoch, 0) != 0)
            throw new InvalidOperationException($"The streams of {context.GrainId} are already open, in epoch {_epoch}.");
        _sweep = _time.CreateTimer(_ => Sweep(), null, _sweepPeriod, _sweepPeriod);
        _hubs.Add(this);
        _ = context.Deactivated.ContinueWith(_ => Dispose(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    /// <summary>The stream, made when it is not there yet.</summary>
    /// <exception cref="ArgumentException">There is no such stream, or it carries another type.</exception>
    public HubStream<T> GetStream<T>(string streamNamespace, string key)
    {
        if (_epoch == 0)
            throw new InvalidOperationException("The streams of this grain are not open.");
        if (_streams.TryGetValue((streamNamespace, key), out var stream) && stream is HubStream<T> known)
            return known;
        if (!StreamTypes.Check<T>(streamNamespace, key, out _, out var error))
            throw new ArgumentException(error);
        return (HubStream<T>)_streams.GetOrAdd((streamNamespace, key), _ => NewStream<T>(streamNamespace, key));
    }

    public Task<SubscribeAnswer> SubscribeObserver<T>(SubscribeRequest request, IStreamSink<T> sink) =>
        Subscribe<T>(request, () => _localSinks.Find<T>(request.Subscription) is { } local
            ? new LocalSubscriberSink<T>(local)
            : new ObserverSubscriberSink<T>(sink));

    public Task<SubscribeAnswer> SubscribeGrain<T>(SubscribeRequest request, IStreamSinkExtension sink) =>
        Subscribe<T>(request, () => new GrainSubscriberSink<T>(sink, request.Subscription));

    public Task Unsubscribe(string streamNamespace, string key, Guid subscription)
    {
        if (_streams.TryGetValue((streamNamespace, key), out var stream))
            stream.Unsubscribe(subscription);
        return Task.CompletedTask;
    }

    public Task<Result<StreamReplay<T>>> Replay<T>(string streamNamespace, string key, long epoch, long afterSeq, int limit)
    {
        if (WhyRefused<T>(streamNamespace, key) is { } reason)
            return Task.FromResult<Result<StreamReplay<T>>>(new ExchangeError { Code = ExchangeErrorCode.UnknownTopic, Message = reason });
        if (limit is < 1 or > ReplayLimit)
            return Task.FromResult<Result<StreamReplay<T>>>(ExchangeError.InvalidArgument("limit", $"is {limit}, legal are 1 to {ReplayLimit}"));

        // Asking about a stream does not make one.
        var stream = _streams.TryGetValue((streamNamespace, key), out var known) ? (HubStream<T>)known : NewStream<T>(streamNamespace, key);
        return Task.FromResult(stream.Replay(epoch, afterSeq, limit));
    }

    public Task<Result<UpdatePosition>> GetPosition(string streamNamespace, string key)
    {
        if (_epoch == 0)
            return Task.FromResult<Result<UpdatePosition>>(new ExchangeError { Code = ExchangeErrorCode.UnknownTopic, Message = "the grain publishes no streams" });
        var last = _streams.TryGetValue((streamNamespace, key), out var stream) ? stream.LastSeq : 0;
        return Task.FromResult<Result<UpdatePosition>>(new UpdatePosition(_epoch, last));
    }

    /// <summary>Ends when every subscriber has acknowledged what was published, or has ended.</summary>
    public Task Drained() => Task.WhenAll(_streams.Values.Select(s => s.Drained()));

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
            return;
        _sweep?.Dispose();
        foreach (var stream in _streams.Values)
            stream.Close();
        _hubs.Remove(this);
    }

    internal void Sweep()
    {
        foreach (var stream in _streams.Values)
            stream.Sweep();
    }

    private Task<SubscribeAnswer> Subscribe<T>(SubscribeRequest request, Func<SubscriberSink<T>> makeSink)
    {
        var refused = WhyRefused<T>(request.Namespace, request.Key);
        return Task.FromResult(refused is null
            ? GetStream<T>(request.Namespace, request.Key).Subscribe(request, makeSink)
            : new SubscribeAnswer { Status = SubscribeStatus.Refused, Reason = refused });
    }

    private string? WhyRefused<T>(string streamNamespace, string key)
    {
        if (_epoch == 0)
            return "the grain publishes no streams";
        return StreamTypes.Check<T>(streamNamespace, key, out _, out var error) ? null : error;
    }

    private HubStream<T> NewStream<T>(string streamNamespace, string key) =>
        new($"{streamNamespace}/{key}", _epoch, _options.RingSizes.GetValueOrDefault(streamNamespace, 64), _options, _time, _logger);
}
