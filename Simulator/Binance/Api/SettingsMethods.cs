using System.Text.Json;
using Exchange.Simulator.Binance.Trading;

namespace Exchange.Simulator.Binance.Api;

/// <summary>Modes, leverage, margin type, fees and limits of an account.</summary>
internal sealed class SettingsMethods(TradingDesk desk, OrderCounters counters, Func<IReadOnlyList<string>> symbols)
{
    public IEnumerable<ApiMethod> Methods() =>
    [
        Read("GET /fapi/v1/positionSide/dual", 30, (call, writer) => Flag(writer, "dualSidePosition"u8, call.Account.Hedge)),
        Change("POST /fapi/v1/positionSide/dual", SetMode),
        Read("GET /fapi/v1/multiAssetsMargin", 30, (call, writer) => Flag(writer, "multiAssetsMargin"u8, call.Account.MultiAssets)),
        Change("POST /fapi/v1/multiAssetsMargin", SetMultiAssets),
        Change("POST /fapi/v1/leverage", SetLeverage),
        Change("POST /fapi/v1/marginType", SetMarginType),
        Read("GET /fapi/v1/leverageBracket", 1, Brackets),
        Read("GET /fapi/v1/commissionRate", 20, Commission),
        Read("GET /fapi/v1/rateLimit/order", 1, (_, writer) => OrderLimits(writer)),
        Read("GET /fapi/v1/accountConfig", 5, AccountConfig),
        Read("GET /fapi/v1/symbolConfig", 5, SymbolConfig),
    ];

    private static ApiMethod Read(string route, int weight, Action<ApiCall, Utf8JsonWriter> handle) =>
        new(route, route, Security.UserData, _ => weight, default, handle);

    private static ApiMethod Change(string route, Action<ApiCall, Utf8JsonWriter> handle) =>
        new(route, route, Security.Trade, _ => 1, default, handle);

    private static void Flag(Utf8JsonWriter writer, ReadOnlySpan<byte> name, bool value)
    {
        writer.WriteStartObject();
        writer.WriteBoolean(name, value);
        writer.WriteEndObject();
    }

    private static void Success(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteNumber("code"u8, 200);
        writer.WriteString("msg"u8, "success"u8);
        writer.WriteEndObject();
    }

    private static bool RequiredBool(ApiCall call, string name) =>
        call.Parameters.Bool(name) ?? throw BinanceErrorException.Missing(name);

    private void SetMode(ApiCall call, Utf8JsonWriter writer)
    {
        var hedge = RequiredBool(call, "dualSidePosition");
        var account = call.Account;
        if (hedge == account.Hedge)
        {
            throw new BinanceErrorException(400, -4059, "No need to change position side.");
        }

        if (account.OpenOrders.Count > 0)
        {
            throw new BinanceErrorException(400, -4067, "Position side cannot be changed if there exists open orders.");
        }

        if (account.Positions.Any(position => position.Amount != 0))
        {
            throw new BinanceErrorException(400, -4068, "Position side cannot be changed if there exists position.");
        }

        account.Hedge = hedge;
        Success(writer);
    }

    private void SetMultiAssets(ApiCall call, Utf8JsonWriter writer)
    {
        var multi = RequiredBool(call, "multiAssetsMargin");
        if (multi == call.Account.MultiAssets)
        {
            throw new BinanceErrorException(400, -4171, "No need to change MultiAssetsMode.");
        }

        call.Account.MultiAssets = multi;
        desk.Events.MultiAssets(call.Account);
        Success(writer);
    }

    private void SetLeverage(ApiCall call, Utf8JsonWriter writer)
    {
        var symbol = SymbolOf(call);
        var leverage = call.Parameters.RequiredLong("leverage");
        if (leverage is < 1 or > LeverageBrackets.MaximumLeverage)
        {
            throw new BinanceErrorException(400, -4028, $"Leverage {leverage} is not valid.");
        }

        var settings = call.Account.Settings(symbol);
        var before = settings.Leverage;
        settings.Leverage = (int)leverage;
        var mark = desk.MarkOf(symbol);
        if (call.Account.Positions.Any(position => position.Symbol == symbol
                && Math.Abs(position.Amount * mark) > LeverageBrackets.MaximumNotional((int)leverage)))
        {
            settings.Leverage = before;
            throw new BinanceErrorException(400, -2027, "Exceeded the maximum allowable position at current leverage.");
        }

        desk.Events.Leverage(call.Account, symbol, (int)leverage);
        writer.WriteStartObject();
        writer.WriteNumber("leverage"u8, leverage);
        writer.WritePlain("maxNotionalValue"u8, LeverageBrackets.MaximumNotional((int)leverage));
        writer.WriteString("symbol"u8, symbol);
        writer.WriteEndObject();
    }

