using System.Collections.Immutable;
using Exchange.Client.Gateway.Market;
using Exchange.Client.Gateway.Sessions;
using Exchange.Client.Protocol;
using Exchange.Grains.Interfaces;

namespace Exchange.Client.Gateway.Commands;

/// <summary>The methods <c>market.*</c>.</summary>
internal static class MarketMethods
{
    /// <summary>Deeper than any venue's book; the connection knows its own limit.</summary>
    private const int MaxTopN = 10_000;

    public static void Add(MethodTable table, MarketSubscriptionTable subscriptions)
    {
        AddSubscription(table, subscriptions, "order_book", TopicKind.Book);
        AddSubscription(table, subscriptions, "trades", TopicKind.Trade);
        AddSubscription(table, subscriptions, "top_of_book", TopicKind.Quote);
        AddSubscription(table, subscriptions, "mark_price", TopicKind.Mark);

        table.Grain<IExchangeSubscriberGrain, OrderBook>("market.get_order_book", ConnectionRole.Market, changesVenue: false, p =>
        {
            var symbol = p.Symbol();
            return (grain, token) => grain.GetOrderBook(symbol, token);
        });
        table.Grain<IExchangeSubscriberGrain, ImmutableArray<Instrument>>(
            "market.get_instruments", ConnectionRole.Market, changesVenue: false, _ => (grain, token) => grain.GetInstruments(token));
        table.Grain<IExchangeSubscriberGrain, MarketSubscriptions>(
            "market.get_subscriptions", ConnectionRole.Market, changesVenue: false, _ => (grain, token) => grain.GetSubscriptions(token));
        ConnectionMethods.Add<IExchangeSubscriberGrain>(table, ConnectionRole.Market);
    }

    private static void AddSubscription(MethodTable table, MarketSubscriptionTable subscriptions, string what, TopicKind kind)
    {
        var subscribe = $"market.subscribe_{what}";
        table.Local<SubscriptionJson>(subscribe, changesVenue: false, (session, p) =>
        {
            var topic = ReadTopic(p, kind);
            var topN = kind == TopicKind.Book ? p.Int("top_n", 1, MaxTopN, 20) : 0;
            var frequencyMs = kind == TopicKind.Book ? p.Int("frequency_ms", 0, 60_000, 100) : 0;
            return async () =>
            {
                var result = await subscriptions.SubscribeAsync(session, topic, topN, frequencyMs, subscribe);
                return result.Map(s => SubscriptionJson.From(topic, s));
            };
        });
        table.Local<Unit>($"market.unsubscribe_{what}", changesVenue: false, (session, p) =>
        {
            var topic = ReadTopic(p, kind);
            return () => subscriptions.UnsubscribeAsync(session, topic);
        });
    }

    private static TopicName ReadTopic(ParamsReader p, TopicKind kind) =>
        TopicName.OfSymbol(kind, p.Connection(ConnectionRole.Market).Exchange, p.Symbol());
}
