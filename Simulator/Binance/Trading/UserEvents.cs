using System.Buffers;
using System.Text.Json;
using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Binance.Trading;

/// <summary>What an event is about: faults choose by it.</summary>
internal sealed record UserEvent(Account Account, string Type, string? Symbol, string? ClientOrderId, byte[] Body);

/// <summary>Why an order event is sent: its execution type, and what was filled.</summary>
/// <param name="ModifyId">Echoed on an amendment.</param>
/// <param name="TellsStatus">The status told, where it is not the order's (the venue's own orders).</param>
internal sealed record OrderChange(string Execution, Fill? Fill = null, long? ModifyId = null, string? TellsStatus = null)
{
    public static readonly OrderChange New = new("NEW");
    public static readonly OrderChange Cancelled = new("CANCELED");
    public static readonly OrderChange Expired = new("EXPIRED");
}

/// <summary>The events of the user data stream (sheet, section 8).</summary>
internal sealed class UserEvents(SimulatorClock clock, Action<UserEvent> publish)
{
    private readonly ArrayBufferWriter<byte> _buffer = new(1024);

    /// <summary>ORDER_TRADE_UPDATE.</summary>
    public void Order(TradingOrder order, OrderChange change)
    {
        var core = order.Feed.Instrument.Core;
        var (bids, asks) = OpenNotional(order.Account, order.Symbol);
        var fill = change.Fill;
        var time = fill?.Time ?? order.UpdateTime;
        Publish(order.Account, "ORDER_TRADE_UPDATE", order.Symbol, order.ClientOrderId, time, writer =>
        {
            writer.WriteStartObject("o"u8);
            writer.WriteString("s"u8, order.Symbol);
            writer.WriteString("c"u8, order.ClientOrderId);
            writer.WriteString("S"u8, OrderJson.Word(order.Side));
            writer.WriteString("o"u8, order.Type);
            writer.WriteString("f"u8, order.TimeInForce);
            writer.WriteFixed("q"u8, order.Quantity, core.QuantityDigits);
            writer.WriteString("p"u8, order.Price == 0 ? "0" : Decimals.Fixed(order.Price, core.PriceDigits));
            writer.WriteString("ap"u8, order.Executed == 0 ? "0" : Decimals.AtLeast(order.AveragePrice, core.PriceDigits));
            writer.WriteString("sp"u8, "0"u8);
            writer.WriteString("x"u8, change.Execution);
            writer.WriteString("X"u8, change.TellsStatus ?? order.Status);
            writer.WriteNumber("i"u8, order.OrderId);
            if (change.ModifyId is { } modifyId)
            {
                writer.WriteString("M"u8, modifyId.ToString(System.Globalization.CultureInfo.InvariantCulture));
            }

            writer.WriteString("l"u8, fill is null ? "0" : Decimals.Fixed(fill.Quantity, core.QuantityDigits));
            writer.WriteString("z"u8, order.Executed == 0 ? "0" : Decimals.Fixed(order.Executed, core.QuantityDigits));
            writer.WriteString("L"u8, fill is null ? "0" : Decimals.Fixed(fill.Price, core.PriceDigits));

            // The venue's own orders (liquidation, ADL) come without the fee.
            if (fill is not null && change.TellsStatus is null)
            {
                writer.WriteFixed("n"u8, fill.Commission, 8);
                writer.WriteString("N"u8, fill.CommissionAsset);
            }

            writer.WriteNumber("T"u8, time);
            writer.WriteNumber("t"u8, fill?.TradeId ?? 0);
            writer.WriteString("b"u8, bids == 0 ? "0" : Decimals.Fixed(bids, 5));
            writer.WriteString("a"u8, asks == 0 ? "0" : Decimals.Fixed(asks, 5));
            writer.WriteBoolean("m"u8, fill?.IsMaker ?? false);
            writer.WriteBoolean("R"u8, order.ReduceOnly);
            writer.WriteString("wt"u8, order.WorkingType);
            writer.WriteString("ot"u8, order.OriginalType);
            writer.WriteString("ps"u8, OrderJson.Word(order.PositionSide));
            writer.WriteBoolean("cp"u8, order.ClosePosition);
            writer.WritePlain("rp"u8, fill?.Realised ?? 0);
            writer.WriteBoolean("pP"u8, order.PriceProtect);
            writer.WriteNumber("si"u8, 0);
            writer.WriteNumber("ss"u8, 0);
            writer.WriteString("V"u8, order.SelfTradePrevention);
            writer.WriteString("pm"u8, order.PriceMatch);
            writer.WriteNumber("gtd"u8, order.GoodTillDate);
            writer.WriteString("er"u8, order.ExpiryReason.ToString(System.Globalization.CultureInfo.InvariantCulture));
            writer.WriteEndObject();
        });
    }

