using System.Text.RegularExpressions;
using Exchange.Simulator.Binance.Api;
using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Binance.Trading;

/// <summary>
/// What <c>order.place</c> asks for, read from its parameters and refused as the venue refuses them (sheet, section 6.1): all
/// that can be said without the book, the position and the balance.
/// </summary>
internal sealed partial record OrderTicket
{
    private const long LatestGoodTill = 253402300799000;
    private const long SoonestGoodTill = 600_000;

    private static readonly string[] _conditional = ["STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET", "TRAILING_STOP_MARKET"];
    private static readonly string[] _selfTrades = ["NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH"];

    public required Side Side { get; init; }

    /// <summary>LIMIT or MARKET.</summary>
    public required string Type { get; init; }

    public PositionSide PositionSide { get; init; }

    public string TimeInForce { get; init; } = "GTC";

    public required decimal Quantity { get; init; }

    /// <summary>Null for a market order, and with a price match.</summary>
    public decimal? Price { get; init; }

    public bool ReduceOnly { get; init; }

    /// <summary>Made by the venue when the client gives none.</summary>
    public string? ClientOrderId { get; init; }

    /// <summary>Whether the answer is to tell what has become of it.</summary>
    public bool WantsResult { get; init; }

    public string PriceMatch { get; init; } = "NONE";

    public string SelfTradePrevention { get; init; } = "EXPIRE_MAKER";

    public long GoodTillDate { get; init; }

    public string WorkingType { get; init; } = "CONTRACT_PRICE";

    public bool PriceProtect { get; init; }

    /// <summary>The order of a triggered stop that closes its position: no quantity was asked for.</summary>
    public bool ClosePosition { get; init; }

    public bool IsMarket => Type == "MARKET";

    public static OrderTicket Read(Parameters parameters, Account account, long now)
    {
        var side = ReadSide(parameters);
        var type = parameters.Required("type");
        if (_conditional.Contains(type))
        {
            throw new BinanceErrorException(400, -4120,
                "Order type not supported for this endpoint. Please use the Algo Order API endpoints instead.");
        }

        if (type is not ("LIMIT" or "MARKET"))
        {
            throw new BinanceErrorException(400, -1116, "Invalid orderType.");
        }

        var positionSide = ReadPositionSide(parameters, account);
        var reduceOnly = ReadReduceOnly(parameters, account);
        var market = type == "MARKET";
        var priceMatch = ReadPriceMatch(parameters, allowed: !market);
        var timeInForce = ReadTimeInForce(parameters, market);
        var quantity = parameters.RequiredDecimal("quantity");
        var price = parameters.Decimal("price");
        if (price is not null && (market || priceMatch != "NONE"))
        {
            throw NotRequired("price");
        }

        if (price is null && !market && priceMatch == "NONE")
        {
            throw BinanceErrorException.Missing("price");
        }

        return new OrderTicket
        {
            Side = side,
            Type = type,
            PositionSide = positionSide,
            TimeInForce = timeInForce,
            Quantity = quantity,
            Price = price,
            ReduceOnly = reduceOnly,
            ClientOrderId = ReadClientId(parameters, "newClientOrderId"),
            WantsResult = parameters["newOrderRespType"] switch
            {
                null or "ACK" => false,
                "RESULT" => true,
                _ => throw BinanceErrorException.InvalidValue("newOrderRespType"),
            },
            PriceMatch = priceMatch,
            SelfTradePrevention = ReadSelfTrade(parameters),
            GoodTillDate = ReadGoodTill(parameters, timeInForce, now),
        };
    }

    public static Side ReadSide(Parameters parameters) => parameters.Required("side") switch
    {
        "BUY" => Side.Buy,
        "SELL" => Side.Sell,
        _ => throw new BinanceErrorException(400, -1117, "Invalid side."),
    };

    public static PositionSide ReadPositionSide(Parameters parameters, Account account)
    {
        var side = parameters["positionSide"] switch
        {
            null or "BOTH" => PositionSide.Both,
            "LONG" => PositionSide.Long,
            "SHORT" => PositionSide.Short,
            _ => throw new BinanceErrorException(400, -4060, "Invalid position side."),
        };
        return account.Hedge == (side != PositionSide.Both)
            ? side
            : throw new BinanceErrorException(400, -4061, "Order's position side does not match user's setting.");
    }

    public static bool ReadReduceOnly(Parameters parameters, Account account)
    {
        var reduceOnly = parameters.Bool("reduceOnly");
        return reduceOnly is not null && account.Hedge ? throw NotRequired("reduceonly") : reduceOnly ?? false;
    }

    public static string? ReadClientId(Parameters parameters, string name) => parameters[name] switch
    {
        null => null,
        var id when ClientId().IsMatch(id) => id,
        _ => throw new BinanceErrorException(400, -4015, "Client order id is not valid."),
    };

    public static string ReadSelfTrade(Parameters parameters) => parameters["selfTradePreventionMode"] switch
    {
        // Documents disagree about the default; this is what live order records show (sheet, section 12).
        null => "EXPIRE_MAKER",
        var mode when _selfTrades.Contains(mode) => mode,
        _ => throw new BinanceErrorException(400, -5039, "Invalid self trade prevention mode."),
    };

    public static string ReadPriceMatch(Parameters parameters, bool allowed)
    {
        switch (parameters["priceMatch"])
        {
            case null or "NONE":
                return "NONE";
            case "OPPONENT_10" or "OPPONENT_20":
                throw new BinanceErrorException(400, -5037, "Invalid price match.");
            case "OPPONENT" or "OPPONENT_5" or "QUEUE" or "QUEUE_5" or "QUEUE_10" or "QUEUE_20" when !allowed:
                throw new BinanceErrorException(400, -5038, "Price match only supports order type: LIMIT, STOP AND TAKE_PROFIT.");
            case "OPPONENT" or "OPPONENT_5" or "QUEUE" or "QUEUE_5" or "QUEUE_10" or "QUEUE_20":
                return parameters["priceMatch"]!;
            default:
                throw new BinanceErrorException(400, -5037, "Invalid price match.");
        }
    }

    public static BinanceErrorException NotRequired(string name) => new(400, -1106, $"Parameter '{name}' sent when not required.");

    private static string ReadTimeInForce(Parameters parameters, bool market)
    {
        var text = market ? parameters["timeInForce"] : parameters.Required("timeInForce");
        if (market)
        {
            return text is null ? "GTC" : throw NotRequired("timeInForce");
        }

        // RPI is not among what exchangeInfo offers here.
        return text is "GTC" or "IOC" or "FOK" or "GTX" or "GTD"
            ? text
            : throw new BinanceErrorException(400, -1115, "Invalid timeInForce.");
    }

    private static long ReadGoodTill(Parameters parameters, string timeInForce, long now)
    {
        if (timeInForce != "GTD")
        {
            return 0;
        }

        var date = parameters.RequiredLong("goodTillDate") / 1000 * 1000;
        return date > now + SoonestGoodTill && date < LatestGoodTill
            ? date
            : throw new BinanceErrorException(400, -5040,
                $"The goodTillDate timestamp must be greater than the current time plus 600 seconds and smaller than {LatestGoodTill}.");
    }

    [GeneratedRegex(@"^[\.A-Z\:/a-z0-9_-]{1,36}\z")]
    private static partial Regex ClientId();
}
