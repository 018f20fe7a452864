using Exchange.Simulator.Engine;
using Exchange.Simulator.Grvt.Market;
using Exchange.Simulator.Grvt.Wire;

namespace Exchange.Simulator.Grvt.Trading;

/// <summary>The signature of an order as it came.</summary>
internal sealed record GrvtSignature(string Signer, string R, string S, int V, long Expiration, uint Nonce, string ChainId)
{
    /// <summary>Of an order that nobody signed: the venue's own.</summary>
    public static readonly GrvtSignature None = new("0x00", "0x00", "0x00", 0, 0, 0, "0");

    public void Write(GrvtWriter writer)
    {
        writer.Text("signer", Signer);
        writer.Text("r", R);
        writer.Text("s", S);
        writer.Count("v", V);
        writer.Text("expiration", GrvtText.Nanoseconds(Expiration));
        writer.Count("nonce", Nonce);
        writer.Text("chain_id", ChainId);
    }
}

/// <summary>What makes an order wait: it goes to the book once a price gets there.</summary>
internal sealed record GrvtTrigger(string Type, string By, decimal Price, bool ClosePosition)
{
    /// <summary>Whether the price is there.</summary>
    public bool IsMet(Side side, decimal price) =>
        Type == "STOP_LOSS" == (side == Side.Buy) ? price >= Price : price <= Price;
}

/// <summary>What a client asks for, read and not yet judged by the books.</summary>
internal sealed record GrvtTicket
{
    public required ulong SubAccountId { get; init; }

    public required ulong ClientOrderId { get; init; }

    public required string Symbol { get; init; }

    public required Side Side { get; init; }

    public required bool IsMarket { get; init; }

    /// <summary>The venue's word.</summary>
    public required string TimeInForce { get; init; }

    public bool PostOnly { get; init; }

    public bool ReduceOnly { get; init; }

    public required decimal Size { get; init; }

    /// <summary>0 for a market order.</summary>
    public required decimal Price { get; init; }

    public GrvtTrigger? Trigger { get; init; }

    public required GrvtSignature Signature { get; init; }

    public string? Broker { get; init; }

    public string? Builder { get; init; }

    public decimal BuilderFee { get; init; }
}

/// <summary>An account's order as the venue keeps it (sheet, section 6).</summary>
internal sealed class GrvtOrder
{
    public required GrvtAccount Account { get; init; }

    public required GrvtFeed Feed { get; init; }

    public required GrvtTicket Ticket { get; init; }

    /// <summary>The engine's number; the venue's id is made of it.</summary>
    public required long Number { get; init; }

    public required long CreateTime { get; init; }

    /// <summary>128 bits, opaque.</summary>
    public string OrderId => $"0x01010105{Feed.Instrument.Hash.AsSpan(4, 2)}{Number:x22}";

    public string Status { get; set; } = "PENDING";

    public string RejectReason { get; set; } = "UNSPECIFIED";

    public decimal Traded { get; set; }

    public decimal Quote { get; set; }

    public long UpdateTime { get; set; }

    /// <summary>It is one that waits for its trigger.</summary>
    public bool Waits { get; set; }

    public Order? Engine { get; set; }

    public string Symbol => Feed.Symbol;

    public Side Side => Ticket.Side;

    public ulong ClientOrderId => Ticket.ClientOrderId;

    public decimal Remaining => Ticket.Size - Traded;

    public bool IsOpen => Status is "PENDING" or "OPEN";

    public decimal AveragePrice => Traded == 0 ? 0 : Quote / Traded;

    public void Write(GrvtWriter writer) => Write(writer, OrderId, WriteState);

    /// <summary>As the answer to a create has it: the id is a placeholder, and nothing has happened yet.</summary>
    public void WriteAccepted(GrvtWriter writer) => Write(writer, "0x00", state => WriteState(state, "PENDING", "UNSPECIFIED", Ticket.Size, 0, CreateTime, 0));

    public void WriteState(GrvtWriter writer) =>
        WriteState(writer, Status, RejectReason, IsOpen ? Remaining : 0, Traded, UpdateTime, AveragePrice);

    public void WriteStateFeed(GrvtWriter writer)
    {
        writer.Text("order_id", OrderId);
        writer.Text("client_order_id", GrvtText.Of(ClientOrderId));
        writer.Object("order_state", "state", WriteState);
    }

