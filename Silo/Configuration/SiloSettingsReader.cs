using Exchange.Client.Gateway;
using Exchange.Exchanges.Binance;
using Exchange.Exchanges.Common.Orders;
using Exchange.Exchanges.Deribit;
using Exchange.Exchanges.Grvt;
using Exchange.Grains.Interfaces;
using Exchange.Grains.Keeping;
using Exchange.Silo.Hosting;
using Exchange.Streaming;
using Microsoft.Extensions.Configuration;

namespace Exchange.Silo.Configuration;

/// <summary>Reads <see cref="SiloSettings"/> and gathers what is wrong with them, each line naming its key and the legal values.</summary>
internal sealed class SiloSettingsReader(IConfiguration configuration, CommandLineSettings commandLine)
{
    private const string Root = "Exchange";
    private static readonly string[] _environments = ["sim", "testnet", "live"];

    // Everything that may stand directly under the root, for the message about what may not.
    private static readonly string[] _known =
        ["Environment", "Connections", "SiloName", "Data", "Credentials", "Journal", "Limits", "Cluster", "Streams", "Keeper", "Gateway", "Binance", "Deribit", "Grvt"];

    private readonly List<string> _errors = [];

    public SiloSettings Read()
    {
        CheckKeys(configuration.GetSection(Root), _known);
        var environment = ReadEnvironment();
        var connections = ReadConnections();
        var binance = ReadVenue<BinanceOptions>(environment, BinanceOptions.Section, o => o.Environment, (o, e) => o.Environment = e, o => o.Validate());
        var deribit = ReadVenue<DeribitOptions>(environment, DeribitOptions.Section, o => o.Environment, (o, e) => o.Environment = e, o => o.Validate());
        var grvt = ReadVenue<GrvtOptions>(environment, GrvtOptions.Section, o => o.Environment, (o, e) => o.Environment = e, o => o.Validate());
        var settings = new SiloSettings
        {
            Environment = environment,
            Connections = connections,
            DataFolder = Path.GetFullPath(configuration[$"{Root}:Data"] ?? Path.Combine(".data", environment)),
            Credentials = ReadCredentials(connections, c => c.Venue switch
            {
                Venues.Deribit => deribit.Environment,
                Venues.Grvt => grvt.Environment,
                _ => binance.Environment,
            }),
            SiloName = configuration[$"{Root}:SiloName"] ?? (connections.Count == 1 ? connections[0].ServiceName : "exchange"),
            RunsGateway = !commandLine.NoGateway,
            Journal = ReadJournal(),
            Limits = ReadLimits(),
            Cluster = ReadCluster(),
            Binance = binance,
            Deribit = deribit,
            Grvt = grvt,
        };

        // Read again where they are used, and checked there; here only whether they can be read at all.
        _ = Bind<ExchangeStreamOptions>("Streams");
        _ = Bind<KeeperOptions>("Keeper");
        _ = Bind<GatewayOptions>("Gateway");
        return _errors.Count == 0 ? settings : throw new SettingsException(_errors);
    }

    private string ReadEnvironment()
    {
        const string Key = $"{Root}:Environment";
        var environment = configuration[Key] ?? "sim";
        if (!_environments.Contains(environment))
            _errors.Add($"{Key}: '{environment}' is not an environment; legal are {string.Join(", ", _environments)}");
        else
            CheckLiveIsMeant(Key, environment);
        return environment;
    }

    /// <summary>A forgotten file or variable must not lead to the real venue.</summary>
    private void CheckLiveIsMeant(string key, string environment)
    {
        if (environment == "live" && commandLine.Environment != "live")
            _errors.Add($"{key}: 'live' is the real venue and real money; it must be said on the command line: --env live");
    }

    private List<ConnectionId> ReadConnections()
    {
        const string Key = $"{Root}:Connections";
        var section = configuration.GetSection(Key);
        string[] texts = section.Value is { } list
            ? list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            : [.. section.GetChildren().Select(c => c.Value ?? "")];
        if (texts.Length == 0 && section.Value is null)
            return [.. VenueConnectors.Implemented];

        var connections = new List<ConnectionId>();
        foreach (var text in texts)
        {
            if (!ConnectionId.TryParse(text, out var connection, out var error))
                _errors.Add($"{Key}: {error}");
            else if (!VenueConnectors.IsImplemented(connection))
                _errors.Add($"{Key}: '{connection}' is not implemented in this version; legal are {string.Join(", ", VenueConnectors.Implemented)}");
            else if (!connections.Contains(connection))
                connections.Add(connection);
        }

        return connections;
    }

