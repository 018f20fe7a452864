using System.Diagnostics;
using System.Net;

namespace Orleans.Configuration;

public class ClusterOptions
{
    public const string DefaultClusterId = "default";
    public const string DefaultServiceId = "default";

    public string ClusterId { get; set; } = DefaultClusterId;

    public string ServiceId { get; set; } = DefaultServiceId;
}

public class SiloOptions
{
    public string? SiloName { get; set; }
}

/// <summary>Where a silo listens. Nothing listens here; the address is only a name.</summary>
public class EndpointOptions
{
    public const int DEFAULT_SILO_PORT = 11111;
    public const int DEFAULT_GATEWAY_PORT = 30000;

    public IPAddress? AdvertisedIPAddress { get; set; }

    public int SiloPort { get; set; } = DEFAULT_SILO_PORT;

    public int GatewayPort { get; set; } = DEFAULT_GATEWAY_PORT;
}

public abstract class MessagingOptions
{
    private TimeSpan _responseTimeout = TimeSpan.FromSeconds(30);

    /// <summary>How long a caller waits for a response, 30 s by default.</summary>
    public TimeSpan ResponseTimeout
    {
        get => Debugger.IsAttached ? ResponseTimeoutWithDebugger : _responseTimeout;
        set => _responseTimeout = value;
    }

    public TimeSpan ResponseTimeoutWithDebugger { get; set; } = TimeSpan.FromMinutes(30);
}

public class SiloMessagingOptions : MessagingOptions;

public class ClientMessagingOptions : MessagingOptions;

public class DevelopmentClusterMembershipOptions
{
    public IPEndPoint? PrimarySiloEndpoint { get; set; }
}

public class StaticGatewayListProviderOptions
{
    public List<Uri> Gateways { get; set; } = [];
}

public class MemoryGrainStorageOptions
{
    public const int NumStorageGrainsDefaultValue = 10;

    public int NumStorageGrains { get; set; } = NumStorageGrainsDefaultValue;
}
