using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Options;

namespace Exchange.Grains.Keeping;

/// <summary>Settings of the keeper; section <c>Exchange:Keeper</c>.</summary>
public sealed class KeeperOptions
{
    /// <summary>How often each declared connection is looked after.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest wait between two attempts to start a connection that fails.</summary>
    public TimeSpan MaxBackoff { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one look may take before the grain counts as gone.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a graceful stop of one connection may take.</summary>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a stopping connection waits for its subscribers to take the last updates.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The connections that this silo declares.</summary>
    internal IReadOnlyList<ConnectionId> Connections { get; set; } = [];
}

/// <summary>Checks <see cref="KeeperOptions"/>, naming the key and the legal values.</summary>
internal sealed class KeeperOptionsValidator(Connectors.ConnectorFactory connectors) : IValidateOptions<KeeperOptions>
{
    public ValidateOptionsResult Validate(string? name, KeeperOptions options)
    {
        var errors = new List<string>();
        foreach (var connection in options.Connections.Where(c => !connectors.IsImplemented(c)))
        {
            errors.Add($"Exchange:Connections: '{connection}' is not implemented in this version; " +
                $"legal are {string.Join(", ", connectors.Implemented)}");
        }

        Positive(nameof(options.Interval), options.Interval);
        Positive(nameof(options.MaxBackoff), options.MaxBackoff);
        Positive(nameof(options.Timeout), options.Timeout);
        Positive(nameof(options.StopTimeout), options.StopTimeout);
        Positive(nameof(options.DrainTimeout), options.DrainTimeout);
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);

        void Positive(string key, TimeSpan value)
        {
            if (value <= TimeSpan.Zero || value > TimeSpan.FromHours(1))
                errors.Add($"Exchange:Keeper:{key} is {value}; it must be more than 0 and at most one hour, such as 00:00:02");
        }
    }
}
