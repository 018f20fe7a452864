using System.Text.Json;
using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Binance;

/// <summary>What REST tells of the past of a live symbol.</summary>
internal static class LiveHistory
{
    public static void WriteTrades(Utf8JsonWriter writer, SymbolFeed feed, int limit)
    {
        var instrument = feed.Instrument.Core;
        writer.WriteStartArray();
        foreach (var (trade, time) in feed.Trades.TakeLast(limit))
        {
            writer.WriteStartObject();
            writer.WriteNumber("id"u8, trade.Id);
            writer.WriteFixed("price"u8, trade.Price, instrument.PriceDigits);
            writer.WriteFixed("qty"u8, trade.Quantity, instrument.QuantityDigits);
            writer.WriteFixed("quoteQty"u8, Fixed8.Multiply(trade.Price, trade.Quantity), 5);
            writer.WriteNumber("time"u8, time);
            writer.WriteBoolean("isBuyerMaker"u8, trade.TakerSide == Side.Sell);
            writer.WriteBoolean("isRPITrade"u8, false);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    public static void WriteAggTrades(Utf8JsonWriter writer, SymbolFeed feed, AggTradeQuery query)
    {
        var instrument = feed.Instrument.Core;
        IEnumerable<AggregateTrade> trades = feed.AggTrades.Recent;
        if (query.FromId is { } from)
        {
            trades = trades.Where(trade => trade.Id >= from).Take(query.Limit);
        }
        else if (query.Start is not null || query.End is not null)
        {
            trades = trades.Where(trade => !(trade.Time < query.Start) && !(trade.Time > query.End)).Take(query.Limit);
        }
        else
        {
            trades = trades.TakeLast(query.Limit);
        }

        writer.WriteStartArray();
        foreach (var trade in trades)
        {
            writer.WriteStartObject();
            writer.WriteNumber("a"u8, trade.Id);
            writer.WriteFixed("p"u8, trade.Price, instrument.PriceDigits);
            writer.WriteFixed("q"u8, trade.Quantity, instrument.QuantityDigits);
            writer.WriteFixed("nq"u8, trade.Quantity, instrument.QuantityDigits);
            writer.WriteNumber("f"u8, trade.FirstTradeId);
            writer.WriteNumber("l"u8, trade.LastTradeId);
            writer.WriteNumber("T"u8, trade.Time);
            writer.WriteBoolean("m"u8, trade.BuyerIsMaker);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    public static void WriteKlines(
        Utf8JsonWriter writer, SymbolFeed feed, KlineInterval interval, long? start, long? end, int limit)
    {
        var instrument = feed.Instrument.Core;
        var candles = feed.Candles.Of(interval, start, end);
        writer.WriteStartArray();
        foreach (var candle in start is null ? candles.TakeLast(limit) : candles.Take(limit))
        {
            writer.WriteStartArray();
            writer.WriteNumberValue(candle.Start);
            writer.WriteFixedValue(candle.Open, instrument.PriceDigits);
            writer.WriteFixedValue(candle.High, instrument.PriceDigits);
            writer.WriteFixedValue(candle.Low, instrument.PriceDigits);
            writer.WriteFixedValue(candle.Close, instrument.PriceDigits);
            writer.WriteFixedValue(candle.Volume, instrument.QuantityDigits);
            writer.WriteNumberValue(interval.EndOf(candle.Start));
            writer.WriteFixedValue(candle.QuoteVolume, 5);
            writer.WriteNumberValue(candle.Trades);
            writer.WriteFixedValue(candle.TakerBuyVolume, instrument.QuantityDigits);
            writer.WriteFixedValue(candle.TakerBuyQuoteVolume, 5);
            writer.WriteStringValue("0"u8);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
    }

    public static void WritePremiumIndex(Utf8JsonWriter writer, SymbolFeed feed, long now)
    {
        var mark = feed.MarkPrice();
        writer.WriteStartObject();
        writer.WriteString("symbol"u8, feed.Instrument.Symbol);
        writer.WriteFixed("markPrice"u8, mark.Mark, Fixed8.Digits);
        writer.WriteFixed("indexPrice"u8, mark.Index, Fixed8.Digits);
        writer.WriteFixed("estimatedSettlePrice"u8, mark.Settlement, Fixed8.Digits);
        writer.WriteFixed("lastFundingRate"u8, mark.FundingRate, Fixed8.Digits);
        writer.WriteString("interestRate"u8, "0.00010000"u8);
        writer.WriteNumber("nextFundingTime"u8, mark.NextFundingTime);
        writer.WriteNumber("time"u8, now);
        writer.WriteEndObject();
    }

    public static void WriteTicker24Hours(Utf8JsonWriter writer, SymbolFeed feed, long now)
    {
        var instrument = feed.Instrument.Core;
        var day = feed.Candles.LastDay(now);
        var change = day.Close - day.Open;
        writer.WriteStartObject();
        writer.WriteString("symbol"u8, instrument.Symbol);
        writer.WriteFixed("priceChange"u8, change, instrument.PriceDigits);
        writer.WriteFixed("priceChangePercent"u8, BinancePayloads.Percent(change, day.Open), 3);
        writer.WriteFixed("weightedAvgPrice"u8, BinancePayloads.WeightedAverage(day), instrument.PriceDigits);
        writer.WriteFixed("lastPrice"u8, day.Close, instrument.PriceDigits);
        writer.WriteFixed("lastQty"u8, feed.LastQuantity, instrument.QuantityDigits);
        writer.WriteFixed("openPrice"u8, day.Open, instrument.PriceDigits);
        writer.WriteFixed("highPrice"u8, day.High, instrument.PriceDigits);
        writer.WriteFixed("lowPrice"u8, day.Low, instrument.PriceDigits);
        writer.WriteFixed("volume"u8, day.Volume, instrument.QuantityDigits);
        writer.WriteFixed("quoteVolume"u8, day.QuoteVolume, 2);
        writer.WriteNumber("openTime"u8, day.Start);
        writer.WriteNumber("closeTime"u8, now);
        writer.WriteNumber("firstId"u8, day.FirstTradeId);
        writer.WriteNumber("lastId"u8, day.LastTradeId);
        writer.WriteNumber("count"u8, day.Trades);
        writer.WriteEndObject();
    }
}
