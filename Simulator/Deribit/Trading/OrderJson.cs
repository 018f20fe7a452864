using System.Buffers;
using System.Text.Json;
using Exchange.Simulator.Deribit.Market;
using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Deribit.Trading;

/// <summary>Orders, fills, positions and money as the venue writes them (sheet, sections 4.2, 4.3 and 5).</summary>
internal static class OrderJson
{
    private static readonly JsonWriterOptions _options = new() { SkipValidation = true };

    public static string Word(Side side) => side == Side.Buy ? "buy" : "sell";

    public static byte[] Bytes(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, _options))
        {
            write(writer);
        }

        return buffer.WrittenSpan.ToArray();
    }

    public static void WriteOrder(Utf8JsonWriter writer, DeribitOrder order)
    {
        var instrument = order.Instrument;
        writer.WriteStartObject();
        writer.WriteString("order_id"u8, order.OrderId);
        writer.WriteString("order_state"u8, order.State);
        writer.WriteString("order_type"u8, order.Type);
        if (order.OriginalType is not null)
        {
            writer.WriteString("original_order_type"u8, order.OriginalType);
        }

        writer.WriteString("instrument_name"u8, instrument.Name);
        writer.WriteString("direction"u8, Word(order.Side));
        writer.WriteAmount("amount"u8, order.Amount);
        writer.WriteAmount("contracts"u8, order.Amount / instrument.ContractSize);
        if (order.Price is { } price)
        {
            writer.WriteAmount("price"u8, price);
        }
        else
        {
            writer.WriteString("price"u8, "market_price"u8);
        }

        // A trigger that waits has neither of these (sheet, section 4.1).
        if (!order.IsTrigger)
        {
            writer.WriteAmount("filled_amount"u8, order.Filled);
            writer.WriteAmount("average_price"u8, order.AveragePrice);
        }

        if (order.Trigger is not null)
        {
            writer.WriteString("trigger"u8, order.Trigger);
            writer.WriteAmount("trigger_price"u8, order.TriggerPrice ?? 0m);
            writer.WriteBoolean("triggered"u8, order.TriggerOrderId is not null || order.State == "triggered");
            if (order.TriggerOffset is { } offset)
            {
                writer.WriteAmount("trigger_offset"u8, offset);
                writer.WriteAmount("trigger_reference_price"u8, order.TriggerReference ?? 0m);
            }
        }

        if (order.TriggerOrderId is not null)
        {
            writer.WriteString("trigger_order_id"u8, order.TriggerOrderId);
        }

        if (order.DisplayAmount is { } shown)
        {
            writer.WriteAmount("display_amount"u8, shown);
            writer.WriteAmount("refresh_amount"u8, shown);
        }

        writer.WriteString("label"u8, order.Label);
        writer.WriteString("time_in_force"u8, order.TimeInForce);
        writer.WriteBoolean("post_only"u8, order.PostOnly);
        if (order.PostOnly)
        {
            writer.WriteBoolean("reject_post_only"u8, order.RejectPostOnly);
        }

        writer.WriteBoolean("reduce_only"u8, order.ReduceOnly);
        writer.WriteBoolean("replaced"u8, order.Replaced);
        writer.WriteBoolean("mmp"u8, false);
        writer.WriteBoolean("api"u8, !order.IsWeb);
        writer.WriteBoolean("web"u8, order.IsWeb);
        writer.WriteNumber("user_id"u8, order.Account.UserId);
        writer.WriteBoolean("is_liquidation"u8, order.IsLiquidation);
        writer.WriteBoolean("risk_reducing"u8, false);
        if (order.CancelReason is not null)
        {
            writer.WriteString("cancel_reason"u8, order.CancelReason);
        }

        writer.WriteNumber("creation_timestamp"u8, order.Created);
        writer.WriteNumber("last_update_timestamp"u8, order.Updated);
        writer.WriteEndObject();
    }

    public static void WriteFill(Utf8JsonWriter writer, DeribitFill fill)
    {
        var (order, instrument) = (fill.Order, fill.Order.Instrument);
        writer.WriteStartObject();
        writer.WriteString("trade_id"u8, fill.TradeId);
        writer.WriteNumber("trade_seq"u8, fill.Trade.Sequence);
        writer.WriteString("instrument_name"u8, instrument.Name);
        writer.WriteString("order_id"u8, order.OrderId);
        writer.WriteString("order_type"u8, order.IsLiquidation ? "liquidation" : order.Type == "market" ? "market" : "limit");
        writer.WriteString("label"u8, order.Label);
        writer.WriteString("direction"u8, Word(order.Side));
        writer.WriteAmount("price"u8, fill.Price);
        writer.WriteAmount("amount"u8, fill.Amount);
        writer.WriteAmount("contracts"u8, fill.Amount / instrument.ContractSize);
        writer.WriteAmount("fee"u8, fill.Fee);
        writer.WriteString("fee_currency"u8, instrument.SettlementCurrency);
        writer.WriteString("liquidity"u8, fill.IsMaker ? "M"u8 : "T"u8);
        writer.WriteString("state"u8, fill.State);
        writer.WriteNumber("tick_direction"u8, fill.Trade.TickDirection);
        writer.WriteAmount("index_price"u8, fill.Trade.Index);
        writer.WriteAmount("mark_price"u8, fill.Trade.Mark);
        writer.WriteNumber("timestamp"u8, fill.Trade.Time);
        writer.WriteNull("matching_id"u8);
        writer.WriteAmount("profit_loss"u8, fill.Profit);
        if (order.IsLiquidation)
        {
            writer.WriteString("liquidation"u8, "T"u8);
        }

        writer.WriteBoolean("post_only"u8, order.PostOnly);
        writer.WriteBoolean("reduce_only"u8, order.ReduceOnly);
        writer.WriteBoolean("self_trade"u8, false);
        writer.WriteBoolean("mmp"u8, false);
        writer.WriteBoolean("api"u8, !order.IsWeb);
        writer.WriteBoolean("risk_reducing"u8, false);
        writer.WriteNumber("user_id"u8, order.Account.UserId);
        writer.WriteEndObject();
    }

    /// <param name="queried">A query tells more than a notification.</param>
    public static void WritePosition(Utf8JsonWriter writer, DeribitAccount account, InstrumentFeed feed, bool queried)
    {
        var instrument = feed.Instrument;
        var position = account.Position(instrument);
        var (mark, amount) = (feed.Mark, position.Amount);
        var profit = instrument.IsOption ? (amount * mark) - position.Cost : position.Profit(mark);
        var coins = instrument.CountsDollars ? instrument.Value(amount, mark) : amount;
        var value = Math.Abs(instrument.Value(amount, mark));
        writer.WriteStartObject();
        writer.WriteString("instrument_name"u8, instrument.Name);
        writer.WriteString("kind"u8, instrument.Kind);
        writer.WriteString("direction"u8, amount == 0 ? (queried ? "buy" : "zero") : amount > 0 ? "buy" : "sell");

        // The size of a linear position is its value; only size_currency is in the unit of orders (sheet, section 1).
        writer.WriteAmount("size"u8, instrument.IsInverse ? amount : decimal.Round(amount * mark, 8));
        if (!instrument.IsOption)
        {
            writer.WriteAmount("size_currency"u8, decimal.Round(coins, 8));
            writer.WriteNumber("leverage"u8, 50);
        }

        writer.WriteAmount("average_price"u8, position.AveragePrice);
        writer.WriteAmount("mark_price"u8, mark);
        writer.WriteAmount("index_price"u8, feed.Index);
        writer.WriteAmount("settlement_price"u8, Fixed8.ToDecimal(feed.Open));
        writer.WriteAmount("delta"u8, decimal.Round(instrument.IsOption ? amount * (instrument.OptionType == "call" ? 0.52m : -0.48m) : coins, 8));
        writer.WriteAmount("initial_margin"u8, decimal.Round(value * DeribitInstrument.InitialMargin, 8));
        writer.WriteAmount("maintenance_margin"u8, decimal.Round(value * DeribitInstrument.MaintenanceMargin, 8));
        writer.WriteAmount("floating_profit_loss"u8, decimal.Round(profit, 8));
        writer.WriteAmount("realized_profit_loss"u8, decimal.Round(position.Realised, 8));
        writer.WriteAmount("total_profit_loss"u8, decimal.Round(profit, 8));
        if (instrument.IsPerpetual)
        {
            writer.WriteAmount("realized_funding"u8, 0m);
            writer.WriteAmount("interest_value"u8, 0.27m);
        }

        if (instrument.IsOption)
        {
            writer.WriteAmount("gamma"u8, 0.00001m * amount);
            writer.WriteAmount("vega"u8, 180.25m * amount);
            writer.WriteAmount("theta"u8, -21.5m * amount);
            writer.WriteAmount("average_price_usd"u8, decimal.Round(position.AveragePrice * feed.Index, 4));
            writer.WriteAmount("floating_profit_loss_usd"u8, decimal.Round(profit * feed.Index, 4));
        }

        if (queried)
        {
            writer.WriteAmount("open_orders_margin"u8, 0m);
            if (!instrument.IsOption && amount != 0)
            {
                writer.WriteAmount("estimated_liquidation_price"u8, decimal.Round(position.AveragePrice * (amount > 0 ? 0.1m : 10m), 2));
            }
        }

        writer.WriteEndObject();
    }

    /// <summary>The members that the portfolio channel and the account's summaries share.</summary>
    public static void WriteMoney(Utf8JsonWriter writer, DeribitMargin money)
    {
        writer.WriteString("currency"u8, money.Currency);
        writer.WriteAmount("balance"u8, decimal.Round(money.Balance, 8));
        writer.WriteAmount("equity"u8, decimal.Round(money.Equity, 8));
        writer.WriteAmount("margin_balance"u8, decimal.Round(money.MarginBalance, 8));
        writer.WriteAmount("available_funds"u8, decimal.Round(money.Available, 8));
        writer.WriteAmount("available_withdrawal_funds"u8, decimal.Round(Math.Min(money.Available, Math.Max(0, money.Balance)), 8));
        writer.WriteAmount("initial_margin"u8, decimal.Round(money.Initial, 8));
        writer.WriteAmount("maintenance_margin"u8, decimal.Round(money.Maintenance, 8));
        writer.WriteAmount("projected_initial_margin"u8, decimal.Round(money.Initial, 8));
        writer.WriteAmount("projected_maintenance_margin"u8, decimal.Round(money.Maintenance, 8));
        writer.WriteAmount("spot_reserve"u8, 0m);
        writer.WriteAmount("additional_reserve"u8, 0m);
        writer.WriteAmount("fee_balance"u8, 0m);
        writer.WriteAmount("total_pl"u8, decimal.Round(money.Profit, 8));
        writer.WriteAmount("session_rpl"u8, 0m);
        writer.WriteAmount("session_upl"u8, decimal.Round(money.Profit, 8));
        writer.WriteAmount("futures_pl"u8, decimal.Round(money.Profit, 8));
        writer.WriteAmount("options_pl"u8, 0m);
        writer.WriteAmount("options_value"u8, decimal.Round(money.OptionsValue, 8));
        writer.WriteAmount("options_delta"u8, 0m);
        writer.WriteAmount("delta_total"u8, decimal.Round(money.Delta, 8));
        writer.WriteStartObject("delta_total_map"u8);
        writer.WriteEndObject();
        writer.WriteAmount("projected_delta_total"u8, decimal.Round(money.Delta, 8));
        writer.WriteAmount("estimated_liquidation_ratio"u8, 0.11m);
        writer.WriteBoolean("portfolio_margining_enabled"u8, false);
        writer.WriteBoolean("cross_collateral_enabled"u8, false);
        writer.WriteString("margin_model"u8, "segregated_sm"u8);
    }
}
