using System.Text.Json;
using Exchange.Simulator.Deribit.Market;
using Exchange.Simulator.Faults;

namespace Exchange.Simulator.Deribit.Api;

/// <summary>Logging in and out, signs of life, cancel-on-disconnect, and subscriptions (sheet, sections 2, 3, 5 and 7).</summary>
internal sealed class SessionMethods(SimulatorContext context, Gatekeeper gatekeeper, IDeribitMarket market)
{
    private const int MostChannels = 500;
    private const int LongestLabel = 16;
    private const int ShortestHeartbeat = 10;

    public IEnumerable<RpcMethod> Methods() =>
    [
        new("public/auth", null, Authenticate),
        new("public/test", null, Test),
        new("public/hello", null, (_, writer) => WriteVersion(writer)),
        new("public/get_time", null, (_, writer) => writer.WriteNumberValue(context.Clock.VenueMilliseconds)),
        new("public/status", null, WriteStatus),
        new("public/set_heartbeat", null, SetHeartbeat) { OnlyWebSocket = true },
        new("public/disable_heartbeat", null, DisableHeartbeat) { OnlyWebSocket = true },
        new("public/subscribe", null, Subscribe, Pool.Subscribe) { OnlyWebSocket = true },
        new("public/unsubscribe", null, Unsubscribe) { OnlyWebSocket = true },
        new("public/unsubscribe_all", null, (call, writer) => UnsubscribeAll(call, writer, user: false)) { OnlyWebSocket = true },
        new("private/subscribe", "", Subscribe, Pool.Subscribe) { OnlyWebSocket = true },
        new("private/unsubscribe", "", Unsubscribe) { OnlyWebSocket = true },
        new("private/unsubscribe_all", "", (call, writer) => UnsubscribeAll(call, writer, user: true)) { OnlyWebSocket = true },
        new("private/enable_cancel_on_disconnect", "account:read_write", (call, writer) => Arm(call, writer, armed: true)) { OnlyWebSocket = true },
        new("private/disable_cancel_on_disconnect", "account:read_write", (call, writer) => Arm(call, writer, armed: false)) { OnlyWebSocket = true },
        new("private/get_cancel_on_disconnect", "account:read", WriteArmed) { OnlyWebSocket = true },
        new("private/logout", "", LogOut) { OnlyWebSocket = true, NoReply = true },
    ];

    private static void WriteVersion(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("version"u8, "1.2.26"u8);
        writer.WriteEndObject();
    }

    private static void Test(RpcCall call, Utf8JsonWriter writer)
    {
        if (call.Parameters.Text("expected_result") == "exception")
        {
            throw new DeribitException(11094, DeribitErrors.Text(11094));
        }

        call.Connection?.OnTest();
        WriteVersion(writer);
    }

