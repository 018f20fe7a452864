using System.Collections.Immutable;
using Exchange.Grains.Interfaces;

namespace Exchange.Client.Gateway.Commands;

/// <summary>The methods <c>oms.*</c>.</summary>
internal static class OmsMethods
{
    private const ConnectionRole Role = ConnectionRole.Oms;
    private const int MaxBatch = 100;

    public static void Add(MethodTable table)
    {
        table.Grain<IExchangeOmsGrain, OrderAck>("oms.place_market_order", Role, changesVenue: true, (session, p) =>
        {
            var request = ReadMarket(p) with { Trader = session.Trader?.Name };
            return (grain, token) => grain.PlaceMarketOrder(request, token);
        });
        table.Grain<IExchangeOmsGrain, OrderAck>("oms.place_limit_order", Role, changesVenue: true, (session, p) =>
        {
            var request = ReadLimit(p) with { Trader = session.Trader?.Name };
            return (grain, token) => grain.PlaceLimitOrder(request, token);
        });
        table.Grain<IExchangeOmsGrain, OrderAck>("oms.place_stop_order", Role, changesVenue: true, (session, p) =>
        {
            var request = ReadStop(p) with { Trader = session.Trader?.Name };
            return (grain, token) => grain.PlaceStopOrder(request, token);
        });
        table.Grain<IExchangeOmsGrain, OrderAck>("oms.place_take_profit_order", Role, changesVenue: true, (session, p) =>
        {
            var request = ReadTakeProfit(p) with { Trader = session.Trader?.Name };
            return (grain, token) => grain.PlaceTakeProfitOrder(request, token);
        });
        table.Grain<IExchangeOmsGrain, OrderAck>("oms.place_trailing_stop_order", Role, changesVenue: true, (session, p) =>
        {
            var request = ReadTrailing(p) with { Trader = session.Trader?.Name };
            return (grain, token) => grain.PlaceTrailingStopOrder(request, token);
        });
        table.Grain<IExchangeOmsGrain, OrderBatchResult>("oms.place_orders", Role, changesVenue: true, (session, p) =>
        {
            var batch = new OrderBatch { Orders = [.. p.Objects("orders", MaxBatch, ReadAny).Select(o => o with { Trader = session.Trader?.Name })] };
            return (grain, token) => grain.PlaceOrders(batch, token);
        });
        table.Grain<IExchangeOmsGrain, OrderAck>("oms.cancel_order", Role, changesVenue: true, p =>
        {
            var key = ReadKey(p);
            return (grain, token) => grain.CancelOrder(key, token);
        });
        table.Grain<IExchangeOmsGrain, CancelAllResult>("oms.cancel_all_orders", Role, changesVenue: true, p =>
        {
            var symbol = p.OptionalSymbol();
            return (grain, token) => grain.CancelAllOrders(symbol, token);
        });
        table.Grain<IExchangeOmsGrain, OrderAck>("oms.replace_order", Role, changesVenue: true, p =>
        {
            var request = new ReplaceOrderRequest { Order = ReadKey(p), Price = p.OptionalDecimal("price"), Quantity = p.OptionalDecimal("quantity") };
            if (request is { Price: null, Quantity: null })
                p.Fail("price", "missing, and so is quantity; give one of them or both");
            return (grain, token) => grain.ReplaceOrder(request, token);
        });
        table.Grain<IExchangeOmsGrain, OrderAck>("oms.get_order", Role, changesVenue: false, p =>
        {
            var key = ReadKey(p);
            return (grain, token) => grain.GetOrder(key, token);
        });
        table.Grain<IExchangeOmsGrain, OrdersSnapshot>(
            "oms.get_open_orders", Role, changesVenue: false, _ => (grain, token) => grain.GetOpenOrders(token));
        table.Grain<IExchangeOmsGrain, TradingState>("oms.set_trading_state", Role, changesVenue: true, p =>
        {
            var state = p.Choice<TradingState>("state");
            return (grain, token) => grain.SetTradingState(state, token);
        });
        table.Grain<IExchangeOmsGrain, TradingState>(
            "oms.get_trading_state", Role, changesVenue: false, _ => (grain, token) => grain.GetTradingState(token));
        table.Grain<IExchangeOmsGrain, Unit>("oms.set_dead_man_switch", Role, changesVenue: true, p =>
        {
            var symbol = p.OptionalSymbol();
            var timeToLive = TimeSpan.FromMilliseconds(p.Long("time_to_live_ms", 0, 86_400_000));
            return (grain, token) => grain.SetDeadManSwitch(symbol, timeToLive, token);
        });
        ConnectionMethods.Add<IExchangeOmsGrain>(table, Role);
    }

