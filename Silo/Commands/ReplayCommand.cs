using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Exchange.Exchanges.Binance;
using Exchange.Exchanges.Common.Market;
using Exchange.Exchanges.Deribit;
using Exchange.Exchanges.Grvt;
using Exchange.Exchanges.Recording;
using Exchange.Grains.Interfaces;

namespace Exchange.Silo.Commands;

/// <summary><c>replay FILE --symbol S</c>: plays a recording through the real book code and prints the last book.</summary>
internal static class ReplayCommand
{
    public static Command Create()
    {
        var file = new Argument<FileInfo>("file") { Description = "a recording (one JSON object a line)" };
        var symbol = new Option<string>("--symbol") { Description = "the venue's own symbol", Required = true };
        var top = new Option<int>("--top") { Description = "levels a side, 1 to 1000", DefaultValueFactory = _ => 20 };
        var json = new Option<bool>("--json") { Description = "one JSON line instead of a table" };
        var command = new Command("replay", "Plays a recording through the real book code and prints the last book.") { file, symbol, top, json };
        command.SetAction(parsed => Run(parsed.GetValue(file)!, parsed.GetValue(symbol)!, parsed.GetValue(top), parsed.GetValue(json)));
        return command;
    }

    private static int Run(FileInfo file, string symbol, int top, bool json)
    {
        if (!file.Exists)
            return Fail($"file: there is no '{file}'");
        Result<ReplayResult> result;
        try
        {
            result = Play([.. RecordingReader.ReadFile(file.FullName)], symbol, top);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return Fail(e.Message);
        }

        if (!result.IsSuccess)
            return Fail(result.Error.Message);
        Console.WriteLine(json ? ToJson(result.Value) : ToTable(result.Value));
        return 0;
    }

    /// <summary>Plays it as a recording of the venue that its first telling line is of.</summary>
    private static Result<ReplayResult> Play(IReadOnlyList<RecordedEntry> entries, string symbol, int top)
    {
        foreach (var entry in entries)
        {
            // Asked first: frames of both GRVT and Binance begin with the name of a stream.
            if (GrvtReplay.Recognizes(entry))
                return GrvtReplay.Run(entries, symbol, top);
            if (BinanceReplay.Recognizes(entry))
                return BinanceReplay.Run(entries, symbol, top);
            if (DeribitReplay.Recognizes(entry))
                return DeribitReplay.Run(entries, symbol, top);
        }

        return ExchangeError.InvalidArgument("file", "no line of it tells which venue it is of; recordings of Binance, GRVT and Deribit can be played");
    }

    private static string ToJson(ReplayResult result)
    {
        var text = new MemoryStream();
        using (var writer = new Utf8JsonWriter(text))
        {
            writer.WriteStartObject();
            writer.WriteString("symbol", result.Book.Symbol);
            writer.WriteString("state", result.Book.State.ToString().ToLowerInvariant());
            writer.WriteNumber("last_update_id", result.Book.LastUpdateId);
            WriteSide(writer, "bids", result.Book.Bids);
            WriteSide(writer, "asks", result.Book.Asks);
            writer.WriteNumber("updates", result.Updates);
            writer.WriteNumber("gaps", result.Gaps);
            writer.WriteNumber("frames", result.Frames);
            writer.WriteNumber("unreadable", result.Unreadable);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.ToArray());
    }

    private static void WriteSide(Utf8JsonWriter writer, string name, IEnumerable<PriceLevel> levels)
    {
        writer.WriteStartArray(name);
        foreach (var level in levels)
        {
            writer.WriteStartArray();
            writer.WriteStringValue(level.Price.ToString(CultureInfo.InvariantCulture));
            writer.WriteStringValue(level.Quantity.ToString(CultureInfo.InvariantCulture));
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
    }

    private static string ToTable(ReplayResult result)
    {
        var book = result.Book;
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{book.Symbol}  {book.State.ToString().ToLowerInvariant()}  last update {book.LastUpdateId}  {result.Updates} updates  {result.Gaps} gaps  {result.Frames} frames  {result.Unreadable} unreadable");
        text.AppendLine(CultureInfo.InvariantCulture, $"{"bid quantity",16} {"bid",14} | {"ask",-14} {"ask quantity",-16}");
        for (var i = 0; i < Math.Max(book.Bids.Length, book.Asks.Length); i++)
        {
            var (bidQuantity, bid) = i < book.Bids.Length ? (Text(book.Bids[i].Quantity), Text(book.Bids[i].Price)) : ("", "");
            var (ask, askQuantity) = i < book.Asks.Length ? (Text(book.Asks[i].Price), Text(book.Asks[i].Quantity)) : ("", "");
            text.AppendLine(CultureInfo.InvariantCulture, $"{bidQuantity,16} {bid,14} | {ask,-14} {askQuantity,-16}");
        }

        return text.ToString().TrimEnd();
    }

    private static string Text(decimal value) => value.ToString(CultureInfo.InvariantCulture);

    private static int Fail(string message)
    {
        Console.Error.WriteLine($"replay: {message}");
        return 1;
    }
}
