using System.Globalization;
using Exchange.Simulator.Deribit.Trading;

namespace Exchange.Simulator.Deribit.Api;

/// <summary>What <c>public/auth</c> gave: who it is, what it may do, and until when.</summary>
internal sealed class Token
{
    public required string Access { get; init; }

    public required string Refresh { get; init; }

    public required string ClientId { get; init; }

    public required DeribitAccount Account { get; init; }

    /// <summary>As granted: <c>session:oms-1 trade:read_write … mainaccount</c>.</summary>
    public required string Scope { get; init; }

    /// <summary>Null under connection scope: the token dies with its socket, and works nowhere else.</summary>
    public string? Session { get; init; }

    /// <summary>The socket that it belongs to, under connection scope; 0 for HTTP.</summary>
    public long ConnectionId { get; init; }

    public required DateTimeOffset ExpiresAt { get; set; }

    public required TimeSpan Life { get; init; }

    public bool IsRevoked { get; set; }

    /// <summary>Whether what is asked for (<c>trade:read</c>, <c>account:read_write</c>) was granted.</summary>
    public bool Allows(string scope) => Covers(Scope, scope);

    public static bool Covers(string granted, string asked)
    {
        var (category, write) = (asked.Split(':')[0], asked.EndsWith(":read_write", StringComparison.Ordinal));
        return granted.Split(' ').Any(part => part == $"{category}:read_write" || (!write && part == $"{category}:read"));
    }

    /// <summary>Seconds a scope wants a token to live; null when it says nothing.</summary>
    public static TimeSpan? Expires(string scope) => scope.Split(' ').Where(part => part.StartsWith("expires:", StringComparison.Ordinal))
        .Select(part => long.TryParse(part["expires:".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : throw DeribitException.Parameters("scope", "expires must be a number of seconds"))
        .Cast<TimeSpan?>().FirstOrDefault();
}