    internal static OrderKey ReadKey(ParamsReader p)
    {
        var key = new OrderKey { Symbol = p.Symbol(), ClientOrderId = p.OptionalText("client_order_id"), VenueOrderId = p.OptionalText("venue_order_id") };
        if (key is { ClientOrderId: null, VenueOrderId: null })
            p.Fail("client_order_id", "missing, and so is venue_order_id; give one of them or both");
        return key;
    }

    private static OrderRequest ReadAny(ParamsReader p) => p.Text("type") switch
    {
        "market" => ReadMarket(p),
        "limit" => ReadLimit(p),
        "stop" => ReadStop(p),
        "take_profit" => ReadTakeProfit(p),
        "trailing_stop" => ReadTrailing(p),
        _ => Refuse(p),
    };

    private static MarketOrderRequest Refuse(ParamsReader p)
    {
        p.Fail("type", "is none of market, limit, stop, take_profit, trailing_stop");
        return ReadMarket(p);
    }

    private static MarketOrderRequest ReadMarket(ParamsReader p) => new()
    {
        Symbol = p.Symbol(),
        Side = p.Choice<Side>("side"),
        Quantity = ReadQuantity(p),
        ClientOrderId = p.OptionalText("client_order_id"),
        PositionSide = p.Choice("position_side", (PositionSide?)PositionSide.Net),
        ReduceOnly = p.Flag("reduce_only"),
    };

    private static LimitOrderRequest ReadLimit(ParamsReader p)
    {
        var request = new LimitOrderRequest
        {
            Symbol = p.Symbol(),
            Side = p.Choice<Side>("side"),
            Quantity = ReadQuantity(p),
            ClientOrderId = p.OptionalText("client_order_id"),
            PositionSide = p.Choice("position_side", (PositionSide?)PositionSide.Net),
            ReduceOnly = p.Flag("reduce_only"),
            Price = ReadPrice(p, "price"),
            TimeInForce = p.Choice("time_in_force", (TimeInForce?)TimeInForce.GoodTillCancelled),
            PostOnly = p.Flag("post_only"),
            GoodTillDate = p.OptionalTime("good_till_date"),
        };
        if (request.TimeInForce == TimeInForce.GoodTillDate != request.GoodTillDate is not null)
            p.Fail("good_till_date", "goes with time_in_force good_till_date, and only with it");
        return request;
    }

    private static StopOrderRequest ReadStop(ParamsReader p) => new()
    {
        Symbol = p.Symbol(),
        Side = p.Choice<Side>("side"),
        Quantity = ReadQuantity(p),
        ClientOrderId = p.OptionalText("client_order_id"),
        PositionSide = p.Choice("position_side", (PositionSide?)PositionSide.Net),
        ReduceOnly = p.Flag("reduce_only"),
        TriggerPrice = ReadPrice(p, "trigger_price"),
        Price = p.OptionalDecimal("price"),
        TriggerBy = p.Choice("trigger_by", (TriggerPriceSource?)TriggerPriceSource.Last),
        TimeInForce = p.Choice("time_in_force", (TimeInForce?)TimeInForce.GoodTillCancelled),
    };

    private static TakeProfitOrderRequest ReadTakeProfit(ParamsReader p) => new()
    {
        Symbol = p.Symbol(),
        Side = p.Choice<Side>("side"),
        Quantity = ReadQuantity(p),
        ClientOrderId = p.OptionalText("client_order_id"),
        PositionSide = p.Choice("position_side", (PositionSide?)PositionSide.Net),
        ReduceOnly = p.Flag("reduce_only"),
        TriggerPrice = ReadPrice(p, "trigger_price"),
        Price = p.OptionalDecimal("price"),
        TriggerBy = p.Choice("trigger_by", (TriggerPriceSource?)TriggerPriceSource.Last),
        TimeInForce = p.Choice("time_in_force", (TimeInForce?)TimeInForce.GoodTillCancelled),
    };

    private static TrailingStopOrderRequest ReadTrailing(ParamsReader p) => new()
    {
        Symbol = p.Symbol(),
        Side = p.Choice<Side>("side"),
        Quantity = ReadQuantity(p),
        ClientOrderId = p.OptionalText("client_order_id"),
        PositionSide = p.Choice("position_side", (PositionSide?)PositionSide.Net),
        ReduceOnly = p.Flag("reduce_only"),
        Offset = ReadPrice(p, "offset"),
        ActivationPrice = p.OptionalDecimal("activation_price"),
        TriggerBy = p.Choice("trigger_by", (TriggerPriceSource?)TriggerPriceSource.Last),
    };

    private static decimal ReadQuantity(ParamsReader p) => ReadPrice(p, "quantity");

    private static decimal ReadPrice(ParamsReader p, string name)
    {
        var value = p.Decimal(name);
        if (p.Error is null && value <= 0)
            p.Fail(name, "must be greater than zero");
        return value;
    }
}
