using System.Collections.Immutable;
using Exchange.Tests.Support;
using Orleans;
using Orleans.Runtime;
using Orleans.Serialization;
using Xunit;

namespace Exchange.Tests.Compat.Orleans;

public enum Hue
{
    Red,
    Green,
}

[GenerateSerializer]
public enum Shade
{
    Light,
    Dark,
}

#pragma warning disable ORLEANS0004 // a member without an id is what this is about
[GenerateSerializer]
public record Parcel([property: Id(0)] string Name, [property: Id(1)] List<int> Numbers)
{
    [Id(2)]
    public Dictionary<string, Parcel> Inner { get; init; } = [];

    [Id(3)]
    private readonly DateTimeOffset _packed = DateTimeOffset.UnixEpoch;

    /// <summary>Without an id, so it stays behind.</summary>
    public string? Note { get; set; }

    public DateTimeOffset Packed => _packed;
}
#pragma warning restore ORLEANS0004

[GenerateSerializer]
public sealed record BigParcel(string Name, List<int> Numbers, [property: Id(10)] decimal Weight) : Parcel(Name, Numbers);

[GenerateSerializer]
public readonly record struct Level(decimal Price, decimal Quantity, Hue? Hue);

[GenerateSerializer, Immutable]
public sealed record Sealed([property: Id(0)] ImmutableArray<Level> Levels);

[GenerateSerializer]
public sealed class Node
{
    [Id(0)]
    public Node? Next { get; set; }

    [Id(1)]
    public object? Anything { get; set; }
}

public sealed record NotSerializable(string Text);

[GenerateSerializer]
public sealed record HoldsNotSerializable([property: Id(0)] List<NotSerializable> Items);

public interface ICopyGrain : IGrainWithStringKey
{
    Task<T> Echo<T>(T value);

    Task<Hue> Mix(Hue first, List<Hue> others);

    Task<object> EchoObject(object value);

    Task<Parcel> Keep(Parcel parcel);

    Task<int> CountKept();

    Task KeepShared([Immutable] Parcel parcel);

    Task<object> GiveNotSerializable();
}

[GrainType("compat-copies")]
public sealed class CopyGrain : Grain, ICopyGrain
{
    private Parcel? _kept;

    public Task<T> Echo<T>(T value)
    {
        Gate.Of(this.GetPrimaryKeyString()).Received = value;
        return Task.FromResult(value);
    }

    public Task<Hue> Mix(Hue first, List<Hue> others) => Task.FromResult(others.Append(first).Max());

    public Task<object> EchoObject(object value) => Task.FromResult(value);

    public Task<Parcel> Keep(Parcel parcel) => Task.FromResult(_kept = parcel);

    public Task<int> CountKept() => Task.FromResult(_kept!.Numbers.Count);

    public Task KeepShared(Parcel parcel)
    {
        _kept = parcel;
        return Task.CompletedTask;
    }

    public Task<object> GiveNotSerializable() => Task.FromResult<object>(new NotSerializable("x"));
}

public sealed class CopyingTests(OneSilo shared) : IClassFixture<OneSilo>
{
    [Fact]
    public async Task Arguments_and_results_are_copies()
    {
        var cluster = shared.Cluster;
        var grain = cluster.Client.GetGrain<ICopyGrain>(TestClusters.NewKey());
        var sent = new Parcel("p", [1, 2]) { Inner = { ["i"] = new BigParcel("b", [3], 4.5m) }, Note = "stays behind" };

        var received = await grain.Keep(sent).Within("the call");
        sent.Numbers.Add(3);
        received.Numbers.Clear();

        Assert.Equal(2, await grain.CountKept());
        Assert.Equal("p", received.Name);
        Assert.Null(received.Note);
        Assert.Equal(sent.Packed, received.Packed);
        var inner = Assert.IsType<BigParcel>(received.Inner["i"]);
        Assert.Equal(("b", 4.5m), (inner.Name, inner.Weight));
        Assert.Equal([3], inner.Numbers);
    }

    [Fact]
    public async Task Values_of_many_types_travel_unchanged()
    {
        var cluster = shared.Cluster;
        var grain = cluster.Client.GetGrain<ICopyGrain>(TestClusters.NewKey());
        var levels = new[] { new Level(1.5m, 2m, Hue.Green), new Level(3m, 0m, null) };

        await Same(17);
        await Same("text");
        await Same<string?>(null);
        await Same(1.25m);
        await Same(Shade.Dark);
        await Same<Shade?>(Shade.Dark);
        await Same(DayOfWeek.Sunday);
        await Same<long?>(null);
        await Same<long?>(5);
        await Same(Guid.NewGuid());
        await Same(DateTimeOffset.UtcNow);
        await Same(TimeSpan.FromSeconds(1));
        await Same(new DateOnly(2026, 1, 2));
        await Same(new Uri("http://localhost/"));
        await Same((1, "a", 2m));
        await Same(Tuple.Create(1, "a"));
        await Same(KeyValuePair.Create("k", 1));
        await Same(new Level(1m, 2m, Hue.Red));
        await Same(StreamId.Create("books", "binance/BTCUSDT"));
        await Same(grain.GetGrainId());
        await Elements(levels);
        await Elements(levels.ToList());
        await Elements(ImmutableArray.Create(levels));
        await Elements(ImmutableList.Create(levels));
        await Elements(new HashSet<string>(["a", "b"]));
        await Elements(new Queue<int>([1, 2, 3]));
        await Elements(new Stack<int>([1, 2, 3]));
        await Elements(new Dictionary<string, Level> { ["a"] = levels[0] });
        await Elements(new SortedDictionary<int, string> { [2] = "b", [1] = "a" });
        await Elements(ImmutableDictionary.CreateRange([KeyValuePair.Create("a", levels[1])]));
        Assert.Equal([1, 2, 3], (await grain.Echo<ReadOnlyMemory<byte>>(new byte[] { 1, 2, 3 })).ToArray());
        Assert.Equal("boom", (await grain.Echo<Exception>(new InvalidDataException("boom"))).Message);
        Assert.IsType<InvalidDataException>(await grain.Echo<Exception>(new InvalidDataException("boom")));

        async Task Same<T>(T value) => Assert.Equal(value, await grain.Echo(value).Within(typeof(T).Name));

        async Task Elements<T>(T value)
            where T : System.Collections.IEnumerable => Assert.Equal(value.Cast<object>(), (await grain.Echo(value).Within(typeof(T).Name)).Cast<object>());
    }

