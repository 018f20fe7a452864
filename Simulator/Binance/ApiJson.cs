using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Exchange.Simulator.Binance;

/// <summary>JSON as the venue writes it: non-ASCII and quotes in texts are not escaped more than JSON needs.</summary>
internal static class ApiJson
{
    public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static byte[] Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            write(writer);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The venue's error: <c>{"code":-1121,"msg":"…"}</c>.</summary>
    public static byte[] Error(int code, string message) => Write(writer => WriteError(writer, code, message));

    public static void WriteError(Utf8JsonWriter writer, int code, string message)
    {
        writer.WriteStartObject();
        writer.WriteNumber("code"u8, code);
        writer.WriteString("msg"u8, message);
        writer.WriteEndObject();
    }
}
