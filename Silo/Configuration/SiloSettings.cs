using Exchange.Exchanges.Binance;
using Exchange.Exchanges.Common.Orders;
using Exchange.Exchanges.Deribit;
using Exchange.Exchanges.Grvt;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Configuration;

namespace Exchange.Silo.Configuration;

/// <summary>The settings of a silo's process, read and checked.</summary>
internal sealed record SiloSettings
{
    /// <summary><c>sim</c>, <c>testnet</c> or <c>live</c>; key <c>Exchange:Environment</c>.</summary>
    public required string Environment { get; init; }

    /// <summary>What this silo serves; key <c>Exchange:Connections</c>, a list or comma-separated. Not given: all that is implemented.</summary>
    public required IReadOnlyList<ConnectionId> Connections { get; init; }

    /// <summary>The silo's name in the cluster, in the status of its connections and in the log; key <c>Exchange:SiloName</c>.</summary>
    public required string SiloName { get; init; }

    /// <summary>Whether the gateway runs in this process: not with <c>--no-gateway</c>.</summary>
    public required bool RunsGateway { get; init; }

    /// <summary>Where epochs and journals are kept; key <c>Exchange:Data</c>. Not given: <c>.data/</c> and the environment, in the working directory.</summary>
    public required string DataFolder { get; init; }

    /// <summary>The key pairs of the connections that have one; see <see cref="CredentialSettings"/>.</summary>
    public required IReadOnlyDictionary<ConnectionId, AuthCredentials> Credentials { get; init; }

    /// <summary>Section <c>Exchange:Journal</c>.</summary>
    public required JournalSettings Journal { get; init; }

    /// <summary>Our own limits on orders, an exchange each; section <c>Exchange:Limits</c>.</summary>
    public required IReadOnlyDictionary<string, TradingLimits> Limits { get; init; }

    /// <summary>Section <c>Exchange:Cluster</c>.</summary>
    public required ClusterSettings Cluster { get; init; }

    /// <summary>Section <c>Exchange:Binance</c>.</summary>
    public required BinanceOptions Binance { get; init; }

    /// <summary>Section <c>Exchange:Deribit</c>.</summary>
    public required DeribitOptions Deribit { get; init; }

    /// <summary>Section <c>Exchange:Grvt</c>.</summary>
    public required GrvtOptions Grvt { get; init; }

    /// <summary>The limits of an exchange.</summary>
    public TradingLimits LimitsOf(string exchange) => Limits.GetValueOrDefault(exchange) ?? DefaultLimits;

    /// <summary>What holds where nothing is set: a price that is far from the mark is a slip, hardly ever a wish.</summary>
    public static TradingLimits DefaultLimits { get; } = new() { PriceCollarPercent = 10 };

    /// <summary>Reads and checks everything, so that all errors are told at once.</summary>
    /// <exception cref="SettingsException">Something is wrong.</exception>
    public static SiloSettings Read(IConfiguration configuration, CommandLineSettings commandLine) =>
        new SiloSettingsReader(configuration, commandLine).Read();
}

/// <summary>How silos find each other.</summary>
internal sealed class ClusterSettings
{
    /// <summary><c>local</c>: this machine, one silo a process.</summary>
    public string Mode { get; set; } = "local";

    /// <summary>Where other silos reach this one.</summary>
    public int SiloPort { get; set; } = 11111;

    /// <summary>Where Orleans clients, such as a trader's program in C#, reach this silo.</summary>
    public int GatewayPort { get; set; } = 30000;

    /// <summary>Names the cluster; silos and clients of one cluster share it.</summary>
    public string ClusterId { get; set; } = "exchange";
}
