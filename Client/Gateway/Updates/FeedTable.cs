using System.Collections.Concurrent;
using Exchange.Client.Protocol;
using Exchange.Grains.Interfaces;

namespace Exchange.Client.Gateway.Updates;

/// <summary>All topics that the gateway forwards.</summary>
internal sealed class FeedTable(FeedContext context)
{
    private readonly ConcurrentDictionary<TopicName, TopicFeed> _feeds = new() { [TopicName.GatewayNotice] = context.Notices };

    public IEnumerable<TopicFeed> All => _feeds.Values;

    public bool TryGet(TopicName topic, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out TopicFeed? feed) => _feeds.TryGetValue(topic, out feed);

    /// <summary>The feed of a topic; not attached yet when it is new.</summary>
    public TopicFeed GetOrAdd(TopicName topic) => _feeds.GetOrAdd(topic, Create, context);

    /// <summary>The feed of a topic, to ask its producer something; a new one is not kept.</summary>
    public TopicFeed GetOrCreate(TopicName topic) => _feeds.TryGetValue(topic, out var feed) ? feed : Create(topic, context);

    public void Remove(TopicFeed feed) => _feeds.TryRemove(KeyValuePair.Create(feed.Topic, feed));

    /// <summary>Sends the state of every topic that a new subscription's prefix matches.</summary>
    public void PublishSnapshots(ReadOnlySpan<byte> prefix)
    {
        foreach (var feed in _feeds.Values)
        {
            if (feed.Lane.NameUtf8.AsSpan().StartsWith(prefix))
                feed.PublishSnapshot();
        }
    }

    public void PublishHeartbeats()
    {
        foreach (var feed in _feeds.Values)
        {
            if (feed.Topic.HasHeartbeat)
                feed.PublishHeartbeat();
        }
    }

    private static TopicFeed Create(TopicName topic, FeedContext context) => topic.Kind switch
    {
        TopicKind.Book => new StreamFeed<OrderBook>(topic, context, FeedFormats.Book),
        TopicKind.Trade => new StreamFeed<Trade>(topic, context, FeedFormats.Trade),
        TopicKind.Quote => new StreamFeed<TopOfBook>(topic, context, FeedFormats.Quote),
        TopicKind.Mark => new StreamFeed<MarkPrice>(topic, context, FeedFormats.Mark),
        TopicKind.Order => new OrderFeed(topic, context) { Changed = context.OrdersChanged },
        TopicKind.Position => new PositionFeed(topic, context),
        TopicKind.Account => new AccountFeed(topic, context),
        TopicKind.Status => new StreamFeed<ConnectionStatus>(topic, context, FeedFormats.Status),
        _ => throw new ArgumentOutOfRangeException(nameof(topic), topic, "no stream"),
    };
}
