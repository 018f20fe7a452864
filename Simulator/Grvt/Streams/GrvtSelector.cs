using System.Globalization;
using Exchange.Simulator.Grvt.Api;
using Exchange.Simulator.Grvt.Market;
using Exchange.Simulator.Grvt.Trading;

namespace Exchange.Simulator.Grvt.Streams;

/// <summary>What is subscribed to: <c>primary@secondary</c>, parts joined by a hyphen (sheet, section 4.3).</summary>
/// <param name="Text">As the client wrote it; frames say it back.</param>
/// <param name="Primary">One of these a stream and connection; the same again with another secondary takes the place of the first.</param>
internal sealed record GrvtSelector(string Stream, string Text, string Primary)
{
    private static readonly int[] _snapshotRates = [500, 1000, 5000];
    private static readonly int[] _tickerRates = [100, 200, .. _snapshotRates];

    /// <summary>The instrument; null on an account's streams where none is named.</summary>
    public string? Symbol { get; private init; }

    /// <summary>Milliseconds between frames; 0: each change. Null where there is no rate.</summary>
    public int? Rate { get; private init; }

    /// <summary>Levels of a book, or how many trades the snapshot has.</summary>
    public int Limit { get; private init; }

    /// <summary>Of candles.</summary>
    public string? Interval { get; private init; }

    /// <summary>The stream tells changes after a snapshot.</summary>
    public bool IsDelta => Stream.EndsWith(".d", StringComparison.Ordinal);

    public static bool IsPrivate(string stream) =>
        stream is "v1.order" or "v1.state" or "v1.fill" or "v1.position" or "v1.cancel" or "v1.deposit" or "v1.withdrawal" or "v1.transfer";

    /// <exception cref="GrvtErrorException">1101 to 1103 its form; 3000 and on what is in it.</exception>
    public static GrvtSelector Parse(string stream, string text, GrvtMarket market, GrvtAccount? account) =>
        IsPrivate(stream) ? OfAccount(stream, text, market, account!) : OfMarket(stream, text, market);

    private static GrvtSelector OfMarket(string stream, string text, GrvtMarket market)
    {
        var parts = text.Split('@');
        if (parts.Length != 2)
        {
            throw new GrvtErrorException(1101);
        }

        var secondary = parts[1].Split('-');
        if (parts[0].Contains('-', StringComparison.Ordinal))
        {
            throw new GrvtErrorException(1102);
        }

        var selector = new GrvtSelector(stream, text, parts[0]) { Symbol = parts[0] };
        selector = stream switch
        {
            "v1.mini.s" => Count(1) with { Rate = OneOf([200, .. _snapshotRates], 0, 3030) },
            "v1.mini.d" => Count(1) with { Rate = OneOf([0, 50, .. _tickerRates], 0, 3030) },
            "v1.ticker.s" => Count(1) with { Rate = OneOf(_snapshotRates, 0, 3030) },
            "v1.ticker.d" => Count(1) with { Rate = OneOf(_tickerRates, 0, 3030) },
            "v1.book.s" => Count(2) with { Rate = OneOf([500, 1000], 0, 3030), Limit = OneOf(GrvtMarketMethods.Depths, 1, 3031) },
            "v1.book.d" => Count(1) with { Rate = OneOf([50, 100, 500, 1000], 0, 3030), Limit = int.MaxValue },
            "v1.trade" => Count(1) with { Limit = OneOf([50, 200, 500, 1000], 0, 3011) },
            "v1.candle" => Count(2) with
            {
                Interval = GrvtCandle.Intervals.ContainsKey(secondary[0]) ? secondary[0] : throw new GrvtErrorException(3040),
                Limit = secondary[1] is "TRADE" or "MARK" or "INDEX" or "MID" ? 5 : throw new GrvtErrorException(3041),
            },
            _ => throw new GrvtErrorException(3001),
        };
        return market.Find(parts[0]) is null ? throw new GrvtErrorException(3000) : selector;

        GrvtSelector Count(int count) => secondary.Length == count ? selector : throw new GrvtErrorException(1103);

        int OneOf(int[] allowed, int part, int code) =>
            int.TryParse(secondary[part], NumberStyles.None, CultureInfo.InvariantCulture, out var value) && allowed.Contains(value)
                ? value
                : throw new GrvtErrorException(code);
    }

    private static GrvtSelector OfAccount(string stream, string text, GrvtMarket market, GrvtAccount account)
    {
        if (text.Contains('@', StringComparison.Ordinal))
        {
            throw new GrvtErrorException(1103);
        }

        var parts = text.Split('-');
        var ofMain = stream is "v1.deposit" or "v1.withdrawal" or "v1.transfer";
        if (parts.Length > (stream is "v1.cancel" or "v1.deposit" or "v1.withdrawal" ? 1 : 2))
        {
            throw new GrvtErrorException(1102);
        }

        if (parts[0] != (ofMain ? account.Options.MainAccountId : Wire.GrvtText.Of(account.SubAccountId)))
        {
            throw new GrvtErrorException(ulong.TryParse(parts[0], out _) || ofMain ? 1001 : 3020);
        }

        if (parts.Length == 2 && !ofMain && market.Find(parts[1]) is null)
        {
            throw new GrvtErrorException(3000);
        }

        return new GrvtSelector(stream, text, text) { Symbol = parts.Length == 2 && !ofMain ? parts[1] : null };
    }
}
