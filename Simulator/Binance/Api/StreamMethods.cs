using System.Text.Json;
using Exchange.Simulator.Binance.Trading;

namespace Exchange.Simulator.Binance.Api;

/// <summary>Listen keys (sheet, section 8.1): the API key alone, no signature.</summary>
internal sealed class StreamMethods(UserStreams streams)
{
    public IEnumerable<ApiMethod> Methods() =>
    [
        new("userDataStream.start", "POST /fapi/v1/listenKey", Security.Key, _ => 1, default,
            (call, writer) => WriteKey(writer, streams.Start(call.Account))),
        new("userDataStream.ping", "PUT /fapi/v1/listenKey", Security.Key, _ => 1, default,
            (call, writer) => WriteKey(writer, streams.Extend(call.Account))),
        new("userDataStream.stop", "DELETE /fapi/v1/listenKey", Security.Key, _ => 1, default, (call, writer) =>
        {
            streams.Stop(call.Account);
            writer.WriteStartObject();
            writer.WriteEndObject();
        }),
    ];

    private static void WriteKey(Utf8JsonWriter writer, string key)
    {
        writer.WriteStartObject();
        writer.WriteString("listenKey"u8, key);
        writer.WriteEndObject();
    }
}
