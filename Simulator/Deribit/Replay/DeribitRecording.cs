using System.Text.Json;
using Exchange.Simulator.Deribit.Market;
using Exchange.Simulator.Replay;

namespace Exchange.Simulator.Deribit.Replay;

/// <summary>A notification of a recording: its channel and the data, out of their envelope.</summary>
internal sealed record RecordedNotification(ChannelName Channel, ReadOnlyMemory<byte> Data);

/// <summary>What a recording of Deribit holds, sorted out.</summary>
internal sealed class DeribitRecording
{
    /// <summary>In order of time.</summary>
    public List<(long At, RecordedNotification Item)> Items { get; } = [];

    /// <summary>Instruments of which there is a notification, in order of appearance.</summary>
    public List<string> Symbols { get; } = [];

    /// <summary>What <c>get_instruments</c> answered, by name.</summary>
    public Dictionary<string, ReadOnlyMemory<byte>> Instruments { get; } = new(StringComparer.Ordinal);

    /// <summary>Frames received that are no notification of a known channel.</summary>
    public int Skipped { get; private set; }

    /// <exception cref="InvalidDataException">The file is no recording, or holds nothing of Deribit.</exception>
    public static DeribitRecording Read(string path)
    {
        var recording = new DeribitRecording();
        foreach (var line in RecordingReader.Read(path))
        {
            if (line.Kind == RecordedKind.HttpAnswer && line.Url?.Contains("/public/get_instruments", StringComparison.Ordinal) == true)
            {
                recording.AddInstruments(line.Data);
            }
            else if (line.Kind == RecordedKind.FrameReceived)
            {
                recording.AddFrame(line);
            }
        }

        return recording.Items.Count > 0
            ? recording
            : throw new InvalidDataException($"{Path.GetFileName(path)}: no notification of a Deribit market channel in it");
    }

    private void AddInstruments(ReadOnlyMemory<byte> answer)
    {
        using var document = JsonDocument.Parse(answer);
        foreach (var instrument in document.RootElement.GetProperty("result").EnumerateArray())
        {
            Instruments[instrument.GetProperty("instrument_name").GetString()!] = System.Text.Encoding.UTF8.GetBytes(instrument.GetRawText());
        }
    }

    private void AddFrame(RecordedLine line)
    {
        using var document = JsonDocument.Parse(line.Data);
        if (document.RootElement.TryGetProperty("params"u8, out var parameters)
            && parameters.TryGetProperty("channel"u8, out var named) && parameters.TryGetProperty("data"u8, out var data)
            && ChannelName.Parse(named.GetString()!, _ => true) is { Instrument: { } instrument } channel)
        {
            if (!Symbols.Contains(instrument))
            {
                Symbols.Add(instrument);
            }

            Items.Add((line.At, new RecordedNotification(channel, System.Text.Encoding.UTF8.GetBytes(data.GetRawText()))));
        }
        else
        {
            Skipped++;
        }
    }
}