    /// <summary>TRADE_LITE.</summary>
    public void TradeLite(Fill fill)
    {
        var order = fill.Order;
        var core = order.Feed.Instrument.Core;
        Publish(order.Account, "TRADE_LITE", order.Symbol, order.ClientOrderId, fill.Time, writer =>
        {
            writer.WriteString("s"u8, order.Symbol);
            writer.WriteFixed("q"u8, order.Quantity, core.QuantityDigits);
            writer.WriteString("p"u8, order.Price == 0 ? "0" : Decimals.Fixed(order.Price, core.PriceDigits));
            writer.WriteBoolean("m"u8, fill.IsMaker);
            writer.WriteString("c"u8, order.ClientOrderId);
            writer.WriteString("S"u8, OrderJson.Word(order.Side));
            writer.WriteFixed("L"u8, fill.Price, core.PriceDigits);
            writer.WriteFixed("l"u8, fill.Quantity, core.QuantityDigits);
            writer.WriteNumber("t"u8, fill.TradeId);
            writer.WriteNumber("i"u8, order.OrderId);
        });
    }

    /// <summary>ACCOUNT_UPDATE: the rows that changed, each whole.</summary>
    /// <param name="change">Balance change that is neither profit nor fee (<c>bc</c>).</param>
    public void Balances(
        Account account, string reason, IEnumerable<(string Asset, decimal Change)> changed, IEnumerable<(Position Position, decimal Mark)> positions,
        string? symbol = null, string? fundedSymbol = null) =>
        Publish(account, "ACCOUNT_UPDATE", symbol, null, clock.VenueMilliseconds, writer =>
        {
            writer.WriteStartObject("a"u8);
            writer.WriteString("m"u8, reason);
            writer.WriteStartArray("B"u8);
            foreach (var (asset, change) in changed)
            {
                var wallet = account.Wallets.GetValueOrDefault(asset);
                var isolated = asset == Margin.Asset
                    ? account.Positions.Where(position => account.Settings(position.Symbol).Isolated).Sum(position => position.IsolatedWallet)
                    : 0;
                writer.WriteStartObject();
                writer.WriteString("a"u8, asset);
                writer.WriteFixed("wb"u8, wallet, 8);
                writer.WriteFixed("cw"u8, wallet - isolated, 8);
                writer.WriteString("bc"u8, change == 0 ? "0" : Decimals.Fixed(change, 8));
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteStartArray("P"u8);
            foreach (var (position, mark) in positions)
            {
                WritePosition(writer, account, position, mark);
            }

            writer.WriteEndArray();
            if (fundedSymbol is not null)
            {
                writer.WriteString("S"u8, fundedSymbol);
            }

            writer.WriteEndObject();
        });

    /// <summary>ACCOUNT_CONFIG_UPDATE of a symbol's leverage.</summary>
    public void Leverage(Account account, string symbol, int leverage) =>
        Publish(account, "ACCOUNT_CONFIG_UPDATE", symbol, null, clock.VenueMilliseconds, writer =>
        {
            writer.WriteStartObject("ac"u8);
            writer.WriteString("s"u8, symbol);
            writer.WriteNumber("l"u8, leverage);
            writer.WriteEndObject();
        });

    /// <summary>ACCOUNT_CONFIG_UPDATE of the multi-assets mode.</summary>
    public void MultiAssets(Account account) =>
        Publish(account, "ACCOUNT_CONFIG_UPDATE", null, null, clock.VenueMilliseconds, writer =>
        {
            writer.WriteStartObject("ai"u8);
            writer.WriteBoolean("j"u8, account.MultiAssets);
            writer.WriteEndObject();
        });

    /// <summary>MARGIN_CALL: has no <c>T</c>.</summary>
    public void MarginCall(Account account, decimal crossWallet, IEnumerable<(Position Position, decimal Mark)> positions) =>
        Publish(account, "MARGIN_CALL", null, null, null, writer =>
        {
            writer.WriteFixed("cw"u8, crossWallet, 8);
            writer.WriteStartArray("p"u8);
            foreach (var (position, mark) in positions)
            {
                writer.WriteStartObject();
                writer.WriteString("s"u8, position.Symbol);
                writer.WriteString("ps"u8, OrderJson.Word(position.Side));
                writer.WritePlain("pa"u8, position.Amount);
                writer.WriteString("mt"u8, account.Settings(position.Symbol).Isolated ? "ISOLATED" : "CROSSED");
                writer.WritePlain("iw"u8, position.IsolatedWallet);
                writer.WritePlain("mp"u8, mark);
                writer.WritePlain("up"u8, position.Unrealised(mark));
                writer.WritePlain("mm"u8, LeverageBrackets.Maintenance(Math.Abs(position.Amount * mark)));
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });

    /// <summary>listenKeyExpired: says nothing but the key.</summary>
    public void ListenKeyExpired(Account account, string listenKey) =>
        Publish(account, "listenKeyExpired", null, null, null, writer => writer.WriteString("listenKey"u8, listenKey));

    /// <summary>Any event: <c>e</c>, <c>E</c>, <c>T</c> (where it has one) and what the caller adds.</summary>
    public void Publish(
        Account account, string type, string? symbol, string? clientOrderId, long? transactionTime, Action<Utf8JsonWriter> members)
    {
        _buffer.ResetWrittenCount();
        using (var writer = new Utf8JsonWriter(_buffer, ApiJson.Options))
        {
            writer.WriteStartObject();
            writer.WriteString("e"u8, type);
            writer.WriteNumber("E"u8, clock.VenueMilliseconds);
            if (transactionTime is { } time)
            {
                writer.WriteNumber("T"u8, time);
            }

            members(writer);
            writer.WriteEndObject();
        }

        publish(new UserEvent(account, type, symbol, clientOrderId, _buffer.WrittenSpan.ToArray()));
    }

    private static void WritePosition(Utf8JsonWriter writer, Account account, Position position, decimal mark)
    {
        writer.WriteStartObject();
        writer.WriteString("s"u8, position.Symbol);
        writer.WritePlain("pa"u8, position.Amount);
        writer.WritePlain("ep"u8, position.EntryPrice);
        writer.WritePlain("bep"u8, position.BreakEvenPrice);
        writer.WritePlain("cr"u8, position.Realised);
        writer.WritePlain("up"u8, position.Unrealised(mark));
        writer.WriteString("mt"u8, account.Settings(position.Symbol).Isolated ? "isolated" : "cross");
        writer.WritePlain("iw"u8, position.IsolatedWallet);
        writer.WriteString("ps"u8, OrderJson.Word(position.Side));
        writer.WriteEndObject();
    }

    private static (decimal Bids, decimal Asks) OpenNotional(Account account, string symbol)
    {
        decimal bids = 0, asks = 0;
        foreach (var order in account.OpenOrders)
        {
            if (order.Symbol == symbol)
            {
                if (order.Side == Side.Buy)
                {
                    bids += order.Price * order.Remaining;
                }
                else
                {
                    asks += order.Price * order.Remaining;
                }
            }
        }

        return (bids, asks);
    }
}
