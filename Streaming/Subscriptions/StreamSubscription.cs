using System.Diagnostics.CodeAnalysis;
using Exchange.Grains.Interfaces;
using Exchange.Streaming.Hub;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;
using Orleans.Streams;

namespace Exchange.Streaming.Subscriptions;

/// <summary>
/// One subscription at its consumer: renews itself, hands updates over in order, and tells what happened to it. On a
/// grain everything here runs in the grain's turns.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Neither field holds anything that wants disposal: no timer and no wait handle is made.")]
internal sealed class StreamSubscription<T> : StreamSubscriptionHandle<StreamUpdate<T>>, IExchangeSubscription, ISubscription
{
    private readonly ExchangeStreamProvider _provider;
    private readonly string _namespace;
    private readonly string _key;
    private readonly ConnectionId _producer;
    private readonly UpdateReceiver<T> _receiver;
    private readonly SubscriptionCursor _cursor;
    private readonly ConsumerEnd<T> _end;
    private readonly CancellationTokenSource _ended = new();
    private readonly Action<Exception> _onConsumerFailed;
    // Held while the consumer is called, so that its calls never overlap.
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _attempt = Task.CompletedTask;

    public StreamSubscription(ExchangeStreamProvider provider, StreamId stream, ConnectionId producer, UpdateReceiver<T> receiver, UpdatePosition? after)
    {
        _provider = provider;
        StreamId = stream;
        _namespace = stream.GetNamespace()!;
        _key = stream.GetKeyAsString();
        _producer = producer;
        _receiver = receiver;
        _cursor = new SubscriptionCursor(stream, after);
        _onConsumerFailed = exception => StreamingLog.ConsumerFailed(_provider.Logger, exception, StreamId.ToString(), HandleId);
        _end = provider.CurrentGrain is { } grain
            ? new GrainEnd<T>(grain, HandleId, Deliver)
            : new HostEnd<T>(provider.Grains, provider.LocalSinks, HandleId, Deliver);
    }

    public override StreamId StreamId { get; }

    public override string ProviderName => StreamNames.Provider;

    public override Guid HandleId { get; } = Guid.NewGuid();

    public UpdatePosition? Start => _cursor.Start;

    public UpdatePosition? Last => _cursor.Last;

    public bool IsActive => !_ended.IsCancellationRequested;

    public IGrainContext? Grain => _end.Grain;

    public Task Ended => _over.Task;

