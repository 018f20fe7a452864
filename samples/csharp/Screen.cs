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

    public static Task ShowAsync(Desk[] desks, int top, CancellationToken until) =>
        AnsiConsole.Live(Draw(desks, top)).StartAsync(async live =>
        {
            using var timer = new PeriodicTimer(_refresh);
            try
            {
                while (await timer.WaitForNextTickAsync(until))
                    live.UpdateTarget(Draw(desks, top));
            }
            catch (OperationCanceledException)
            {
                live.UpdateTarget(Draw(desks, top));
            }
        });

    /// <summary>One line for an output that is not a terminal.</summary>
    public static string Line(Desk desk) => MarketLine(desk) + (desk.Cycle is null ? "" : OrderLine(desk.Orders));

    private static string MarketLine(Desk desk) => desk.View.Read((v, _) =>
    {
        var book = v.Book;
        var bid = book?.Data.Bids.Length > 0 ? book.Data.Bids[0] : (PriceLevel?)null;
        var ask = book?.Data.Asks.Length > 0 ? book.Data.Asks[0] : (PriceLevel?)null;
        return string.Create(CultureInfo.InvariantCulture,
            $"{DateTimeOffset.UtcNow:HH:mm:ss} {desk.Market.Exchange} {book?.Data.State.ToString() ?? "no book"} bid {bid?.Price} x {bid?.Quantity} ask {ask?.Price} x {ask?.Quantity} " +
            $"epoch {book?.Epoch} seq {book?.Seq} books {v.Books} trades {v.Trades} gaps {v.Gaps} venue p50 {v.VenueLatency(0.5)} ms gateway p50 {v.GatewayLatency(0.5)} ms");
    });

    /// <summary>The orders' part of that line.</summary>
    private static string OrderLine(OrderView orders) => orders.Read((o, working, positions) => string.Create(CultureInfo.InvariantCulture,
        $" | orders placed {o.Placed} replaced {o.Replaced} filled {o.Filled} cancelled {o.Cancelled} refused {o.Refused} working {working.Count} " +
        $"position {positions.Sum(p => p.Quantity)} reply p50 {o.CommandLatency(0.5)} ms"));

    /// <summary>The markets side by side as far as there is room.</summary>
    private static IRenderable Draw(Desk[] desks, int top) => new Columns(desks.Select(desk =>
        desk.Cycle is null ? DrawMarket(desk, top) : new Rows(DrawMarket(desk, top), DrawOrders(desk.Orders)))).Collapse();

    private static IRenderable DrawOrders(OrderView orders) => orders.Read((o, working, positions) =>
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("Order", "Side", "Price", "Size", "Filled", "State");
        foreach (var order in working.Take(5))
        {
            var color = order.Side == Side.Buy ? "green" : "red";
            table.AddRow(Markup.Escape(order.ClientOrderId), $"[{color}]{order.Side}[/]", Text(order.Price, color), Text(order.Quantity), Text(order.CumulativeQuantity), order.Status.ToString());
        }

        var held = new Table().Border(TableBorder.Rounded).AddColumns("Position", "Size", "Entry");
        foreach (var position in positions.Take(5))
            held.AddRow(Markup.Escape(position.Symbol), Text(position.Quantity, position.Quantity > 0 ? "green" : "red"), Text(position.EntryPrice));

        var facts = new Grid().AddColumns(2);
        facts.AddRow("placed, replaced, filled, cancelled", $"{o.Placed}, {o.Replaced}, {o.Filled}, {o.Cancelled}");
        facts.AddRow("refused, unknown", $"{o.Refused}, {o.Unknown} {Markup.Escape(o.LastRefusal ?? "")}");
        facts.AddRow("balance", Markup.Escape(string.Join(", ", o.Balances.Where(b => b.Wallet != 0).Select(b => string.Create(CultureInfo.InvariantCulture, $"{b.Wallet:0.####} {b.Asset}")))));
        facts.AddRow("command to reply p50 / p99", $"{Number(o.CommandLatency(0.5))} / {Number(o.CommandLatency(0.99))} ms");
        return (IRenderable)new Rows(new Columns(table, held).Collapse(), facts);
    });

    private static IRenderable DrawMarket(Desk desk, int top) => desk.View.Read((v, trades) =>
    {
        var ladder = new Table().Border(TableBorder.Rounded).AddColumns("Bid size", "Bid", "Ask", "Ask size");
        foreach (var column in ladder.Columns)
            column.RightAligned();
        var book = v.Book;
        for (var i = 0; i < top; i++)
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
            new Markup($"[bold]{Markup.Escape(desk.Market.Exchange)} {Markup.Escape(desk.Market.Symbol)}[/]"),
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
