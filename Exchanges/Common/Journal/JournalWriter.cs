using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Journal;

/// <summary>
/// Writes records as lines: a checksum in eight hex digits, a space, an object in JSON, a line feed. Uses one buffer over and over.
/// </summary>
internal sealed class JournalWriter : IDisposable
{
    /// <summary>The version of the format, in each file's first line.</summary>
    public const int Version = 1;

    /// <summary>Bytes of a line ahead of the object.</summary>
    public const int ChecksumLength = 9;

    private static readonly byte[] _placeholder = "00000000 "u8.ToArray();
    private readonly ArrayBufferWriter<byte> _buffer = new(4096);
    private readonly Utf8JsonWriter _json;

    public JournalWriter() => _json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { SkipValidation = true });

    /// <summary>The file's first line.</summary>
    public ReadOnlySpan<byte> Header(string exchange)
    {
        Begin();
        _json.WriteNumber("v"u8, Version);
        _json.WriteString("x"u8, exchange);
        return End();
    }

    /// <summary>A record as a line; the bytes are valid until the next one.</summary>
    public ReadOnlySpan<byte> Line(in JournalRecord record)
    {
        Begin();
        _json.WriteNumber("k"u8, (int)record.Kind);
        _json.WriteNumber("t"u8, record.Time.UtcTicks);
        Text("id"u8, record.Key);
        Time("lc"u8, record.LastChance);
        switch (record.Kind)
        {
            case JournalKind.Order:
                Standing(record.Venue, record.Seen, record.Lost);
                Amount("wd"u8, record.WithoutDetails);
                Whole("o"u8, record.Order!);
                break;
            case JournalKind.State:
                Standing(record.Venue, record.Seen, record.Lost);
                State(record.Order!);
                break;
            case JournalKind.Fill:
                Standing(record.Venue, record.Seen, record.Lost);
                Text("tid"u8, record.Fill!.TradeId);
                _json.WriteNumber("fs"u8, (int)record.Fill.Side);
                _json.WriteNumber("fq"u8, record.Fill.Quantity);
                _json.WriteNumber("fp"u8, record.Fill.Price);
                State(record.Order!);
                break;
            case JournalKind.Replace:
                _json.WriteNumber("p"u8, record.Price);
                _json.WriteNumber("q"u8, record.Quantity);
                break;
            case JournalKind.Rest:
                _json.WriteNumber("p"u8, record.Price);
                _json.WriteNumber("q"u8, record.Quantity);
                Text("w"u8, record.WireId);
                Amount("ca"u8, record.Carried);
                break;
            case JournalKind.CancelAll:
                Text("sy"u8, record.Symbol);
                break;
            case JournalKind.Merged:
                Text("in"u8, record.Into);
                break;
            case JournalKind.Trading:
                _json.WriteNumber("ts"u8, (int)record.Trading);
                break;
        }

        return End();
    }

    /// <summary>An order with all that is kept of it, as a line.</summary>
    public ReadOnlySpan<byte> Line(JournaledOrder order, DateTimeOffset now)
    {
        Begin();
        _json.WriteNumber("k"u8, (int)JournalKind.Kept);
        _json.WriteNumber("t"u8, now.UtcTicks);
        Text("id"u8, order.Key);
        Time("lc"u8, order.LastChance);
        Time("ch"u8, order.Changed);
        Standing(order.Venue, order.Seen, order.Lost);
        Amount("wd"u8, order.WithoutDetails);
        Amount("ca"u8, order.Carried);
        Amount("de"u8, order.Detailed);
        Amount("dv"u8, order.DetailedValue);
        Text("w"u8, order.WireId);
        Texts("ew"u8, order.EarlierWireIds);
        if (order.CancelIntended)
            _json.WriteBoolean("ci"u8, true);
        if (order.Replacement is { } replacement)
        {
            _json.WriteNumber("p"u8, replacement.Price);
            _json.WriteNumber("q"u8, replacement.Quantity);
            _json.WriteBoolean("rs"u8, replacement.RestSent);
        }

        if (order.Fills.Length > 0)
        {
            _json.WriteStartArray("f"u8);
            foreach (var fill in order.Fills)
            {
                _json.WriteStringValue(fill.TradeId);
                _json.WriteNumberValue((int)fill.Side);
            }

            _json.WriteEndArray();
        }

        Whole("pl"u8, order.Placed);
        Whole("o"u8, order.Order);
        return End();
    }

    /// <summary>The checksum of an object's bytes.</summary>
    public static uint Checksum(ReadOnlySpan<byte> json)
    {
        var sum = uint.MaxValue;
        foreach (var eight in MemoryMarshal.Cast<byte, ulong>(json))
            sum = BitOperations.Crc32C(sum, eight);
        foreach (var one in json[(json.Length & ~7)..])
            sum = BitOperations.Crc32C(sum, one);
        return ~sum;
    }

    public void Dispose() => _json.Dispose();

    private void Begin()
    {
        _buffer.ResetWrittenCount();
        _buffer.Write(_placeholder);
        _json.Reset();
        _json.WriteStartObject();
    }

    private ReadOnlySpan<byte> End()
    {
        _json.WriteEndObject();
        _json.Flush();
        _buffer.Write("\n"u8);
        var line = MemoryMarshal.AsMemory(_buffer.WrittenMemory).Span;
        Checksum(line[ChecksumLength..^1]).TryFormat(line, out _, "x8", System.Globalization.CultureInfo.InvariantCulture);
        return line;
    }

    private void Standing(OrderStatus venue, bool seen, bool lost)
    {
        _json.WriteNumber("b"u8, (int)venue);
        if (seen)
            _json.WriteBoolean("seen"u8, true);
        if (lost)
            _json.WriteBoolean("lost"u8, true);
    }

    // What can change in an order.
    private void State(Order order)
    {
        _json.WriteNumber("st"u8, (int)order.Status);
        Text("v"u8, order.VenueOrderId);
        Texts("ev"u8, order.EarlierVenueOrderIds);
        _json.WriteNumber("q"u8, order.Quantity);
        Amount("p"u8, order.Price);
        Amount("tp"u8, order.TriggerPrice);
        Amount("cq"u8, order.CumulativeQuantity);
        Amount("ap"u8, order.AveragePrice);
        Time("us"u8, order.UnknownSince);
        Time("vt"u8, order.VenueTime);
        Time("ut"u8, order.UpdatedTime);
        Text("vs"u8, order.VenueStatus);
        if (order.Reason is { } reason)
            Reason(reason);
    }

    private void Whole(ReadOnlySpan<byte> name, Order order)
    {
        _json.WriteStartObject(name);
        Text("sy"u8, order.Symbol);
        Text("c"u8, order.ClientOrderId);
        _json.WriteNumber("s"u8, (int)order.Side);
        Number("ps"u8, (int)order.PositionSide);
        _json.WriteNumber("ty"u8, (int)order.Type);
        Number("tf"u8, (int)order.TimeInForce);
        Flag("po"u8, order.PostOnly);
        Flag("ro"u8, order.ReduceOnly);
        Amount("to"u8, order.TrailingOffset);
        Number("tb"u8, (int)order.TriggerBy);
        Time("gd"u8, order.GoodTillDate);
        Number("or"u8, (int)order.Origin);
        Text("tr"u8, order.Trader);
        Time("ct"u8, order.CreatedTime);
        State(order);
        _json.WriteEndObject();
    }

    private void Reason(ExchangeError reason)
    {
        _json.WriteStartObject("r"u8);
        _json.WriteNumber("e"u8, (int)reason.Code);
        Text("m"u8, reason.Message);
        if (reason.Outcome is { } outcome)
            _json.WriteNumber("oc"u8, (int)outcome);
        Text("vc"u8, reason.VenueCode);
        Text("vm"u8, reason.VenueMessage);
        Text("fd"u8, reason.Field);
        _json.WriteEndObject();
    }

    private void Text(ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
            _json.WriteString(name, value);
    }

    private void Texts(ReadOnlySpan<byte> name, System.Collections.Immutable.ImmutableArray<string> values)
    {
        if (values.IsDefaultOrEmpty)
            return;
        _json.WriteStartArray(name);
        foreach (var value in values)
            _json.WriteStringValue(value);
        _json.WriteEndArray();
    }

    private void Amount(ReadOnlySpan<byte> name, decimal? value)
    {
        if (value is { } amount)
            Amount(name, amount);
    }

    private void Amount(ReadOnlySpan<byte> name, decimal value)
    {
        if (value != 0)
            _json.WriteNumber(name, value);
    }

    private void Number(ReadOnlySpan<byte> name, int value)
    {
        if (value != 0)
            _json.WriteNumber(name, value);
    }

    private void Flag(ReadOnlySpan<byte> name, bool value)
    {
        if (value)
            _json.WriteBoolean(name, true);
    }

    private void Time(ReadOnlySpan<byte> name, DateTimeOffset? value)
    {
        if (value is { } time)
            _json.WriteNumber(name, time.UtcTicks);
    }
}
