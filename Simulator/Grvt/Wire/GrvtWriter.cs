using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Exchange.Simulator.Grvt.Wire;

/// <summary>Writes the venue's objects under their full names or their short ones; values are the same in both.</summary>
internal sealed class GrvtWriter(Utf8JsonWriter json, bool lite)
{
    private static readonly JsonWriterOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private GrvtShape _shape = GrvtShape.Of("other");

    public bool IsLite => lite;

    /// <summary>What <paramref name="write"/> writes, as bytes.</summary>
    public static byte[] Render(bool lite, Action<GrvtWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, _options))
        {
            write(new GrvtWriter(json, lite));
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>An object that is no member: the root, or an element of an array.</summary>
    public void Object(string shape, Action<GrvtWriter> members)
    {
        var outer = _shape;
        _shape = GrvtShape.Of(shape);
        json.WriteStartObject();
        members(this);
        json.WriteEndObject();
        _shape = outer;
    }

    public void Object(string name, string shape, Action<GrvtWriter> members)
    {
        Name(name);
        Object(shape, members);
    }

    public void Array<T>(string name, IEnumerable<T> items, Action<GrvtWriter, T> write)
    {
        Name(name);
        json.WriteStartArray();
        foreach (var item in items)
        {
            write(this, item);
        }

        json.WriteEndArray();
    }

    public void Objects<T>(string name, string shape, IEnumerable<T> items, Action<GrvtWriter, T> write) =>
        Array(name, items, (writer, item) => writer.Object(shape, inner => write(inner, item)));

    public void Texts(string name, params IEnumerable<string> values) => Array(name, values, static (writer, value) => writer.Value(value));

    public void Value(string value) => json.WriteStringValue(value);

    public void Value(long value) => json.WriteNumberValue(value);

    public void Text(string name, string? value)
    {
        Name(name);
        json.WriteStringValue(value);
    }

    /// <summary>A decimal as text, with one decimal at least.</summary>
    public void Number(string name, decimal value) => Text(name, GrvtText.Of(value));

    /// <summary>A JSON number.</summary>
    public void Count(string name, long value)
    {
        Name(name);
        json.WriteNumberValue(value);
    }

    public void Flag(string name, bool value)
    {
        Name(name);
        json.WriteBooleanValue(value);
    }

    /// <summary>JSON that is there already.</summary>
    public void Raw(string name, ReadOnlySpan<byte> value)
    {
        Name(name);
        json.WriteRawValue(value, skipInputValidation: true);
    }

    public void Id(string name, string? rawJson)
    {
        if (rawJson is not null)
        {
            Name(name);
            json.WriteRawValue(rawJson, skipInputValidation: true);
        }
    }

    private void Name(string name) => json.WritePropertyName(lite ? _shape.Lite(name) : name);
}

/// <summary>How the venue writes decimals and times.</summary>
internal static class GrvtText
{
    public static string Of(decimal value) => Math.Round(value, 9).ToString("0.0########", CultureInfo.InvariantCulture);

    public static string Nanoseconds(long value) => value.ToString(CultureInfo.InvariantCulture);

    public static string Of(ulong value) => value.ToString(CultureInfo.InvariantCulture);
}
