using System.Globalization;
using System.Text.Json;
using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Binance;

/// <summary>
/// The book that a recording implies: its snapshot, and each delta as it is played. Texts are kept as the venue wrote them.
/// </summary>
internal sealed class ReplayBook(string symbol)
{
    private readonly SortedDictionary<decimal, (string Price, string Quantity)> _bids =
        new(Comparer<decimal>.Create((one, other) => other.CompareTo(one)));

    private readonly SortedDictionary<decimal, (string Price, string Quantity)> _asks = [];
    private byte[]? _captured;

    /// <summary>The id up to which the book is known; 0 before there is a snapshot.</summary>
    public long LastUpdateId { get; private set; }

    /// <summary>Deltas that went into the book.</summary>
    public int Applied { get; private set; }

    /// <summary>Deltas that did not follow the one before.</summary>
    public int Gaps { get; private set; }

    public long EventTime { get; private set; }

    public long TransactionTime { get; private set; }

    /// <summary>The last delta's <c>U</c> and <c>pu</c>.</summary>
    public (long First, long Previous) LastFrame { get; private set; }

    /// <summary>A captured snapshot begins the book, or begins it anew if it is ahead of it.</summary>
    public void Load(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        var root = document.RootElement;
        var id = root.GetProperty("lastUpdateId").GetInt64();
        if (id <= LastUpdateId)
        {
            return;
        }

        _captured = body.ToArray();
        _bids.Clear();
        _asks.Clear();
        LastUpdateId = id;
        Applied = 0;
        EventTime = root.TryGetProperty("E", out var eventTime) ? eventTime.GetInt64() : 0;
        TransactionTime = root.TryGetProperty("T", out var transactionTime) ? transactionTime.GetInt64() : 0;
        Put(_bids, root.GetProperty("bids"));
        Put(_asks, root.GetProperty("asks"));
    }

    /// <returns>True when the delta went into the book, false when the snapshot has it already (or there is none yet).</returns>
    public bool Apply(JsonElement delta)
    {
        var last = delta.GetProperty("u").GetInt64();
        if (LastUpdateId == 0 || last < LastUpdateId)
        {
            return false;
        }

        var previous = delta.GetProperty("pu").GetInt64();
        var first = delta.GetProperty("U").GetInt64();
        if (Applied > 0 ? previous != LastUpdateId : first > LastUpdateId && previous > LastUpdateId)
        {
            Gaps++;
        }

        Applied++;
        LastUpdateId = last;
        LastFrame = (first, previous);
        EventTime = delta.GetProperty("E").GetInt64();
        TransactionTime = delta.GetProperty("T").GetInt64();
        Put(_bids, delta.GetProperty("b"));
        Put(_asks, delta.GetProperty("a"));
        return true;
    }

    public BookState State() => new(symbol, LastUpdateId, [.. _bids.Values], [.. _asks.Values]);

    /// <summary>The body of <c>depth</c>: what was captured, as long as no delta has gone beyond it.</summary>
    public void WriteDepth(Utf8JsonWriter writer, int limit, long idShift)
    {
        if (Applied == 0 && idShift == 0 && limit == 1000 && _captured is not null)
        {
            writer.WriteRawValue(_captured);
            return;
        }

        writer.WriteStartObject();
        writer.WriteNumber("lastUpdateId"u8, LastUpdateId - idShift);
        writer.WriteNumber("E"u8, EventTime);
        writer.WriteNumber("T"u8, TransactionTime);
        WriteSide(writer, "bids"u8, _bids.Values, limit);
        WriteSide(writer, "asks"u8, _asks.Values, limit);
        writer.WriteEndObject();
    }

    /// <summary>The payload of a partial depth frame, with the last delta's ids and times.</summary>
    public void WritePartial(Utf8JsonWriter writer, int levels)
    {
        writer.WriteStartObject();
        writer.WriteString("e"u8, "depthUpdate"u8);
        writer.WriteNumber("E"u8, EventTime);
        writer.WriteNumber("T"u8, TransactionTime);
        writer.WriteString("s"u8, symbol);
        writer.WriteNumber("U"u8, LastFrame.First);
        writer.WriteNumber("u"u8, LastUpdateId);
        writer.WriteNumber("pu"u8, LastFrame.Previous);
        WriteSide(writer, "b"u8, _bids.Values, levels);
        WriteSide(writer, "a"u8, _asks.Values, levels);
        writer.WriteEndObject();
    }

    private static void Put(SortedDictionary<decimal, (string Price, string Quantity)> side, JsonElement levels)
    {
        foreach (var level in levels.EnumerateArray())
        {
            var (price, quantity) = (level[0].GetString()!, level[1].GetString()!);
            var key = decimal.Parse(price, NumberStyles.Float, CultureInfo.InvariantCulture);
            if (decimal.Parse(quantity, NumberStyles.Float, CultureInfo.InvariantCulture) == 0)
            {
                side.Remove(key);
            }
            else
            {
                side[key] = (price, quantity);
            }
        }
    }

    private static void WriteSide(
        Utf8JsonWriter writer, ReadOnlySpan<byte> name, IEnumerable<(string Price, string Quantity)> side, int limit)
    {
        writer.WriteStartArray(name);
        foreach (var (price, quantity) in side.Take(limit))
        {
            writer.WriteStartArray();
            writer.WriteStringValue(price);
            writer.WriteStringValue(quantity);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
    }
}
