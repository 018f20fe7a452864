using Microsoft.Extensions.DependencyInjection;
using Orleans.Streams;

namespace Orleans;

public static class GrainStreamingExtensions
{
    public static IStreamProvider GetStreamProvider(this Grain grain, string name) => GetStreamProvider((IGrainBase)grain, name);

    public static IStreamProvider GetStreamProvider(this IGrainBase grain, string name) =>
        ClientStreamingExtensions.Find(grain.GrainContext.ActivationServices, name);
}

public static class ClientStreamingExtensions
{
    public static IStreamProvider GetStreamProvider(this IClusterClient client, string name) => Find(client.ServiceProvider, name);

    internal static IStreamProvider Find(IServiceProvider services, string name)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            throw new ArgumentNullException(nameof(name));
        }

        return services.GetKeyedService<IStreamProvider>(name)
            ?? throw new KeyNotFoundException($"Stream provider '{name}' not found");
    }
}