    private void SetMarginType(ApiCall call, Utf8JsonWriter writer)
    {
        var symbol = SymbolOf(call);
        var isolated = call.Parameters.Required("marginType") switch
        {
            "ISOLATED" => true,
            "CROSSED" => false,
            _ => throw BinanceErrorException.InvalidValue("marginType"),
        };
        if (isolated == call.Account.Settings(symbol).Isolated)
        {
            throw new BinanceErrorException(400, -4046, "No need to change margin type.");
        }

        if (call.Account.OpenOrders.Any(order => order.Symbol == symbol))
        {
            throw new BinanceErrorException(400, -4047, "Margin type cannot be changed if there exists open orders.");
        }

        if (call.Account.Positions.Any(position => position.Symbol == symbol && position.Amount != 0))
        {
            throw new BinanceErrorException(400, -4048, "Margin type cannot be changed if there exists position.");
        }

        call.Account.Settings(symbol).Isolated = isolated;
        Success(writer);
    }

    private void Brackets(ApiCall call, Utf8JsonWriter writer)
    {
        if (call.Parameters.Has("symbol"))
        {
            Write(SymbolOf(call));
            return;
        }

        writer.WriteStartArray();
        foreach (var symbol in symbols())
        {
            Write(symbol);
        }

        writer.WriteEndArray();

        void Write(string symbol)
        {
            writer.WriteStartObject();
            writer.WriteString("symbol"u8, symbol);
            writer.WriteStartArray("brackets"u8);
            foreach (var bracket in LeverageBrackets.All)
            {
                writer.WriteStartObject();
                writer.WriteNumber("bracket"u8, bracket.Number);
                writer.WriteNumber("initialLeverage"u8, bracket.Leverage);
                writer.WriteNumber("notionalCap"u8, bracket.Cap);
                writer.WriteNumber("notionalFloor"u8, bracket.Floor);
                writer.WriteNumber("maintMarginRatio"u8, bracket.MaintenanceRate);
                writer.WriteNumber("cum"u8, bracket.Cumulative);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }
    }

    private void Commission(ApiCall call, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("symbol"u8, SymbolOf(call));
        writer.WriteFixed("makerCommissionRate"u8, call.Account.MakerFee, 6);
        writer.WriteFixed("takerCommissionRate"u8, call.Account.TakerFee, 6);
        writer.WriteEndObject();
    }

    private void OrderLimits(Utf8JsonWriter writer)
    {
        writer.WriteStartArray();
        foreach (var (interval, number, limit) in (ReadOnlySpan<(string, int, int)>)[
            ("SECOND", 10, counters.LimitPerTenSeconds), ("MINUTE", 1, counters.LimitPerMinute)])
        {
            writer.WriteStartObject();
            writer.WriteString("rateLimitType"u8, "ORDERS"u8);
            writer.WriteString("interval"u8, interval);
            writer.WriteNumber("intervalNum"u8, number);
            writer.WriteNumber("limit"u8, limit);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private void AccountConfig(ApiCall call, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteNumber("feeTier"u8, 0);
        writer.WriteBoolean("canTrade"u8, call.Key!.CanTrade);
        writer.WriteBoolean("canDeposit"u8, true);
        writer.WriteBoolean("canWithdraw"u8, true);
        writer.WriteBoolean("dualSidePosition"u8, call.Account.Hedge);
        writer.WriteNumber("updateTime"u8, 0);
        writer.WriteBoolean("multiAssetsMargin"u8, call.Account.MultiAssets);
        writer.WriteNumber("tradeGroupId"u8, -1);
        writer.WriteEndObject();
    }

    private void SymbolConfig(ApiCall call, Utf8JsonWriter writer)
    {
        writer.WriteStartArray();
        foreach (var symbol in call.Parameters.Has("symbol") ? [SymbolOf(call)] : symbols())
        {
            var settings = call.Account.Settings(symbol);
            writer.WriteStartObject();
            writer.WriteString("symbol"u8, symbol);
            writer.WriteString("marginType"u8, settings.Isolated ? "ISOLATED" : "CROSSED");
            writer.WriteBoolean("isAutoAddMargin"u8, false);
            writer.WriteNumber("leverage"u8, settings.Leverage);
            writer.WritePlain("maxNotionalValue"u8, LeverageBrackets.MaximumNotional(settings.Leverage));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private string SymbolOf(ApiCall call) => desk.Feed(call.Parameters.Required("symbol")).Instrument.Symbol;
}