    [Fact]
    public async Task An_enum_without_a_serializer_travels_as_a_value_but_is_no_type_argument()
    {
        var cluster = shared.Cluster;
        var grain = cluster.Client.GetGrain<ICopyGrain>(TestClusters.NewKey());

        Assert.Equal(Hue.Green, await grain.Mix(Hue.Red, [Hue.Green, Hue.Red]).Within("an enum as argument and result"));
        Assert.Equal(new Level(1m, 2m, Hue.Green), await grain.Echo(new Level(1m, 2m, Hue.Green)).Within("an enum as member"));
        Assert.Equal(1, await grain.EchoObject(Hue.Green).Within("an enum as object, of which the number arrives"));
        Assert.Equal(Shade.Dark, await grain.EchoObject(Shade.Dark).Within("an enum with a serializer as object"));
        Assert.Equal(DayOfWeek.Monday, await grain.EchoObject(DayOfWeek.Monday).Within("an enum of the base library as object"));
        Assert.Equal(new List<Hue> { Hue.Green }, await grain.EchoObject(new List<Hue> { Hue.Green }).Within("a list of enums as object"));
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => grain.Echo(Hue.Green).Within("the refusal of the enum"));
        Assert.Contains(nameof(Hue), refused.Message, StringComparison.Ordinal);
        Assert.Contains("is not allowed", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidOperationException>(() => grain.Echo<Hue?>(null).Within("the refusal of the nullable enum"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => grain.Echo(new[] { Hue.Red }).Within("the refusal of the array"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => grain.Echo(new Dictionary<string, List<Hue>>()).Within("the refusal of the enum deep within"));
    }

    [Fact]
    public async Task A_dictionary_keeps_its_comparer_and_a_cycle_its_shape()
    {
        var cluster = shared.Cluster;
        var grain = cluster.Client.GetGrain<ICopyGrain>(TestClusters.NewKey());

        var map = await grain.Echo(new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase) { ["A"] = 1 });
        Assert.Equal(1, map["a"]);

        var node = new Node { Anything = new List<string> { "x" } };
        node.Next = new Node { Next = node, Anything = 5 };
        var copy = await grain.Echo(node).Within("a cycle");
        Assert.NotSame(node, copy);
        Assert.Same(copy, copy.Next!.Next);
        Assert.Equal(["x"], Assert.IsType<List<string>>(copy.Anything));
        Assert.Equal(5, copy.Next.Anything);
    }

    [Fact]
    public async Task Within_a_silo_what_is_immutable_is_not_copied()
    {
        var cluster = shared.Cluster;
        var key = TestClusters.NewKey();
        var factory = (IGrainFactory)cluster.GetSiloServiceProvider().GetService(typeof(IGrainFactory))!;
        var grain = factory.GetGrain<ICopyGrain>(key);

        var immutable = new Sealed([new Level(1m, 1m, null)]);
        await grain.Echo(immutable).Within("an immutable record");
        Assert.Same(immutable, Gate.Of(key).Received);

        var parcel = new Parcel("p", []);
        await grain.Echo(parcel).Within("a mutable record");
        Assert.NotSame(parcel, Gate.Of(key).Received);

        await grain.KeepShared(parcel).Within("an argument marked as immutable");
        parcel.Numbers.Add(1);
        Assert.Equal(1, await grain.CountKept());
    }

    [Fact]
    public async Task A_type_without_a_serializer_is_refused()
    {
        var cluster = shared.Cluster;
        var grain = cluster.Client.GetGrain<ICopyGrain>(TestClusters.NewKey());

        var failure = await Assert.ThrowsAsync<CodecNotFoundException>(() => grain.Echo(new NotSerializable("x")));
        Assert.Contains(nameof(NotSerializable), failure.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<CodecNotFoundException>(() => grain.Echo(new[] { new NotSerializable("x") }));
        await Assert.ThrowsAsync<CodecNotFoundException>(() => grain.Echo(new HoldsNotSerializable([])));
        await Assert.ThrowsAsync<CodecNotFoundException>(() => grain.Echo<object>(new NotSerializable("x")));
        await Assert.ThrowsAsync<CodecNotFoundException>(() => grain.GiveNotSerializable().Within("a result"));
        Assert.Equal(5, await grain.Echo(5).Within("the grain, which lives on"));
    }
}
