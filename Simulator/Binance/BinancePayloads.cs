using System.Text.Json;
using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Binance;

/// <summary>The payloads of the market streams, member by member as in sheet section 10.3.</summary>
internal static class BinancePayloads
{
    /// <summary>Rates, averages and index prices come with eight decimals whatever the instrument.</summary>
    private const int LongDigits = Fixed8.Digits;

    public static void DepthHead(
        Utf8JsonWriter writer, string symbol, long eventTime, long transactionTime, long first, long last, long previous)
    {
        writer.WriteStartObject();
        writer.WriteString("e"u8, "depthUpdate"u8);
        writer.WriteNumber("E"u8, eventTime);
        writer.WriteNumber("T"u8, transactionTime);
        writer.WriteString("s"u8, symbol);
        writer.WriteString("ps"u8, symbol);
        writer.WriteNumber("U"u8, first);
        writer.WriteNumber("u"u8, last);
        writer.WriteNumber("pu"u8, previous);
    }

    public static void DepthDelta(
        Utf8JsonWriter writer, Instrument instrument, MatchingBook book, DepthChanges changes, long eventTime)
    {
        DepthHead(writer, instrument.Symbol, eventTime, changes.Time, changes.First, changes.Last, changes.Previous);
        var (bids, asks) = changes.Prices();
        Side(writer, "b"u8, instrument, book.Bids, bids);
        Side(writer, "a"u8, instrument, book.Asks, asks);
        Tail(writer);

        static void Side(
            Utf8JsonWriter writer, ReadOnlySpan<byte> name, Instrument instrument, BookSide side, IReadOnlyList<long> prices)
        {
            writer.WriteStartArray(name);
            foreach (var price in prices)
            {
                writer.WriteLevel(price, instrument.PriceDigits, side.QuantityAt(price), instrument.QuantityDigits);
            }

            writer.WriteEndArray();
        }
    }

    public static void PartialDepth(
        Utf8JsonWriter writer, Instrument instrument, MatchingBook book, DepthChanges changes, long eventTime, int levels)
    {
        DepthHead(writer, instrument.Symbol, eventTime, changes.Time, changes.First, changes.Last, changes.Previous);
        Levels(writer, "b"u8, instrument, book.Bids, levels);
        Levels(writer, "a"u8, instrument, book.Asks, levels);
        Tail(writer);
    }

    /// <summary>The best <paramref name="limit"/> levels of a side, best first.</summary>
    public static void Levels(Utf8JsonWriter writer, ReadOnlySpan<byte> name, Instrument instrument, BookSide side, int limit)
    {
        writer.WriteStartArray(name);
        for (var rank = 0; rank < side.Count && rank < limit; rank++)
        {
            var level = side[rank];
            writer.WriteLevel(level.Price, instrument.PriceDigits, level.Quantity, instrument.QuantityDigits);
        }

        writer.WriteEndArray();
    }

    public static void BookTicker(
        Utf8JsonWriter writer, Instrument instrument, MatchingBook book, long updateId, long eventTime, long transactionTime)
    {
        var (bid, ask) = (book.Bids.Best, book.Asks.Best);
        writer.WriteStartObject();
        writer.WriteString("e"u8, "bookTicker"u8);
        writer.WriteNumber("u"u8, updateId);
        writer.WriteString("s"u8, instrument.Symbol);
        writer.WriteString("ps"u8, instrument.Symbol);
        writer.WriteFixed("b"u8, bid?.Price ?? 0, instrument.PriceDigits);
        writer.WriteFixed("B"u8, bid?.Quantity ?? 0, instrument.QuantityDigits);
        writer.WriteFixed("a"u8, ask?.Price ?? 0, instrument.PriceDigits);
        writer.WriteFixed("A"u8, ask?.Quantity ?? 0, instrument.QuantityDigits);
        writer.WriteNumber("T"u8, transactionTime);
        writer.WriteNumber("E"u8, eventTime);
        Tail(writer);
    }

    public static void Trade(Utf8JsonWriter writer, Instrument instrument, in Trade trade, long eventTime)
    {
        writer.WriteStartObject();
        writer.WriteString("e"u8, "trade"u8);
        writer.WriteNumber("E"u8, eventTime);
        writer.WriteNumber("T"u8, eventTime);
        writer.WriteString("s"u8, instrument.Symbol);
        writer.WriteNumber("t"u8, trade.Id);
        writer.WriteFixed("p"u8, trade.Price, instrument.PriceDigits);
        writer.WriteFixed("q"u8, trade.Quantity, instrument.QuantityDigits);
        writer.WriteString("X"u8, "MARKET"u8);
        writer.WriteBoolean("m"u8, trade.TakerSide == Engine.Side.Sell);
        writer.WriteEndObject();
    }

    public static void AggTrade(Utf8JsonWriter writer, Instrument instrument, AggregateTrade trade, long eventTime)
    {
        writer.WriteStartObject();
        writer.WriteString("e"u8, "aggTrade"u8);
        writer.WriteNumber("E"u8, eventTime);
        writer.WriteNumber("a"u8, trade.Id);
        writer.WriteString("s"u8, instrument.Symbol);
        writer.WriteFixed("p"u8, trade.Price, instrument.PriceDigits);
        writer.WriteFixed("q"u8, trade.Quantity, instrument.QuantityDigits);
        writer.WriteFixed("nq"u8, trade.Quantity, instrument.QuantityDigits);
        writer.WriteNumber("f"u8, trade.FirstTradeId);
        writer.WriteNumber("l"u8, trade.LastTradeId);
        writer.WriteNumber("T"u8, trade.Time);
        writer.WriteBoolean("m"u8, trade.BuyerIsMaker);
        Tail(writer);
    }

