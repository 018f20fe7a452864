using Exchange.Simulator.Control;
using Exchange.Simulator.Engine;
using Exchange.Simulator.Grvt.Market;
using Exchange.Simulator.Grvt.Wire;

namespace Exchange.Simulator.Grvt.Trading;

/// <summary>Something that an account is told on one of its streams, in both encodings.</summary>
internal sealed record GrvtEvent(ulong SubAccountId, string Stream, string? Symbol, string? ClientOrderId, byte[] Full, byte[] Lite);

/// <summary>Makes the events of accounts.</summary>
internal sealed class GrvtEvents(SimulatorClock clock, EventOutbox outbox, Action<GrvtEvent> deliver)
{
    /// <summary>The order as it is now: whole on one stream, its state alone on another.</summary>
    public void Order(GrvtOrder order)
    {
        Publish(order.Account, "v1.order", "order", order.Symbol, order.ClientOrderId, order.Write);
        Publish(order.Account, "v1.state", "state-feed", order.Symbol, order.ClientOrderId, order.WriteStateFeed);
    }

    public void Fill(GrvtFill fill) => Publish(fill.Order.Account, "v1.fill", "fill", fill.Order.Symbol, fill.Order.ClientOrderId, fill.Write);

    public void Position(GrvtAccount account, GrvtPosition position, GrvtFeed feed) => Publish(
        account, "v1.position", "position", position.Symbol, null,
        writer => GrvtMargin.WritePosition(writer, account, position, feed, clock.VenueNanoseconds()));

    /// <summary>What became of a cancel with a time to live.</summary>
    public void Cancel(GrvtAccount account, ulong clientOrderId, string status) => Publish(
        account, "v1.cancel", "cancel-feed", null, clientOrderId, writer =>
        {
            writer.Text("sub_account_id", GrvtText.Of(account.SubAccountId));
            writer.Text("client_order_id", GrvtText.Of(clientOrderId));
            writer.Text("order_id", "0x00");
            writer.Text("reason", "CLIENT_CANCEL");
            writer.Text("update_time", GrvtText.Nanoseconds(clock.VenueNanoseconds()));
            writer.Text("cancel_status", status);
        });

    private void Publish(GrvtAccount account, string stream, string shape, string? symbol, ulong? clientOrderId, Action<GrvtWriter> members)
    {
        var happened = new GrvtEvent(
            account.SubAccountId, stream, symbol, clientOrderId is { } id ? GrvtText.Of(id) : null,
            GrvtWriter.Render(false, writer => writer.Object(shape, members)), GrvtWriter.Render(true, writer => writer.Object(shape, members)));
        outbox.Publish(() => deliver(happened));
    }
}
