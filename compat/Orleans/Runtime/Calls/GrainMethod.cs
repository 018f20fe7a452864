using System.Reflection;
using Orleans.Concurrency;

namespace Orleans.Runtime;

/// <summary>What is known of an interface method before any call of it.</summary>
internal sealed class GrainMethod
{
    public GrainMethod(Type grainInterface, MethodInfo method)
    {
        GrainInterface = grainInterface;
        Method = method;
        Name = method.Name;
        IsOneWay = method.ReturnType == typeof(void) || method.IsDefined(typeof(OneWayAttribute));
        IsAlwaysInterleave = method.IsDefined(typeof(AlwaysInterleaveAttribute));
        IsReadOnly = method.IsDefined(typeof(ReadOnlyAttribute));
        ResponseTimeout = method.GetCustomAttribute<ResponseTimeoutAttribute>()?.Timeout;
        IsGeneric = method.IsGenericMethodDefinition || grainInterface.IsGenericType;
        IsExtension = typeof(IGrainExtension).IsAssignableFrom(grainInterface);
    }

    /// <summary>The interface of the reference that is called; the method may stem from one it inherits.</summary>
    public Type GrainInterface { get; }

    public MethodInfo Method { get; }

    public string Name { get; }

    public bool IsOneWay { get; }

    public bool IsAlwaysInterleave { get; }

    public bool IsReadOnly { get; }

    /// <summary>Whether its requests name types.</summary>
    public bool IsGeneric { get; }

    public bool IsExtension { get; }

    public TimeSpan? ResponseTimeout { get; }
}
