using System.Collections.Immutable;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Metadata;
using Orleans.Placement;

namespace Orleans.Runtime;

/// <summary>A grain class as one silo sees it: its properties, placement and constructor.</summary>
internal sealed class GrainClass
{
    private readonly ObjectFactory _create;
    private readonly Func<Activation, object>[] _states;

    public GrainClass(Type type, GrainType name, IServiceProvider services)
    {
        Type = type;
        Name = name;
        var properties = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [WellKnownGrainTypeProperties.TypeName] = type.Name,
            [WellKnownGrainTypeProperties.FullTypeName] = type.FullName!,
        };
        foreach (var attribute in type.GetCustomAttributes(inherit: true).OfType<IGrainPropertiesProviderAttribute>())
        {
            attribute.Populate(services, type, name, properties);
        }

        Properties = new GrainProperties(properties.ToImmutableDictionary(StringComparer.Ordinal));
        var states = type.GetConstructors().FirstOrDefault()?.GetParameters().Where(p => p.IsDefined(typeof(PersistentStateAttribute))).ToArray() ?? [];
        _states = states.Select(p => StateStorage.FacetFactory(p, p.GetCustomAttribute<PersistentStateAttribute>()!)).ToArray();
        _create = ActivatorUtilities.CreateFactory(type, states.Select(p => p.ParameterType).ToArray());
    }

    public Type Type { get; }

    public GrainType Name { get; }

    public GrainProperties Properties { get; }

    public bool IsReentrant => Properties.Properties.TryGetValue(WellKnownGrainTypeProperties.Reentrant, out var value) && bool.Parse(value);

    /// <summary>The strategy that the class's attribute names, or the silo's default.</summary>
    public PlacementStrategy GetPlacementStrategy(IServiceProvider services)
    {
        if (!Properties.Properties.TryGetValue(WellKnownGrainTypeProperties.PlacementStrategy, out var name))
        {
            return services.GetRequiredService<PlacementStrategy>();
        }

        var strategy = services.GetKeyedService<PlacementStrategy>(name)
            ?? throw new KeyNotFoundException($"Could not resolve placement strategy {name} for grain type {Name}.");
        strategy.Initialize(Properties);
        return strategy;
    }

    /// <summary>The filters that the class's attributes name, in their order.</summary>
    public PlacementFilterStrategy[] GetPlacementFilters(IServiceProvider services)
    {
        if (!Properties.Properties.TryGetValue(WellKnownGrainTypeProperties.PlacementFilter, out var names))
        {
            return [];
        }

        var filters = names.Split(',').Select(name => services.GetKeyedService<PlacementFilterStrategy>(name)
            ?? throw new KeyNotFoundException($"Could not resolve placement filter strategy {name} for grain type {Name}.")).ToArray();
        foreach (var filter in filters)
        {
            filter.Initialize(Properties);
        }

        return [.. filters.OrderBy(f => f.Order)];
    }

    public object Create(Activation activation)
    {
        try
        {
            return _create(activation.ActivationServices, Array.ConvertAll(_states, state => state(activation)));
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException(
                $"Failed to create an instance of grain type '{Type}'. See {nameof(Exception.InnerException)} for details.", exception);
        }
    }
}
