using Orleans.Metadata;
using Orleans.Runtime;

namespace Orleans.Runtime
{
    /// <summary>Says which director chooses the silo of a grain.</summary>
    public abstract class PlacementStrategy
    {
        public virtual bool IsUsingGrainDirectory => true;

        public virtual void Initialize(GrainProperties properties)
        {
        }

        public virtual void PopulateGrainProperties(IServiceProvider services, Type grainClass, GrainType grainType, Dictionary<string, string> properties) =>
            properties[WellKnownGrainTypeProperties.PlacementStrategy] = GetType().Name;
    }

    public class RandomPlacement : PlacementStrategy
    {
        internal static RandomPlacement Singleton { get; } = new();
    }

    public sealed class PreferLocalPlacement : PlacementStrategy
    {
        internal static PreferLocalPlacement Singleton { get; } = new();
    }
}

namespace Orleans.Placement
{
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
    public abstract class PlacementAttribute : Attribute, IGrainPropertiesProviderAttribute
    {
        protected PlacementAttribute(PlacementStrategy placement)
        {
            ArgumentNullException.ThrowIfNull(placement);
            PlacementStrategy = placement;
        }

        public PlacementStrategy PlacementStrategy { get; private set; }

        public virtual void Populate(IServiceProvider services, Type grainClass, GrainType grainType, Dictionary<string, string> properties) =>
            PlacementStrategy.PopulateGrainProperties(services, grainClass, grainType, properties);
    }

    [AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
    public sealed class RandomPlacementAttribute : PlacementAttribute
    {
        public RandomPlacementAttribute() : base(RandomPlacement.Singleton)
        {
        }
    }

    [AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
    public sealed class PreferLocalPlacementAttribute : PlacementAttribute
    {
        public PreferLocalPlacementAttribute() : base(PreferLocalPlacement.Singleton)
        {
        }
    }
}
