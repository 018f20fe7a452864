using System.Text;
using System.Text.Json;
using Exchange.Simulator.Control;
using Exchange.Simulator.Deribit.Market;
using Exchange.Simulator.Faults;

namespace Exchange.Simulator.Deribit.Trading;

/// <summary>Something to be told on one family of an account's channels.</summary>
/// <param name="Family"><c>user.orders</c>, <c>user.trades</c>, <c>user.changes</c>, <c>user.portfolio</c>, <c>user.lock</c>.</param>
/// <param name="Items">Orders or fills, each as JSON; of the other families the one object.</param>
/// <param name="Label">The order's that it is about, if it is about one.</param>
internal sealed record UserEvent(
    DeribitAccount Account, string Family, DeribitInstrument? Instrument, string? Currency, IReadOnlyList<byte[]> Items, string? Label);

/// <summary>
/// What an account is told: the orders, fills, positions and money that one step has changed go out together when the step is over,
/// each as it is then. Used within the simulator's turn.
/// </summary>
internal sealed class AccountEvents(SimulatorContext context, LiveMarket market, EventOutbox outbox, Func<IEnumerable<DeribitConnection>> connections)
{
    private readonly List<DeribitOrder> _orders = [];
    private readonly List<DeribitFill> _fills = [];
    private readonly List<(DeribitAccount Account, InstrumentFeed Feed)> _positions = [];
    private readonly List<(DeribitAccount Account, string Currency)> _money = [];

    public void Changed(DeribitOrder order) => Note(_orders, order);

    public void Filled(DeribitFill fill)
    {
        _fills.Add(fill);
        Note(_positions, (fill.Order.Account, fill.Order.Feed));
        Note(_money, (fill.Order.Account, fill.Order.Instrument.SettlementCurrency));
    }

    public void MoneyMoved(DeribitAccount account, string currency) => Note(_money, (account, currency));

    /// <summary>
    /// The step is over: tells all that it has changed; false when that is nothing. Telling may cost somebody the connection, and that
    /// cancel orders.
    /// </summary>
    public bool Emit()
    {
        if (_orders.Count + _fills.Count + _money.Count == 0)
        {
            return false;
        }

        var (orders, fills, positions, money) = (_orders.ToArray(), _fills.ToArray(), _positions.ToArray(), _money.ToArray());
        _orders.Clear();
        _fills.Clear();
        _positions.Clear();
        _money.Clear();
        var touched = orders.Select(order => (order.Account, order.Feed)).Concat(fills.Select(fill => (fill.Order.Account, fill.Order.Feed))).Distinct();
        foreach (var (account, feed) in touched.ToArray())
        {
            EmitInstrument(account, feed,
                orders.Where(order => order.Account == account && order.Feed == feed).ToArray(),
                fills.Where(fill => fill.Order.Account == account && fill.Order.Feed == feed).ToArray(),
                positions.Contains((account, feed)));
        }

        foreach (var (account, currency) in money)
        {
            var margin = DeribitMargin.Of(account, currency, market);
            Publish(new UserEvent(account, "user.portfolio", null, currency, [OrderJson.Bytes(writer =>
            {
                writer.WriteStartObject();
                OrderJson.WriteMoney(writer, margin);
                writer.WriteEndObject();
            })], null));
        }

        return true;
    }

    /// <summary><c>user.lock</c>.</summary>
    public void Lock(DeribitAccount account, bool locked) => Publish(new UserEvent(
        account, "user.lock", null, "ALL", [Encoding.UTF8.GetBytes($"{{\"locked\":{(locked ? "true" : "false")},\"currency\":\"ALL\"}}")], null));

    private static void Note<T>(List<T> list, T item)
    {
        if (!list.Contains(item))
        {
            list.Add(item);
        }
    }

    private void EmitInstrument(DeribitAccount account, InstrumentFeed feed, DeribitOrder[] orders, DeribitFill[] fills, bool position)
    {
        var instrument = feed.Instrument;
        var orderItems = Array.ConvertAll(orders, order => OrderJson.Bytes(writer => OrderJson.WriteOrder(writer, order)));
        var fillItems = Array.ConvertAll(fills, fill => OrderJson.Bytes(writer => OrderJson.WriteFill(writer, fill)));
        var label = orders.FirstOrDefault()?.Label ?? fills.FirstOrDefault()?.Order.Label;
        var changes = OrderJson.Bytes(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("instrument_name"u8, instrument.Name);
            WriteItems(writer, "trades"u8, fillItems);
            WriteItems(writer, "positions"u8, position ? [OrderJson.Bytes(inner => OrderJson.WritePosition(inner, account, feed, queried: false))] : []);
            WriteItems(writer, "orders"u8, orderItems);
            writer.WriteEndObject();
        });
        for (var i = 0; i < orders.Length; i++)
        {
            Publish(new UserEvent(account, "user.orders", instrument, instrument.SettlementCurrency, [orderItems[i]], orders[i].Label));
        }

        if (fills.Length > 0)
        {
            Publish(new UserEvent(account, "user.trades", instrument, instrument.SettlementCurrency, fillItems, fills[0].Order.Label));
        }

        Publish(new UserEvent(account, "user.changes", instrument, instrument.SettlementCurrency, [changes], label));
    }

    private static void WriteItems(Utf8JsonWriter writer, ReadOnlySpan<byte> name, IEnumerable<byte[]> items)
    {
        writer.WriteStartArray(name);
        foreach (var item in items)
        {
            writer.WriteRawValue(item, skipInputValidation: true);
        }

        writer.WriteEndArray();
    }

    private void Publish(UserEvent happened) => outbox.Publish(() => Deliver(happened));

    private void Deliver(UserEvent happened)
    {
        var scope = new FaultScope(
            DeribitVenue.VenueName, "private", 0, Symbol: happened.Instrument?.Name, Event: happened.Family, ClientOrderId: happened.Label);
        if (context.Faults.Take(FaultKind.HoldEvent, scope) is { } holding)
        {
            holding.OnRelease(() => Send(happened));
            return;
        }

        Send(happened);
    }

    private void Send(UserEvent happened)
    {
        foreach (var connection in connections().ToArray())
        {
            connection.NotifyUser(happened);
        }
    }
}
