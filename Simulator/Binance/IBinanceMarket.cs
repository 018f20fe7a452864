using System.Text.Json;
using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Binance;

/// <summary>
/// Where the venue's data come from: the engine (<see cref="LiveMarket"/>) or a recording (<see cref="ReplayMarket"/>).
/// Used within the simulator's turn.
/// </summary>
internal interface IBinanceMarket
{
    IReadOnlyList<string> Symbols { get; }

    void WriteExchangeInfo(Utf8JsonWriter writer);

    /// <summary>Top of book for the control port.</summary>
    BookState Book(string symbol);

    /// <summary>The body of <c>depth</c>; <paramref name="idShift"/> is taken from its <c>lastUpdateId</c>.</summary>
    void WriteDepth(Utf8JsonWriter writer, string symbol, int limit, long idShift = 0);

    void WriteTrades(Utf8JsonWriter writer, string symbol, int limit);

    void WriteAggTrades(Utf8JsonWriter writer, string symbol, AggTradeQuery query);

    void WriteKlines(Utf8JsonWriter writer, string symbol, KlineInterval interval, long? start, long? end, int limit);

    void WritePremiumIndex(Utf8JsonWriter writer, string symbol);

    void WriteTicker24Hours(Utf8JsonWriter writer, string symbol);

    /// <summary>What is published at whole multiples of an interval.</summary>
    void Schedule();

    /// <summary>One decision of the order flow on every symbol in turn; a recording has none.</summary>
    void Step(int decisions);

    /// <summary>Decisions for one symbol until its book is another; nothing, for a recording.</summary>
    void ChangeBook(string symbol);

    /// <summary>Publishes a partial book now, changed or not; gives its <c>u</c>.</summary>
    long EmitPartialDepth(string symbol, int levels, string speedSuffix);

    /// <summary>Publishes what has changed in a book since the stream's last message, now; gives its <c>u</c>.</summary>
    long EmitDepth(string symbol, string speedSuffix);

    /// <summary>For the control port's state.</summary>
    void WriteState(Utf8JsonWriter writer);
}

internal readonly record struct AggTradeQuery(long? FromId, long? Start, long? End, int Limit);
