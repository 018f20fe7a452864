using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;
using Orleans.Storage;

namespace Exchange.Grains.Storage;

/// <summary>Where the epochs of order connections are kept.</summary>
public static class GrainStorageBuilderExtensions
{
    /// <summary>The name of the grain storage that holds the epochs. Any Orleans grain storage may be registered under it.</summary>
    public const string Name = "exchange";

    /// <summary>Keeps the epochs in files under a folder of this machine.</summary>
    public static ISiloBuilder AddExchangeFileStorage(this ISiloBuilder builder, string folder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        // By the system's clock: its waits are for other processes.
        builder.Services.AddKeyedSingleton<IGrainStorage>(Name, (_, _) => new FileGrainStorage(folder, TimeProvider.System));
        return builder;
    }
}
