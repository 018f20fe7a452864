using System.Text.Json;

namespace Exchange.Simulator.Replay;

internal enum RecordedKind
{
    SocketOpened,
    FrameReceived,
    FrameSent,
    HttpAnswer,
}

/// <summary>One line of a recording; <see cref="Data"/> is the venue's text, byte for byte.</summary>
internal sealed record RecordedLine(long At, RecordedKind Kind, string? Url, ReadOnlyMemory<byte> Data)
{
    /// <summary>When it happened: microseconds since 1970.</summary>
    public long At { get; } = At;
}

/// <summary>
/// Reads recordings: one JSON object a line with <c>at</c>, <c>via</c>, <c>dir</c>, <c>url</c> and <c>data</c>. The data of a
/// line are not parsed, only found.
/// </summary>
internal static class RecordingReader
{
    /// <exception cref="InvalidDataException">A line is not of the format; the message tells which.</exception>
    public static List<RecordedLine> Read(string path)
    {
        var lines = new List<RecordedLine>();
        var number = 0;
        foreach (var text in File.ReadLines(path))
        {
            number++;
            if (text.Length == 0)
            {
                continue;
            }

            try
            {
                if (Parse(System.Text.Encoding.UTF8.GetBytes(text)) is { } line)
                {
                    lines.Add(line);
                }
            }
            catch (Exception broken) when (broken is JsonException or InvalidOperationException or FormatException)
            {
                throw new InvalidDataException($"{Path.GetFileName(path)}, line {number}: {broken.Message}", broken);
            }
        }

        return lines;
    }

    /// <summary>Null for a line of a kind that nobody plays (a socket closed, say).</summary>
    private static RecordedLine? Parse(byte[] line)
    {
        long? at = null;
        string? via = null, direction = null, url = null;
        ReadOnlyMemory<byte> data = default;
        var reader = new Utf8JsonReader(line);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new FormatException("not a JSON object");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            reader.Read();
            switch (name)
            {
                case "at":
                    at = reader.GetInt64();
                    break;
                case "via":
                    via = reader.GetString();
                    break;
                case "dir":
                    direction = reader.GetString();
                    break;
                case "url":
                    url = reader.GetString();
                    break;
                case "data":
                    var start = (int)reader.TokenStartIndex;
                    reader.Skip();
                    data = line.AsMemory(start, (int)reader.BytesConsumed - start);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (at is null || via is null || direction is null)
        {
            throw new FormatException("at, via or dir is missing");
        }

        RecordedKind? kind = (via, direction) switch
        {
            ("ws", "open") => RecordedKind.SocketOpened,
            ("ws", "in") => RecordedKind.FrameReceived,
            ("ws", "out") => RecordedKind.FrameSent,
            ("http", "in") => RecordedKind.HttpAnswer,
            _ => null,
        };
        return kind is { } known ? new RecordedLine(at.Value, known, url, data) : null;
    }
}
