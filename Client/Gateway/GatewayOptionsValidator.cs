using System.Net;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Options;

namespace Exchange.Client.Gateway;

/// <summary>Checks the settings at start, with messages that name the key and what is legal.</summary>
internal sealed class GatewayOptionsValidator : IValidateOptions<GatewayOptions>
{
    public ValidateOptionsResult Validate(string? name, GatewayOptions options)
    {
        var failures = new List<string>();
        CheckEndpoint(nameof(options.CommandEndpoint), options.CommandEndpoint, failures);
        CheckEndpoint(nameof(options.UpdateEndpoint), options.UpdateEndpoint, failures);
        if (options.CommandEndpoint == options.UpdateEndpoint && !GatewayEndpoint.TakesFreePort(options.CommandEndpoint))
            failures.Add($"{Key(nameof(options.UpdateEndpoint))}: must differ from {Key(nameof(options.CommandEndpoint))}");
        foreach (var connection in options.Connections)
        {
            if (!ConnectionId.TryParse(connection, out _, out var error))
                failures.Add($"{Key(nameof(options.Connections))}: {error}");
        }

        CheckRange(nameof(options.MaxFrameBytes), options.MaxFrameBytes, 1_024, 1 << 30, failures);
        CheckRange(nameof(options.HardMaxFrameBytes), options.HardMaxFrameBytes, options.MaxFrameBytes, 1 << 30, failures);
        CheckRange(nameof(options.UpdateQueueLimit), options.UpdateQueueLimit, 1, 10_000_000, failures);
        CheckRange(nameof(options.UpdateQueueBytes), options.UpdateQueueBytes, 64 * 1024, int.MaxValue, failures);
        CheckRange(nameof(options.BookQueueLimit), options.BookQueueLimit, 1, 1_000_000, failures);
        CheckRange(nameof(options.SubscriberHighWatermark), options.SubscriberHighWatermark, 1, 10_000_000, failures);
        CheckRange(nameof(options.ReplyHighWatermark), options.ReplyHighWatermark, 1, 10_000_000, failures);
        CheckRange(nameof(options.MaxCommandsInFlight), options.MaxCommandsInFlight, 1, 1_000_000, failures);
        CheckRange(nameof(options.MaxCommandsPerSession), options.MaxCommandsPerSession, 1, 1_000_000, failures);
        CheckRange(nameof(options.MaxSessions), options.MaxSessions, 1, 1_000_000, failures);
        CheckRange(nameof(options.MaxSubscriptionsPerSession), options.MaxSubscriptionsPerSession, 1, 1_000_000, failures);
        CheckRange(nameof(options.MaxDeadManSymbols), options.MaxDeadManSymbols, 1, 1_000, failures);
        if (options.DeadManTime != TimeSpan.Zero && (options.DeadManTime < TimeSpan.FromSeconds(10) || options.DeadManTime > TimeSpan.FromHours(1)))
            failures.Add($"{Key(nameof(options.DeadManTime))}: {options.DeadManTime:c} must be 0 (off) or 00:00:10 to 01:00:00");
        CheckTime(nameof(options.CommandTimeout), options.CommandTimeout, failures);
        CheckTime(nameof(options.SessionTimeout), options.SessionTimeout, failures);
        CheckTime(nameof(options.IdleSessionLifetime), options.IdleSessionLifetime, failures);
        CheckTime(nameof(options.TopicHeartbeat), options.TopicHeartbeat, failures);
        CheckTime(nameof(options.SubscriptionRenewal), options.SubscriptionRenewal, failures);
        CheckTime(nameof(options.RetryDelay), options.RetryDelay, failures);
        CheckTime(nameof(options.StopTimeout), options.StopTimeout, failures);
        if (options.SubscriptionRenewal >= MarketSubscription.Lifetime / 2)
            failures.Add($"{Key(nameof(options.SubscriptionRenewal))}: must be below half the lifetime of a subscription, {MarketSubscription.Lifetime / 2:c}");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static void CheckEndpoint(string key, string value, List<string> failures)
    {
        if (!GatewayEndpoint.TryParse(value, out var host, out _))
            failures.Add($"{Key(key)}: '{value}' is not an endpoint: write tcp://127.0.0.1:5555, with 0 or * for a free port");
        else if (!GatewayEndpoint.IsLoopback(host))
            failures.Add(
                $"{Key(key)}: '{value}' is beyond loopback, and this version has no trader keys: whoever reaches the port would trade. " +
                "Bind 127.0.0.1 or [::1], and reach it from elsewhere through an SSH tunnel or the like");
    }

    private static void CheckRange(string key, int value, int least, int most, List<string> failures)
    {
        if (value < least || value > most)
            failures.Add($"{Key(key)}: {value} is outside {least} to {most}");
    }

    private static void CheckTime(string key, TimeSpan value, List<string> failures)
    {
        if (value <= TimeSpan.Zero || value > TimeSpan.FromDays(1))
            failures.Add($"{Key(key)}: {value:c} is outside 00:00:00 (excluded) to 1.00:00:00");
    }

    private static string Key(string name) => $"{GatewayOptions.Section}:{name}";
}

/// <summary>The form of a ZeroMQ endpoint that the gateway binds.</summary>
internal static class GatewayEndpoint
{
    public static bool TryParse(string? text, out string host, out int port)
    {
        host = "";
        port = 0;
        const string Scheme = "tcp://";
        if (text is null || !text.StartsWith(Scheme, StringComparison.Ordinal))
            return false;
        var colon = text.LastIndexOf(':');
        if (colon < Scheme.Length)
            return false;
        host = text[Scheme.Length..colon];
        var portText = text[(colon + 1)..];
        return host.Length > 0 && (portText == "*" || (int.TryParse(portText, out port) && port is >= 0 and <= 65535));
    }

    public static bool TakesFreePort(string text) => TryParse(text, out _, out var port) && port == 0;

    public static bool IsLoopback(string host)
    {
        var bare = host.StartsWith('[') && host.EndsWith(']') ? host[1..^1] : host;
        return bare == "localhost" || (IPAddress.TryParse(bare, out var address) && IPAddress.IsLoopback(address));
    }
}