    private Dictionary<ConnectionId, AuthCredentials> ReadCredentials(List<ConnectionId> connections, Func<ConnectionId, string> environmentOf)
    {
        var reader = new CredentialSettings(configuration);
        reader.Check(_errors);
        var credentials = new Dictionary<ConnectionId, AuthCredentials>();

        // Market data needs no key, but Deribit gives every change of a book to those only who have one.
        foreach (var connection in connections.Where(c => c.Role != ConnectionRole.Market || c.Venue == Venues.Deribit))
        {
            if (reader.Read(connection, environmentOf(connection), _errors) is { } found)
                credentials[connection] = found;
        }

        return credentials;
    }

    private JournalSettings ReadJournal()
    {
        var journal = Bind<JournalSettings>("Journal");
        if (journal.KeepEnded < TimeSpan.FromMinutes(1) || journal.KeepEnded > TimeSpan.FromDays(365))
            _errors.Add($"{Root}:Journal:KeepEnded: {journal.KeepEnded:c} is outside 00:01:00 to 365.00:00:00");
        return journal;
    }

    private Dictionary<string, TradingLimits> ReadLimits()
    {
        var limits = new Dictionary<string, TradingLimits>(StringComparer.Ordinal);
        foreach (var exchange in configuration.GetSection($"{Root}:Limits").GetChildren())
        {
            if (!Venues.All.Contains(exchange.Key))
            {
                _errors.Add($"{exchange.Path}: no such exchange; legal are {string.Join(", ", Venues.All)}");
                continue;
            }

            CheckKeys(exchange, [.. typeof(TradingLimits).GetProperties().Select(p => p.Name)]);
            try
            {
                var read = exchange.Get<TradingLimits>() ?? new TradingLimits();
                // What is not said keeps its default; a great percentage lifts it.
                limits[exchange.Key] = read with { PriceCollarPercent = read.PriceCollarPercent ?? SiloSettings.DefaultLimits.PriceCollarPercent };
                _errors.AddRange(read.Validate(exchange.Path));
            }
            catch (InvalidOperationException exception)
            {
                _errors.Add(exception.Message);
            }
        }

        return limits;
    }

    private ClusterSettings ReadCluster()
    {
        const string Key = $"{Root}:Cluster";
        var cluster = Bind<ClusterSettings>("Cluster");
        if (cluster.Mode != "local")
        {
            _errors.Add(PackageChoice.UsesStandIns
                ? $"{Key}:Mode: '{cluster.Mode}' needs the genuine Orleans packages; this build uses the stand-ins (compat/README.md), which keep to one process. Legal is local"
                : $"{Key}:Mode: '{cluster.Mode}' is not implemented in this version; legal is local");
        }

        CheckPort($"{Key}:SiloPort", cluster.SiloPort);
        CheckPort($"{Key}:GatewayPort", cluster.GatewayPort);
        if (cluster.SiloPort == cluster.GatewayPort)
            _errors.Add($"{Key}:GatewayPort: must differ from {Key}:SiloPort, {cluster.SiloPort}");
        if (string.IsNullOrWhiteSpace(cluster.ClusterId))
            _errors.Add($"{Key}:ClusterId: must not be empty");
        return cluster;
    }

    /// <summary>The settings of one venue. What it does not say of its environment is said for all.</summary>
    private T ReadVenue<T>(string environment, string section, Func<T, string> read, Action<T, string> write, Func<T, IReadOnlyList<string>> validate)
        where T : new()
    {
        var options = Bind<T>(section[(Root.Length + 1)..]);
        if (configuration[$"{section}:Environment"] is null)
            write(options, environment);
        else
            CheckLiveIsMeant($"{section}:Environment", read(options));
        if (_environments.Contains(environment))
            _errors.AddRange(validate(options));
        return options;
    }

    private T Bind<T>(string section) where T : new()
    {
        var values = configuration.GetSection($"{Root}:{section}");
        CheckKeys(values, [.. typeof(T).GetProperties().Select(p => p.Name)]);
        var options = new T();
        try
        {
            values.Bind(options);
        }
        catch (InvalidOperationException exception)
        {
            // Says which value of which key cannot be read, and as what.
            _errors.Add(exception.Message);
        }

        return options;
    }

    /// <summary>A key with a slip in it would otherwise be a setting that silently does nothing.</summary>
    private void CheckKeys(IConfigurationSection section, IReadOnlyCollection<string> known)
    {
        foreach (var child in section.GetChildren().Where(c => !known.Contains(c.Key, StringComparer.OrdinalIgnoreCase)))
            _errors.Add($"{child.Path}: there is no such setting; legal under {section.Path} are {string.Join(", ", known)}");
    }

    private void CheckPort(string key, int port)
    {
        if (port is < 1 or > 65535)
            _errors.Add($"{key}: {port} is not a port; legal are 1 to 65535");
    }
}
