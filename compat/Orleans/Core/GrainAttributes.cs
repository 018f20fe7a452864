using Orleans.Metadata;
using Orleans.Runtime;

namespace Orleans.Concurrency
{
    /// <summary>Requests of the grain may run between each other's turns.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class ReentrantAttribute : Attribute, IGrainPropertiesProviderAttribute
    {
        public void Populate(IServiceProvider services, Type grainClass, GrainType grainType, Dictionary<string, string> properties) =>
            properties[WellKnownGrainTypeProperties.Reentrant] = "true";
    }

    /// <summary>The method may run between the turns of any request.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class AlwaysInterleaveAttribute : Attribute;

    /// <summary>The method may run between the turns of other such methods.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class ReadOnlyAttribute : Attribute;

    /// <summary>The caller does not wait, and hears of no failure. Such calls may arrive out of order.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class OneWayAttribute : Attribute;
}

namespace Orleans
{
    /// <summary>The grain is never collected for being idle. (Here none is.)</summary>
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
    public class KeepAliveAttribute : Attribute, IGrainPropertiesProviderAttribute
    {
        public void Populate(IServiceProvider services, Type grainClass, GrainType grainType, Dictionary<string, string> properties) =>
            properties[WellKnownGrainTypeProperties.IdleDeactivationPeriod] = WellKnownGrainTypeProperties.IndefiniteIdleDeactivationPeriodValue;
    }

    [AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
    public sealed class GrainTypeAttribute : Attribute, IGrainTypeProviderAttribute
    {
        private readonly GrainType _grainType;

        public GrainTypeAttribute(string grainType) => _grainType = GrainType.Create(grainType);

        public GrainType GetGrainType(IServiceProvider services, Type type) => _grainType;
    }
}

namespace Orleans.Metadata
{
    public interface IGrainTypeProviderAttribute
    {
        GrainType GetGrainType(IServiceProvider services, Type type);
    }

    public interface IGrainPropertiesProviderAttribute
    {
        void Populate(IServiceProvider services, Type grainClass, GrainType grainType, Dictionary<string, string> properties);
    }
}
