using System.Text.Json;

namespace Exchange.Simulator.Binance;

/// <summary>The venue as the control port's state tells it.</summary>
internal static class BinanceState
{
    public static void Write(Utf8JsonWriter writer, BinanceVenue venue)
    {
        writer.WriteStartObject();
        venue.Market.WriteState(writer);
        writer.WriteNumber("rest_requests"u8, venue.RestRequests);
        writer.WriteNumber("commands_received"u8, venue.Api?.Pipeline.Log.Received ?? 0);
        writer.WriteNumber("open_orders"u8, venue.Api?.Accounts.Sum(account => account.OpenOrders.Count) ?? 0);
        writer.WriteNumber("used_weight_1m"u8, venue.UsedWeight);
        writer.WriteNumber("frames_published"u8, venue.FramesPublished);
        writer.WriteStartArray("connections"u8);
        foreach (var connection in venue.Remembered)
        {
            WriteConnection(writer, connection);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("books"u8);
        foreach (var symbol in venue.Market.Symbols)
        {
            var book = venue.Market.Book(symbol);
            writer.WriteStartObject();
            writer.WriteString("symbol"u8, symbol);
            writer.WriteNumber("last_update_id"u8, book.LastUpdateId);
            WriteTop(writer, "bid"u8, book.Bids);
            WriteTop(writer, "ask"u8, book.Asks);
            writer.WriteNumber("bid_levels"u8, book.Bids.Count);
            writer.WriteNumber("ask_levels"u8, book.Asks.Count);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteTop(Utf8JsonWriter writer, ReadOnlySpan<byte> name, IReadOnlyList<(string Price, string Quantity)> side)
    {
        writer.WriteStartArray(name);
        if (side.Count > 0)
        {
            writer.WriteStringValue(side[0].Price);
            writer.WriteStringValue(side[0].Quantity);
        }

        writer.WriteEndArray();
    }

    private static void WriteConnection(Utf8JsonWriter writer, ClientConnection connection)
    {
        writer.WriteStartObject();
        writer.WriteNumber("id"u8, connection.Id);
        writer.WriteString("route"u8, connection.RouteName);
        writer.WriteBoolean("combined"u8, connection is BinanceConnection { Combined: true });
        writer.WriteString("opened"u8, connection.OpenedAt);
        writer.WriteString("ended"u8, connection.Ended);
        writer.WriteNumber("frames_sent"u8, connection.FramesSent);
        writer.WriteNumber("messages_received"u8, connection.MessagesReceived);
        writer.WriteNumber("pings_received"u8, connection.PingsReceived);
        writer.WriteNumber("pongs_received"u8, connection.PongsReceived);
        writer.WriteNumber("pending_bytes"u8, connection.PendingBytes);
        writer.WriteStartArray("subscriptions"u8);
        foreach (var stream in connection.Subscriptions)
        {
            writer.WriteStringValue(stream);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
