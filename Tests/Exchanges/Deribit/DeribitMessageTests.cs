using System.Collections.Immutable;
using System.Text;
using Exchange.Exchanges.Common.Account;
using Exchange.Exchanges.Common.Orders;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Exchanges.Common.Text;
using Exchange.Exchanges.Deribit;
using Exchange.Grains.Interfaces;
using Xunit;

namespace Exchange.Tests.Exchanges.Deribit;

/// <summary>Orders, trades, positions and balances as the venue's messages tell them.</summary>
public sealed class DeribitMessageTests : IDeribitUserEvents
{
    private static readonly DateTimeOffset _now = DateTimeOffset.FromUnixTimeMilliseconds(1789000020000);

    private readonly List<OrderReport> _reports = [];
    private readonly List<PositionChange> _positions = [];
    private readonly List<DeribitPortfolio> _portfolios = [];
    private readonly List<string> _locks = [];
    private int _unreadable;

    [Fact]
    public void A_placed_order_is_read()
    {
        var report = Placed(DeribitSheet.LimitPlaced, out var before);
        Assert.Empty(before);
        Assert.Equal(("70000000017", "oms1-17", "BTC-PERPETUAL"), (report.VenueOrderId, report.ClientOrderId, report.Symbol));
        Assert.Equal((OrderStatus.Working, OrderType.Limit, Side.Buy), (report.Status, report.Type, report.Side));
        Assert.Equal((50m, 61234.5m, 0m, null), (report.Quantity, report.Price, report.CumulativeQuantity, report.AveragePrice));
        Assert.Equal((true, false, TimeInForce.GoodTillCancelled), (report.PostOnly, report.ReduceOnly, report.TimeInForce));
        Assert.Equal(1789000003001, report.VenueTime!.Value.ToUnixTimeMilliseconds());
    }

    [Fact]
    public void Fills_of_a_reply_come_ahead_of_the_order()
    {
        var report = Placed(DeribitSheet.MarketPlaced, out var before);
        Assert.Equal((OrderStatus.Filled, 1.5m, 141.11m, null), (report.Status, report.CumulativeQuantity, report.AveragePrice, report.Price));
        var fill = Assert.Single(before).Fill!;
        Assert.Equal(("USDC-9001", "USDC-70018", "oms1-18"), (fill.TradeId, fill.VenueOrderId, fill.ClientOrderId));
        Assert.Equal((141.11m, 1.5m, 0.1058m, "USDC", false, 0.42m), (fill.Price, fill.Quantity, fill.Fee, fill.FeeAsset, fill.IsMaker, fill.RealizedProfit));
    }

    /// <summary>Test 2: the price of a stop is a text, and it has no counts of fills: it is accepted all the same.</summary>
    [Fact]
    public void A_trigger_order_is_read()
    {
        var report = Placed(DeribitSheet.StopPlaced, out _);
        Assert.Equal((OrderStatus.Untriggered, OrderType.StopMarket, null, 59000m), (report.Status, report.Type, report.Price, report.TriggerPrice));
        Assert.Equal((TriggerPriceSource.Mark, null, true), (report.TriggerBy, report.CumulativeQuantity, report.ReduceOnly));
    }

    [Fact]
    public void An_order_with_followers_is_read() => Assert.Equal(OrderStatus.Working, Placed(DeribitSheet.LinkedPlaced, out _).Status);

    /// <summary>Test 20: what was filled before the cancel stands.</summary>
    [Fact]
    public void A_cancelled_order_keeps_its_fills()
    {
        var json = new Utf8Scanner(Result(DeribitSheet.Cancelled));
        Assert.True(DeribitOrderMessages.TryReadOrder(ref json, out var order));
        var report = order.ToReport(ReportSource.Reply, _now);
        Assert.Equal((OrderStatus.Cancelled, 10m, 40m, null), (report.Status, report.CumulativeQuantity, report.Quantity, report.Reason));
    }

    [Fact]
    public void Orders_under_a_label_are_a_list()
    {
        var reader = new DeribitOrderReader(null!, Venues.Deribit, TimeProvider.System);
        Assert.Equal("70000000017", Assert.Single(reader.ReadOrders(Result(DeribitSheet.ByLabel)).OrThrow()).VenueOrderId);
        Assert.Equal("USDC-9001", Assert.Single(reader.ReadTradePage(Result(DeribitSheet.TradePage)).OrThrow().Reports).Fill!.TradeId);
    }

