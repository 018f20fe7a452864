using System.Globalization;
using Exchange.Exchanges.Common.Text;

namespace Exchange.Exchanges.Grvt;

/// <summary>
/// Names of public streams (venue sheet, section 4.3): the venue's stream and its selector, with a space between them. A connection has one
/// selector of an instrument in each stream; another one takes its place.
/// </summary>
internal static class GrvtChannels
{
    /// <summary>Changes of the whole book, after a snapshot, gathered in 50, 100, 500 or 1000 ms.</summary>
    public static string Book(string symbol, int rateMs) => Name("v1.book.d", symbol, rateMs);

    /// <summary>The whole top of the book, 10, 50, 100 or 500 levels a side, every 500 or 1000 ms.</summary>
    public static string Picture(string symbol, int levels, int rateMs) => string.Create(CultureInfo.InvariantCulture, $"v1.book.s {symbol}@{rateMs}-{levels}");

    /// <summary>Trades, after the last so many.</summary>
    public static string Trades(string symbol, int last) => Name("v1.trade", symbol, last);

    /// <summary>Best bid and ask: a whole picture, then what changed; 0 for every change.</summary>
    public static string Mini(string symbol, int rateMs) => Name("v1.mini.d", symbol, rateMs);

    /// <summary>Mark price, index and funding among others, whole.</summary>
    public static string Ticker(string symbol, int rateMs) => Name("v1.ticker.s", symbol, rateMs);

    /// <summary>Takes a name apart.</summary>
    public static (string Stream, string Selector) Split(string channel)
    {
        var at = channel.IndexOf(' ', StringComparison.Ordinal);
        return (channel[..at], channel[(at + 1)..]);
    }

    /// <summary>The part of which a connection has one: stream and instrument.</summary>
    public static string SlotOf(string channel) => channel.Split('@')[0];

    /// <summary>Reads the selectors that a reply to subscribe says it has taken; null when it cannot be read.</summary>
    public static HashSet<string>? ReadTaken(ReadOnlySpan<byte> result)
    {
        HashSet<string>? taken = null;
        var json = new Utf8Scanner(result);
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            if (!name.SequenceEqual("subs"u8) && !name.SequenceEqual("s1"u8))
            {
                ok = json.TrySkip();
                continue;
            }

            taken = new HashSet<string>(StringComparer.Ordinal);
            ok = json.TryEnterArray();
            while (ok && json.NextElement())
            {
                ok = json.TryReadText(out var selector);
                if (selector is not null)
                    taken.Add(selector);
            }
        }

        return ok && json.AtEnd ? taken : null;
    }

    private static string Name(string stream, string symbol, int number) => string.Create(CultureInfo.InvariantCulture, $"{stream} {symbol}@{number}");
}
