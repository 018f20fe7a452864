using System.Text.Json;
using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Deribit.Market;

/// <summary>
/// What the subscribers of one book channel have been told: the next change tells what differs from it, chained to the change
/// before. It is kept only while somebody listens.
/// </summary>
internal sealed class BookChain(MatchingBook book)
{
    private readonly SortedDictionary<long, long> _bids = [];
    private readonly SortedDictionary<long, long> _asks = [];
    private readonly HashSet<long> _changedBids = [];
    private readonly HashSet<long> _changedAsks = [];

    /// <summary>The channel, while somebody has it.</summary>
    public Channel? Channel { get; private set; }

    public long LastChangeId { get; private set; }

    public bool HasChanges => _changedBids.Count + _changedAsks.Count > 0;

    public bool IsWanted => Channel is { IsWanted: true };

    /// <summary>Begins anew with the book as it is.</summary>
    public void Start(Channel channel, long changeId)
    {
        (Channel, LastChangeId) = (channel, changeId);
        foreach (var (told, side, changed) in Sides())
        {
            told.Clear();
            changed.Clear();
            for (var rank = 0; rank < side.Count; rank++)
            {
                told.Add(side[rank].Price, side[rank].Quantity);
            }
        }
    }

    public void Note(Side side, long price) => (side == Side.Buy ? _changedBids : _changedAsks).Add(price);

    /// <summary>Writes the change; false (and nothing written) when it cancelled out.</summary>
    public bool TryWrite(Utf8JsonWriter writer, string instrument, long changeId, long time)
    {
        var bids = Take(_bids, book.Bids, _changedBids);
        var asks = Take(_asks, book.Asks, _changedAsks);
        if (bids.Count + asks.Count == 0)
        {
            return false;
        }

        writer.WriteStartObject();
        writer.WriteString("type"u8, "change"u8);
        writer.WriteNumber("timestamp"u8, time);
        writer.WriteNumber("prev_change_id"u8, LastChangeId);
        writer.WriteString("instrument_name"u8, instrument);
        writer.WriteNumber("change_id"u8, changeId);
        Levels(writer, "bids"u8, bids);
        Levels(writer, "asks"u8, asks);
        writer.WriteEndObject();
        LastChangeId = changeId;
        return true;
    }

    public void WriteSnapshot(Utf8JsonWriter writer, string instrument, long time)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "snapshot"u8);
        writer.WriteNumber("timestamp"u8, time);
        writer.WriteString("instrument_name"u8, instrument);
        writer.WriteNumber("change_id"u8, LastChangeId);
        Levels(writer, "bids"u8, _bids.Reverse().Select(level => ("new", level.Key, level.Value)));
        Levels(writer, "asks"u8, _asks.Select(level => ("new", level.Key, level.Value)));
        writer.WriteEndObject();
    }

    private static List<(string Action, long Price, long Amount)> Take(SortedDictionary<long, long> told, BookSide side, HashSet<long> changed)
    {
        var levels = new List<(string, long, long)>(changed.Count);
        foreach (var price in changed)
        {
            var now = side.QuantityAt(price);
            var before = told.GetValueOrDefault(price);
            if (now == before)
            {
                continue;
            }

            levels.Add((before == 0 ? "new" : now == 0 ? "delete" : "change", price, now));
            if (now == 0)
            {
                told.Remove(price);
            }
            else
            {
                told[price] = now;
            }
        }

        changed.Clear();
        return levels;
    }

    private static void Levels(Utf8JsonWriter writer, ReadOnlySpan<byte> name, IEnumerable<(string Action, long Price, long Amount)> levels)
    {
        writer.WriteStartArray(name);
        foreach (var (action, price, amount) in levels)
        {
            writer.WriteStartArray();
            writer.WriteStringValue(action);
            writer.WriteAmountValue(Fixed8.ToDecimal(price));
            writer.WriteAmountValue(Fixed8.ToDecimal(amount));
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
    }

    private (SortedDictionary<long, long> Told, BookSide Side, HashSet<long> Changed)[] Sides() =>
        [(_bids, book.Bids, _changedBids), (_asks, book.Asks, _changedAsks)];
}
