using Orleans.Core;
using Orleans.Runtime;

namespace Orleans;

/// <summary>A grain with one state, kept by the storage that [StorageProvider] names or by the default one.</summary>
public class Grain<TGrainState> : Grain
{
    private IStorage<TGrainState>? _storage;

    protected Grain()
    {
        RuntimeContext.Current!.ObservableLifecycle.Subscribe(
            GetType().FullName!,
            GrainLifecycleStage.SetupState,
            _ =>
            {
                _storage ??= Runtime.GetStorage<TGrainState>(GrainContext);
                return ReadStateAsync();
            });
    }

    protected Grain(IStorage<TGrainState> storage) => _storage = storage;

    protected TGrainState State
    {
        get => Storage.State;
        set => Storage.State = value;
    }

    private IStorage<TGrainState> Storage =>
        _storage ?? throw new InvalidOperationException("The state is read when the grain activates, after its constructor.");

    protected virtual Task ClearStateAsync() => Storage.ClearStateAsync();

    protected virtual Task WriteStateAsync() => Storage.WriteStateAsync();

    protected virtual Task ReadStateAsync() => Storage.ReadStateAsync();
}
