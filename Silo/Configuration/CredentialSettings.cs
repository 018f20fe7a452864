using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Configuration;

namespace Exchange.Silo.Configuration;

/// <summary>
/// Key pairs, one a role where they differ. Looked for, in this order: <c>Exchange:Credentials:&lt;exchange&gt;:&lt;role&gt;</c>,
/// <c>Exchange:Credentials:&lt;exchange&gt;</c> (members <c>Key</c>, <c>Secret</c>, <c>PrivateKey</c>, <c>SubAccountId</c>, each also as the
/// path of a file: <c>KeyFile</c> and so on), then the environment variables that traders know, each also with <c>_FILE</c> for a path. At
/// the simulator its demo keys are used instead of the variables, which may hold real ones.
/// </summary>
internal sealed class CredentialSettings(IConfiguration configuration)
{
    private const string Root = "Exchange:Credentials";
    private static readonly string[] _members = ["Key", "Secret", "PrivateKey", "SubAccountId"];
    private static readonly string[] _roles = ["oms", "pms", "data", "market"];

    /// <summary>The variables of each venue, in the order of the members; empty where the venue has no such member.</summary>
    private static readonly Dictionary<string, string[]> _variables = new(StringComparer.Ordinal)
    {
        [Venues.Binance] = ["BINANCE_API_KEY", "BINANCE_API_SECRET", "", ""],
        [Venues.Deribit] = ["DERIBIT_CLIENT_ID", "DERIBIT_CLIENT_SECRET", "", ""],
        [Venues.Grvt] = ["GRVT_API_KEY", "", "GRVT_PRIVATE_KEY", "GRVT_SUB_ACCOUNT_ID"],
    };

    private static readonly Dictionary<string, AuthCredentials> _demo = new(StringComparer.Ordinal)
    {
        [Venues.Binance] = new AuthCredentials { Key = "demo-key", Secret = "demo-secret" },
        [Venues.Deribit] = new AuthCredentials { Key = "demo-id", Secret = "demo-secret" },
        [Venues.Grvt] = new AuthCredentials
        {
            Key = "demo-key",
            PrivateKey = "0x" + string.Concat(Enumerable.Repeat("01", 32)),
            SubAccountId = "1000000000000001",
        },
    };

    /// <summary>The variables of a venue, for a person who looks for what is missing.</summary>
    public static IEnumerable<string> VariablesOf(string venue) => _variables[venue].Where(v => v.Length > 0);

    /// <summary>The key pair of a connection; null when none is configured, which is no error until something needs it.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="environment">Its venue's environment.</param>
    /// <param name="errors">Takes what is wrong, without a word of any secret.</param>
    public AuthCredentials? Read(ConnectionId connection, string environment, List<string> errors)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var section = configuration.GetSection($"{Root}:{connection.Exchange}");
        var values = new string?[_members.Length];
        for (var i = 0; i < _members.Length; i++)
        {
            values[i] = FromSection(section.GetSection(ConnectionId.RoleName(connection.Role)), _members[i], errors)
                ?? FromSection(section, _members[i], errors)
                ?? (environment == "sim" ? null : FromVariable(_variables[connection.Venue][i], errors));
        }

        if (values.All(v => v is null))
            return environment == "sim" ? _demo[connection.Venue] : null;
        if (values[0] is null)
        {
            errors.Add($"{section.Path}: a secret without its key; set {section.Path}:Key or {_variables[connection.Venue][0]}");
            return null;
        }

        return new AuthCredentials { Key = values[0]!, Secret = values[1], PrivateKey = values[2], SubAccountId = values[3] };
    }

    /// <summary>Names that mean nothing: a misspelled <c>Secert</c> would otherwise show as a refused login.</summary>
    public void Check(List<string> errors)
    {
        foreach (var exchange in configuration.GetSection(Root).GetChildren())
        {
            if (!Venues.All.Contains(exchange.Key))
                errors.Add($"{exchange.Path}: no such exchange; legal are {string.Join(", ", Venues.All)}");
            else
                CheckMembers(exchange, errors, mayNest: true);
        }
    }

    private static void CheckMembers(IConfigurationSection section, List<string> errors, bool mayNest)
    {
        foreach (var member in section.GetChildren())
        {
            if (_members.Any(m => Is(member.Key, m) || Is(member.Key, m + "File")))
                continue;
            // A role, or an account with roles of its own.
            if (mayNest && member.Value is null)
                CheckMembers(member, errors, mayNest: !_roles.Contains(member.Key));
            else
                errors.Add($"{member.Path}: no such setting; legal are {string.Join(", ", _members)}, each also with File behind it, and the roles {string.Join(", ", _roles)}");
        }
    }

    private static bool Is(string key, string name) => string.Equals(key, name, StringComparison.OrdinalIgnoreCase);

    private static string? FromSection(IConfigurationSection section, string member, List<string> errors) =>
        section[member] is { Length: > 0 } value ? value : FromFile(section[member + "File"], $"{section.Path}:{member}File", errors);

    private string? FromVariable(string name, List<string> errors) =>
        name.Length == 0 ? null : configuration[name] is { Length: > 0 } value ? value : FromFile(configuration[name + "_FILE"], name + "_FILE", errors);

    private static string? FromFile(string? path, string key, List<string> errors)
    {
        if (string.IsNullOrEmpty(path))
            return null;
        try
        {
            var text = File.ReadAllText(path).Trim();
            if (text.Length > 0)
                return text;
            errors.Add($"{key}: {path} is empty");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.Add($"{key}: {path} cannot be read: {e.Message}");
        }

        return null;
    }
}
