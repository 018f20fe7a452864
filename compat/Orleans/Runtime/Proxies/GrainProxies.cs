using System.Collections.Concurrent;
using System.Reflection;

namespace Orleans.Runtime;

/// <summary>Makes references: one emitted class an interface, for the life of the process.</summary>
internal static class GrainProxies
{
    private static readonly ConcurrentDictionary<Type, Lazy<ProxyType>> _byInterface = new();
    private static readonly ConcurrentDictionary<GrainInterfaceType, Type> _byName = new();

    public static GrainReference Create(Type interfaceType, GrainId id, RuntimeClient runtime)
    {
        var proxy = _byInterface.GetOrAdd(interfaceType, static type => new Lazy<ProxyType>(() => Make(type))).Value;
        return proxy.New(id, proxy.Name, runtime);
    }

    /// <summary>A reference without an interface, to be cast to one.</summary>
    public static GrainReference CreateUntyped(GrainId id, RuntimeClient runtime) => new(id, default, runtime);

    public static Type InterfaceOf(GrainReference reference) =>
        _byName.TryGetValue(reference.InterfaceType, out var type) ? type : typeof(IAddressable);

    public static Type? FindInterface(GrainInterfaceType name) => _byName.GetValueOrDefault(name);

    public static GrainInterfaceType NameOf(Type interfaceType) => GrainInterfaceType.Create(
        interfaceType.GetCustomAttributes<AliasAttribute>().FirstOrDefault()?.Alias
        ?? interfaceType.FullName
        ?? interfaceType.Name);

    private static ProxyType Make(Type interfaceType)
    {
        if (!interfaceType.IsInterface || interfaceType.ContainsGenericParameters)
        {
            throw new ArgumentException($"{interfaceType} is not an interface that a grain reference can have.");
        }

        if (!typeof(IAddressable).IsAssignableFrom(interfaceType))
        {
            throw new InvalidCastException($"{interfaceType} is not a grain, observer or grain extension interface.");
        }

        var name = NameOf(interfaceType);
        _byName[name] = interfaceType;
        return new ProxyType(name, ProxyEmitter.Emit(interfaceType));
    }

    private sealed record ProxyType(GrainInterfaceType Name, Func<GrainId, GrainInterfaceType, RuntimeClient, GrainReference> New);
}
