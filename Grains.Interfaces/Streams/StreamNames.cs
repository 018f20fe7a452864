using System.Diagnostics.CodeAnalysis;

namespace Exchange.Grains.Interfaces;

/// <summary>The stream provider, the namespaces and the keys of the gateway's streams, and which connection produces each.</summary>
public static class StreamNames
{
    /// <summary>The name of the stream provider.</summary>
    public const string Provider = "exchange";

    /// <summary><see cref="OrderUpdate"/>, keyed by exchange.</summary>
    public const string Orders = "orders";
    /// <summary><see cref="Position"/>, keyed by exchange.</summary>
    public const string Positions = "positions";
    /// <summary><see cref="AccountUpdate"/>, keyed by exchange.</summary>
    public const string Accounts = "accounts";
    /// <summary><see cref="OrderBook"/>, keyed by exchange/symbol.</summary>
    public const string Books = "books";
    /// <summary><see cref="Trade"/>, keyed by exchange/symbol.</summary>
    public const string Trades = "trades";
    /// <summary><see cref="TopOfBook"/>, keyed by exchange/symbol.</summary>
    public const string Quotes = "quotes";
    /// <summary><see cref="MarkPrice"/>, keyed by exchange/symbol.</summary>
    public const string Marks = "marks";
    /// <summary><see cref="ConnectionStatus"/>, keyed by exchange/role.</summary>
    public const string Status = "status";

    /// <summary>The key of a symbol's stream.</summary>
    public static string SymbolKey(string exchange, string symbol) => $"{exchange}/{symbol}";

    /// <summary>The key of a connection's status stream.</summary>
    public static string StatusKey(ConnectionId connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return $"{connection.Exchange}/{ConnectionId.RoleName(connection.Role)}";
    }

    /// <summary>The connection that produces a stream.</summary>
    /// <returns>False when the namespace or the key is not one of ours.</returns>
    public static bool TryGetProducer(string streamNamespace, string key, [NotNullWhen(true)] out ConnectionId? connection)
    {
        ArgumentNullException.ThrowIfNull(key);
        connection = null;
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        var exchange = slash < 0 ? key : key[..slash];
        var rest = slash < 0 ? "" : key[(slash + 1)..];
        switch (streamNamespace)
        {
            case Orders when slash < 0:
                connection = new ConnectionId(ConnectionRole.Oms, exchange);
                break;
            case Positions or Accounts when slash < 0:
                connection = new ConnectionId(ConnectionRole.Pms, exchange);
                break;
            case Books or Trades or Quotes or Marks when rest.Length > 0:
                connection = new ConnectionId(ConnectionRole.Market, exchange);
                break;
            case Status when ConnectionId.TryParseRole(rest, out var role):
                connection = new ConnectionId(role, exchange);
                break;
        }

        return connection is not null;
    }
}
