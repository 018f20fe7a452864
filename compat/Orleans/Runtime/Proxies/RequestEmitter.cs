using System.Reflection;
using System.Reflection.Emit;
using Orleans.Serialization;

namespace Orleans.Runtime;

/// <summary>Emits the request class of one interface method: a field an argument, and the overrides that need to know their types.</summary>
internal sealed class RequestEmitter
{
    private const MethodAttributes Override = MethodAttributes.Public | MethodAttributes.Virtual | MethodAttributes.HideBySig;

    private static readonly MethodInfo _copy = Generic(nameof(Copiers.Copy), 2);
    private static readonly MethodInfo _bind = Generic(nameof(Copiers.Bind), 2);
    private static readonly MethodInfo _check = Generic(nameof(Copiers.Check), 0);

    private readonly MethodInfo _method;
    private readonly ParameterInfo[] _parameters;
    private readonly TypeBuilder _type;
    private readonly Type[] _typeParameters;
    private readonly FieldBuilder[] _arguments;
    private ConstructorBuilder _constructor = null!;

    private RequestEmitter(ModuleBuilder module, MethodInfo method, AnswerKind answer, string name)
    {
        _method = method;
        _parameters = method.GetParameters();
        _type = module.DefineType(name, TypeAttributes.Public | TypeAttributes.Sealed);
        _typeParameters = GenericParameters.CopyTo(method, _type.DefineGenericParameters);
        var parent = answer.Result is null ? typeof(VoidRequest) : typeof(ResultRequest<>).MakeGenericType(Map(answer.Result));
        _type.SetParent(parent);
        _arguments = _parameters.Select(p => _type.DefineField($"Arg{p.Position}", Map(p.ParameterType), FieldAttributes.Public)).ToArray();
    }

    public static EmittedRequest Emit(ModuleBuilder module, MethodInfo method, AnswerKind answer, string name)
    {
        var emitter = new RequestEmitter(module, method, answer, name);
        emitter.EmitConstructor(answer);
        emitter.EmitInvoke(answer);
        emitter.EmitForEach("CopyArguments", MethodAttributes.Family, _copy, check: true);
        emitter.EmitForEach("BindArguments", MethodAttributes.Public, _bind, check: false);
        emitter.EmitArgumentCount();
        emitter.EmitGetArgument();
        emitter.EmitSetArgument();
        emitter.EmitCancellationToken();
        emitter._type.CreateType();
        return new EmittedRequest(emitter._type, emitter._constructor, emitter._arguments);
    }

    private static MethodInfo Generic(string name, int parameters) =>
        typeof(Copiers).GetMethods().Single(m => m.Name == name && m.GetParameters().Length == parameters);

    private Type Map(Type type) => GenericParameters.Map(type, _method, _typeParameters);

    /// <summary>A field of this type, as code within the type refers to it.</summary>
    private FieldInfo Field(int index) => _typeParameters.Length == 0
        ? _arguments[index]
        : TypeBuilder.GetField(_type.MakeGenericType(_typeParameters), _arguments[index]);

