using System.Globalization;
using System.Text.Json.Nodes;
using Xunit;

namespace Exchange.Tests.Simulator;

/// <summary>The local book of sheet section 10.4, as plainly as it can be written; it fails on any break of the chain.</summary>
internal sealed class DiffBook
{
    private readonly SortedDictionary<decimal, decimal> _bids = new(Comparer<decimal>.Create((a, b) => b.CompareTo(a)));
    private readonly SortedDictionary<decimal, decimal> _asks = [];
    private bool _applied;

    public DiffBook(JsonNode snapshot)
    {
        LastUpdateId = snapshot["lastUpdateId"]!.GetValue<long>();
        Put(_bids, snapshot["bids"]);
        Put(_asks, snapshot["asks"]);
    }

    public long LastUpdateId { get; private set; }

    public (decimal Price, decimal Quantity)[] Bids => [.. _bids.Select(level => (level.Key, level.Value))];

    public (decimal Price, decimal Quantity)[] Asks => [.. _asks.Select(level => (level.Key, level.Value))];

    public void Apply(JsonNode delta)
    {
        var (first, last, previous) = (delta["U"]!.GetValue<long>(), delta["u"]!.GetValue<long>(), delta["pu"]!.GetValue<long>());
        if (last < LastUpdateId)
        {
            return;
        }

        if (_applied)
        {
            Assert.Equal(LastUpdateId, previous);
        }
        else
        {
            Assert.True(previous <= LastUpdateId && LastUpdateId <= last, $"U {first} u {last} pu {previous} does not chain with {LastUpdateId}");
        }

        _applied = true;
        LastUpdateId = last;
        Put(_bids, delta["b"]);
        Put(_asks, delta["a"]);
    }

    private static void Put(SortedDictionary<decimal, decimal> side, JsonNode? levels)
    {
        foreach (var level in levels!.AsArray())
        {
            var price = decimal.Parse(level![0]!.GetValue<string>(), CultureInfo.InvariantCulture);
            var quantity = decimal.Parse(level[1]!.GetValue<string>(), CultureInfo.InvariantCulture);
            if (quantity == 0)
            {
                side.Remove(price);
            }
            else
            {
                side[price] = quantity;
            }
        }
    }
}
