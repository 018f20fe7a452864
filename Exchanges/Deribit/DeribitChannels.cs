using System.Globalization;

namespace Exchange.Exchanges.Deribit;

/// <summary>Names of public channels (venue sheet, section 7).</summary>
internal static class DeribitChannels
{
    /// <summary>Every change.</summary>
    public const string Raw = "raw";

    /// <summary>What changed within 100 ms.</summary>
    public const string Interval = "100ms";

    /// <summary>What changed within about a second.</summary>
    public const string Slow = "agg2";

    /// <summary>Changes of the whole book, after a snapshot.</summary>
    public static string Book(string symbol, string interval) => $"book.{symbol}.{interval}";

    /// <summary>The whole top of the book, 1, 10 or 20 levels a side, prices as they are.</summary>
    public static string Picture(string symbol, int levels, string interval) =>
        string.Create(CultureInfo.InvariantCulture, $"book.{symbol}.none.{levels}.{interval}");

    /// <summary>Trades.</summary>
    public static string Trades(string symbol, string interval) => $"trades.{symbol}.{interval}";

    /// <summary>Best bid and ask, on change.</summary>
    public static string Quote(string symbol) => "quote." + symbol;

    /// <summary>Mark price, index and funding among others.</summary>
    public static string Ticker(string symbol) => $"ticker.{symbol}.{Interval}";
}
