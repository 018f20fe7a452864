using System.Buffers;
using System.Text;
using System.Text.Json;
using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Deribit.Api;

/// <summary>The envelope of answers (sheet, section 1).</summary>
internal static class RpcJson
{
    private const long MicrosecondsOfWork = 110;

    /// <param name="id">As it came, raw; null: none (HTTP GET).</param>
    public static byte[] Answer(string? id, RpcAnswer answer, SimulatorClock clock)
    {
        var buffer = new ArrayBufferWriter<byte>(answer.Result.Length + 256);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            writer.WriteStartObject();
            writer.WriteString("jsonrpc"u8, "2.0"u8);
            if (id is not null)
            {
                writer.WritePropertyName("id"u8);
                writer.WriteRawValue(id);
            }

            if (answer.Refusal is { } refused)
            {
                WriteError(writer, refused);
            }
            else
            {
                writer.WritePropertyName("result"u8);
                writer.WriteRawValue(answer.Result, skipInputValidation: true);
            }

            var now = clock.VenueNow.ToUnixTimeMilliseconds() * 1000;
            writer.WriteNumber("usIn"u8, now);
            writer.WriteNumber("usOut"u8, now + MicrosecondsOfWork);
            writer.WriteNumber("usDiff"u8, MicrosecondsOfWork);
            writer.WriteBoolean("testnet"u8, true);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>A server's message that answers nothing.</summary>
    public static byte[] Heartbeat(string type) =>
        Encoding.UTF8.GetBytes($"{{\"jsonrpc\":\"2.0\",\"method\":\"heartbeat\",\"params\":{{\"type\":\"{type}\"}}}}");

    private static void WriteError(Utf8JsonWriter writer, DeribitException refused)
    {
        writer.WriteStartObject("error"u8);
        writer.WriteNumber("code"u8, refused.Code);
        writer.WriteString("message"u8, refused.Message);
        if (refused.Code == 11050 && refused.Reason is not null)
        {
            writer.WriteString("data"u8, refused.Reason);
        }
        else if (refused.Reason is not null)
        {
            writer.WriteStartObject("data"u8);
            writer.WriteString("reason"u8, refused.Reason);
            if (refused.Parameter is not null)
            {
                writer.WriteString("param"u8, refused.Parameter);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }
}
