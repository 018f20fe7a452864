using System.Globalization;
using Exchange.Simulator.Binance.Trading;

namespace Exchange.Simulator.Binance;

/// <summary>What <c>POST /binance/&lt;action&gt;</c> may say; each action reads the members that it needs.</summary>
internal sealed record TradingActionRequest(
    string? Account = null, string? ClientOrderId = null, string? Symbol = null, string? PositionSide = null, string? Quantity = null,
    string? Price = null, string? Rate = null, string? Asset = null, string? Amount = null, string? Status = null,
    Dictionary<string, string>? Order = null);

/// <summary>The actions on the private side of Binance that the control port offers.</summary>
internal static class TradingActions
{
    public static IReadOnlyList<string> Names { get; } =
        ["fill", "overfill", "cancel", "mark", "last", "funding", "deposit", "manual-order", "liquidate", "adl", "settle", "margin-call"];

    /// <summary>Does it; gives the client order id of an order that it made, if any.</summary>
    /// <exception cref="ArgumentException">Unknown action or member, or nothing to act on.</exception>
    public static string? Do(TradingControl trading, string action, TradingActionRequest request)
    {
        switch (action)
        {
            case "fill":
                trading.Fill(Required(request.ClientOrderId, "client_order_id"), Number(request.Quantity, "quantity"), request.Account);
                return null;
            case "overfill":
                trading.Overfill(Required(request.ClientOrderId, "client_order_id"), RequiredNumber(request.Quantity, "quantity"), request.Account);
                return null;
            case "cancel":
                trading.Cancel(Required(request.ClientOrderId, "client_order_id"), request.Account);
                return null;
            case "mark":
                trading.SetMark(Required(request.Symbol, "symbol"), Number(request.Price, "price"));
                return null;
            case "last":
                trading.SetLast(Required(request.Symbol, "symbol"), RequiredNumber(request.Price, "price"));
                return null;
            case "funding":
                trading.Fund(Required(request.Symbol, "symbol"), RequiredNumber(request.Rate, "rate"));
                return null;
            case "deposit":
                trading.Deposit(Required(request.Asset, "asset"), RequiredNumber(request.Amount, "amount"), request.Account);
                return null;
            case "manual-order":
                return Place(trading, request);
            case "liquidate":
                return Close(trading, SystemClose.Liquidation, request);
            case "adl":
                return Close(trading, SystemClose.Deleveraging, request);
            case "settle":
                return Close(trading, SystemClose.Settlement, request);
            case "margin-call":
                trading.MarginCall(request.Account);
                return null;
            default:
                throw new ArgumentException($"no action {action}; there are {string.Join(", ", Names)}");
        }
    }

    private static string Place(TradingControl trading, TradingActionRequest request)
    {
        try
        {
            return trading.PlaceManually(request.Order ?? throw new ArgumentException("order: the venue's parameters of the order"), request.Account);
        }
        catch (BinanceErrorException refused)
        {
            throw new ArgumentException($"the venue refuses: {refused.Code} {refused.Message}", refused);
        }
    }

    private static string Close(TradingControl trading, SystemClose kind, TradingActionRequest request) => trading.CloseBySystem(
        kind, Required(request.Symbol, "symbol"), SideOf(request.PositionSide), Number(request.Quantity, "quantity"), Number(request.Price, "price"),
        request.Status ?? "NEW", request.Account);

    private static PositionSide SideOf(string? text) => text switch
    {
        null or "BOTH" => PositionSide.Both,
        "LONG" => PositionSide.Long,
        "SHORT" => PositionSide.Short,
        _ => throw new ArgumentException("position_side: BOTH, LONG or SHORT"),
    };

    private static string Required(string? value, string name) => value ?? throw new ArgumentException($"{name} is missing");

    private static decimal RequiredNumber(string? value, string name) => Number(value, name) ?? throw new ArgumentException($"{name} is missing");

    private static decimal? Number(string? value, string name) => value is null ? null
        : decimal.TryParse(value, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new ArgumentException($"{name}: a decimal as text");
}