    private static void WriteState(GrvtWriter writer, string status, string reason, decimal left, decimal traded, long time, decimal average)
    {
        writer.Text("status", status);
        writer.Text("reject_reason", reason);
        writer.Texts("book_size", GrvtText.Of(left));
        writer.Texts("traded_size", GrvtText.Of(traded));
        writer.Text("update_time", GrvtText.Nanoseconds(time));
        writer.Texts("avg_fill_price", GrvtText.Of(average));
    }

    private void Write(GrvtWriter writer, string orderId, Action<GrvtWriter> state)
    {
        writer.Text("order_id", orderId);
        writer.Text("sub_account_id", GrvtText.Of(Ticket.SubAccountId));
        writer.Flag("is_market", Ticket.IsMarket);
        writer.Text("time_in_force", Ticket.TimeInForce);
        writer.Flag("post_only", Ticket.PostOnly);
        writer.Flag("reduce_only", Ticket.ReduceOnly);
        writer.Objects("legs", "leg", [Ticket], static (leg, ticket) =>
        {
            leg.Text("instrument", ticket.Symbol);
            leg.Number("size", ticket.Size);
            leg.Number("limit_price", ticket.Price);
            leg.Flag("is_buying_asset", ticket.Side == Side.Buy);
        });
        writer.Object("signature", "signature", Ticket.Signature.Write);
        writer.Object("metadata", "metadata", WriteMetadata);
        writer.Object("state", "state", state);
        writer.Text("builder", Ticket.Builder ?? "0x00");
        writer.Number("builder_fee", Ticket.BuilderFee);
    }

    private void WriteMetadata(GrvtWriter writer)
    {
        writer.Text("client_order_id", GrvtText.Of(ClientOrderId));
        writer.Text("create_time", GrvtText.Nanoseconds(CreateTime));
        writer.Object("trigger", "trigger", trigger =>
        {
            trigger.Text("trigger_type", Ticket.Trigger?.Type ?? "UNSPECIFIED");
            trigger.Object("tpsl", "tpsl", tpsl =>
            {
                tpsl.Text("trigger_by", Ticket.Trigger?.By ?? "UNSPECIFIED");
                tpsl.Number("trigger_price", Ticket.Trigger?.Price ?? 0);
                tpsl.Flag("close_position", Ticket.Trigger?.ClosePosition ?? false);
            });
        });
        writer.Text("broker", Ticket.Broker ?? "UNSPECIFIED");
    }
}

/// <summary>One execution of one of an account's orders.</summary>
internal sealed record GrvtFill(
    GrvtOrder Order, string TradeId, decimal Price, decimal Size, decimal Fee, decimal FeeRate, decimal Realised, bool IsTaker, bool IsLiquidation,
    decimal Mark, decimal Index, long Time)
{
    public void Write(GrvtWriter writer)
    {
        writer.Text("event_time", GrvtText.Nanoseconds(Time));
        writer.Text("sub_account_id", GrvtText.Of(Order.Account.SubAccountId));
        writer.Text("instrument", Order.Symbol);
        writer.Flag("is_buyer", Order.Side == Side.Buy);
        writer.Flag("is_taker", IsTaker);
        writer.Number("size", Size);
        writer.Number("price", Price);
        writer.Number("mark_price", Mark);
        writer.Number("index_price", Index);
        writer.Text("interest_rate", "0.0");
        writer.Text("forward_price", "0.0");
        writer.Number("realized_pnl", Realised);
        writer.Number("fee", Fee);
        writer.Number("fee_rate", FeeRate);
        writer.Text("trade_id", TradeId);
        writer.Text("order_id", Order.OrderId);
        writer.Text("venue", "ORDERBOOK");
        writer.Flag("is_liquidation", IsLiquidation);
        writer.Text("client_order_id", GrvtText.Of(Order.ClientOrderId));
        writer.Text("signer", Order.Ticket.Signature.Signer);
        writer.Text("broker", Order.Ticket.Broker ?? "UNSPECIFIED");
        writer.Flag("is_rpi", false);
        writer.Text("builder", Order.Ticket.Builder ?? "0x00");
        writer.Number("builder_fee_rate", Order.Ticket.BuilderFee);
        writer.Number("builder_fee", Math.Round(Price * Size * Order.Ticket.BuilderFee / 100, 6));
        writer.Text("fee_currency", "USDT");
    }
}
