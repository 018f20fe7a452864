using System.Reflection;

namespace Orleans.Serialization.Invocation;

public interface ITargetHolder
{
    object? GetTarget();

    object? GetComponent(Type componentType);
}

/// <summary>A call on its way: the method and its arguments.</summary>
public interface IInvokable : IDisposable
{
    object? GetTarget();

    int GetArgumentCount();

    object? GetArgument(int index);

    void SetArgument(int index, object value);

    string GetMethodName();

    string GetInterfaceName();

    MethodInfo GetMethod();

    Type GetInterfaceType();

    TimeSpan? GetDefaultResponseTimeout() => default;

    CancellationToken GetCancellationToken() => default;
}
