using System.Collections.Concurrent;
using System.Reflection;
using Orleans.Metadata;

namespace Orleans.Runtime;

/// <summary>
/// The grain classes of the process: those in assemblies that use this library, among the ones that are loaded or that
/// the program refers to.
/// </summary>
internal static class GrainTypes
{
    private const string Suffix = "grain";
    private static readonly Lock _lock = new();
    private static Map? _map;

    static GrainTypes() => AppDomain.CurrentDomain.AssemblyLoad += (_, loaded) =>
    {
        if (!loaded.LoadedAssembly.IsDynamic)
        {
            _map = null;
        }
    };

    /// <summary>The class of that name, or null.</summary>
    public static Type? FindClass(GrainType name) => Current.ByName.GetValueOrDefault(name);

    /// <summary>The one class that implements the interface.</summary>
    /// <exception cref="ArgumentException">There is none, or there are several and none has the interface's name.</exception>
    public static GrainType Resolve(Type grainInterface, string? classNamePrefix)
    {
        var map = Current;
        return map.ByInterface.GetOrAdd((grainInterface, classNamePrefix ?? ""), _ => Find(map, grainInterface, classNamePrefix));
    }

    /// <exception cref="InvalidOperationException">Two classes have one name.</exception>
    public static void Validate()
    {
        if (Current.Clash is { } clash)
        {
            throw new InvalidOperationException(clash);
        }
    }

    private static Map Current
    {
        get
        {
            if (_map is { } map)
            {
                return map;
            }

            lock (_lock)
            {
                // Scanning loads assemblies, which asks for another scan; what it loaded is already in this one.
                return _map ??= Scan();
            }
        }
    }

    private static GrainType Find(Map map, Type grainInterface, string? prefix)
    {
        var name = GrainProxies.NameOf(grainInterface);
        var candidates = map.ByName.Where(c => grainInterface.IsAssignableFrom(c.Value)).ToArray();
        if (!string.IsNullOrEmpty(prefix))
        {
            var prefixed = candidates.Where(c => c.Value.FullName!.StartsWith(prefix, StringComparison.Ordinal)).ToArray();
            return prefixed.Length > 0
                ? prefixed[0].Key
                : throw new ArgumentException($"Could not find an implementation matching prefix \"{prefix}\" for interface {name}");
        }

        if (candidates.Length > 1)
        {
            var preferred = candidates.Where(c => c.Value.Name == grainInterface.Name[1..]).ToArray();
            if (preferred.Length != 1)
            {
                var list = string.Join(", ", candidates.Select(c => $"{c.Key} ({c.Value.FullName})"));
                throw new ArgumentException($"Unable to identify a single appropriate grain type for interface {name}. Candidates: {list}");
            }

            return preferred[0].Key;
        }

        return candidates.Length == 1
            ? candidates[0].Key
            : throw new ArgumentException($"Could not find an implementation for interface {name}");
    }

    private static Map Scan()
    {
        var map = new Map();
        foreach (var type in Assemblies().SelectMany(TypesOf).Where(IsGrainClass))
        {
            var name = NameOf(type);
            if (!map.ByName.TryAdd(name, type) && map.ByName[name] != type)
            {
                map.Clash = $"The grain classes {map.ByName[name]} and {type} have the same grain type name, {name}. Rename one, or give it a [GrainType].";
            }
        }

        return map;
    }

    private static bool IsGrainClass(Type type) =>
        type is { IsClass: true, IsAbstract: false, ContainsGenericParameters: false }
        && typeof(IGrain).IsAssignableFrom(type)
        && !typeof(GrainReference).IsAssignableFrom(type);

    private static GrainType NameOf(Type type)
    {
        if (type.GetCustomAttributes().OfType<IGrainTypeProviderAttribute>().FirstOrDefault() is { } attribute)
        {
            return attribute.GetGrainType(null!, type);
        }

        var name = type.Name.ToLowerInvariant();
        return GrainType.Create(name.Length > Suffix.Length && name.EndsWith(Suffix, StringComparison.Ordinal) ? name[..^Suffix.Length] : name);
    }

    private static Type[] TypesOf(Assembly assembly)
    {
        try
        {
            return assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException exception)
        {
            return exception.Types.OfType<Type>().ToArray();
        }
    }

    private static HashSet<Assembly> Assemblies()
    {
        var self = typeof(GrainTypes).Assembly;
        var found = new HashSet<Assembly> { self };
        var seen = new HashSet<string>();
        var toVisit = new Stack<Assembly>(AppDomain.CurrentDomain.GetAssemblies().Where(a => !a.IsDynamic));
        while (toVisit.TryPop(out var assembly))
        {
            if (!seen.Add(assembly.FullName!))
            {
                continue;
            }

            foreach (var reference in assembly.GetReferencedAssemblies())
            {
                if (reference.FullName == self.FullName)
                {
                    found.Add(assembly);
                }
                else if (!IsFramework(reference) && !seen.Contains(reference.FullName) && TryLoad(reference) is { } loaded)
                {
                    toVisit.Push(loaded);
                }
            }
        }

        return found;
    }

    private static bool IsFramework(AssemblyName name) =>
        name.Name is { } text
        && (text.StartsWith("System", StringComparison.Ordinal) || text.StartsWith("Microsoft.", StringComparison.Ordinal) || text is "netstandard" or "mscorlib");

    private static Assembly? TryLoad(AssemblyName name)
    {
        try
        {
            return Assembly.Load(name);
        }
        catch (Exception exception) when (exception is FileNotFoundException or FileLoadException or BadImageFormatException)
        {
            // Referred to, and not deployed: no grain of it can be used.
            return null;
        }
    }

    private sealed class Map
    {
        public ConcurrentDictionary<GrainType, Type> ByName { get; } = new();

        public ConcurrentDictionary<(Type, string), GrainType> ByInterface { get; } = new();

        public string? Clash { get; set; }
    }
}
