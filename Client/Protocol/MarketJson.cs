using System.Collections.Immutable;
using System.Text.Json;
using Exchange.Grains.Interfaces;

namespace Exchange.Client.Protocol;

/// <summary>
/// Books, trades, quotes and marks in JSON: the messages that come by the thousand. The writers append members, each with
/// a leading comma, to an object that somebody else opened with exchange and symbol and closes.
/// </summary>
internal static class MarketJson
{
    public static void WriteBook(ByteBuffer to, OrderBook book)
    {
        WriteTimes(to, book.VenueTime, book.ReceivedTime);
        to.Append(",\"state\":\""u8).Append(WireName<BookState>.Utf8(book.State));
        to.Append("\",\"last_update_id\":\""u8).Append(book.LastUpdateId).Append("\",\"conflated\":"u8).Append(book.Conflated);
        to.Append(",\"bids\":"u8);
        WriteLevels(to, book.Bids);
        to.Append(",\"asks\":"u8);
        WriteLevels(to, book.Asks);
        if (book.Reason is not null)
            to.Append(",\"reason\":"u8).AppendQuoted(book.Reason);
    }

    public static void WriteTrade(ByteBuffer to, Trade trade)
    {
        WriteTimes(to, trade.VenueTime, trade.ReceivedTime);
        to.Append(",\"trade_id\":"u8).AppendQuoted(trade.TradeId);
        to.Append(",\"price\":"u8).AppendQuoted(trade.Price).Append(",\"quantity\":"u8).AppendQuoted(trade.Quantity);
        to.Append(",\"aggressor_side\":\""u8).Append(WireName<Side>.Utf8(trade.AggressorSide)).AppendByte((byte)'"');
    }

    public static void WriteQuote(ByteBuffer to, TopOfBook quote)
    {
        WriteTimes(to, quote.VenueTime, quote.ReceivedTime);
        to.Append(",\"last_update_id\":\""u8).Append(quote.LastUpdateId).AppendByte((byte)'"');
        if (quote.Bid is { } bid)
        {
            to.Append(",\"bid\":"u8);
            WriteLevel(to, bid);
        }

        if (quote.Ask is { } ask)
        {
            to.Append(",\"ask\":"u8);
            WriteLevel(to, ask);
        }
    }

    public static void WriteMark(ByteBuffer to, MarkPrice mark)
    {
        WriteTimes(to, mark.VenueTime, mark.ReceivedTime);
        to.Append(",\"mark\":"u8).AppendQuoted(mark.Mark);
        if (mark.Index is { } index)
            to.Append(",\"index\":"u8).AppendQuoted(index);
        if (mark.FundingRate is { } rate)
            to.Append(",\"funding_rate\":"u8).AppendQuoted(rate);
        if (mark.NextFundingTime is { } next)
            to.Append(",\"next_funding_time\":"u8).AppendQuoted(next);
    }

    /// <summary>Reads the members of the object that the reader stands on, or is about to enter.</summary>
    public static void ReadObject<TFields>(ref Utf8JsonReader reader, ref TFields fields)
        where TFields : struct, IJsonFields
    {
        if (reader.TokenType == JsonTokenType.None)
            reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("expected a JSON object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            // Our own names have no escapes; another name that has some is none of ours.
            var name = reader.ValueSpan;
            reader.Read();
            if (reader.TokenType == JsonTokenType.Null || !fields.TryRead(name, ref reader))
                reader.Skip();
        }
    }

    private static void WriteTimes(ByteBuffer to, DateTimeOffset? venueTime, DateTimeOffset? receivedTime)
    {
        if (venueTime is { } venue)
            to.Append(",\"venue_time\":"u8).AppendQuoted(venue);
        if (receivedTime is { } received)
            to.Append(",\"received_time\":"u8).AppendQuoted(received);
    }

    private static void WriteLevels(ByteBuffer to, ImmutableArray<PriceLevel> levels)
    {
        to.AppendByte((byte)'[');
        for (var i = 0; i < levels.Length; i++)
        {
            if (i > 0)
                to.AppendByte((byte)',');
            WriteLevel(to, levels[i]);
        }

        to.AppendByte((byte)']');
    }

    private static void WriteLevel(ByteBuffer to, PriceLevel level) =>
        to.AppendByte((byte)'[').AppendQuoted(level.Price).AppendByte((byte)',').AppendQuoted(level.Quantity).AppendByte((byte)']');

    public static PriceLevel ReadLevel(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException("a level must be an array of price and quantity");
        reader.Read();
        var price = WireDecimal.Read(ref reader);
        reader.Read();
        var quantity = WireDecimal.Read(ref reader);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            reader.Skip();
        return new PriceLevel(price, quantity);
    }

    public static ImmutableArray<PriceLevel> ReadLevels(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException("levels must be an array");
        var levels = ImmutableArray.CreateBuilder<PriceLevel>(20);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            levels.Add(ReadLevel(ref reader));
        return levels.DrainToImmutable();
    }
}

/// <summary>Members of a JSON object, collected one by one.</summary>
internal interface IJsonFields
{
    /// <summary>Takes the value that the reader stands on; false when the name is none of these.</summary>
    bool TryRead(ReadOnlySpan<byte> name, ref Utf8JsonReader reader);
}
