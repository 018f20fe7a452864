using Orleans.Runtime;

namespace Orleans;

public static class GrainContextComponentExtensions
{
    /// <summary>The extension of this grain: the installed one, or the one registered with the silo.</summary>
    public static TComponent GetGrainExtension<TComponent>(this IGrainContext context)
        where TComponent : class, IGrainExtension
    {
        if (context.GetComponent(typeof(IGrainExtensionBinder)) is not IGrainExtensionBinder binder)
        {
            throw new InvalidOperationException($"No {nameof(IGrainExtensionBinder)} is available on the current grain context.");
        }

        return binder.GetExtension<TComponent>();
    }
}
