using System.Diagnostics.CodeAnalysis;
using Orleans;

namespace Exchange.Grains.Interfaces;

/// <summary>
/// One connection of the cluster: a role at an exchange, with room for a second account. Written
/// <c>market/binance</c> or <c>oms/binance:account2</c>.
/// </summary>
/// <param name="Role">What the connection is for.</param>
/// <param name="Exchange">The exchange key: <c>binance</c>, or <c>binance:account2</c>. Also the key of the grain.</param>
[GenerateSerializer, Immutable, Alias("exchange.connection-id")]
public sealed record ConnectionId([property: Id(0)] ConnectionRole Role, [property: Id(1)] string Exchange)
{
    /// <summary>The venue alone, without the account.</summary>
    public string Venue => Exchange.Split(':')[0];

    /// <summary>The name under which operators know the service: <c>market_server_binance</c> and the like.</summary>
    public string ServiceName => Role switch
    {
        ConnectionRole.Oms => "trading_engine_",
        ConnectionRole.Pms => "position_server_",
        ConnectionRole.Data => "data_fetcher_",
        _ => "market_server_",
    } + Exchange.Replace(':', '_');

    /// <summary>Reads <c>role/exchange</c>.</summary>
    /// <param name="text">The text, in any case.</param>
    /// <param name="id">The connection.</param>
    /// <param name="error">What is wrong with the text and what would be right, when it cannot be read.</param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ConnectionId? id, [NotNullWhen(false)] out string? error)
    {
        id = null;
        error = null;
        var parts = (text ?? "").Trim().ToLowerInvariant().Split('/');
        if (parts.Length != 2 || !TryParseRole(parts[0], out var role) || !IsExchangeKey(parts[1]))
        {
            error = $"'{text}' is not a connection: write role/exchange, such as market/binance, where role is oms, pms, data or market " +
                "and exchange is binance, grvt or deribit, with an account after a colon where there is more than one";
            return false;
        }

        id = new ConnectionId(role, parts[1]);
        return true;
    }

    /// <summary>Reads a role by its wire name.</summary>
    public static bool TryParseRole(string? text, out ConnectionRole role)
    {
        (var known, role) = text switch
        {
            "oms" => (true, ConnectionRole.Oms),
            "pms" => (true, ConnectionRole.Pms),
            "data" => (true, ConnectionRole.Data),
            "market" => (true, ConnectionRole.Market),
            _ => (false, default),
        };
        return known;
    }

    /// <summary>The wire name of a role.</summary>
    public static string RoleName(ConnectionRole role) => role switch
    {
        ConnectionRole.Oms => "oms",
        ConnectionRole.Pms => "pms",
        ConnectionRole.Data => "data",
        ConnectionRole.Market => "market",
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, "no such role"),
    };

    /// <inheritdoc/>
    public override string ToString() => $"{RoleName(Role)}/{Exchange}";

    private static bool IsExchangeKey(string text)
    {
        var parts = text.Split(':');
        return parts.Length <= 2 && Venues.All.Contains(parts[0])
            && (parts.Length == 1 || (parts[1].Length is > 0 and <= 32 && parts[1].All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')));
    }
}
