using Exchange.Grains.Interfaces;

namespace Exchange.Client.Protocol;

/// <summary>The result of <c>market.subscribe_*</c>: the topic to listen to, and what the stream carries for all who listen.</summary>
internal sealed record SubscriptionJson(string Topic, string Exchange, string Symbol, int? TopN, int? FrequencyMs)
{
    public static SubscriptionJson From(TopicName topic, MarketSubscription subscription) => new(
        topic.ToString(),
        subscription.Exchange,
        subscription.Symbol,
        topic.Kind == TopicKind.Book ? subscription.TopN : null,
        topic.Kind == TopicKind.Book ? subscription.FrequencyMs : null);

    public MarketSubscription ToSubscription() => new()
    {
        Exchange = Exchange,
        Symbol = Symbol,
        TopN = TopN ?? 0,
        FrequencyMs = FrequencyMs ?? 0,
    };
}
