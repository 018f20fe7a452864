using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Exchange.Simulator.Faults;

namespace Exchange.Simulator.Grvt.Streams;

/// <summary>Frames that are wrong in the venue's own form. Slow and plain: it runs only when a fault acts.</summary>
internal static class GrvtDamage
{
    /// <summary>Ahead of the frame; null when this kind adds none.</summary>
    public static byte[]? Insert(Fault fault) => FrameDamage.Insert(fault, static member => Encoding.UTF8.GetBytes(
        $"{{\"stream\":\"v1.unheard\",\"selector\":\"of\",\"sequence_number\":\"0\",\"feed\":{{{member}}},\"prev_sequence_number\":\"0\"}}"));

    /// <summary>The book with a bid above all its prices.</summary>
    public static byte[] Cross(byte[] frame)
    {
        if (JsonNode.Parse(frame) is not JsonObject root || (root["feed"] ?? root["f"]) is not JsonObject feed
            || (feed["bids"] ?? feed["b"]) is not JsonArray bids || (feed["asks"] ?? feed["a"]) is not JsonArray asks)
        {
            return frame;
        }

        var isFull = root["feed"] is not null;
        var highest = bids.Concat(asks).Select(level => decimal.Parse((level!["price"] ?? level["p"])!.ToString(), CultureInfo.InvariantCulture)).DefaultIfEmpty(1m).Max();
        bids.Insert(0, new JsonObject
        {
            [isFull ? "price" : "p"] = (highest * 2).ToString(CultureInfo.InvariantCulture),
            [isFull ? "size" : "s"] = "1.0",
            [isFull ? "num_orders" : "no"] = 1,
        });
        return Encoding.UTF8.GetBytes(root.ToJsonString());
    }
}
