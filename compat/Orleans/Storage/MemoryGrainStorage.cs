using System.Collections.Concurrent;
using Orleans.Runtime;
using Orleans.Serialization;

namespace Orleans.Storage;

/// <summary>Keeps states for as long as the cluster lives: they outlast any one silo of it.</summary>
internal sealed class MemoryGrainStorage(string name, RuntimeClient runtime) : IGrainStorage
{
    private ConcurrentDictionary<(string Provider, string State, GrainId Grain), Record> Records => runtime.Cluster.StoredStates;

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var record = Records.GetValueOrDefault((name, stateName, grainId));
        grainState.State = record is null ? NewState<T>.Create() : Copiers.Copy((T)record.State!);
        grainState.ETag = record?.ETag;
        grainState.RecordExists = record is not null;
        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var state = Copiers.Copy(grainState.State);
        lock (Records)
        {
            CheckVersion(stateName, grainId, grainState.ETag);
            grainState.ETag = Guid.NewGuid().ToString("N");
            Records[(name, stateName, grainId)] = new Record(state, grainState.ETag);
        }

        grainState.RecordExists = true;
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        lock (Records)
        {
            CheckVersion(stateName, grainId, grainState.ETag);
            Records.TryRemove((name, stateName, grainId), out _);
        }

        grainState.ETag = null;
        grainState.RecordExists = false;
        grainState.State = NewState<T>.Create();
        return Task.CompletedTask;
    }

    private void CheckVersion(string stateName, GrainId grainId, string? expected)
    {
        var stored = Records.GetValueOrDefault((name, stateName, grainId))?.ETag;
        if (stored != expected)
        {
            throw new InconsistentStateException($"Version conflict writing state {stateName} of {grainId} to memory storage {name}.", stored, expected);
        }
    }

    internal sealed record Record(object? State, string ETag);
}
