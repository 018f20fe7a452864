using System.Reflection;
using System.Reflection.Emit;

namespace Orleans.Runtime;

/// <summary>Carries the type parameters of a generic interface method over to emitted code.</summary>
internal static class GenericParameters
{
    public static Type[] CopyTo(MethodInfo method, Func<string[], GenericTypeParameterBuilder[]> define)
    {
        if (!method.IsGenericMethodDefinition)
        {
            return [];
        }

        var originals = method.GetGenericArguments();
        var copies = define(originals.Select(o => o.Name).ToArray());
        for (var i = 0; i < originals.Length; i++)
        {
            copies[i].SetGenericParameterAttributes(originals[i].GenericParameterAttributes & ~GenericParameterAttributes.VarianceMask);
            var constraints = originals[i].GetGenericParameterConstraints().Select(c => Map(c, method, copies)).ToArray();
            if (constraints.FirstOrDefault(c => !c.IsInterface) is { } baseType)
            {
                copies[i].SetBaseTypeConstraint(baseType);
            }

            copies[i].SetInterfaceConstraints(constraints.Where(c => c.IsInterface).ToArray());
        }

        return copies;
    }

    /// <summary>The type with the method's parameters replaced by <paramref name="replacements"/>.</summary>
    public static Type Map(Type type, MethodInfo method, Type[] replacements)
    {
        if (type.IsGenericParameter)
        {
            return type.DeclaringMethod == method ? replacements[type.GenericParameterPosition] : type;
        }

        if (!type.ContainsGenericParameters)
        {
            return type;
        }

        if (type.IsSZArray)
        {
            return Map(type.GetElementType()!, method, replacements).MakeArrayType();
        }

        return type.GetGenericTypeDefinition().MakeGenericType(
            type.GetGenericArguments().Select(argument => Map(argument, method, replacements)).ToArray());
    }
}
