using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Core;
using Orleans.Providers;
using Orleans.Storage;

namespace Orleans.Runtime;

/// <summary>Makes the states of grains, over the storage that they name.</summary>
internal static class StateStorage
{
    private static readonly MethodInfo _facet = typeof(StateStorage).GetMethod(nameof(Facet), BindingFlags.Static | BindingFlags.NonPublic)!;

    /// <summary>For a constructor parameter with [PersistentState].</summary>
    public static Func<Activation, object> FacetFactory(ParameterInfo parameter, PersistentStateAttribute attribute)
    {
        var type = parameter.ParameterType;
        if (!type.IsGenericType || type.GetGenericTypeDefinition() != typeof(IPersistentState<>))
        {
            throw new ArgumentException(
                $"Parameter '{parameter.Name}' on the constructor for '{parameter.Member.DeclaringType}' has an unsupported type, '{type}'. "
                + $"It must be an instance of generic type '{typeof(IPersistentState<>)}' because it has an associated [PersistentState(...)] attribute.",
                parameter.Name);
        }

        var name = string.IsNullOrEmpty(attribute.StateName) ? parameter.Name! : attribute.StateName;
        return _facet.MakeGenericMethod(type.GetGenericArguments())
            .CreateDelegate<Func<string, string?, Func<Activation, object>>>()(name, attribute.StorageName);
    }

    /// <summary>For a class derived from <see cref="Grain{TGrainState}"/>.</summary>
    public static IStorage<T> ForGrainClass<T>(Activation activation)
    {
        var type = activation.GrainInstance!.GetType();
        var provider = type.GetCustomAttribute<StorageProviderAttribute>()?.ProviderName;
        return new PersistentState<T>("state", activation, Find(activation, provider));
    }

    private static Func<Activation, object> Facet<T>(string name, string? provider) => activation =>
    {
        var state = new PersistentState<T>(name, activation, Find(activation, provider));
        activation.ObservableLifecycle.Subscribe(
            $"PersistentState {name}", GrainLifecycleStage.SetupState, token => state.IsInitialized ? Task.CompletedTask : state.ReadStateAsync(token));
        return state;
    };

    private static IGrainStorage Find(Activation activation, string? provider)
    {
        var services = activation.ActivationServices;
        var isDefault = string.IsNullOrEmpty(provider);
        var storage = isDefault
            ? services.GetService<IGrainStorage>() ?? services.GetKeyedService<IGrainStorage>(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME)
            : services.GetKeyedService<IGrainStorage>(provider);
        return storage ?? throw new BadProviderConfigException(isDefault
            ? $"No default storage provider found loading grain type {activation.GrainId.Type}."
            : $"No storage provider named \"{provider}\" found loading grain type {activation.GrainId.Type}.");
    }
}

internal sealed class PersistentState<T>(string name, Activation activation, IGrainStorage storage) : IPersistentState<T>
{
    private readonly StoredState _state = new();

    public bool IsInitialized { get; private set; }

    public T State
    {
        get => _state.State;
        set => _state.State = value;
    }

    public string? Etag => _state.ETag;

    public bool RecordExists => IsInitialized
        ? _state.RecordExists
        : throw new InvalidOperationException("State has not yet been loaded");

    public Task ReadStateAsync() => ReadStateAsync(CancellationToken.None);

    public async Task ReadStateAsync(CancellationToken cancellationToken)
    {
        await storage.ReadStateAsync(name, activation.GrainId, _state, cancellationToken);
        IsInitialized = true;
    }

    public Task WriteStateAsync() => WriteStateAsync(CancellationToken.None);

    public Task WriteStateAsync(CancellationToken cancellationToken) =>
        storage.WriteStateAsync(name, activation.GrainId, _state, cancellationToken);

    public Task ClearStateAsync() => ClearStateAsync(CancellationToken.None);

    public Task ClearStateAsync(CancellationToken cancellationToken) =>
        storage.ClearStateAsync(name, activation.GrainId, _state, cancellationToken);

    private sealed class StoredState : IGrainState<T>
    {
        public T State { get; set; } = NewState<T>.Create();

        public string? ETag { get; set; }

        public bool RecordExists { get; set; }
    }
}

/// <summary>A state that was never written.</summary>
internal static class NewState<T>
{
    public static T Create() =>
        typeof(T).IsValueType || typeof(T) == typeof(string) || typeof(T).IsArray || typeof(T).IsAbstract
            ? default!
            : typeof(T).GetConstructor([]) is not null
                ? Activator.CreateInstance<T>()
                : (T)RuntimeHelpers.GetUninitializedObject(typeof(T));
}
