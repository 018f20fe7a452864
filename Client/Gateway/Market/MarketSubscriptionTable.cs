using System.Collections.Concurrent;
using Exchange.Client.Gateway.Commands;
using Exchange.Client.Gateway.Sessions;
using Exchange.Client.Gateway.Updates;
using Exchange.Client.Protocol;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;
using Orleans;

namespace Exchange.Client.Gateway.Market;

/// <summary>
/// What the sessions want of the market: merged to one subscription a topic, held at the connection under this gateway's
/// name, renewed while anybody wants it, asked for again when the connection was activated anew, and given back when the
/// last session left.
/// </summary>
internal sealed partial class MarketSubscriptionTable(
    string subscriber, IGrainFactory grains, GrainCalls calls, FeedTable feeds, GatewayOptions options, TimeProvider time, ILogger logger)
    : IDisposable
{
    private readonly ConcurrentDictionary<TopicName, MarketEntry> _entries = new();
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Topics that somebody wants.</summary>
    public int Count => _entries.Values.Count(e => e.IsWanted);

    /// <summary>Renewals that the connection refused or did not answer.</summary>
    public GatewayCounters.Counter FailedRenewals { get; } = new();

    public async Task<Result<MarketSubscription>> SubscribeAsync(GatewaySession session, TopicName topic, int topN, int frequencyMs, string method)
    {
        lock (session.Subscriptions)
        {
            if (!session.Subscriptions.Contains(topic) && session.Subscriptions.Count >= options.MaxSubscriptionsPerSession)
            {
                return new ExchangeError
                {
                    Code = ExchangeErrorCode.SubscriptionLimit,
                    Message = $"{method}: a session holds at most {options.MaxSubscriptionsPerSession} market subscriptions; give some back",
                };
            }
        }

        var entry = _entries.GetOrAdd(topic, static t => new MarketEntry(t));
        using (await entry.LockAsync())
        {
            var before = entry.Find(session);
            entry.Set(session, new MarketWish(topN, frequencyMs));
            // First the stream, then the subscription: nothing that follows it is missed.
            var feed = feeds.GetOrAdd(topic);
            await feed.AttachAsync();
            var result = await AskAsync(entry, method);
            if (result.IsSuccess && !session.IsClosed)
            {
                lock (session.Subscriptions)
                    session.Subscriptions.Add(topic);
                return result;
            }

            entry.Restore(session, session.IsClosed ? null : before);
            if (!entry.IsWanted)
                await GiveBackAsync(entry);
            return result;
        }
    }

    public async Task<Result<Unit>> UnsubscribeAsync(GatewaySession session, TopicName topic)
    {
        lock (session.Subscriptions)
            session.Subscriptions.Remove(topic);
        if (!_entries.TryGetValue(topic, out var entry))
            return Unit.Success;
        using (await entry.LockAsync())
        {
            if (!entry.Remove(session))
                return Unit.Success;
            if (!entry.IsWanted)
                return await GiveBackAsync(entry);
            await AskAsync(entry, "market.unsubscribe");
            return Unit.Success;
        }
    }

    /// <summary>Gives back everything that a session held.</summary>
    public async Task ReleaseAsync(GatewaySession session)
    {
        TopicName[] topics;
        lock (session.Subscriptions)
            topics = [.. session.Subscriptions];
        foreach (var topic in topics)
            await UnsubscribeAsync(session, topic);
    }

    /// <summary>Renews everything that is wanted, until it is stopped.</summary>
    public async Task RenewUntilStoppedAsync()
    {
        using var timer = new PeriodicTimer(options.SubscriptionRenewal, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
                await RenewAsync(static _ => true);
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    /// <summary>Asks a connection again for everything that is wanted of it, until it has answered for each.</summary>
    public void Reassert(ConnectionId connection) => _ = RenewAsync(e => e.Topic.Exchange == connection.Exchange && connection.Role == ConnectionRole.Market);

    /// <summary>Gives everything back, as far as the connections answer.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_entries.Values.Select(async entry =>
        {
            using (await entry.LockAsync())
            {
                if (entry.IsWanted)
                {
                    entry.Clear();
                    await GiveBackAsync(entry);
                }
            }
        }));
    }

    public void Dispose() => _stopping.Dispose();

    private Task RenewAsync(Func<MarketEntry, bool> which) =>
        Task.WhenAll(_entries.Values.Where(e => e.IsWanted && which(e)).Select(RenewAsync));

    private async Task RenewAsync(MarketEntry entry)
    {
        // One attempt at a time; one that is asked for meanwhile makes the running one go round again.
        if (!entry.BeginRenewal())
            return;
        try
        {
            do
            {
                while (!await TryRenewAsync(entry))
                    await Task.Delay(options.RetryDelay, time, _stopping.Token);
            }
            while (!entry.EndRenewal());
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private async Task<bool> TryRenewAsync(MarketEntry entry)
    {
        using (await entry.LockAsync())
        {
            if (!entry.IsWanted || _stopping.IsCancellationRequested)
                return true;
            var result = await AskAsync(entry, "market.renew");
            if (result.IsSuccess)
                return true;
            FailedRenewals.Add();
            LogRenewalFailed(logger, entry.Topic, result.Error.ToString());
            // What no repetition mends waits for the next round.
            return !result.Error.Retryable;
        }
    }

    private Task<Result<MarketSubscription>> AskAsync(MarketEntry entry, string method)
    {
        var (exchange, symbol) = (entry.Topic.Exchange, entry.Topic.Rest);
        var wish = entry.Merged();
        return calls.InvokeAsync(method, entry.Connection, changesVenue: false, token =>
        {
            var grain = grains.GetGrain<IExchangeSubscriberGrain>(exchange);
            return entry.Topic.Kind switch
            {
                TopicKind.Book => grain.SubscribeOrderBook(symbol, wish.TopN, wish.FrequencyMs, subscriber, token),
                TopicKind.Trade => grain.SubscribeTrades(symbol, subscriber, token),
                TopicKind.Quote => grain.SubscribeTopOfBook(symbol, subscriber, token),
                _ => grain.SubscribeMarkPrice(symbol, subscriber, token),
            };
        });
    }

    private async Task<Result<Unit>> GiveBackAsync(MarketEntry entry)
    {
        var (exchange, symbol) = (entry.Topic.Exchange, entry.Topic.Rest);
        var result = await calls.InvokeAsync("market.unsubscribe", entry.Connection, changesVenue: false, token =>
        {
            var grain = grains.GetGrain<IExchangeSubscriberGrain>(exchange);
            return entry.Topic.Kind switch
            {
                TopicKind.Book => grain.UnsubscribeOrderBook(symbol, subscriber, token),
                TopicKind.Trade => grain.UnsubscribeTrades(symbol, subscriber, token),
                TopicKind.Quote => grain.UnsubscribeTopOfBook(symbol, subscriber, token),
                _ => grain.UnsubscribeMarkPrice(symbol, subscriber, token),
            };
        });
        if (feeds.TryGet(entry.Topic, out var feed))
        {
            await feed.DetachAsync();
            feeds.Remove(feed);
        }

        return result;
    }

    [LoggerMessage(40, LogLevel.Warning, "{Topic}: renewing the subscription failed: {Error}")]
    private static partial void LogRenewalFailed(ILogger logger, TopicName topic, string error);
}
