using System.Globalization;
using Exchange.Client.Trader;
using Exchange.Grains.Interfaces;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Exchange.Samples;

/// <summary>The live table of a terminal.</summary>
internal static class Screen
{
    private static readonly TimeSpan _refresh = TimeSpan.FromMilliseconds(250);

    public static Task ShowAsync(MarketView view, SampleOptions options, CancellationToken until) =>
        AnsiConsole.Live(Draw(view, options)).StartAsync(async live =>
        {
            using var timer = new PeriodicTimer(_refresh);
            try
            {
                while (await timer.WaitForNextTickAsync(until))
                    live.UpdateTarget(Draw(view, options));
            }
            catch (OperationCanceledException)
            {
                live.UpdateTarget(Draw(view, options));
            }
        });

    /// <summary>One line for an output that is not a terminal.</summary>
    public static string Line(MarketView view) => view.Read((v, _) =>
    {
        var book = v.Book;
        var bid = book?.Data.Bids.Length > 0 ? book.Data.Bids[0] : (PriceLevel?)null;
        var ask = book?.Data.Asks.Length > 0 ? book.Data.Asks[0] : (PriceLevel?)null;
        return string.Create(CultureInfo.InvariantCulture,
            $"{DateTimeOffset.UtcNow:HH:mm:ss} {book?.Data.State.ToString() ?? "no book"} bid {bid?.Price} x {bid?.Quantity} ask {ask?.Price} x {ask?.Quantity} " +
            $"epoch {book?.Epoch} seq {book?.Seq} books {v.Books} trades {v.Trades} gaps {v.Gaps} venue p50 {v.VenueLatency(0.5)} ms gateway p50 {v.GatewayLatency(0.5)} ms");
    });

    private static IRenderable Draw(MarketView view, SampleOptions options) => view.Read((v, trades) =>
    {
        var ladder = new Table().Border(TableBorder.Rounded).AddColumns("Bid size", "Bid", "Ask", "Ask size");
        foreach (var column in ladder.Columns)
            column.RightAligned();
        var book = v.Book;
        for (var i = 0; i < options.Top; i++)
        {
            var bid = book?.Data.Bids.ElementAtOrDefault(i);
            var ask = book?.Data.Asks.ElementAtOrDefault(i);
            ladder.AddRow(
                Text(bid is { Price: > 0 } ? bid.Value.Quantity : null), Text(bid is { Price: > 0 } ? bid.Value.Price : null, "green"),
                Text(ask is { Price: > 0 } ? ask.Value.Price : null, "red"), Text(ask is { Price: > 0 } ? ask.Value.Quantity : null));
        }

        var tape = new Table().Border(TableBorder.Rounded).AddColumns("Time", "Side", "Price", "Size");
        foreach (var trade in trades.Reverse())
        {
            var color = trade.Data.AggressorSide == Side.Buy ? "green" : "red";
            tape.AddRow(
                trade.Data.VenueTime.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture),
                $"[{color}]{trade.Data.AggressorSide}[/]", Text(trade.Data.Price, color), Text(trade.Data.Quantity));
        }

        var state = book?.Data.State;
        var facts = new Grid().AddColumns(2);
        facts.AddRow("book", state is null ? "none yet" : $"[{(state == BookState.Synced ? "green" : "yellow")}]{state}[/] {Markup.Escape(book!.Data.Reason ?? "")}");
        facts.AddRow("age", book?.Data.Age(DateTimeOffset.UtcNow) is { } age ? Number(age.TotalMilliseconds) + " ms" : "-");
        facts.AddRow("connection", Markup.Escape($"{v.Status?.State.ToString() ?? "-"} {v.Status?.Reason}"));
        facts.AddRow("epoch / seq", $"{book?.Epoch} / {book?.Seq}");
        facts.AddRow("books, trades", $"{v.Books}, {v.Trades}");
        facts.AddRow("gaps (healed), out of order", $"{v.Gaps} ({v.GapsHealed}), {v.OutOfOrder}");
        facts.AddRow("venue to here p50 / p99", $"{Number(v.VenueLatency(0.5))} / {Number(v.VenueLatency(0.99))} ms");
        facts.AddRow("gateway to here p50 / p99", $"{Number(v.GatewayLatency(0.5))} / {Number(v.GatewayLatency(0.99))} ms");
        return (IRenderable)new Rows(
            new Rule($"{Markup.Escape(options.Exchange)} {Markup.Escape(options.Symbol)}").LeftJustified(),
            new Columns(ladder, tape).Collapse(),
            facts);
    });

    private static string Text(decimal? value, string? color = null)
    {
        var text = value?.ToString(CultureInfo.InvariantCulture) ?? "";
        return color is null || text.Length == 0 ? text : $"[{color}]{text}[/]";
    }

    private static string Number(double? value) => value?.ToString("0.###", CultureInfo.InvariantCulture) ?? "-";
}
