using System.Globalization;
using System.Text.Json.Nodes;
using Exchange.Simulator.Engine;
using Xunit;

namespace Exchange.Tests.Simulator.Deribit;

/// <summary>A book as a client builds it from a snapshot and its changes.</summary>
internal sealed class ChangedBook
{
    private readonly SortedDictionary<decimal, decimal> _bids = [];
    private readonly SortedDictionary<decimal, decimal> _asks = [];

    public ChangedBook(JsonNode snapshot)
    {
        Assert.Equal("snapshot", snapshot["type"]!.GetValue<string>());
        Assert.Null(snapshot["prev_change_id"]);
        Take(snapshot);
    }

    public long ChangeId { get; private set; }

    public void Apply(JsonNode change)
    {
        Assert.Equal("change", change["type"]!.GetValue<string>());
        Assert.Equal(ChangeId, change["prev_change_id"]!.GetValue<long>());
        Take(change);
    }

    public void AssertIs(BookState truth)
    {
        Assert.Equal(truth.Bids.Select(Level), _bids.Reverse().Select(level => (level.Key, level.Value)));
        Assert.Equal(truth.Asks.Select(Level), _asks.Select(level => (level.Key, level.Value)));

        static (decimal, decimal) Level((string Price, string Quantity) level) =>
            (decimal.Parse(level.Price, CultureInfo.InvariantCulture), decimal.Parse(level.Quantity, CultureInfo.InvariantCulture));
    }

    private void Take(JsonNode data)
    {
        foreach (var (name, side) in (ReadOnlySpan<(string, SortedDictionary<decimal, decimal>)>)[("bids", _bids), ("asks", _asks)])
        {
            foreach (var level in data[name]!.AsArray())
            {
                var (action, price, amount) = (level![0]!.GetValue<string>(), level[1]!.GetValue<decimal>(), level[2]!.GetValue<decimal>());
                Assert.Equal(action == "new", !side.ContainsKey(price));
                Assert.Equal(action == "delete", amount == 0);
                if (amount == 0)
                {
                    side.Remove(price);
                }
                else
                {
                    side[price] = amount;
                }
            }
        }

        ChangeId = data["change_id"]!.GetValue<long>();
    }
}
