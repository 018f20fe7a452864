using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;

namespace Orleans.Runtime;

internal sealed partial class Activation
{
    private readonly ConcurrentDictionary<Type, object> _components = new();

    public object? GetComponent(Type componentType)
    {
        if (componentType.IsInstanceOfType(GrainInstance))
        {
            return GrainInstance;
        }

        if (componentType.IsInstanceOfType(this))
        {
            return this;
        }

        if (_components.TryGetValue(componentType, out var component))
        {
            return component;
        }

        return ActivationServices.GetService(componentType) is { } service ? _components.GetOrAdd(componentType, service) : null;
    }

    public void SetComponent<TComponent>(TComponent? value)
        where TComponent : class
    {
        if (typeof(TComponent).IsInstanceOfType(GrainInstance))
        {
            throw new ArgumentException("Cannot override a component which is implemented by this grain");
        }

        if (typeof(TComponent).IsInstanceOfType(this))
        {
            throw new ArgumentException("Cannot override a component which is implemented by this grain context");
        }

        if (value is null)
        {
            _components.TryRemove(typeof(TComponent), out _);
        }
        else
        {
            _components[typeof(TComponent)] = value;
        }
    }

    public (TExtension, TExtensionInterface) GetOrSetExtension<TExtension, TExtensionInterface>(Func<TExtension> newExtensionFunc)
        where TExtension : class, TExtensionInterface
        where TExtensionInterface : class, IGrainExtension
    {
        var reference = GrainReference.AsReference<TExtensionInterface>();
        switch (GetComponent(typeof(TExtensionInterface)))
        {
            case null:
                var extension = newExtensionFunc();
                SetComponent<TExtensionInterface>(extension);
                return (extension, reference);
            case TExtension same:
                return (same, reference);
            case var other:
                throw new InvalidCastException($"Cannot cast existing extension of type {other.GetType()} to target type {typeof(TExtension)}");
        }
    }

    public TExtensionInterface GetExtension<TExtensionInterface>()
        where TExtensionInterface : class, IGrainExtension =>
        (TExtensionInterface)FindExtension(typeof(TExtensionInterface));

    object IReceiver.GetTarget(Type grainInterface)
    {
        var instance = GrainInstance!;
        if (grainInterface.IsInstanceOfType(instance))
        {
            return instance;
        }

        return typeof(IGrainExtension).IsAssignableFrom(grainInterface)
            ? FindExtension(grainInterface)
            : throw new InvalidCastException($"The grain {GrainId} of class {instance.GetType()} does not implement {grainInterface}.");
    }

    private object FindExtension(Type extensionInterface)
    {
        if (GetComponent(extensionInterface) is { } installed)
        {
            return installed;
        }

        var extension = ActivationServices.GetKeyedService<IGrainExtension>(extensionInterface)
            ?? throw new GrainExtensionNotInstalledException(
                $"No extension of type {extensionInterface} is installed on this instance and no implementations are registered for automated install");
        return _components.GetOrAdd(extensionInterface, extension);
    }
}
