using System.Text;

namespace Exchange.Tests.Conformance;

/// <summary>The generated table of <c>docs/conformance.md</c>: a row a card, a column a venue.</summary>
internal static class ConformanceTable
{
    private const string Begin = "<!-- generated: begin -->";
    private const string End = "<!-- generated: end -->";

    /// <summary>The document in the repository.</summary>
    public static string Path { get; } = System.IO.Path.Combine(Root(), "docs", "conformance.md");

    /// <summary>The table, with what <paramref name="result"/> knows of venue and card.</summary>
    public static string Render(Func<string, string, string> result)
    {
        var venues = Harnesses.All.Keys.Order(StringComparer.Ordinal).ToList();
        var table = new StringBuilder();
        table.Append("| card | what is done | what must be seen | ").AppendJoin(" | ", venues).Append(" |\n");
        table.Append("|---|---|---|").AppendJoin("", venues.Select(_ => "---|")).Append('\n');
        foreach (var card in CardList.All)
            table.Append("| ").AppendJoin(" | ", new[] { card.Id, card.Does, card.Sees }.Concat(venues.Select(v => result(v, card.Id)))).Append(" |\n");
        return table.ToString();
    }

    /// <summary>The table that the document holds.</summary>
    public static string Committed() => Parts(File.ReadAllText(Path)).Table;

    /// <summary>The results that the document holds, by venue and card.</summary>
    public static Dictionary<(string Venue, string Card), string> CommittedResults()
    {
        var rows = Committed().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(r => r.Split('|')[1..^1].Select(c => c.Trim()).ToArray()).ToList();
        var results = new Dictionary<(string, string), string>();
        foreach (var row in rows.Skip(2))
        {
            for (var column = 3; column < row.Length; column++)
                results[(rows[0][column], row[0])] = row[column];
        }

        return results;
    }

    /// <summary>Writes the document with the results of a run; cards that were not run keep theirs.</summary>
    /// <param name="resultsFile">Lines of venue, card and result, tab-separated; the last one of a card counts.</param>
    public static void Write(string resultsFile)
    {
        var results = CommittedResults();
        foreach (var line in File.ReadAllLines(resultsFile))
        {
            var fields = line.Split('\t', 3);
            results[(fields[0], fields[1])] = fields[2].Replace('|', '/');
        }

        var (before, _, after) = Parts(File.ReadAllText(Path));
        File.WriteAllText(Path, before + Render((venue, card) => results.GetValueOrDefault((venue, card), "not run")) + after);
    }

    private static (string Before, string Table, string After) Parts(string text)
    {
        var begin = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length + 1;
        var end = text.IndexOf(End, StringComparison.Ordinal);
        return begin > Begin.Length && end >= begin ? (text[..begin], text[begin..end], text[end..]) : throw new InvalidDataException($"{Path} lacks {Begin} and {End}");
    }

    private static string Root()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = System.IO.Path.GetDirectoryName(folder))
        {
            if (File.Exists(System.IO.Path.Combine(folder, "Exchange.sln")))
                return folder;
        }

        throw new DirectoryNotFoundException($"there is no Exchange.sln above {AppContext.BaseDirectory}");
    }
}
