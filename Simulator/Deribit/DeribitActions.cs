using System.Globalization;

namespace Exchange.Simulator.Deribit;

/// <summary>What <c>POST /deribit/&lt;action&gt;</c> may say; each action reads the members that it needs.</summary>
internal sealed record DeribitActionRequest(
    string? Account = null, string? ClientOrderId = null, string? Instrument = null, string? Amount = null, string? Price = null,
    string? Rate = null, string? Currency = null, string? State = null, bool? Locked = null, Dictionary<string, string>? Order = null);

/// <summary>The actions on the private side of Deribit that the control port offers.</summary>
internal static class DeribitActions
{
    public static IReadOnlyList<string> Names { get; } =
        ["fill", "overfill", "cancel", "mark", "last", "funding", "deposit", "manual-order", "liquidate", "settle", "state", "lock"];

    /// <summary>Does it; gives the label (or else the order id) of an order that it made, if any.</summary>
    /// <exception cref="ArgumentException">Unknown action or member, or nothing to act on.</exception>
    public static string? Do(DeribitControl trading, string action, DeribitActionRequest request)
    {
        switch (action)
        {
            case "fill":
                trading.Fill(Required(request.ClientOrderId, "client_order_id"), Number(request.Amount, "amount"), request.Account);
                return null;
            case "overfill":
                trading.Overfill(Required(request.ClientOrderId, "client_order_id"), RequiredNumber(request.Amount, "amount"), request.Account);
                return null;
            case "cancel":
                trading.Cancel(Required(request.ClientOrderId, "client_order_id"), request.Account);
                return null;
            case "mark":
                trading.SetMark(Required(request.Instrument, "instrument"), Number(request.Price, "price"));
                return null;
            case "last":
                trading.SetLast(Required(request.Instrument, "instrument"), RequiredNumber(request.Price, "price"));
                return null;
            case "funding":
                trading.Fund(Required(request.Instrument, "instrument"), RequiredNumber(request.Rate, "rate"));
                return null;
            case "deposit":
                trading.Deposit(Required(request.Currency, "currency"), RequiredNumber(request.Amount, "amount"), request.Account);
                return null;
            case "manual-order":
                return trading.PlaceManually(request.Order ?? throw new ArgumentException("order: the venue's parameters of the order, with direction"), request.Account);
            case "liquidate":
            case "settle":
                return trading.CloseBySystem(Required(request.Instrument, "instrument"), Number(request.Amount, "amount"), Number(request.Price, "price"),
                    request.Account, liquidation: action == "liquidate");
            case "state":
                trading.SetState(Required(request.Instrument, "instrument"), Required(request.State, "state"));
                return null;
            case "lock":
                trading.Lock(request.Locked ?? true, request.Account);
                return null;
            default:
                throw new ArgumentException($"no action {action}; there are {string.Join(", ", Names)}");
        }
    }

    private static string Required(string? value, string name) => value ?? throw new ArgumentException($"{name} is missing");

    private static decimal RequiredNumber(string? value, string name) => Number(value, name) ?? throw new ArgumentException($"{name} is missing");

    private static decimal? Number(string? value, string name) => value is null ? null
        : decimal.TryParse(value, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new ArgumentException($"{name}: a decimal as text");
}
