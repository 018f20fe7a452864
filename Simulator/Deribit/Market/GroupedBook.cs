using System.Globalization;
using System.Text.Json;
using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Deribit.Market;

/// <summary><c>book.{instrument}.{group}.{depth}.{interval}</c>: the whole window each time, two members a level, no type.</summary>
internal static class GroupedBook
{
    public static void Write(Utf8JsonWriter writer, InstrumentFeed feed, ChannelName channel)
    {
        var tick = Fixed8.Of(feed.Instrument.TickSize);
        var step = channel.Group == "none" ? 0 : long.Parse(channel.Group!, CultureInfo.InvariantCulture) * tick;
        writer.WriteStartObject();
        writer.WriteNumber("timestamp"u8, feed.LastChange);
        writer.WriteString("instrument_name"u8, feed.Instrument.Name);
        writer.WriteNumber("change_id"u8, feed.LastChangeId);
        WriteSide(writer, "bids"u8, feed.Book.Bids, channel.Depth, price => step == 0 ? price : price / step * step);
        WriteSide(writer, "asks"u8, feed.Book.Asks, channel.Depth, price => step == 0 ? price : (price + step - 1) / step * step);
        writer.WriteEndObject();
    }

    /// <summary>The best levels, those of one price (of one group) as one.</summary>
    public static void WriteSide(Utf8JsonWriter writer, ReadOnlySpan<byte> name, BookSide side, int depth, Func<long, long> group)
    {
        writer.WriteStartArray(name);
        var (written, rank) = (0, 0);
        while (rank < side.Count && written < depth)
        {
            var price = group(side[rank].Price);
            long amount = 0;
            while (rank < side.Count && group(side[rank].Price) == price)
            {
                amount += side[rank++].Quantity;
            }

            writer.WriteStartArray();
            writer.WriteAmountValue(Fixed8.ToDecimal(price));
            writer.WriteAmountValue(Fixed8.ToDecimal(amount));
            writer.WriteEndArray();
            written++;
        }

        writer.WriteEndArray();
    }
}
