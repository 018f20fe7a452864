using System.Diagnostics.CodeAnalysis;
using Exchange.Grains.Interfaces;

namespace Exchange.Streaming;

/// <summary>Which type the streams of each namespace carry.</summary>
internal static class StreamTypes
{
    private static readonly Dictionary<string, Type> _types = new(StringComparer.Ordinal)
    {
        [StreamNames.Orders] = typeof(OrderUpdate),
        [StreamNames.Positions] = typeof(Position),
        [StreamNames.Accounts] = typeof(AccountUpdate),
        [StreamNames.Books] = typeof(OrderBook),
        [StreamNames.Trades] = typeof(Trade),
        [StreamNames.Quotes] = typeof(TopOfBook),
        [StreamNames.Marks] = typeof(MarkPrice),
        [StreamNames.Status] = typeof(ConnectionStatus),
    };

    /// <summary>The namespaces, for a message.</summary>
    public static string Namespaces { get; } = string.Join(", ", _types.Keys);

    public static bool IsNamespace(string streamNamespace) => _types.ContainsKey(streamNamespace);

    /// <summary>Says whether a stream exists and carries <typeparamref name="T"/>; if not, what is wrong.</summary>
    public static bool Check<T>(string? streamNamespace, string key, [NotNullWhen(true)] out ConnectionId? producer, [NotNullWhen(false)] out string? error)
    {
        error = null;
        if (streamNamespace is null || !StreamNames.TryGetProducer(streamNamespace, key, out producer))
        {
            producer = null;
            error = $"'{streamNamespace}/{key}' is not a stream: the namespaces are {Namespaces}; the key is an exchange " +
                "(orders, positions, accounts), exchange/role (status) or exchange/symbol";
        }
        else if (_types[streamNamespace] != typeof(T))
        {
            error = $"the stream '{streamNamespace}/{key}' carries {_types[streamNamespace].Name}, not {typeof(T).Name}";
        }

        return error is null && producer is not null;
    }
}
