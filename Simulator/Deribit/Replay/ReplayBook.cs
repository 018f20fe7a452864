using System.Globalization;
using System.Text.Json;
using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Deribit.Replay;

/// <summary>
/// The book that a recording implies: its snapshot, and each change as it is played. Numbers are kept as the venue wrote them.
/// </summary>
internal sealed class ReplayBook(string instrument)
{
    private readonly SortedDictionary<decimal, (string Price, string Amount)> _bids = new(Comparer<decimal>.Create((one, other) => other.CompareTo(one)));
    private readonly SortedDictionary<decimal, (string Price, string Amount)> _asks = [];

    /// <summary>0 before there is a snapshot.</summary>
    public long ChangeId { get; private set; }

    public long Timestamp { get; private set; }

    /// <summary>Changes that did not follow the one before.</summary>
    public int Gaps { get; private set; }

    public void Apply(JsonElement data)
    {
        if (data.GetProperty("type").GetString() == "snapshot")
        {
            _bids.Clear();
            _asks.Clear();
        }
        else if (data.GetProperty("prev_change_id").GetInt64() != ChangeId)
        {
            Gaps++;
        }

        Put(_bids, data.GetProperty("bids"));
        Put(_asks, data.GetProperty("asks"));
        ChangeId = data.GetProperty("change_id").GetInt64();
        Timestamp = data.GetProperty("timestamp").GetInt64();
    }

    public BookState State() => new(instrument, ChangeId, [.. _bids.Values], [.. _asks.Values]);

    public void WriteSnapshot(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "snapshot"u8);
        WriteIds(writer);
        WriteSides(writer, int.MaxValue, "new");
        writer.WriteEndObject();
    }

    /// <summary>The best levels, as grouped channels and <c>get_order_book</c> have them.</summary>
    public void WriteLevels(Utf8JsonWriter writer, int depth)
    {
        WriteIds(writer);
        WriteSides(writer, depth, null);
    }

    private static void Put(SortedDictionary<decimal, (string, string)> side, JsonElement levels)
    {
        foreach (var level in levels.EnumerateArray())
        {
            var (price, amount) = (level[1].GetRawText(), level[2].GetRawText());
            var key = decimal.Parse(price, NumberStyles.Float, CultureInfo.InvariantCulture);
            if (level[0].GetString() == "delete")
            {
                side.Remove(key);
            }
            else
            {
                side[key] = (price, amount);
            }
        }
    }

    private void WriteIds(Utf8JsonWriter writer)
    {
        writer.WriteNumber("timestamp"u8, Timestamp);
        writer.WriteString("instrument_name"u8, instrument);
        writer.WriteNumber("change_id"u8, ChangeId);
    }

    private void WriteSides(Utf8JsonWriter writer, int depth, string? action)
    {
        foreach (var (name, side) in (ReadOnlySpan<(string, SortedDictionary<decimal, (string, string)>)>)[("bids", _bids), ("asks", _asks)])
        {
            writer.WriteStartArray(name);
            foreach (var (price, amount) in side.Values.Take(depth))
            {
                writer.WriteStartArray();
                if (action is not null)
                {
                    writer.WriteStringValue(action);
                }

                writer.WriteRawValue(price);
                writer.WriteRawValue(amount);
                writer.WriteEndArray();
            }

            writer.WriteEndArray();
        }
    }
}
