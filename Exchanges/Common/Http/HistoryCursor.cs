using System.Globalization;

namespace Exchange.Exchanges.Common.Http;

/// <summary>Where a history goes on: behind the entry of a time and an id.</summary>
internal static class HistoryCursor
{
    /// <summary>The cursor behind an entry.</summary>
    public static string Of(DateTimeOffset time, string id) => string.Create(CultureInfo.InvariantCulture, $"{time.ToUnixTimeMilliseconds()}-{id}");

    /// <summary>Reads a cursor; null gives no entry. False when it is none that was given.</summary>
    public static bool TryRead(string? cursor, out DateTimeOffset? time, out string id)
    {
        time = null;
        id = "";
        if (cursor is null)
            return true;
        var dash = cursor.IndexOf('-', StringComparison.Ordinal);
        if (dash < 1 || !long.TryParse(cursor.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var ms) || ms > 253_402_300_799_999)
            return false;
        time = DateTimeOffset.FromUnixTimeMilliseconds(ms);
        id = cursor[(dash + 1)..];
        return id.Length > 0;
    }
}
