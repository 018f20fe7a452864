namespace Exchange.Client.Gateway.Commands;

/// <summary>Names that somebody may have meant.</summary>
internal static class NearNames
{
    /// <summary>At most three names, the nearest first; none that is too far away to be meant.</summary>
    public static IReadOnlyList<string> Of(string text, IEnumerable<string> names)
    {
        if (text.Length > 64)
            return [];
        var most = Math.Max(2, text.Length / 4);
        // The right method under the wrong group is near as well.
        var bare = text[(text.IndexOf('.', StringComparison.Ordinal) + 1)..];
        return [.. names
            .Select(name => (name, distance: Distance(text.ToLowerInvariant(), name), sameEnd: bare.Length > 0 && name.EndsWith("." + bare, StringComparison.Ordinal)))
            .Where(n => n.distance <= most || n.sameEnd)
            .OrderBy(n => n.distance)
            .ThenBy(n => n.name, StringComparer.Ordinal)
            .Take(3)
            .Select(n => n.name)];
    }

    /// <summary>Insertions, deletions and replacements that make one text of the other (Levenshtein).</summary>
    private static int Distance(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (from[i - 1] == to[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[^1];
    }
}
