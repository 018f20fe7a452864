using Exchange.Grains.Storage;
using Exchange.Tests.Support;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;
using Xunit;

namespace Exchange.Tests.Grains;

public sealed class FileGrainStorageTests : IDisposable
{
    private static readonly GrainId _grain = GrainId.Create("connection-oms", "binance:account2");
    private readonly string _folder = Directory.CreateTempSubdirectory("exchange-storage-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_was_written_is_read_again_by_another_silo()
    {
        var state = new State();
        await NewStorage().ReadStateAsync("epoch", _grain, state);
        Assert.Equal((0, false, null), (state.Value.Epoch, state.RecordExists, state.ETag));
        state.Value = new OrderEpoch { Epoch = 7 };
        await NewStorage().WriteStateAsync("epoch", _grain, state);

        var again = new State();
        await NewStorage().ReadStateAsync("epoch", _grain, again);
        Assert.Equal((7, true, state.ETag), (again.Value.Epoch, again.RecordExists, again.ETag));
        var other = new State();
        await NewStorage().ReadStateAsync("epoch", GrainId.Create("connection-oms", "binance_account2"), other);
        Assert.False(other.RecordExists);
    }

    [Fact]
    public async Task Of_two_that_read_the_same_version_one_writes()
    {
        var storage = NewStorage();
        State first = new(), second = new();
        await storage.ReadStateAsync("epoch", _grain, first);
        await storage.ReadStateAsync("epoch", _grain, second);
        await storage.WriteStateAsync("epoch", _grain, first);
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync("epoch", _grain, second));
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.ClearStateAsync("epoch", _grain, second));
    }

    [Fact]
    public async Task Many_writers_at_once_take_every_version_once()
    {
        var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            var storage = NewStorage();
            var epochs = new List<long>();
            while (epochs.Count < 10)
            {
                var state = new State();
                await storage.ReadStateAsync("epoch", _grain, state);
                state.Value.Epoch++;
                try
                {
                    await storage.WriteStateAsync("epoch", _grain, state);
                    epochs.Add(state.Value.Epoch);
                }
                catch (InconsistentStateException)
                {
                    // Another one was first; read again.
                }
            }

            return epochs;
        }))).Within("80 writes");
        Assert.Equal(Enumerable.Range(1, 80).Select(n => (long)n), taken.SelectMany(e => e).Order());
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_told_and_not_begun_anew()
    {
        var state = new State();
        await NewStorage().WriteStateAsync("epoch", _grain, state);
        File.WriteAllText(Directory.GetFiles(_folder, "*.json").Single(), "{\"ETag\":\"1\"");
        var thrown = await Assert.ThrowsAsync<InvalidDataException>(() => NewStorage().ReadStateAsync("epoch", _grain, new State()));
        Assert.Contains("cannot be read", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_epoch_is_later_than_the_stored_one_and_than_the_clock_says()
    {
        var now = new DateTimeOffset(2025, 1, 1, 0, 1, 0, TimeSpan.Zero);
        Assert.Equal(60, new OrderEpoch().Next(now));
        Assert.Equal(60, new OrderEpoch { Epoch = 59 }.Next(now));
        Assert.Equal(61, new OrderEpoch { Epoch = 60 }.Next(now));
        Assert.Equal(1_001, new OrderEpoch { Epoch = 1_000 }.Next(now));
    }

    private FileGrainStorage NewStorage() => new(_folder, TimeProvider.System);

    private sealed class State : IGrainState<OrderEpoch>
    {
        OrderEpoch IGrainState<OrderEpoch>.State
        {
            get => Value;
            set => Value = value;
        }

        public OrderEpoch Value { get; set; } = new();

        public string? ETag { get; set; }

        public bool RecordExists { get; set; }
    }
}
