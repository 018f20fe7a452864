using System.Collections.Frozen;
using Exchange.Grains.Interfaces;

namespace Exchange.Client.Protocol;

/// <summary>What a topic carries; on the wire, the part before the first dot.</summary>
public enum TopicKind
{
    /// <summary>Order books.</summary>
    Book = 0,
    /// <summary>Public trades.</summary>
    Trade = 1,
    /// <summary>Best bid and ask.</summary>
    Quote = 2,
    /// <summary>Mark price, index and funding.</summary>
    Mark = 3,
    /// <summary>Own orders.</summary>
    Order = 4,
    /// <summary>Positions.</summary>
    Position = 5,
    /// <summary>Account and balances.</summary>
    Account = 6,
    /// <summary>The state of a connection.</summary>
    Status = 7,
    /// <summary>What the gateway has to say of itself: dropped updates.</summary>
    Notice = 8,
}

/// <summary>The name of a topic: <c>book.binance.BTCUSDT</c>, <c>order.binance</c>, <c>status.binance.market</c>.</summary>
/// <param name="Kind">What it carries.</param>
/// <param name="Exchange">The exchange key; <c>gateway</c> for notices.</param>
/// <param name="Rest">The symbol or the role; empty where there is none.</param>
public readonly record struct TopicName(TopicKind Kind, string Exchange, string Rest = "")
{
    /// <summary>The topic of the gateway's own notices.</summary>
    public static TopicName GatewayNotice { get; } = new(TopicKind.Notice, "gateway");

    private static readonly FrozenDictionary<TopicKind, string> _namespaces = new Dictionary<TopicKind, string>
    {
        [TopicKind.Book] = StreamNames.Books,
        [TopicKind.Trade] = StreamNames.Trades,
        [TopicKind.Quote] = StreamNames.Quotes,
        [TopicKind.Mark] = StreamNames.Marks,
        [TopicKind.Order] = StreamNames.Orders,
        [TopicKind.Position] = StreamNames.Positions,
        [TopicKind.Account] = StreamNames.Accounts,
        [TopicKind.Status] = StreamNames.Status,
    }.ToFrozenDictionary();

    /// <summary>The topic of a symbol.</summary>
    public static TopicName OfSymbol(TopicKind kind, string exchange, string symbol) => new(kind, exchange, symbol);

    /// <summary>The status topic of a connection.</summary>
    public static TopicName OfStatus(ConnectionId connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return new(TopicKind.Status, connection.Exchange, ConnectionId.RoleName(connection.Role));
    }

    /// <summary>True for books, quotes, marks and status: each update is complete in itself, so a missed one heals with the next.</summary>
    public bool IsComplete => Kind is TopicKind.Book or TopicKind.Quote or TopicKind.Mark or TopicKind.Status;

    /// <summary>True for the topics of an account and for status, which repeat their place once a second.</summary>
    public bool HasHeartbeat => Kind is TopicKind.Order or TopicKind.Position or TopicKind.Account or TopicKind.Status;

    /// <summary>True for the topics that a symbol belongs to.</summary>
    public bool IsMarketData => Kind is TopicKind.Book or TopicKind.Trade or TopicKind.Quote or TopicKind.Mark;

    /// <summary>The stream's namespace; null for notices.</summary>
    public string? StreamNamespace => _namespaces.GetValueOrDefault(Kind);

    /// <summary>The stream's key.</summary>
    public string StreamKey => Rest.Length == 0 ? Exchange : $"{Exchange}/{Rest}";

    /// <summary>The connection that produces it; null for notices.</summary>
    public ConnectionId? Producer =>
        StreamNamespace is { } ns && StreamNames.TryGetProducer(ns, StreamKey, out var connection) ? connection : null;

    /// <summary>Reads a topic.</summary>
    /// <returns>False when it is not one of ours.</returns>
    public static bool TryParse(string? text, out TopicName topic)
    {
        topic = default;
        if (text is null)
            return false;
        var parts = text.Split('.', 3);
        if (parts.Length < 2 || !WireName<TopicKind>.TryParse(parts[0], out var kind) || parts[1].Length == 0)
            return false;
        var rest = parts.Length == 3 ? parts[2] : "";
        var parsed = new TopicName(kind, parts[1], rest);
        if (kind == TopicKind.Notice ? parsed != GatewayNotice : parsed.Producer is null)
            return false;
        topic = parsed;
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        Rest.Length == 0 ? $"{WireName<TopicKind>.Of(Kind)}.{Exchange}" : $"{WireName<TopicKind>.Of(Kind)}.{Exchange}.{Rest}";
}
