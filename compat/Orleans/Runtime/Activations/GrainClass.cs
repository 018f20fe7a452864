using System.Collections.Immutable;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Metadata;
using Orleans.Placement;

namespace Orleans.Runtime;

/// <summary>A grain class as one silo sees it: its properties, placement and constructor.</summary>
internal sealed class GrainClass
{
    private readonly ConstructorInfo _constructor;
    private readonly Func<Activation, object?>[] _arguments;

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
        _constructor = ChooseConstructor(type);
        _arguments = _constructor.GetParameters().Select(Argument).ToArray();
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

    public object Create(Activation activation) => _constructor.Invoke(
        BindingFlags.DoNotWrapExceptions, null, Array.ConvertAll(_arguments, argument => argument(activation)), null);

    private static ConstructorInfo ChooseConstructor(Type type)
    {
        var constructors = type.GetConstructors();
        return constructors.FirstOrDefault(c => c.IsDefined(typeof(ActivatorUtilitiesConstructorAttribute)))
            ?? constructors.MaxBy(c => c.GetParameters().Length)
            ?? throw new InvalidOperationException($"The grain class {type} has no public constructor.");
    }

    private Func<Activation, object?> Argument(ParameterInfo parameter)
    {
        if (parameter.GetCustomAttribute<PersistentStateAttribute>() is { } state)
        {
            return StateStorage.FacetFactory(parameter, state);
        }

        if (parameter.ParameterType == typeof(IGrainContext))
        {
            return activation => activation;
        }

        if (parameter.GetCustomAttribute<FromKeyedServicesAttribute>() is { } keyed)
        {
            return activation => activation.ActivationServices.GetRequiredKeyedService(parameter.ParameterType, keyed.Key);
        }

        return activation => activation.ActivationServices.GetService(parameter.ParameterType) is { } service
            ? service
            : parameter.HasDefaultValue
                ? parameter.DefaultValue
                : throw new InvalidOperationException($"Unable to resolve service for type '{parameter.ParameterType}' while attempting to activate '{Type}'.");
    }
}