    public static void MarkPrice(Utf8JsonWriter writer, string symbol, in MarkPrice mark, long eventTime)
    {
        writer.WriteStartObject();
        writer.WriteString("e"u8, "markPriceUpdate"u8);
        writer.WriteNumber("E"u8, eventTime);
        writer.WriteString("s"u8, symbol);
        writer.WriteFixed("p"u8, mark.Mark, LongDigits);
        writer.WriteFixed("ap"u8, mark.Average, LongDigits);
        writer.WriteFixed("P"u8, mark.Settlement, LongDigits);
        writer.WriteFixed("i"u8, mark.Index, LongDigits);
        writer.WriteFixed("r"u8, mark.FundingRate, LongDigits);
        writer.WriteNumber("T"u8, mark.NextFundingTime);
        Tail(writer);
    }

    public static void Kline(
        Utf8JsonWriter writer, Instrument instrument, Candle candle, KlineInterval interval, long eventTime)
    {
        writer.WriteStartObject();
        writer.WriteString("e"u8, "kline"u8);
        writer.WriteNumber("E"u8, eventTime);
        writer.WriteString("s"u8, instrument.Symbol);
        writer.WriteStartObject("k"u8);
        writer.WriteNumber("t"u8, candle.Start);
        writer.WriteNumber("T"u8, interval.EndOf(candle.Start));
        writer.WriteString("s"u8, instrument.Symbol);
        writer.WriteString("i"u8, interval.Name);
        writer.WriteNumber("f"u8, candle.FirstTradeId);
        writer.WriteNumber("L"u8, candle.LastTradeId);
        writer.WriteFixed("o"u8, candle.Open, instrument.PriceDigits);
        writer.WriteFixed("c"u8, candle.Close, instrument.PriceDigits);
        writer.WriteFixed("h"u8, candle.High, instrument.PriceDigits);
        writer.WriteFixed("l"u8, candle.Low, instrument.PriceDigits);
        writer.WriteFixed("v"u8, candle.Volume, instrument.QuantityDigits);
        writer.WriteNumber("n"u8, candle.Trades);
        writer.WriteBoolean("x"u8, eventTime > interval.EndOf(candle.Start));
        writer.WriteFixed("q"u8, candle.QuoteVolume, 5);
        writer.WriteFixed("V"u8, candle.TakerBuyVolume, instrument.QuantityDigits);
        writer.WriteFixed("Q"u8, candle.TakerBuyQuoteVolume, 5);
        writer.WriteString("B"u8, "0"u8);
        writer.WriteEndObject();
        Tail(writer);
    }

    /// <summary>One element of the ticker streams, short or whole.</summary>
    public static void Ticker(Utf8JsonWriter writer, Instrument instrument, Candle day, long lastQuantity, long eventTime, bool mini)
    {
        var digits = instrument.PriceDigits;
        var change = day.Close - day.Open;
        writer.WriteStartObject();
        writer.WriteString("e"u8, mini ? "24hrMiniTicker"u8 : "24hrTicker"u8);
        writer.WriteNumber("E"u8, eventTime);
        writer.WriteString("s"u8, instrument.Symbol);
        writer.WriteString("ps"u8, instrument.Symbol);
        if (!mini)
        {
            writer.WriteFixed("p"u8, change, digits);
            writer.WriteFixed("P"u8, Percent(change, day.Open), 3);
            writer.WriteFixed("w"u8, WeightedAverage(day), digits);
        }

        writer.WriteFixed("c"u8, day.Close, digits);
        if (!mini)
        {
            writer.WriteFixed("Q"u8, lastQuantity, instrument.QuantityDigits);
        }

        writer.WriteFixed("o"u8, day.Open, digits);
        writer.WriteFixed("h"u8, day.High, digits);
        writer.WriteFixed("l"u8, day.Low, digits);
        writer.WriteFixed("v"u8, day.Volume, instrument.QuantityDigits);
        writer.WriteFixed("q"u8, day.QuoteVolume, 2);
        if (!mini)
        {
            writer.WriteNumber("O"u8, day.Start);
            writer.WriteNumber("C"u8, eventTime);
            writer.WriteNumber("F"u8, day.FirstTradeId);
            writer.WriteNumber("L"u8, day.LastTradeId);
            writer.WriteNumber("n"u8, day.Trades);
        }

        Tail(writer);
    }

    public static long Percent(long change, long open) => open == 0 ? 0 : (long)((Int128)change * 100 * Fixed8.One / open);

    public static long WeightedAverage(Candle day) =>
        day.Volume == 0 ? 0 : (long)((Int128)day.QuoteVolume * Fixed8.One / day.Volume);

    /// <summary>Since 2026-06-30: 1 says USD-M, 2 would say COIN-M.</summary>
    private static void Tail(Utf8JsonWriter writer)
    {
        writer.WriteNumber("st"u8, 1);
        writer.WriteEndObject();
    }
}

/// <summary>Mark, its average, estimated settlement and index price, and funding; all in hundred-millionths.</summary>
internal readonly record struct MarkPrice(
    long Mark, long Average, long Settlement, long Index, long FundingRate, long NextFundingTime);
