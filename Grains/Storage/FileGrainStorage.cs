using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Exchange.Grains.Storage;

/// <summary>
/// The embedded grain storage: one small file a state, under a folder. A write is conditional on the version that was read, and whole or not
/// at all. It serves the silos of one machine; silos on several machines need a storage that they share.
/// </summary>
internal sealed class FileGrainStorage(string folder, TimeProvider time) : IGrainStorage
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(2);

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var path = PathOf(stateName, grainId);
        using (await LockAsync(path))
            (grainState.State, grainState.ETag) = Read<T>(path);
        grainState.RecordExists = grainState.ETag is not null;
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var path = PathOf(stateName, grainId);
        using (await LockAsync(path))
        {
            var etag = CheckedVersion<T>(path, stateName, grainId, grainState.ETag);
            var next = (long.Parse(etag ?? "0", CultureInfo.InvariantCulture) + 1).ToString(CultureInfo.InvariantCulture);
            var temporary = path + ".new";
            using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                JsonSerializer.Serialize(file, new Stored<T>(next, grainState.State));
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
            grainState.ETag = next;
            grainState.RecordExists = true;
        }
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var path = PathOf(stateName, grainId);
        using (await LockAsync(path))
        {
            CheckedVersion<T>(path, stateName, grainId, grainState.ETag);
            File.Delete(path);
        }

        (grainState.State, grainState.ETag, grainState.RecordExists) = (Activator.CreateInstance<T>(), null, false);
    }

    private static (T State, string? ETag) Read<T>(string path)
    {
        if (!File.Exists(path))
            return (Activator.CreateInstance<T>(), null);
        try
        {
            var stored = JsonSerializer.Deserialize<Stored<T>>(File.ReadAllBytes(path)) ?? throw new JsonException("the file holds null");
            return (stored.State, stored.ETag);
        }
        catch (JsonException e)
        {
            // Begin anew without it and an epoch would be used twice: a person has to decide.
            throw new InvalidDataException($"{path} cannot be read: {e.Message}. Restore it, or delete it when no other silo uses it", e);
        }
    }

    private static string? CheckedVersion<T>(string path, string stateName, GrainId grainId, string? expected)
    {
        var (_, etag) = Read<T>(path);
        return etag == expected
            ? etag
            : throw new InconsistentStateException($"{stateName} of {grainId} was changed by another activation", etag, expected);
    }

    private string PathOf(string stateName, GrainId grainId)
    {
        Directory.CreateDirectory(folder);
        var id = grainId.ToString();
        var readable = string.Concat(id.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '_'));
        // Two keys may look alike once they are fit for a file name.
        var distinct = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)))[..8];
        return Path.Combine(folder, $"{stateName}-{readable}-{distinct}.json");
    }

    private async Task<FileStream> LockAsync(string path)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (time.GetElapsedTime(started) < _patience)
            {
                // Held by another silo of this machine, for the time of one small write.
                await Task.Delay(_pause, time);
            }
        }
    }

    private sealed record Stored<T>(string ETag, T State);
}