    private static void WriteStatus(RpcCall call, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("locked"u8, "false"u8);
        writer.WriteStartArray("locked_indices"u8);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void SetHeartbeat(RpcCall call, Utf8JsonWriter writer)
    {
        var seconds = call.Parameters.Whole("interval") ?? throw DeribitException.Parameters("interval", "value required");
        call.Connection!.SetHeartbeat(seconds >= ShortestHeartbeat ? (int)seconds : throw DeribitException.Parameters("interval", $"must be at least {ShortestHeartbeat}"));
        writer.WriteStringValue("ok"u8);
    }

    private static void DisableHeartbeat(RpcCall call, Utf8JsonWriter writer)
    {
        call.Connection!.SetHeartbeat(null);
        writer.WriteStringValue("ok"u8);
    }

    private static void WriteAchieved(Utf8JsonWriter writer, IEnumerable<string> channels)
    {
        writer.WriteStartArray();
        foreach (var channel in channels)
        {
            writer.WriteStringValue(channel);
        }

        writer.WriteEndArray();
    }

    private static void Unsubscribe(RpcCall call, Utf8JsonWriter writer) =>
        WriteAchieved(writer, call.Parameters.List("channels").Where(call.Connection!.Remove).ToArray());

    private static void UnsubscribeAll(RpcCall call, Utf8JsonWriter writer, bool user)
    {
        foreach (var channel in call.Connection!.Subscriptions.ToArray())
        {
            if (user || !channel.StartsWith("user.", StringComparison.Ordinal))
            {
                call.Connection.Remove(channel);
            }
        }

        writer.WriteStringValue("ok"u8);
    }

    private static string ScopeOf(RpcCall call) => call.Parameters.Word("scope", "connection", "connection", "account");

    private static void Arm(RpcCall call, Utf8JsonWriter writer, bool armed)
    {
        if (ScopeOf(call) == "account")
        {
            call.Account.ArmsConnections = armed;
        }

        call.Connection!.CancelsOnDisconnect = armed;
        writer.WriteStringValue("ok"u8);
    }

    private static void WriteArmed(RpcCall call, Utf8JsonWriter writer)
    {
        var scope = ScopeOf(call);
        writer.WriteStartObject();
        writer.WriteString("scope"u8, scope);
        writer.WriteBoolean("enabled"u8, scope == "account" ? call.Account.ArmsConnections : call.Connection!.CancelsOnDisconnect);
        writer.WriteEndObject();
    }

    private void Authenticate(RpcCall call, Utf8JsonWriter writer)
    {
        var route = call.Connection?.RouteName ?? "rest";
        if (context.Faults.Take(FaultKind.RefuseLogon, new FaultScope(DeribitVenue.VenueName, route, call.ConnectionId, Method: "public/auth")) is { } refusal)
        {
            throw refusal.Code is null ? DeribitException.Of(13004) : DeribitErrors.Of(refusal);
        }

        var token = gatekeeper.Authenticate(call.Parameters, call.ConnectionId);
        call.Connection?.LogIn(token);
        writer.WriteStartObject();
        writer.WriteString("access_token"u8, token.Access);
        writer.WriteNumber("expires_in"u8, (long)token.Life.TotalSeconds);
        writer.WriteString("refresh_token"u8, token.Refresh);
        writer.WriteString("scope"u8, token.Scope);
        writer.WriteString("token_type"u8, "bearer"u8);
        writer.WriteStartArray("enabled_features"u8);
        writer.WriteEndArray();
        if (call.Parameters.Text("state") is { } state)
        {
            writer.WriteString("state"u8, state);
        }

        writer.WriteString("sid"u8, token.Session ?? "connection");
        writer.WriteEndObject();
    }

    private void LogOut(RpcCall call, Utf8JsonWriter writer)
    {
        if (call.Parameters.Flag("invalidate_token") != false)
        {
            gatekeeper.Revoke(call.Token!);
        }

        // What was armed does not fire on a logout.
        call.Connection!.CancelsOnDisconnect = false;
        call.Connection.Close(1000, "logout");
    }

    /// <summary>Lists what it achieved: of unknown channels nothing is said. A channel held already begins no second time.</summary>
    private void Subscribe(RpcCall call, Utf8JsonWriter writer)
    {
        var connection = call.Connection!;
        var asked = call.Parameters.List("channels");
        if (asked.Count > MostChannels)
        {
            throw DeribitException.Parameters("channels", $"must have at most {MostChannels} items");
        }

        if (call.Method.IsPrivate && call.Parameters.Text("label") is { } label)
        {
            connection.Label = label.Length <= LongestLabel ? label : throw DeribitException.Parameters("label", $"must be at most {LongestLabel} characters");
        }

        var names = asked.Select(text => ChannelName.Parse(text, market.Symbols.Contains)).OfType<ChannelName>()
            .Where(name => name.IsUser || market.Offers(name)).ToArray();
        if (call.Token is null && names.Any(name => name is { Interval: "raw", IsUser: false }))
        {
            throw DeribitException.Of(13778);
        }

        var achieved = new List<string>();
        foreach (var name in names.Where(name => call.Token is not null || !name.NeedsLogin))
        {
            achieved.Add(name.Text);
            if (connection.Add(name) is { } channel)
            {
                connection.BehindAnswer(() => market.OnSubscribed(channel, connection));
            }
        }

        // As the venue does: not in the order in which they were asked for.
        achieved.Reverse();
        WriteAchieved(writer, achieved);
    }
}
