using System.Text.Json;
using Exchange.Simulator.Replay;

namespace Exchange.Simulator.Binance;

/// <summary>A frame of a recording: its stream's name and the payload, out of its envelope.</summary>
internal sealed record RecordedFrame(string Stream, ReadOnlyMemory<byte> Payload);

/// <summary>A snapshot within a recording, for the moment at which it was fetched.</summary>
internal sealed record RecordedSnapshot(string Symbol, ReadOnlyMemory<byte> Body);

/// <summary>What a recording of Binance holds, sorted out.</summary>
internal sealed class BinanceRecording
{
    /// <summary>Frames and snapshots in order of time.</summary>
    public List<(long At, object Item)> Items { get; } = [];

    public ReadOnlyMemory<byte> ExchangeInfo { get; private set; }

    /// <summary>Symbols of which there is a snapshot or a frame, in order of appearance.</summary>
    public List<string> Symbols { get; } = [];

    public HashSet<string> Streams { get; } = new(StringComparer.Ordinal);

    /// <summary>Frames received that name no stream (answers to requests) or that could not be told apart.</summary>
    public int Skipped { get; private set; }

    /// <exception cref="InvalidDataException">The file is no recording, or holds nothing of Binance.</exception>
    public static BinanceRecording Read(string path)
    {
        var recording = new BinanceRecording();
        foreach (var line in RecordingReader.Read(path))
        {
            switch (line.Kind)
            {
                case RecordedKind.SocketOpened:
                    recording.NameStreamsOf(line.Url);
                    break;
                case RecordedKind.FrameSent:
                    recording.NameStreamsOf(line.Data);
                    break;
                case RecordedKind.HttpAnswer:
                    recording.AddAnswer(line);
                    break;
                default:
                    recording.AddFrame(line);
                    break;
            }
        }

        if (!recording.Items.Exists(item => item.Item is RecordedFrame))
        {
            throw new InvalidDataException($"{Path.GetFileName(path)}: no frame of a Binance market stream in it");
        }

        return recording;
    }

    private void NameStreamsOf(string? url)
    {
        if (url is null || !Uri.TryCreate(url, UriKind.Absolute, out var uri))
        {
            return;
        }

        const string Parameter = "streams=";
        var query = Uri.UnescapeDataString(uri.Query);
        var start = query.IndexOf(Parameter, StringComparison.Ordinal);
        var names = start >= 0 ? query[(start + Parameter.Length)..] : uri.AbsolutePath;
        foreach (var name in names.Split('/', '&').Where(name => StreamNames.RouteOf(name) is not null))
        {
            Streams.Add(name);
        }
    }

    private void NameStreamsOf(ReadOnlyMemory<byte> request)
    {
        using var document = JsonDocument.Parse(request);
        if (document.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("params", out var parameters)
            && parameters.ValueKind == JsonValueKind.Array)
        {
            foreach (var name in parameters.EnumerateArray().Where(name => name.ValueKind == JsonValueKind.String))
            {
                Streams.Add(name.GetString()!);
            }
        }
    }

    private void AddAnswer(RecordedLine line)
    {
        if (line.Url is null || !Uri.TryCreate(line.Url, UriKind.Absolute, out var url))
        {
            return;
        }

        if (url.AbsolutePath.EndsWith("/exchangeInfo", StringComparison.Ordinal))
        {
            ExchangeInfo = line.Data;
        }
        else if (url.AbsolutePath.EndsWith("/depth", StringComparison.Ordinal)
            && url.Query.TrimStart('?').Split('&').FirstOrDefault(part => part.StartsWith("symbol=", StringComparison.Ordinal)) is { } symbol)
        {
            Items.Add((line.At, new RecordedSnapshot(Symbol(symbol["symbol=".Length..]), line.Data)));
        }
    }

    private void AddFrame(RecordedLine line)
    {
        var reader = new Utf8JsonReader(line.Data.Span);
        string? stream = null, type = null, symbol = null;
        ReadOnlyMemory<byte> payload = default;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            Skipped++;
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            switch (name)
            {
                case "stream":
                    stream = reader.GetString();
                    break;
                case "e" when reader.TokenType == JsonTokenType.String:
                    type = reader.GetString();
                    break;
                case "s" when reader.TokenType == JsonTokenType.String:
                    symbol = reader.GetString();
                    break;
                default:
                    reader.Skip();
                    break;
            }

            if (name == "data")
            {
                payload = line.Data[start..(int)reader.BytesConsumed];
            }
        }

        if (stream is null && type is not null && symbol is not null)
        {
            // A raw stream: it is the one of this symbol and event that had been asked for.
            stream = RawStreamOf(type, symbol.ToLowerInvariant());
            payload = line.Data;
        }

        if (stream is null || payload.IsEmpty)
        {
            Skipped++;
            return;
        }

        Streams.Add(stream);
        if (!stream.StartsWith('!'))
        {
            Symbol(stream[..stream.IndexOf('@', StringComparison.Ordinal)].ToUpperInvariant());
        }

        Items.Add((line.At, new RecordedFrame(stream, payload)));
    }

    private string? RawStreamOf(string type, string symbol)
    {
        var kind = type switch
        {
            "depthUpdate" => "depth",
            "markPriceUpdate" => "markPrice",
            "24hrTicker" => "ticker",
            "24hrMiniTicker" => "miniTicker",
            _ => type,
        };
        var asked = Streams.Where(name => name.StartsWith($"{symbol}@{kind}", StringComparison.Ordinal)).ToArray();
        return asked.Length == 1 ? asked[0] : null;
    }

    private string Symbol(string symbol)
    {
        if (!Symbols.Contains(symbol))
        {
            Symbols.Add(symbol);
        }

        return symbol;
    }
}
