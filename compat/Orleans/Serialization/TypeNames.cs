using System.Collections.Concurrent;

namespace Orleans.Serialization;

/// <summary>
/// Some values travel with the name of their type, and some enums have none that may travel: those without [GenerateSerializer]. As a
/// member, an argument or a result they go as their number, whose type the receiver knows.
/// </summary>
internal static class TypeNames
{
    private static readonly ConcurrentDictionary<Type, Type?> _nameless = new();

    public static bool IsNameless(Type type) =>
        type.IsEnum && type.Assembly != typeof(object).Assembly && !type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false);

    /// <summary>A request of a generic method, or of a generic interface, travels with the names of its type arguments.</summary>
    /// <exception cref="InvalidOperationException">A type argument, or one within it, may not be named.</exception>
    public static void CheckArguments(Type request)
    {
        if (_nameless.GetOrAdd(request, static type => FindNameless(type.GetGenericArguments())) is { } nameless)
        {
            throw new InvalidOperationException(
                $"Type \"{request.Name}[[{nameless}]]\" is not allowed: {nameless} is an enum without [GenerateSerializer], and so no type argument of a call.");
        }
    }

    private static Type? FindNameless(Type[] types)
    {
        foreach (var type in types)
        {
            var found = IsNameless(type) ? type : FindNameless(type.HasElementType ? [type.GetElementType()!] : type.GetGenericArguments());
            if (found is not null)
            {
                return found;
            }
        }

        return null;
    }
}