    /// <summary>A list, or an object whose names the documents do not tell.</summary>
    [Fact]
    public void A_history_is_read_in_either_form()
    {
        var reader = new DeribitOrderReader(null!, Venues.Deribit, TimeProvider.System);
        var list = Encoding.UTF8.GetString(Result(DeribitSheet.ByLabel));
        Assert.False(reader.ReadHistory(Encoding.UTF8.GetBytes(list), 20).OrThrow().More);
        Assert.True(reader.ReadHistory(Encoding.UTF8.GetBytes(list), 1).OrThrow().More);
        var page = reader.ReadHistory(Encoding.UTF8.GetBytes($$"""{"orders":{{list}},"continuation":"abc"}"""), 20).OrThrow();
        Assert.Equal(("abc", 1), (page.Continuation, page.Reports.Length));
    }

    /// <summary>What a trigger order became is linked to it before anything is said of it.</summary>
    [Fact]
    public void A_triggered_order_names_the_one_that_it_was()
    {
        Notify("""{"jsonrpc":"2.0","method":"subscription","params":{"channel":"user.changes.any.any.raw","data":{"instrument_name":"BTC-PERPETUAL","trades":[{"trade_id":"1","instrument_name":"BTC-PERPETUAL","order_id":"701","label":"s-1","direction":"sell","price":58990,"amount":50,"fee":0,"fee_currency":"BTC","timestamp":1789000011000}],"orders":[{"order_id":"701","trigger_order_id":"SLMB-70019","order_state":"filled","order_type":"market","original_order_type":"stop_market","instrument_name":"BTC-PERPETUAL","direction":"sell","amount":50,"price":58000,"filled_amount":50,"average_price":58990,"label":"s-1","creation_timestamp":1789000011000,"last_update_timestamp":1789000011000}],"positions":[]}}}""");
        Assert.Equal(["SLMB-70019", "701", "701"], _reports.Select(r => r.VenueOrderId));
        Assert.Equal(("701", true), (_reports[0].SuccessorVenueOrderId, _reports[0].Triggered));
        Assert.NotNull(_reports[1].Fill);
        Assert.Equal(OrderStatus.Filled, _reports[2].Status);
    }

    [Fact]
    public void Changes_tell_executions_orders_and_positions()
    {
        Assert.Equal(FrameKind.Data, Notify(DeribitSheet.Changes));
        Assert.Equal((2, 1), (_reports.Count, _positions.Count));
        Assert.Equal((61205.5m, 20m, 0.00000016m, -0.0000002m), (_reports[0].Fill!.Price, _reports[0].Fill!.Quantity, _reports[0].Fill!.Fee, _reports[0].Fill!.RealizedProfit));
        Assert.Equal((OrderStatus.Filled, 61200m), (_reports[1].Status, _reports[1].Price));

        // An inverse position is counted in dollars, as its orders are.
        Assert.Equal(("BTC-PERPETUAL", -20m, 61205.5m, 61203.9m, 50m), (_positions[0].Symbol, _positions[0].Quantity, _positions[0].EntryPrice, _positions[0].MarkPrice, _positions[0].Leverage));
        Assert.Equal(1789000011000, _positions[0].VenueTime.ToUnixTimeMilliseconds());
    }

    /// <summary>Test 35.</summary>
    [Fact]
    public void Positions_are_read_under_either_name()
    {
        Notify(DeribitSheet.Changes.Replace("\"positions\"", "\"position\"", StringComparison.Ordinal));
        Assert.Single(_positions);
    }

    /// <summary>Test 1: one order unbatched, a list batched.</summary>
    [Theory]
    [InlineData(DeribitSheet.RawOrder, OrderStatus.PartiallyFilled)]
    [InlineData(DeribitSheet.BatchedOrders, OrderStatus.Cancelled)]
    public void Orders_come_alone_or_in_a_list(string text, OrderStatus status)
    {
        Assert.Equal(FrameKind.Data, Notify(text));
        Assert.Equal(("70000000031", status, 10m), (Assert.Single(_reports).VenueOrderId, _reports[0].Status, _reports[0].CumulativeQuantity));
    }

    [Fact]
    public void A_rebate_is_a_negative_fee()
    {
        Notify(DeribitSheet.Trades);
        Assert.Equal((-0.0000002m, true, "ETH"), (_reports[0].Fill!.Fee, _reports[0].Fill!.IsMaker, _reports[0].Fill!.FeeAsset));
    }

