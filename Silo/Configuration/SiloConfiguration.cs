using Microsoft.Extensions.Configuration;

namespace Exchange.Silo.Configuration;

/// <summary>Where settings come from, the later overriding the earlier.</summary>
internal static class SiloConfiguration
{
    /// <summary>
    /// <c>appsettings.json</c> beside the program, then one in the working directory, then the environment (double
    /// underscores), then the command line.
    /// </summary>
    /// <exception cref="SettingsException">A file cannot be read, or a setting of the command line has no value.</exception>
    public static ConfigurationManager Read(CommandLineSettings commandLine)
    {
        var configuration = new ConfigurationManager();
        try
        {
            foreach (var folder in new[] { AppContext.BaseDirectory, Directory.GetCurrentDirectory() }.Distinct())
                configuration.AddJsonFile(Path.Combine(folder, "appsettings.json"), optional: true, reloadOnChange: false);
        }
        catch (InvalidDataException exception)
        {
            throw new SettingsException([$"{exception.Message} {exception.InnerException?.Message}".Trim()]);
        }

        configuration.AddEnvironmentVariables();
        configuration.AddInMemoryCollection(Parse(commandLine));
        return configuration;
    }

    private static Dictionary<string, string?> Parse(CommandLineSettings commandLine)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var setting in commandLine.Set)
        {
            var equals = setting.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1)
                throw new SettingsException([$"--set {setting}: write KEY=VALUE, such as Exchange:Streams:QueueLimit=4096"]);
            settings[setting[..equals].Replace("__", ":", StringComparison.Ordinal)] = setting[(equals + 1)..];
        }

        if (commandLine.Environment is not null)
            settings["Exchange:Environment"] = commandLine.Environment;
        if (commandLine.Connections is not null)
            settings["Exchange:Connections"] = commandLine.Connections;
        return settings;
    }
}
