using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace Orleans.Runtime
{
    /// <summary>Where proxies and requests are emitted. It may use the internals of the assemblies whose interfaces it serves.</summary>
    internal static class EmittedAssembly
    {
        private static readonly AssemblyBuilder _assembly = AssemblyBuilder.DefineDynamicAssembly(
            new AssemblyName("Compat.Orleans.Emitted"), AssemblyBuilderAccess.Run);

        private static readonly ConstructorInfo _attribute = typeof(IgnoresAccessChecksToAttribute).GetConstructor([typeof(string)])!;
        private static readonly HashSet<string> _allowed = [];

        static EmittedAssembly()
        {
            Module = _assembly.DefineDynamicModule("Emitted");
            Allow([typeof(EmittedAssembly)]);
        }

        public static ModuleBuilder Module { get; }

        public static void Allow(IEnumerable<Type> types)
        {
            foreach (var type in types)
            {
                if (!type.IsGenericParameter && type.Assembly.GetName().Name is { } name && _allowed.Add(name))
                {
                    _assembly.SetCustomAttribute(new CustomAttributeBuilder(_attribute, [name]));
                }

                Allow(type.GetGenericArguments());
                if (type.GetElementType() is { } element)
                {
                    Allow([element]);
                }
            }
        }
    }
}

namespace System.Runtime.CompilerServices
{
    /// <summary>Known to the runtime by its name.</summary>
    [AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
    internal sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
    {
        public string AssemblyName { get; } = assemblyName;
    }
}
