namespace Orleans.Runtime;

/// <summary>Keys under which a clock can be registered for one area.</summary>
public static class TimeProviderNames
{
    public const string Grains = "Orleans.Grains";
}