    [Fact]
    public void A_portfolio_and_a_lock_are_read()
    {
        Notify(DeribitSheet.Portfolio);
        Notify(DeribitSheet.Locked);
        Assert.Equal(new Balance { Asset = "BTC", Wallet = 2.5m, Available = 2.41m, UnrealizedProfit = -0.00109m }, Assert.Single(_portfolios).Balance);
        Assert.Null(_portfolios[0].InitialMargin);
        Assert.Equal("True ALL", Assert.Single(_locks));
    }

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","method":"subscription","params":{"channel":"user.changes.any.any.raw","data":{"orders":[{"order_id":7}]}}}""")]
    [InlineData("""{"jsonrpc":"2.0","method":"subscription","params":{"channel":"user.trades.any.any.raw","data":[{"trade_id":"1"}]}}""")]
    public void What_cannot_be_read_is_told(string text)
    {
        Assert.Equal(FrameKind.Unreadable, Notify(text));
        Assert.Equal((1, 0), (_unreadable, _reports.Count));
    }

    [Fact]
    public void A_channel_that_is_not_known_is_no_error() =>
        Assert.Equal(FrameKind.Unknown, Notify("""{"jsonrpc":"2.0","method":"subscription","params":{"channel":"user.mmp_trigger.BTC","data":{}}}"""));

    /// <summary>Test 7: of a linear future the size is in quote, and what orders are counted in is the coins.</summary>
    [Fact]
    public void A_linear_position_is_counted_in_coins()
    {
        var position = Assert.Single(new DeribitAccountReader(null!, Venues.Deribit, TimeProvider.System).ReadPositions(Result(DeribitSheet.Positions)).OrThrow());
        Assert.Equal((-2m, 140.5m, 310.2m, 50m, -1.24m), (position.Quantity, position.EntryPrice, position.LiquidationPrice, position.Leverage, position.UnrealizedProfit));
    }

    [Theory]
    [InlineData("""{"instrument_name":"BTC-PERPETUAL","kind":"future","direction":"zero","size":0,"size_currency":0}""", 0)]
    [InlineData("""{"instrument_name":"SOL_USDC-PERPETUAL","kind":"future","direction":"buy","size":0.0}""", 0)]
    [InlineData("""{"instrument_name":"BTC-25DEC26-90000-P","kind":"option","direction":"sell","size":-0.5,"average_price":0.02}""", -0.5)]
    public void Flat_is_flat_and_an_option_is_counted_in_coins(string text, double quantity)
    {
        var json = new Utf8Scanner(Encoding.UTF8.GetBytes(text));
        Assert.True(DeribitAccountMessages.TryReadPosition(ref json, Venues.Deribit, _now, out var position));
        Assert.Equal((decimal)quantity, position!.Quantity);
    }

    [Fact]
    public void An_account_tells_balances_and_limits()
    {
        var account = new DeribitAccountReader(null!, Venues.Deribit, TimeProvider.System).ReadAccount(Result(DeribitSheet.Summaries)).OrThrow();
        Assert.Equal(("BTC", 2.5m), (Assert.Single(account.Account.Balances).Asset, account.Account.Balances[0].Wallet));
        Assert.Equal((5m, 20m), (account.OrderRate, account.OrderBurst));
        Assert.Null(account.Account.InitialMargin);
    }

    /// <summary>Test 8: figures of the whole account are told anew in each currency, and are taken once, in dollars.</summary>
    [Fact]
    public void Shared_collateral_is_never_summed()
    {
        var one = """{"currency":"BTC","balance":2.5,"available_funds":99,"available_withdrawal_funds":1.5,"initial_margin":77,"cross_collateral_enabled":true,"total_initial_margin_usd":1000.5,"total_maintenance_margin_usd":500}""";
        var text = $$"""{"summaries":[{{one}},{{one.Replace("BTC", "ETH", StringComparison.Ordinal)}}]}""";
        var account = new DeribitAccountReader(null!, Venues.Deribit, TimeProvider.System).ReadAccount(Encoding.UTF8.GetBytes(text)).OrThrow().Account;
        Assert.Equal((1000.5m, 500m), (account.InitialMargin, account.MaintenanceMargin));
        Assert.All(account.Balances, b => Assert.Equal(1.5m, b.Available));
    }

    void IDeribitUserEvents.OnReport(OrderReport report) => _reports.Add(report);

    void IDeribitUserEvents.OnPosition(in PositionChange change) => _positions.Add(change);

    void IDeribitUserEvents.OnPortfolio(in DeribitPortfolio portfolio, DateTimeOffset receivedAt) => _portfolios.Add(portfolio);

    void IDeribitUserEvents.OnLock(bool locked, string? currency, DateTimeOffset receivedAt) => _locks.Add($"{locked} {currency}");

    void IDeribitUserEvents.OnUnreadable() => _unreadable++;

    private FrameKind Notify(string text)
    {
        Assert.True(DeribitFrame.TryRead(Encoding.UTF8.GetBytes(text), out var frame));
        return new DeribitUserEvents(this, Venues.Deribit, TimeProvider.System).OnNotification(frame.Channel, frame.Data, _now);
    }

    private static OrderReport Placed(string text, out List<OrderReport> before)
    {
        before = [];
        return DeribitOrderMessages.ReadPlaced(Result(text), Venues.Deribit, _now, before) ?? throw new InvalidOperationException("unreadable");
    }

    private static byte[] Result(string text)
    {
        Assert.True(DeribitFrame.TryRead(Encoding.UTF8.GetBytes(text), out var frame));
        return frame.Result.ToArray();
    }
}
