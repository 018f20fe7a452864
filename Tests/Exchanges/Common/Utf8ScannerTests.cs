using System.Text;
using System.Text.Json;
using Exchange.Exchanges.Common.Text;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Exchange.Tests.Exchanges.Common;

public sealed class Utf8ScannerTests
{
    private const string Sample =
        """{"stream":"btcusdt@depth","n":null,"t":true,"f":[1,-2.5e3,"x\"y",{"a":[]}],"data":{"b":[["61240.00","3.120"],[61239.9,0]],"id":"42"}}""";

    [Fact]
    public void Reads_what_is_asked_for_and_passes_over_the_rest()
    {
        var json = new Utf8Scanner(Encoding.UTF8.GetBytes(Sample));
        Assert.True(json.TryEnterObject());
        var levels = new LevelBuffer();
        long id = 0;
        while (json.NextProperty(out var name))
        {
            if (!name.SequenceEqual("data"u8))
            {
                Assert.True(json.TrySkip());
                continue;
            }

            Assert.True(json.TryEnterObject());
            while (json.NextProperty(out var inner))
                Assert.True(inner.SequenceEqual("b"u8) ? levels.TryRead(ref json) : json.TryReadInt64(out id));
        }

        Assert.True(json.AtEnd);
        Assert.Equal(42, id);
        Assert.Equal([61240.00m, 61239.9m], levels.Levels.ToArray().Select(l => l.Price));
        Assert.Equal([3.120m, 0m], levels.Levels.ToArray().Select(l => l.Quantity));
    }

    [Fact]
    public void Every_truncation_is_refused_and_none_throws()
    {
        var bytes = Encoding.UTF8.GetBytes(Sample);
        for (var length = 0; length < bytes.Length; length++)
            Assert.False(IsWellFormed(bytes.AsSpan(0, length)), $"length {length}");
        Assert.True(IsWellFormed(bytes));
    }

    [Fact]
    public void Every_changed_byte_is_read_or_refused_and_none_throws()
    {
        var bytes = Encoding.UTF8.GetBytes(Sample);
        var change = from at in Gen.Choose(0, bytes.Length - 1) from value in Gen.Choose(0, 255) select (at, (byte)value);
        Prop.ForAll(change.ToArbitrary(), c =>
        {
            var changed = (byte[])bytes.Clone();
            changed[c.at] = c.Item2;
            if (IsWellFormed(changed))
                return;

            // What is refused here must not be something that is plainly right.
            Assert.False(changed.AsSpan().SequenceEqual(bytes));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    [Fact]
    public void What_a_document_reads_the_scanner_passes_over_whole()
    {
        var value = Gen.Sized(size => Value(Math.Min(size, 6)));
        Prop.ForAll(value.ToArbitrary(), text =>
        {
            using var document = JsonDocument.Parse(text);
            Assert.True(IsWellFormed(Encoding.UTF8.GetBytes(text)), text);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    [Fact]
    public void Deep_nesting_is_refused()
    {
        Assert.False(IsWellFormed(Encoding.UTF8.GetBytes(new string('[', 100_000))));
        Assert.False(IsWellFormed(Encoding.UTF8.GetBytes(new string('[', 65) + new string(']', 65))));
        Assert.True(IsWellFormed(Encoding.UTF8.GetBytes(new string('[', 64) + new string(']', 64))));
    }

    [Theory]
    [InlineData("""{"a":1}x""")]
    [InlineData("""{"a":1,}""")]
    [InlineData("""{"a" 1}""")]
    [InlineData("""[1 2]""")]
    [InlineData("""[,1]""")]
    [InlineData("""{"a":nul}""")]
    public void Malformed_is_refused(string text) => Assert.False(IsWellFormed(Encoding.UTF8.GetBytes(text)));

    private static bool IsWellFormed(ReadOnlySpan<byte> text)
    {
        var json = new Utf8Scanner(text);
        return json.TrySkip() && json.AtEnd;
    }

    private static Gen<string> Value(int depth)
    {
        var leaf = Gen.Elements("1", "-0.5", "1e9", "true", "false", "null", "\"\"", "\"a\\\"b\\\\\"", "\"ü€\"", "\"\\u00fc\"");
        if (depth <= 1)
            return leaf;
        var inner = Value(depth - 2);
        return Gen.Frequency(
            (1, leaf),
            (2, Gen.Choose(0, 3).SelectMany(n => Gen.ArrayOf(inner, n)).Select(v => $"[ {string.Join(" ,", v)}]")),
            (2, Gen.Choose(0, 3).SelectMany(n => Gen.ArrayOf(inner, n)).Select(v => $"{{{string.Join(",\n", v.Select((x, i) => $"\"k{i}\" : {x}"))}}}")));
    }
}