    private void EmitConstructor(AnswerKind answer)
    {
        _constructor = _type.DefineConstructor(MethodAttributes.Public, CallingConventions.HasThis, []);
        const BindingFlags Protected = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;
        var parent = answer.Result is null
            ? typeof(VoidRequest).GetConstructor(Protected, [])!
            : ConstructorOf(typeof(ResultRequest<>).GetConstructor(Protected, [])!, answer.Result);
        var il = _constructor.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Call, parent);
        il.Emit(OpCodes.Ret);
    }

    private ConstructorInfo ConstructorOf(ConstructorInfo definition, Type result)
    {
        var mapped = Map(result);
        return _typeParameters.Length == 0 || !result.ContainsGenericParameters
            ? typeof(ResultRequest<>).MakeGenericType(mapped).GetConstructor(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public, [])!
            : TypeBuilder.GetConstructor(typeof(ResultRequest<>).MakeGenericType(mapped), definition);
    }

    private void EmitInvoke(AnswerKind answer)
    {
        var returns = answer.Result is null ? typeof(Task) : typeof(Task<>).MakeGenericType(Map(answer.Result));
        var method = _type.DefineMethod("Invoke", MethodAttributes.Family | MethodAttributes.Virtual | MethodAttributes.HideBySig, returns, [typeof(object)]);
        var il = method.GetILGenerator();
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Castclass, _method.DeclaringType!);
        for (var i = 0; i < _arguments.Length; i++)
        {
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldfld, Field(i));
        }

        il.Emit(OpCodes.Callvirt, _typeParameters.Length == 0 ? _method : _method.MakeGenericMethod(_typeParameters));
        if (answer.AsTask is not null)
        {
            var asTask = typeof(ProxySupport).GetMethod(answer.AsTask)!;
            il.Emit(OpCodes.Call, answer.Result is null ? asTask : asTask.MakeGenericMethod(Map(answer.Result)));
        }
        else if (_method.ReturnType == typeof(void))
        {
            il.Emit(OpCodes.Call, typeof(Task).GetProperty(nameof(Task.CompletedTask))!.GetMethod!);
        }

        il.Emit(OpCodes.Ret);
    }

    /// <summary>Arg0 = f(Arg0, context); … for all that are not [Immutable].</summary>
    private void EmitForEach(string name, MethodAttributes access, MethodInfo function, bool check)
    {
        var method = _type.DefineMethod(name, access | MethodAttributes.Virtual | MethodAttributes.HideBySig, typeof(void), [typeof(CopyContext)]);
        var il = method.GetILGenerator();
        foreach (var parameter in _parameters)
        {
            var type = Map(parameter.ParameterType);
            if (parameter.IsDefined(typeof(ImmutableAttribute)))
            {
                if (check)
                {
                    il.Emit(OpCodes.Call, _check.MakeGenericMethod(type));
                }

                continue;
            }

            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldfld, Field(parameter.Position));
            il.Emit(OpCodes.Ldarg_1);
            il.Emit(OpCodes.Call, function.MakeGenericMethod(type));
            il.Emit(OpCodes.Stfld, Field(parameter.Position));
        }

        il.Emit(OpCodes.Ret);
    }

    private void EmitArgumentCount()
    {
        var il = _type.DefineMethod("GetArgumentCount", Override, typeof(int), []).GetILGenerator();
        il.Emit(OpCodes.Ldc_I4, _arguments.Length);
        il.Emit(OpCodes.Ret);
    }

    private void EmitGetArgument()
    {
        var il = _type.DefineMethod("GetArgument", Override, typeof(object), [typeof(int)]).GetILGenerator();
        EmitSwitch(il, i =>
        {
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldfld, Field(i));
            il.Emit(OpCodes.Box, _arguments[i].FieldType);
        });
    }

    private void EmitSetArgument()
    {
        var il = _type.DefineMethod("SetArgument", Override, typeof(void), [typeof(int), typeof(object)]).GetILGenerator();
        EmitSwitch(il, i =>
        {
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldarg_2);
            il.Emit(OpCodes.Unbox_Any, _arguments[i].FieldType);
            il.Emit(OpCodes.Stfld, Field(i));
        });
    }

    private void EmitSwitch(ILGenerator il, Action<int> emitCase)
    {
        var labels = _arguments.Select(_ => il.DefineLabel()).ToArray();
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Switch, labels);
        il.Emit(OpCodes.Newobj, typeof(ArgumentOutOfRangeException).GetConstructor([])!);
        il.Emit(OpCodes.Throw);
        for (var i = 0; i < labels.Length; i++)
        {
            il.MarkLabel(labels[i]);
            emitCase(i);
            il.Emit(OpCodes.Ret);
        }
    }

    private void EmitCancellationToken()
    {
        var token = Array.FindIndex(_parameters, p => p.ParameterType == typeof(CancellationToken));
        if (token < 0)
        {
            return;
        }

        var il = _type.DefineMethod("GetCancellationToken", Override, typeof(CancellationToken), []).GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldfld, Field(token));
        il.Emit(OpCodes.Ret);
    }
}

/// <summary>The members of a request class, as a proxy's code refers to them.</summary>
internal sealed class EmittedRequest(TypeBuilder type, ConstructorBuilder constructor, FieldBuilder[] arguments)
{
    public ConstructorInfo Constructor(Type[] typeArguments) => typeArguments.Length == 0
        ? constructor
        : TypeBuilder.GetConstructor(type.MakeGenericType(typeArguments), constructor);

    public FieldInfo Argument(int index, Type[] typeArguments) => typeArguments.Length == 0
        ? arguments[index]
        : TypeBuilder.GetField(type.MakeGenericType(typeArguments), arguments[index]);
}
