using System.Reflection;
using System.Reflection.Emit;

namespace Orleans.Runtime;

/// <summary>
/// Emits the class of the references to one interface. Each method makes a request of a class emitted for that method
/// (<see cref="RequestEmitter"/>), fills in its arguments and sends it. Nothing is reflected upon when calls are made.
/// </summary>
internal sealed class ProxyEmitter
{
    private const MethodAttributes Implementation =
        MethodAttributes.Private | MethodAttributes.Virtual | MethodAttributes.Final | MethodAttributes.HideBySig | MethodAttributes.NewSlot;

    private static readonly Type[] _constructorParameters = [typeof(GrainId), typeof(GrainInterfaceType), typeof(RuntimeClient)];
    private static readonly Lock _lock = new();
    private static readonly ModuleBuilder _module = EmittedAssembly.Module;
    private static int _count;

    private readonly Type _interface;
    private readonly TypeBuilder _type;
    private readonly List<(string Field, GrainMethod Method)> _methods = [];

    private ProxyEmitter(Type interfaceType)
    {
        _interface = interfaceType;
        _type = _module.DefineType($"Proxies.{interfaceType.Name}_{++_count}", TypeAttributes.Public | TypeAttributes.Sealed, typeof(GrainReference), [interfaceType]);
    }

    public static Func<GrainId, GrainInterfaceType, RuntimeClient, GrainReference> Emit(Type interfaceType)
    {
        lock (_lock)
        {
            return new ProxyEmitter(interfaceType).Emit();
        }
    }

    private Func<GrainId, GrainInterfaceType, RuntimeClient, GrainReference> Emit()
    {
        var constructor = EmitConstructor();
        EmitFactory(constructor);
        foreach (var method in _interface.GetInterfaces().Prepend(_interface).Distinct().SelectMany(i => i.GetMethods()).Where(m => !m.IsStatic && m.IsVirtual))
        {
            EmittedAssembly.Allow([method.DeclaringType!, method.ReturnType, .. method.GetParameters().Select(p => p.ParameterType)]);
            EmitMethod(method);
        }

        EmittedAssembly.Allow([_interface]);
        var type = _type.CreateType();
        foreach (var (field, method) in _methods)
        {
            type.GetField(field)!.SetValue(null, method);
        }

        return type.GetMethod("New")!.CreateDelegate<Func<GrainId, GrainInterfaceType, RuntimeClient, GrainReference>>();
    }

    private ConstructorBuilder EmitConstructor()
    {
        var constructor = _type.DefineConstructor(MethodAttributes.Public, CallingConventions.HasThis, _constructorParameters);
        var il = constructor.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Ldarg_2);
        il.Emit(OpCodes.Ldarg_3);
        il.Emit(OpCodes.Call, typeof(GrainReference).GetConstructor(BindingFlags.Instance | BindingFlags.NonPublic, _constructorParameters)!);
        il.Emit(OpCodes.Ret);
        return constructor;
    }

    private void EmitFactory(ConstructorBuilder constructor)
    {
        var factory = _type.DefineMethod("New", MethodAttributes.Public | MethodAttributes.Static, typeof(GrainReference), _constructorParameters);
        var il = factory.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Ldarg_2);
        il.Emit(OpCodes.Newobj, constructor);
        il.Emit(OpCodes.Ret);
    }

    private void EmitMethod(MethodInfo method)
    {
        var implementation = _type.DefineMethod($"{method.DeclaringType!.FullName}.{method.Name}", Implementation);
        var typeParameters = GenericParameters.CopyTo(method, implementation.DefineGenericParameters);
        Type Map(Type type) => GenericParameters.Map(type, method, typeParameters);
        implementation.SetParameters(method.GetParameters().Select(p => Map(p.ParameterType)).ToArray());
        implementation.SetReturnType(Map(method.ReturnType));
        _type.DefineMethodOverride(implementation, method);

        var il = implementation.GetILGenerator();
        var answer = AnswerOf(method);
        if (answer is null)
        {
            il.Emit(OpCodes.Ldstr, $"{method.DeclaringType}.{method.Name}: the stand-in Orleans carries methods that return Task, ValueTask or void.");
            il.Emit(OpCodes.Newobj, typeof(NotSupportedException).GetConstructor([typeof(string)])!);
            il.Emit(OpCodes.Throw);
            return;
        }

        var request = RequestEmitter.Emit(_module, method, answer, $"Requests.{_type.Name}.{method.Name}_{_methods.Count}");
        var descriptor = $"Method{_methods.Count}";
        var descriptorField = _type.DefineField(descriptor, typeof(GrainMethod), FieldAttributes.Public | FieldAttributes.Static);
        _methods.Add((descriptor, new GrainMethod(_interface, method)));

        // request = new Request { Arg0 = arg0, … }; return this.Send(request, Method);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Newobj, request.Constructor(typeParameters));
        for (var i = 0; i < method.GetParameters().Length; i++)
        {
            il.Emit(OpCodes.Dup);
            il.Emit(OpCodes.Ldarg, i + 1);
            il.Emit(OpCodes.Stfld, request.Argument(i, typeParameters));
        }

        il.Emit(OpCodes.Ldsfld, descriptorField);
        var send = typeof(GrainReference).GetMethod(answer.SendMethod, BindingFlags.Instance | BindingFlags.NonPublic)!;
        il.Emit(OpCodes.Call, answer.Result is null ? send : send.MakeGenericMethod(Map(answer.Result)));
        il.Emit(OpCodes.Ret);
    }

    private static AnswerKind? AnswerOf(MethodInfo method)
    {
        var type = method.ReturnType;
        var definition = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        var result = type.IsGenericType ? type.GetGenericArguments()[0] : null;
        return definition switch
        {
            _ when method.GetParameters().Any(p => p.ParameterType.IsByRef) => null,
            _ when definition == typeof(Task) => new(null, nameof(GrainReference.SendTask), AsTask: null),
            _ when definition == typeof(void) => new(null, nameof(GrainReference.SendVoid), AsTask: null),
            _ when definition == typeof(ValueTask) => new(null, nameof(GrainReference.SendValueTask), nameof(ProxySupport.ValueTaskAsTask)),
            _ when definition == typeof(Task<>) => new(result, nameof(GrainReference.SendTaskOf), AsTask: null),
            _ when definition == typeof(ValueTask<>) => new(result, nameof(GrainReference.SendValueTaskOf), nameof(ProxySupport.ValueTaskOfAsTask)),
            _ => null,
        };
    }
}

/// <summary>How a method answers: its result, how a proxy sends it, and how what the grain returns becomes a task.</summary>
internal sealed record AnswerKind(Type? Result, string SendMethod, string? AsTask);

/// <summary>Called by emitted code.</summary>
internal static class ProxySupport
{
    public static Task ValueTaskAsTask(ValueTask task) => task.IsCompletedSuccessfully ? Task.CompletedTask : task.AsTask();

    public static Task<T> ValueTaskOfAsTask<T>(ValueTask<T> task) => task.AsTask();
}
