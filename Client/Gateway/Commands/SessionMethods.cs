using System.Text.Json;
using Exchange.Client.Gateway.Market;
using Exchange.Client.Gateway.Sessions;
using Exchange.Client.Gateway.Traders;
using Exchange.Client.Gateway.Updates;
using Exchange.Client.Protocol;
using Exchange.Grains.Interfaces;

namespace Exchange.Client.Gateway.Commands;

/// <summary>The methods <c>session.*</c>: who is there, what the gateway is, and how it does.</summary>
internal sealed class SessionMethods(
    GatewayIdentity identity,
    GatewayOptions options,
    SessionTable sessions,
    FeedTable feeds,
    UpdateOutbox outbox,
    MarketSubscriptionTable subscriptions,
    TraderDepartures departures,
    GatewayCounters counters,
    TimeProvider time)
{
    public void Add(MethodTable table)
    {
        table.Written("session.hello", changesVenue: false, (session, p) =>
        {
            var client = p.OptionalText("client");
            var protocol = p.Int("protocol", ProtocolVersion.Current, ProtocolVersion.Current, ProtocolVersion.Current);
            return to =>
            {
                session.Client = client;
                WriteHello(to, protocol, table);
                return Task.FromResult<ExchangeError?>(null);
            };
        });
        table.Written("session.heartbeat", changesVenue: false, (session, _) => to =>
        {
            session.Heartbeats = true;
            WriteIdentity(to);
            return Task.FromResult<ExchangeError?>(null);
        });
        table.Written("session.ping", changesVenue: false, (_, _) => to =>
        {
            WriteIdentity(to);
            return Task.FromResult<ExchangeError?>(null);
        });
        table.Written("session.status", changesVenue: false, (_, _) => to =>
        {
            WriteStatus(to);
            return Task.FromResult<ExchangeError?>(null);
        });
        table.Local<Unit>("session.goodbye", changesVenue: false, (session, p) => async () =>
        {
            sessions.Remove(session);
            _ = departures.OnSessionEndedAsync(session);
            await subscriptions.ReleaseAsync(session);
            return Unit.Success;
        });
    }

    private void WriteIdentity(ByteBuffer to)
    {
        using var writer = new Utf8JsonWriter(to, WireJson.WriterOptions);
        writer.WriteStartObject();
        WriteIdentity(writer);
        writer.WriteEndObject();
    }

    private void WriteIdentity(Utf8JsonWriter writer)
    {
        writer.WriteString("gateway"u8, identity.Id);
        writer.WriteString("time"u8, WireTime.ToText(time.GetUtcNow()));
    }

    private void WriteHello(ByteBuffer to, int protocol, MethodTable table)
    {
        using var writer = new Utf8JsonWriter(to, WireJson.WriterOptions);
        writer.WriteStartObject();
        writer.WriteNumber("protocol"u8, protocol);
        WriteIdentity(writer);
        writer.WriteString("version"u8, identity.Version);
        writer.WriteString("packages"u8, identity.Packages);

        writer.WriteStartObject("endpoints"u8);
        writer.WriteString("commands"u8, identity.CommandEndpoint);
        writer.WriteString("updates"u8, identity.UpdateEndpoint);
        writer.WriteEndObject();

        writer.WriteStartArray("exchanges"u8);
        foreach (var exchange in identity.Connections.Select(c => c.Exchange).Distinct().Order(StringComparer.Ordinal))
            writer.WriteStringValue(exchange);
        writer.WriteEndArray();

        writer.WriteStartArray("connections"u8);
        foreach (var connection in identity.Connections)
        {
            writer.WriteStartObject();
            writer.WriteString("connection"u8, connection.ToString());
            if (feeds.TryGet(TopicName.OfStatus(connection), out var feed))
                WritePlace(writer, feed.GetPlace());
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartObject("limits"u8);
        writer.WriteNumber("max_frame_bytes"u8, options.MaxFrameBytes);
        writer.WriteNumber("hard_max_frame_bytes"u8, options.HardMaxFrameBytes);
        writer.WriteNumber("max_commands_per_session"u8, options.MaxCommandsPerSession);
        writer.WriteNumber("max_subscriptions_per_session"u8, options.MaxSubscriptionsPerSession);
        writer.WriteNumber("subscriber_high_watermark"u8, options.SubscriberHighWatermark);
        writer.WriteNumber("command_timeout_ms"u8, (long)options.CommandTimeout.TotalMilliseconds);
        writer.WriteNumber("session_timeout_ms"u8, (long)options.SessionTimeout.TotalMilliseconds);
        writer.WriteNumber("idle_session_lifetime_ms"u8, (long)options.IdleSessionLifetime.TotalMilliseconds);
        writer.WriteNumber("topic_heartbeat_ms"u8, (long)options.TopicHeartbeat.TotalMilliseconds);
        writer.WriteEndObject();

        writer.WriteStartArray("methods"u8);
        foreach (var name in table.Names)
            writer.WriteStringValue(name);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private void WriteStatus(ByteBuffer to)
    {
        using var writer = new Utf8JsonWriter(to, WireJson.WriterOptions);
        writer.WriteStartObject();
        WriteIdentity(writer);
        writer.WriteString("started"u8, WireTime.ToText(identity.Started));
        writer.WriteNumber("sessions"u8, sessions.Count);
        writer.WriteNumber("market_subscriptions"u8, subscriptions.Count);
        writer.WriteNumber("failed_renewals"u8, subscriptions.FailedRenewals.Value);
        writer.WriteNumber("traders_cancelled"u8, counters.TradersCancelled.Value);
        writer.WriteNumber("topic_subscriptions"u8, counters.TopicSubscriptions.Value);

        writer.WriteStartObject("commands"u8);
        writer.WriteNumber("frames"u8, counters.CommandFrames.Value);
        writer.WriteNumber("bytes"u8, counters.CommandBytes.Value);
        writer.WriteNumber("without_body"u8, counters.EmptyMessages.Value);
        writer.WriteNumber("replies"u8, counters.Replies.Value);
        writer.WriteNumber("replies_undeliverable"u8, counters.RepliesUndeliverable.Value);
        writer.WriteNumber("in_flight"u8, sessions.All.Sum(s => s.InFlight));
        writer.WriteStartObject("errors"u8);
        foreach (var (code, count) in counters.Errors.OrderBy(e => e.Key))
            writer.WriteNumber(WireName<ExchangeErrorCode>.Of(code), count);
        writer.WriteEndObject();
        writer.WriteEndObject();

        writer.WriteStartObject("updates"u8);
        writer.WriteNumber("sent"u8, outbox.Sent);
        writer.WriteNumber("waiting"u8, outbox.Count);
        writer.WriteNumber("highest_waiting"u8, outbox.HighestCount);
        writer.WriteNumber("conflated"u8, outbox.Conflated);
        writer.WriteNumber("dropped"u8, outbox.Dropped);
        writer.WriteNumber("snapshots"u8, counters.Snapshots.Value);
        writer.WriteNumber("heartbeats"u8, counters.Heartbeats.Value);
        writer.WriteNumber("duplicates"u8, counters.Duplicates.Value);
        writer.WriteNumber("producers_lost"u8, counters.ProducersLost.Value);
        writer.WriteNumber("epoch_changes"u8, counters.EpochChanges.Value);
        writer.WriteNumber("unknown_frames"u8, counters.UnknownSubscriberFrames.Value);
        writer.WriteNumber("failures"u8, counters.Failures.Value);
        writer.WriteEndObject();

        writer.WriteStartArray("topics"u8);
        foreach (var feed in feeds.All.OrderBy(f => f.Lane.Name, StringComparer.Ordinal))
        {
            writer.WriteStartObject();
            writer.WriteString("topic"u8, feed.Lane.Name);
            WritePlace(writer, feed.GetPlace());
            writer.WriteNumber("sent"u8, feed.Lane.Sent);
            writer.WriteNumber("conflated"u8, feed.Lane.Conflated);
            writer.WriteNumber("dropped"u8, feed.Lane.Dropped);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WritePlace(Utf8JsonWriter writer, TopicPlace place)
    {
        Span<byte> epoch = stackalloc byte[20];
        System.Buffers.Text.Utf8Formatter.TryFormat(place.Epoch, epoch, out var length);
        writer.WriteString("epoch"u8, epoch[..length]);
        writer.WriteNumber("seq"u8, place.LastSeq);
        writer.WriteString("producer"u8, place.IsProducerLost ? "lost"u8 : "live"u8);
    }
}
