using System.Text.Json;
using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Deribit.Market;

/// <summary>The members that ticker, order book and quote share (sheet, section 7).</summary>
internal static class Ticker
{
    /// <param name="type">Of an incremental ticker: snapshot or change.</param>
    public static void Write(Utf8JsonWriter writer, InstrumentFeed feed, long now, string? type)
    {
        writer.WriteStartObject();
        if (type is not null)
        {
            writer.WriteString("type"u8, type);
        }

        WriteMembers(writer, feed, now);
        writer.WriteEndObject();
    }

    public static void WriteMembers(Utf8JsonWriter writer, InstrumentFeed feed, long now)
    {
        var instrument = feed.Instrument;
        var (mark, index) = (feed.Mark, feed.Index);
        writer.WriteNumber("timestamp"u8, now);
        writer.WriteString("state"u8, instrument.State);
        writer.WriteString("instrument_name"u8, instrument.Name);
        writer.WriteAmount("index_price"u8, index);
        writer.WriteAmount("mark_price"u8, mark);
        writer.WriteAmount("last_price"u8, feed.LastPrice);
        WriteTop(writer, feed.Book);
        writer.WriteAmount("open_interest"u8, 900_000m);
        writer.WriteAmount("min_price"u8, feed.MinimumPrice(feed.Band));
        writer.WriteAmount("max_price"u8, feed.MaximumPrice(feed.Band));
        writer.WriteAmount("settlement_price"u8, Fixed8.ToDecimal(feed.Open));
        writer.WriteAmount("estimated_delivery_price"u8, index);
        if (instrument.IsPerpetual)
        {
            writer.WriteAmount("current_funding"u8, 0m);
            writer.WriteAmount("funding_8h"u8, 0.000017m);
            writer.WriteAmount("interest_value"u8, 0.27m);
        }

        if (instrument.IsOption)
        {
            writer.WriteAmount("mark_iv"u8, 55.2m);
            writer.WriteAmount("bid_iv"u8, 54.1m);
            writer.WriteAmount("ask_iv"u8, 56.3m);
            writer.WriteAmount("underlying_price"u8, index);
            writer.WriteString("underlying_index"u8, "index_price");
            writer.WriteAmount("interest_rate"u8, 0m);
            writer.WriteStartObject("greeks"u8);
            writer.WriteAmount("delta"u8, instrument.OptionType == "call" ? 0.52m : -0.48m);
            writer.WriteAmount("gamma"u8, 0.00001m);
            writer.WriteAmount("theta"u8, -21.5m);
            writer.WriteAmount("vega"u8, 180.25m);
            writer.WriteAmount("rho"u8, 95.5m);
            writer.WriteEndObject();
        }

        writer.WriteStartObject("stats"u8);
        writer.WriteAmount("high"u8, feed.High);
        writer.WriteAmount("low"u8, feed.Low);
        writer.WriteAmount("price_change"u8, decimal.Round((Fixed8.ToDecimal(feed.LastPrice) / Fixed8.ToDecimal(feed.Open) - 1) * 100, 4));
        var volume = Fixed8.ToDecimal(feed.Volume);
        writer.WriteAmount("volume"u8, instrument.CountsDollars ? decimal.Round(volume / mark, 8) : volume);
        writer.WriteAmount("volume_usd"u8, instrument.CountsDollars ? volume : decimal.Round(volume * (instrument.IsOption ? mark * index : mark), 2));
        writer.WriteAmount("volume_notional"u8, instrument.CountsDollars ? volume : decimal.Round(volume * (instrument.IsOption ? index : mark), 2));
        writer.WriteEndObject();
    }

    /// <summary>Best prices and amounts; an empty side is null and 0.</summary>
    public static void WriteTop(Utf8JsonWriter writer, MatchingBook book)
    {
        writer.WriteAmount("best_bid_price"u8, book.Bids.Best is { } bid ? Fixed8.ToDecimal(bid.Price) : (decimal?)null);
        writer.WriteAmount("best_bid_amount"u8, book.Bids.Best?.Quantity ?? 0);
        writer.WriteAmount("best_ask_price"u8, book.Asks.Best is { } ask ? Fixed8.ToDecimal(ask.Price) : (decimal?)null);
        writer.WriteAmount("best_ask_amount"u8, book.Asks.Best?.Quantity ?? 0);
    }
}