    /// <summary>The first attempt, and then renewals in the background. Does not throw when the producer is not there.</summary>
    public async Task Begin()
    {
        _provider.Add(this);
        if (Grain is { } grain)
            _ = grain.Deactivated.ContinueWith(_ => GiveUp(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await Attempt(first: true);
        _ = RenewUntilEnded();
    }

    /// <summary>One renewal. Also how the subscription comes back after the producer has moved.</summary>
    public Task Renew() => Attempt(first: false);

    public override Task UnsubscribeAsync() => GiveUp();

    public override async Task<StreamSubscriptionHandle<StreamUpdate<T>>> ResumeAsync(
        IAsyncObserver<StreamUpdate<T>> observer, StreamSequenceToken? token = null)
    {
        await GiveUp();
        return await _provider.Subscribe(StreamId, new ObserverReceiver<T>(observer), PlaceOf(token));
    }

    public override async Task<StreamSubscriptionHandle<StreamUpdate<T>>> ResumeAsync(
        IAsyncBatchObserver<StreamUpdate<T>> observer, StreamSequenceToken? token = null)
    {
        await GiveUp();
        return await _provider.Subscribe(StreamId, new BatchObserverReceiver<T>(observer), PlaceOf(token));
    }

    public override bool Equals(StreamSubscriptionHandle<StreamUpdate<T>>? other) => other is not null && other.HandleId == HandleId;

    public override bool Equals(object? obj) => Equals(obj as StreamSubscriptionHandle<StreamUpdate<T>>);

    public override int GetHashCode() => HandleId.GetHashCode();

    private UpdatePosition? PlaceOf(StreamSequenceToken? token) => token is null ? _cursor.ResumeAfter : ExchangeStreamToken.ToPosition(token);

    private async Task RenewUntilEnded()
    {
        using var timer = new PeriodicTimer(_provider.Options.RenewalPeriod, _provider.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(_ended.Token))
                await Renew();
        }
        catch (OperationCanceledException)
        {
            // The subscription has ended.
        }
    }

    private async Task Attempt(bool first)
    {
        // Set before the call: an update may overtake the answer, and then waits for this.
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _attempt = answered.Task;
        try
        {
            var request = new SubscribeRequest { Namespace = _namespace, Key = _key, Subscription = HandleId, After = _cursor.ResumeAfter };
            var hub = ProducerLocator.HubOf(_provider.Grains, _producer);
            var answer = await _end.Subscribe(hub, request).WaitAsync(_provider.Options.RenewalTimeout, _provider.Time, _ended.Token);
            if (answer.Status == SubscribeStatus.Dropped)
                Dropped(answer.Reason);
            else if (answer.Status == SubscribeStatus.Refused)
                throw new InvalidOperationException(answer.Reason);
            else
                _cursor.Answered(answer, first);
        }
        catch (OperationCanceledException) when (!IsActive)
        {
            return;
        }
        catch (Exception exception)
        {
            if (_cursor.Lost(exception))
            {
                // That nobody declares a connection is no defect: where it was thrown is of no interest.
                var defect = exception is ConnectionNotDeclaredException ? null : exception;
                StreamingLog.ProducerLost(_provider.Logger, defect, StreamId.ToString(), HandleId, exception.Message);
            }
        }
        finally
        {
            answered.SetResult();
        }

        await _gate.WaitAsync();
        try
        {
            await TellNotices();
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task Deliver(StreamBatch<T> batch)
    {
        await _gate.WaitAsync();
        try
        {
            if (batch.Dropped is not null)
                Dropped(batch.Dropped);
            var updates = batch.Updates;
            for (var i = 0; i < updates.Length && IsActive;)
            {
                await TellNotices();
                var taken = _cursor.Take(updates, i);
                if (taken > 0)
                {
                    await _receiver.OnNext(updates, i, taken, _onConsumerFailed);
                    i += taken;
                    continue;
                }

                var step = _cursor.Step(updates[i]);
                if (step == UpdateStep.Old)
                    i++;
                else if (step == UpdateStep.Ahead && _attempt is { IsCompleted: false } attempt)
                    await attempt;
                else if (step == UpdateStep.Ahead)
                    _cursor.Jump(updates[i]);
            }

            await TellNotices();
        }
        finally
        {
            _gate.Release();
        }
    }

    private void Dropped(string? reason)
    {
        if (End())
        {
            _cursor.Dropped(reason ?? "it was too slow");
            _over.SetResult();
        }
    }

    /// <summary>Tells the consumer what it is owed; the gate is held.</summary>
    private async Task TellNotices()
    {
        while (_cursor.NextNotice() is { } notice)
        {
            StreamingLog.Notice(_provider.Logger, StreamId.ToString(), HandleId, notice.Message);
            try
            {
                await _receiver.OnError(notice);
            }
            catch (Exception exception)
            {
                _onConsumerFailed(exception);
            }
        }
    }

    private async Task GiveUp()
    {
        if (!End())
            return;
        try
        {
            var hub = ProducerLocator.HubOf(_provider.Grains, _producer);
            await hub.Unsubscribe(_namespace, _key, HandleId).WaitAsync(_provider.Options.RenewalTimeout, _provider.Time);
        }
        catch (Exception exception)
        {
            StreamingLog.UnsubscribeFailed(_provider.Logger, exception, StreamId.ToString(), HandleId);
        }

        _over.SetResult();
    }

    private bool End()
    {
        lock (_ended)
        {
            if (!IsActive)
                return false;
            _ended.Cancel();
        }

        _provider.Remove(this);
        _end.Release();
        return true;
    }
}
