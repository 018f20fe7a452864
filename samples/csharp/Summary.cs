using System.Globalization;
using System.Text.Json;
using Exchange.Client.Protocol;

namespace Exchange.Samples;

/// <summary>What is said at the end.</summary>
internal static class Summary
{
    private static readonly JsonSerializerOptions _json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Prints one market's; true when all was well there.</summary>
    public static bool Print(Desk desk, bool asJson) => desk.View.Read((view, _) =>
    {
        var isGood = desk.SawMarket && desk.Traded;
        if (asJson)
            Console.WriteLine(Json(desk, view, isGood));
        else
            PrintText(desk, view);
        return isGood;
    });

    private static string Json(Desk desk, MarketView view, bool isGood)
    {
        var orders = desk.Cycle is null ? null : desk.Orders;
        return JsonSerializer.Serialize(
            new
            {
                v = ProtocolVersion.Current,
                desk.Market.Exchange,
                desk.Market.Symbol,
                view.Books,
                view.SyncedBooks,
                view.Trades,
                view.Gaps,
                view.GapsHealed,
                view.OutOfOrder,
                view.Epochs,
                view.Dropped,
                VenueToTraderMs = new { P50 = view.VenueLatency(0.5), P99 = view.VenueLatency(0.99) },
                GatewayToTraderMs = new { P50 = view.GatewayLatency(0.5), P99 = view.GatewayLatency(0.99) },
                Orders = orders is null ? null : new { orders.Placed, orders.Filled, orders.Replaced, orders.Cancelled, orders.Refused, orders.Unknown },
                CommandToReplyMs = orders is null ? null : new { P50 = orders.CommandLatency(0.5), P99 = orders.CommandLatency(0.99) },
                Ok = isGood,
            },
            _json);
    }

    private static void PrintText(Desk desk, MarketView view)
    {
        var orders = desk.Orders;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{desk.Market.Exchange} {desk.Market.Symbol}: {view.Books} books ({view.SyncedBooks} synced), {view.Trades} trades, {view.Gaps} gaps ({view.GapsHealed} healed), " +
            $"{view.OutOfOrder} out of order, {view.Dropped} dropped; gateway to here p50 {view.GatewayLatency(0.5)} ms, p99 {view.GatewayLatency(0.99)} ms"));
        if (desk.Cycle is not null)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{desk.Market.Exchange} orders: {orders.Placed} placed, {orders.Replaced} replaced, {orders.Filled} filled, {orders.Cancelled} cancelled, {orders.Refused} refused, " +
                $"{orders.Unknown} unknown; command to reply p50 {orders.CommandLatency(0.5)} ms, p99 {orders.CommandLatency(0.99)} ms"));
        }

        if (!desk.SawMarket)
            Console.WriteLine($"{desk.Market.Exchange}: " + (view.OutOfOrder > 0 ? "updates were out of order." : "books and trades were awaited, and not both came."));
        if (!desk.Traded)
            Console.WriteLine($"{desk.Market.Exchange}: orders were to be placed, replaced, filled and cancelled, and none refused. {orders.LastRefusal}");
    }
}
