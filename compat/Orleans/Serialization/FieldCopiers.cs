using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace Orleans.Serialization;

/// <summary>Copies objects and structs field by field, with code emitted once a type.</summary>
internal static class FieldCopiers
{
    private static readonly MethodInfo _copy = typeof(Copiers).GetMethods()
        .Single(m => m.Name == nameof(Copiers.Copy) && m.GetParameters().Length == 2);

    private static readonly MethodInfo _uninitialized = typeof(RuntimeHelpers).GetMethod(nameof(RuntimeHelpers.GetUninitializedObject))!;
    private static readonly MethodInfo _typeFromHandle = typeof(Type).GetMethod(nameof(Type.GetTypeFromHandle))!;

    public static object Create(Type type, IEnumerable<FieldInfo> fields, bool tracked)
    {
        if (type.IsValueType)
        {
            var body = EmitFill(type, fields);
            var fill = body.CreateDelegate(typeof(StructFill<>).MakeGenericType(type));
            return Activator.CreateInstance(typeof(StructCopier<>).MakeGenericType(type), fill)!;
        }

        var objectFill = EmitFill(type, fields).CreateDelegate(typeof(ObjectFill<>).MakeGenericType(type));
        var create = EmitCreate(type).CreateDelegate(typeof(Func<>).MakeGenericType(type));
        return Activator.CreateInstance(typeof(ObjectCopier<>).MakeGenericType(type), objectFill, create, tracked)!;
    }

    /// <summary>(source, target, context) → each field of the target becomes a copy of the source's.</summary>
    private static DynamicMethod EmitFill(Type type, IEnumerable<FieldInfo> fields)
    {
        var target = type.IsValueType ? type.MakeByRefType() : type;
        var method = new DynamicMethod($"Fill {type}", typeof(void), [target, target, typeof(CopyContext)], typeof(FieldCopiers).Module, skipVisibility: true);
        var il = method.GetILGenerator();
        foreach (var field in fields)
        {
            il.Emit(OpCodes.Ldarg_1);
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldfld, field);
            if (!field.IsDefined(typeof(ImmutableAttribute)) && TypeShape.Of(field.FieldType) is { Kind: not ShapeKind.Shared } or { Missing: not null })
            {
                il.Emit(OpCodes.Ldarg_2);
                il.Emit(OpCodes.Call, _copy.MakeGenericMethod(field.FieldType));
            }

            il.Emit(OpCodes.Stfld, field);
        }

        il.Emit(OpCodes.Ret);
        return method;
    }

    private static DynamicMethod EmitCreate(Type type)
    {
        var method = new DynamicMethod($"Create {type}", type, [], typeof(FieldCopiers).Module, skipVisibility: true);
        var il = method.GetILGenerator();
        var constructor = type.GetConstructor(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, []);
        if (constructor is not null)
        {
            il.Emit(OpCodes.Newobj, constructor);
        }
        else
        {
            il.Emit(OpCodes.Ldtoken, type);
            il.Emit(OpCodes.Call, _typeFromHandle);
            il.Emit(OpCodes.Call, _uninitialized);
            il.Emit(OpCodes.Castclass, type);
        }

        il.Emit(OpCodes.Ret);
        return method;
    }
}

internal delegate void StructFill<T>(ref T source, ref T target, CopyContext context);

internal delegate void ObjectFill<T>(T source, T target, CopyContext context);

internal sealed class StructCopier<T>(StructFill<T> fill) : Copier<T>
    where T : struct
{
    public override T Copy(T value, CopyContext context)
    {
        T copy = default;
        fill(ref value, ref copy, context);
        return copy;
    }
}

internal sealed class ObjectCopier<T>(ObjectFill<T> fill, Func<T> create, bool tracked) : Copier<T>
    where T : class
{
    [return: NotNullIfNotNull(nameof(value))]
    public override T? Copy(T? value, CopyContext context)
    {
        if (value is null)
        {
            return null;
        }

        if (value.GetType() != typeof(T))
        {
            return (T)Copier.For(value.GetType()).CopyObject(value, context);
        }

        if (tracked && context.TryGetCopy(value, out var earlier))
        {
            return (T)earlier;
        }

        var copy = create();
        if (tracked)
        {
            context.Remember(value, copy);
        }

        fill(value, copy, context);
        return copy;
    }
}
