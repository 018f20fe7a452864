using System.Globalization;
using Exchange.Simulator.Engine;
using Exchange.Simulator.Grvt.Market;
using Exchange.Simulator.Grvt.Wire;

namespace Exchange.Simulator.Grvt.Streams;

/// <summary>
/// One selector on one connection, with its sequence numbers (sheet, section 4.4): snapshots have 0, deltas go up from the number
/// that the acknowledgement told; with global numbers they are linked but not contiguous.
/// </summary>
internal sealed class GrvtSubscription(GrvtSelector selector, GrvtConnection connection, bool lite, bool global, long first)
{
    private const int GlobalStep = 100_000;

    private readonly HashSet<(Side Side, long Price)> _changed = [];
    private Dictionary<string, string> _told = [];
    private long _last = first - 1;

    public GrvtSelector Selector => selector;

    public GrvtConnection Connection => connection;

    public bool IsLite => lite;

    /// <summary>What the first delta will be.</summary>
    public long First => _last + Step;

    public long Last => _last;

    private long Step => global ? GlobalStep : 1;

    /// <summary>A number that no frame will have.</summary>
    public void Skip() => _last += Step;

    /// <summary>A frame about what <paramref name="feed"/> is; a snapshot takes no number.</summary>
    public byte[] Frame(ReadOnlySpan<byte> feed, bool isSnapshot)
    {
        var previous = _last;
        _last += isSnapshot ? 0 : Step;
        var copy = feed.ToArray();
        return GrvtWriter.Render(lite, writer => writer.Object("feed", members =>
        {
            members.Text("stream", selector.Stream);
            members.Text("selector", selector.Text);
            members.Text("sequence_number", Text(isSnapshot ? 0 : previous + Step));
            members.Raw("feed", copy);
            members.Text("prev_sequence_number", Text(isSnapshot ? 0 : previous));
        }));
    }

    public void Changed(Side side, long price) => _changed.Add((side, price));

    /// <summary>The snapshots that follow the acknowledgement, rendered.</summary>
    public IReadOnlyList<byte[]> Snapshots(GrvtFeed feed, long now)
    {
        switch (selector.Stream)
        {
            case "v1.trade":
                return [.. feed.Trades.TakeLast(selector.Limit).Select(trade => Render("trade", trade.Write))];
            case "v1.candle":
                return
                [
                    .. GrvtCandle.Of(feed.Trades, selector.Interval!, now, selector.Limit, feed.LastPrice).Reverse()
                        .Select(bar => Render("candle", writer => bar.Write(writer, feed.Symbol))),
                ];
            case "v1.book.s" or "v1.book.d":
                _changed.Clear();
                return [Render("book", writer => feed.WriteBook(writer, selector.Limit))];
            default:
                var members = Members(feed);
                _told = members.ToDictionary(static member => member.Name, static member => member.Value, StringComparer.Ordinal);
                return [Render("ticker", writer => GrvtFeed.Write(writer, members))];
        }
    }

    /// <summary>The object to be sent now at its rate; null when there is nothing to tell.</summary>
    public byte[]? Next(GrvtFeed feed)
    {
        switch (selector.Stream)
        {
            case "v1.book.s":
                return Render("book", writer => feed.WriteBook(writer, selector.Limit));
            case "v1.book.d":
                if (_changed.Count == 0)
                {
                    return null;
                }

                var changes = Render("book", writer => feed.WriteChanges(writer, _changed));
                _changed.Clear();
                return changes;
            case "v1.mini.s" or "v1.ticker.s":
                var all = Members(feed);
                return Render("ticker", writer => GrvtFeed.Write(writer, all));
            default:
                return Delta(feed);
        }
    }

    public byte[] Render(string shape, Action<GrvtWriter> members) => GrvtWriter.Render(lite, writer => writer.Object(shape, members));

    /// <summary>Only what differs from what was told before, with the time and the instrument.</summary>
    private byte[]? Delta(GrvtFeed feed)
    {
        var members = Members(feed).Where((member, index) => index < 2 || _told.GetValueOrDefault(member.Name) != member.Value).ToArray();
        if (members.Length == 2)
        {
            return null;
        }

        foreach (var (name, value) in members)
        {
            _told[name] = value;
        }

        return Render("ticker", writer => GrvtFeed.Write(writer, members));
    }

    private IReadOnlyList<(string Name, string Value)> Members(GrvtFeed feed) =>
        selector.Stream.StartsWith("v1.mini", StringComparison.Ordinal) ? feed.Mini() : feed.Ticker();

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
