using Exchange.Client.Protocol;
using Exchange.Grains.Interfaces;

namespace Exchange.Client.Trader;

/// <summary>Reads one update's envelope and data; the data is null in a heartbeat.</summary>
internal delegate UpdateEnvelope ReadUpdate<T>(ReadOnlySpan<byte> json, TopicName topic, out IReadOnlyList<T> data);

/// <summary>The readers of all kinds of topics.</summary>
internal static class UpdateReaders
{
    public static UpdateEnvelope Book(ReadOnlySpan<byte> json, TopicName topic, out IReadOnlyList<OrderBook> data)
    {
        var fields = new BookFields { Exchange = topic.Exchange, Symbol = topic.Rest };
        var envelope = UpdateEnvelope.Read(json, ref fields);
        data = envelope.IsHeartbeat ? [] : [fields.ToBook()];
        return envelope;
    }

    public static UpdateEnvelope Trade(ReadOnlySpan<byte> json, TopicName topic, out IReadOnlyList<Trade> data)
    {
        var fields = new TradeFields { Exchange = topic.Exchange, Symbol = topic.Rest };
        var envelope = UpdateEnvelope.Read(json, ref fields);
        data = envelope.IsHeartbeat ? [] : [fields.ToTrade()];
        return envelope;
    }

    public static UpdateEnvelope Quote(ReadOnlySpan<byte> json, TopicName topic, out IReadOnlyList<TopOfBook> data)
    {
        var fields = new QuoteFields { Exchange = topic.Exchange, Symbol = topic.Rest };
        var envelope = UpdateEnvelope.Read(json, ref fields);
        data = envelope.IsHeartbeat ? [] : [fields.ToQuote()];
        return envelope;
    }

    public static UpdateEnvelope Mark(ReadOnlySpan<byte> json, TopicName topic, out IReadOnlyList<MarkPrice> data)
    {
        var fields = new MarkFields { Exchange = topic.Exchange, Symbol = topic.Rest };
        var envelope = UpdateEnvelope.Read(json, ref fields);
        data = envelope.IsHeartbeat ? [] : [fields.ToMark()];
        return envelope;
    }

    /// <summary>Orders, accounts and status: the record's members stand beside the envelope's.</summary>
    public static UpdateEnvelope Flattened<T>(ReadOnlySpan<byte> json, TopicName topic, out IReadOnlyList<T> data)
    {
        var envelope = UpdateEnvelope.Read(json);
        data = envelope.IsHeartbeat ? [] : [WireJson.Read<T>(json)];
        return envelope;
    }

    /// <summary>One position, or in a snapshot all of them.</summary>
    public static UpdateEnvelope Position(ReadOnlySpan<byte> json, TopicName topic, out IReadOnlyList<Position> data)
    {
        var envelope = UpdateEnvelope.Read(json);
        data = envelope switch
        {
            { IsHeartbeat: true } => [],
            { Kind: UpdateKind.Snapshot } => WireJson.Read<PositionsJson>(json).Positions,
            _ => [WireJson.Read<Position>(json)],
        };
        return envelope;
    }
}
