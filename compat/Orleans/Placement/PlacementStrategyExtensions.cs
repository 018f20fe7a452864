using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Orleans.Runtime.Placement;

namespace Orleans.Hosting;

public static class PlacementStrategyExtensions
{
    public static ISiloBuilder AddPlacementDirector<TStrategy, TDirector>(this ISiloBuilder builder)
        where TStrategy : PlacementStrategy, new()
        where TDirector : class, IPlacementDirector =>
        builder.ConfigureServices(services => services.AddPlacementDirector<TStrategy, TDirector>());

    public static ISiloBuilder AddPlacementDirector<TStrategy>(this ISiloBuilder builder, Func<IServiceProvider, IPlacementDirector> createDirector)
        where TStrategy : PlacementStrategy, new() =>
        builder.ConfigureServices(services => services.AddPlacementDirector<TStrategy>(createDirector));

    public static void AddPlacementDirector<TStrategy, TDirector>(this IServiceCollection services)
        where TStrategy : PlacementStrategy, new()
        where TDirector : class, IPlacementDirector =>
        services.AddPlacementDirector<TStrategy, TDirector>(ServiceLifetime.Singleton);

    public static void AddPlacementDirector<TStrategy, TDirector>(this IServiceCollection services, ServiceLifetime strategyLifetime)
        where TStrategy : PlacementStrategy, new()
        where TDirector : class, IPlacementDirector
    {
        AddStrategy<TStrategy>(services, strategyLifetime);
        services.AddKeyedSingleton<IPlacementDirector, TDirector>(typeof(TStrategy));
    }

    public static void AddPlacementDirector<TStrategy>(this IServiceCollection services, Func<IServiceProvider, IPlacementDirector> createDirector)
        where TStrategy : PlacementStrategy, new() =>
        services.AddPlacementDirector<TStrategy>(createDirector, ServiceLifetime.Singleton);

    public static void AddPlacementDirector<TStrategy>(this IServiceCollection services, Func<IServiceProvider, IPlacementDirector> createDirector, ServiceLifetime strategyLifetime)
        where TStrategy : PlacementStrategy, new()
    {
        AddStrategy<TStrategy>(services, strategyLifetime);
        services.AddKeyedSingleton<IPlacementDirector>(typeof(TStrategy), (provider, _) => createDirector(provider));
    }

    private static void AddStrategy<TStrategy>(IServiceCollection services, ServiceLifetime lifetime)
        where TStrategy : PlacementStrategy, new() =>
        services.Add(ServiceDescriptor.DescribeKeyed(typeof(PlacementStrategy), typeof(TStrategy).Name, typeof(TStrategy), lifetime));
}
