using System.Text.Json;

namespace Exchange.Simulator.Deribit;

/// <summary>The venue as the control port's state tells it.</summary>
internal static class DeribitState
{
    public static void Write(Utf8JsonWriter writer, DeribitVenue venue)
    {
        writer.WriteStartObject();
        venue.Market.WriteState(writer);
        writer.WriteNumber("rest_requests"u8, venue.RestRequests);
        writer.WriteNumber("commands_received"u8, venue.Pipeline.Log.Received);
        writer.WriteNumber("open_orders"u8, venue.Gatekeeper.Accounts.Sum(account => account.OpenOrders.Count));
        writer.WriteNumber("tokens"u8, venue.Gatekeeper.Tokens.Count());
        writer.WriteNumber("frames_published"u8, venue.Hub.FramesPublished);
        writer.WriteStartArray("connections"u8);
        foreach (var connection in venue.Remembered)
        {
            WriteConnection(writer, connection);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("books"u8);
        foreach (var symbol in venue.Symbols)
        {
            var book = venue.Book(symbol);
            writer.WriteStartObject();
            writer.WriteString("symbol"u8, symbol);
            writer.WriteNumber("last_update_id"u8, book.LastUpdateId);
            writer.WriteString("bid"u8, book.Bids.Count > 0 ? book.Bids[0].Price : null);
            writer.WriteString("ask"u8, book.Asks.Count > 0 ? book.Asks[0].Price : null);
            writer.WriteNumber("bid_levels"u8, book.Bids.Count);
            writer.WriteNumber("ask_levels"u8, book.Asks.Count);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteConnection(Utf8JsonWriter writer, DeribitConnection connection)
    {
        writer.WriteStartObject();
        writer.WriteNumber("id"u8, connection.Id);
        writer.WriteString("route"u8, connection.RouteName);
        writer.WriteString("opened"u8, connection.OpenedAt);
        writer.WriteString("ended"u8, connection.Ended);
        writer.WriteString("scope"u8, connection.Token?.Scope);
        writer.WriteBoolean("cancel_on_disconnect"u8, connection.CancelsOnDisconnect);
        if (connection.HeartbeatSeconds is { } seconds)
        {
            writer.WriteNumber("heartbeat_seconds"u8, seconds);
        }

        writer.WriteNumber("frames_sent"u8, connection.FramesSent);
        writer.WriteNumber("messages_received"u8, connection.MessagesReceived);
        writer.WriteNumber("pings_received"u8, connection.PingsReceived);
        writer.WriteNumber("pending_bytes"u8, connection.PendingBytes);
        writer.WriteStartArray("subscriptions"u8);
        foreach (var channel in connection.Subscriptions)
        {
            writer.WriteStringValue(channel);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
