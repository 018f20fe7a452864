using System.Globalization;
using System.Text;
using Exchange.Exchanges.Binance;
using Exchange.Exchanges.Common.Orders;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;
using Xunit;

namespace Exchange.Tests.Exchanges.Binance;

/// <summary>The private payloads of the venue sheet, sections 6, 8 and 9, under a culture with a decimal comma (T36, T37).</summary>
public sealed class BinanceUserMessageTests : IDisposable
{
    private static readonly DateTimeOffset _now = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);
    private readonly CultureInfo _before = CultureInfo.CurrentCulture;

    public BinanceUserMessageTests()
    {
        var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat.NumberDecimalSeparator = ",";
        CultureInfo.CurrentCulture = comma;
    }

    public void Dispose() => CultureInfo.CurrentCulture = _before;

    [Fact]
    public void An_order_update_with_a_fill_is_read()
    {
        var events = Send("""{"e":"ORDER_TRADE_UPDATE","E":1780000002020,"T":1780000002015,"o":{"s":"BTCUSDT","c":"m1-000003","S":"BUY","o":"LIMIT","f":"GTX","q":"0.012","p":"61241.50","ap":"61241.50","sp":"0","x":"TRADE","X":"PARTIALLY_FILLED","i":8812345678,"l":"0.004","z":"0.004","L":"61241.50","n":"0.04899320","N":"USDT","T":1780000002015,"t":5512345678,"b":"489.93200","a":"0","m":true,"R":false,"wt":"CONTRACT_PRICE","ot":"LIMIT","ps":"LONG","cp":false,"rp":"0","pP":false,"si":0,"ss":0,"V":"EXPIRE_MAKER","pm":"NONE","gtd":0,"er":"0"}}""");
        var report = Assert.Single(events.Orders);
        Assert.Equal(("BTCUSDT", "m1-000003", "8812345678"), (report.Symbol, report.ClientOrderId, report.VenueOrderId));
        Assert.Equal((OrderStatus.PartiallyFilled, Side.Buy, PositionSide.Long, OrderType.Limit), (report.Status, report.Side, report.PositionSide, report.Type));
        Assert.Equal((TimeInForce.GoodTillCancelled, true, false), (report.TimeInForce, report.PostOnly, report.ReduceOnly));
        Assert.Equal((0.012m, 61241.50m, 0.004m, 61241.50m), (report.Quantity, report.Price, report.CumulativeQuantity, report.AveragePrice));
        Assert.Equal((null, null, null, OrderOrigin.External, ReportSource.Event), (report.TriggerPrice, report.TriggerBy, report.Reason, report.Origin, report.Source));
        Assert.Equal(("5512345678", 0.004m, 61241.50m, 0.04899320m, "USDT", true), (report.Fill!.TradeId, report.Fill.Quantity, report.Fill.Price, report.Fill.Fee, report.Fill.FeeAsset, report.Fill.IsMaker));
        Assert.Equal(1780000002015, report.VenueTime!.Value.ToUnixTimeMilliseconds());
    }

    /// <summary>T29: a liquidation says NEW and has no fee; the fill counts all the same.</summary>
    [Theory]
    [InlineData("autoclose-123", "NEW", OrderOrigin.Liquidation)]
    [InlineData("adl_autoclose", "NEW_ADL", OrderOrigin.AutoDeleverage)]
    [InlineData("settlement_autoclose-9", "FILLED", OrderOrigin.Settlement)]
    [InlineData("delivery_autoclose-9", "SOMETHING_ELSE", OrderOrigin.Settlement)]
    public void An_order_of_the_venue_itself_is_told_by_its_client_id(string client, string status, OrderOrigin origin)
    {
        var report = Assert.Single(Send($$$"""{"e":"ORDER_TRADE_UPDATE","E":2,"T":1,"o":{"s":"BTCUSDT","c":"{{{client}}}","S":"SELL","o":"LIQUIDATION","f":"IOC","q":"1","p":"1","x":"CALCULATED","X":"{{{status}}}","i":1,"l":"1","z":"1","L":"9","T":1,"t":0,"ps":"BOTH"}}""").Orders);
        Assert.Equal((origin, 1m, "z1", null), (report.Origin, report.Fill!.Quantity, report.Fill.TradeId, report.Fill.Fee));
        Assert.Equal(status == "SOMETHING_ELSE" ? null : status == "FILLED" ? OrderStatus.Filled : OrderStatus.Working, report.Status);
        Assert.Equal(status, report.VenueStatus);
    }

    [Theory]
    [InlineData("EXPIRED", "1", "self-trade")]
    [InlineData("EXPIRED", "2", "immediate-or-cancel")]
    [InlineData("EXPIRED_IN_MATCH", "3", "self-trade")]
    [InlineData("EXPIRED", "5", "liquidation")]
    public void Why_an_order_expired_is_told(string status, string reason, string words)
    {
        var report = Assert.Single(Send($$$"""{"e":"ORDER_TRADE_UPDATE","E":2,"T":1,"o":{"s":"BTCUSDT","c":"a","S":"SELL","o":"LIMIT","f":"IOC","q":"1","p":"1","x":"EXPIRED","X":"{{{status}}}","i":1,"l":"0","z":"0","T":1,"t":0,"ps":"BOTH","er":"{{{reason}}}"}}""").Orders);
        Assert.Equal((OrderStatus.Expired, null), (report.Status, report.Fill));
        Assert.Contains(words, report.Reason!.Message, StringComparison.Ordinal);
    }

    /// <summary>T23, T36: <c>ai</c> is empty until the trigger; the order then goes on under it.</summary>
    [Theory]
    [InlineData("NEW", "", null, OrderStatus.Untriggered, false)]
    [InlineData("TRIGGERING", "", null, null, true)]
    [InlineData("TRIGGERED", "8812350001", "8812350001", null, true)]
    [InlineData("CANCELED", "", null, OrderStatus.Cancelled, false)]
    [InlineData("REJECTED", "", null, OrderStatus.Rejected, false)]
    [InlineData("EXPIRED", "", null, OrderStatus.Expired, false)]
    [InlineData("PAUSED", "", null, null, false)]
    public void A_conditional_order_is_linked_to_what_it_becomes(string status, string successor, string? linked, OrderStatus? expected, bool triggered)
    {
        var report = Assert.Single(Send($$$"""{"e":"ALGO_UPDATE","T":1780000010000,"E":1780000010004,"o":{"caid":"sl-000001","aid":3000000000012345,"at":"CONDITIONAL","o":"STOP_MARKET","s":"BTCUSDT","S":"SELL","ps":"BOTH","f":"GTC","q":"0.010","X":"{{{status}}}","ai":"{{{successor}}}","ap":"0","aq":"0","act":"MARKET","tp":"59800.00","p":"0","V":"EXPIRE_MAKER","wt":"MARK_PRICE","pm":"NONE","cp":false,"pP":false,"R":true,"tt":1780000009999,"gtd":0,"rm":"","ia":false}}""").Orders);
        Assert.Equal(("sl-000001", "algo:3000000000012345", linked), (report.ClientOrderId, report.VenueOrderId, report.SuccessorVenueOrderId));
        Assert.Equal((expected, triggered, OrderType.StopMarket, 59800m, TriggerPriceSource.Mark), (report.Status, report.Triggered, report.Type, report.TriggerPrice, report.TriggerBy));
        Assert.Equal((true, null, null), (report.ReduceOnly, report.Price, report.CumulativeQuantity));
        Assert.Equal(status is "TRIGGERING" or "TRIGGERED" ? null : status, report.VenueStatus);
    }

    [Fact]
    public void A_trigger_that_the_venue_could_not_carry_out_says_why() =>
        Assert.Contains("Margin", Assert.Single(Send("""{"e":"ALGO_UPDATE","T":1,"E":2,"o":{"caid":"a","aid":1,"o":"STOP","s":"BTCUSDT","S":"SELL","q":"1","X":"REJECTED","ai":"","rm":"Margin is insufficient"}}""").Orders).Reason!.Message, StringComparison.Ordinal);

    [Fact]
    public void A_trailing_stop_tells_where_it_starts_and_not_its_stop_price()
    {
        var report = Assert.Single(Send("""{"e":"ORDER_TRADE_UPDATE","E":2,"T":1,"o":{"s":"BTCUSDT","c":"a","S":"SELL","o":"TRAILING_STOP_MARKET","f":"GTC","q":"1","p":"0","sp":"55000","x":"NEW","X":"NEW","i":1,"l":"0","z":"0","T":1,"t":0,"ps":"BOTH","ot":"TRAILING_STOP_MARKET","AP":"62500.0","cr":"1.5"}}""").Orders);
        Assert.Equal((OrderType.TrailingStop, 62500m, 1.5m, null), (report.Type, report.TriggerPrice, report.TrailingOffset, report.Price));
    }

    /// <summary>T19 and T31: both legs of one event; a funding event without positions.</summary>
    [Fact]
    public void Account_updates_are_read()
    {
        var events = Send(
            """{"e":"ACCOUNT_UPDATE","E":1780000002021,"T":1780000002015,"a":{"m":"ORDER","B":[{"a":"USDT","wb":"10250.12345678","cw":"10250.12345678","bc":"0"}],"P":[{"s":"BTCUSDT","pa":"0.004","ep":"61241.5","bep":"61253.7483","cr":"12.5","up":"0.0184","mt":"cross","iw":"0","ps":"LONG"},{"s":"BTCUSDT","pa":"-0.010","ep":"61300","up":"-1","mt":"ISOLATED","iw":"5","ps":"SHORT"},{"s":"BTCUSD_PERP","pa":"3","ep":"1","ps":"BOTH","st":2}]}}""",
            """{"e":"ACCOUNT_UPDATE","E":1780012800009,"T":1780012800001,"a":{"m":"FUNDING_FEE","B":[{"a":"USDT","wb":"10250.09891011","cw":"10250.09891011","bc":"-0.02454667"}],"P":[],"S":"BTCUSDT"}}""",
            """{"e":"ACCOUNT_UPDATE","E":1,"T":1,"st":2,"a":{"m":"ORDER","B":[],"P":[]}}""");
        Assert.Equal(2, events.Accounts.Count);
        Assert.Equal([(PositionSide.Long, 0.004m, MarginMode.Cross), (PositionSide.Short, -0.010m, MarginMode.Isolated)], events.Accounts[0].Positions.Select(p => (p.Side, p.Quantity, p.MarginMode!.Value)));
        Assert.Equal(("ORDER", 10250.12345678m, AccountEvent.Trading), (events.Accounts[0].Reason, events.Accounts[0].Balances[0].Wallet, events.Accounts[0].Event));
        Assert.Equal((AccountEvent.Funding, "BTCUSDT", 0), (events.Accounts[1].Event, events.Accounts[1].Symbol, events.Accounts[1].Positions.Count));
    }

    [Fact]
    public void Configuration_and_margin_calls_are_read()
    {
        var events = Send(
            """{"e":"ACCOUNT_CONFIG_UPDATE","E":1780000005001,"T":1780000005000,"ac":{"s":"BTCUSDT","l":20}}""",
            """{"e":"ACCOUNT_CONFIG_UPDATE","E":1780000006001,"T":1780000006000,"ai":{"j":true}}""",
            """{"e":"MARGIN_CALL","E":1780000007000,"cw":"81.20000000","p":[{"s":"ETHUSDT","ps":"LONG","pa":"3.000","mt":"CROSSED","iw":"0","mp":"2510.44","up":"-70.11","mm":"48.30"}]}""");
        Assert.Equal([("BTCUSDT", 20m, null), (null, null, true)], events.Configs);
        Assert.Equal("MARGIN_CALL ETHUSDT LONG 3.000 at mark 2510.44, maintenance margin 48.30;", Assert.Single(events.MarginCalls));
    }

    /// <summary>T28, T32: TRADE_LITE is counted nowhere, coin-margined rows are left out, kinds that are not known are counted.</summary>
    [Theory]
    [InlineData("""{"e":"TRADE_LITE","E":1780000002017,"T":1780000002015,"s":"BTCUSDT","q":"0.012","p":"61241.50","m":true,"c":"m1-000003","S":"BUY","L":"61241.50","l":"0.004","t":5512345678,"i":8812345678}""", FrameKind.Data)]
    [InlineData("""{"e":"ORDER_TRADE_UPDATE","E":1,"T":1,"st":2,"o":{"s":"BTCUSD_PERP","c":"a","S":"BUY","X":"NEW","x":"NEW","i":1}}""", FrameKind.Data)]
    [InlineData("""{"e":"ORDER_TRADE_UPDATE","E":1,"T":1,"o":{"s":"BTCUSD_PERP","c":"a","S":"BUY","X":"NEW","x":"NEW","i":1,"st":2}}""", FrameKind.Data)]
    [InlineData("""{"e":"STRATEGY_UPDATE","E":1}""", FrameKind.Unknown)]
    [InlineData("""{"result":null}""", FrameKind.Unknown)]
    [InlineData("""{"e":"ORDER_TRADE_UPDATE","E":1,"T":1}""", FrameKind.Unreadable)]
    [InlineData("""{"e":"ORDER_TRADE_UPDATE","E":1,"T":1,"o":{"s":"BTCUSDT","S":"UP","i":1}}""", FrameKind.Unreadable)]
    [InlineData("""{"e":"ACCOUNT_UPDATE","E":1,"T":1,"a":{"m":"ORDER","B":[{"a":"USDT"}]}}""", FrameKind.Unreadable)]
    [InlineData("""{"e":"ORDER_TRADE_UPDATE","E":1,"T":""", FrameKind.Unreadable)]
    [InlineData("[]", FrameKind.Unreadable)]
    public void What_changes_nothing_changes_nothing(string frame, object kind)
    {
        var events = new Events();
        Assert.Equal((FrameKind)kind, Stream(events).OnFrame(null!, Encoding.UTF8.GetBytes(frame), _now, out _));
        Assert.Empty(events.Orders);
        Assert.Empty(events.Accounts);
    }

    [Fact]
    public void The_envelope_of_a_combined_stream_is_opened_and_a_listen_key_is_not_logged()
    {
        Assert.Equal([("BTCUSDT", 20m, null)], Send("""{"stream":"abc","data":{"e":"ACCOUNT_CONFIG_UPDATE","E":1780000005001,"T":1780000005000,"ac":{"s":"BTCUSDT","l":20}}}""").Configs);
        var key = new string('k', 64);
        Assert.DoesNotContain(key, Stream(new Events()).Redact($$"""{"e":"what","listenKey":"{{key}}"}"""), StringComparison.Ordinal);
    }

    /// <summary>T26: the answer to a place has neither average price nor quote quantity; older servers send both.</summary>
    [Theory]
    [InlineData("""{"orderId":8812345678,"symbol":"BTCUSDT","status":"NEW","clientOrderId":"m1-000003","price":"61240.00","origQty":"0.010","executedQty":"0.000","cumQty":"0.000","timeInForce":"GTX","type":"LIMIT","reduceOnly":false,"closePosition":false,"side":"BUY","positionSide":"LONG","stopPrice":"0.00","workingType":"CONTRACT_PRICE","priceProtect":false,"origType":"LIMIT","priceMatch":"NONE","selfTradePreventionMode":"EXPIRE_MAKER","goodTillDate":0,"updateTime":1780000000150}""", OrderStatus.Working, 0.0, null)]
    [InlineData("""{"clientOrderId":"m1-000003","cumQty":"0.004","executedQty":"0.004","orderId":8812345678,"origQty":"0.010","origType":"LIMIT","price":"61241.50","reduceOnly":false,"side":"BUY","positionSide":"LONG","status":"CANCELED","stopPrice":"0","closePosition":false,"symbol":"BTCUSDT","timeInForce":"GTX","type":"LIMIT","updateTime":1780000002015,"workingType":"CONTRACT_PRICE","priceProtect":false,"priceMatch":"NONE","selfTradePreventionMode":"EXPIRE_MAKER","goodTillDate":0,"avgPrice":"61241.50","cumQuote":"244.96600"}""", OrderStatus.Cancelled, 0.004, 61241.50)]
    public void Order_objects_are_read(string body, OrderStatus status, double filled, double? average)
    {
        var json = new Utf8Scanner(Encoding.UTF8.GetBytes(body));
        Assert.True(BinanceOrderMessages.TryReadOrder(ref json, out var order) && json.AtEnd);
        var report = order.ToReport(ReportSource.Reply, "binance", _now)!;
        Assert.Equal((status, "8812345678", "m1-000003", 0.010m, PositionSide.Long), (report.Status!.Value, report.VenueOrderId, report.ClientOrderId, report.Quantity!.Value, report.PositionSide!.Value));
        Assert.Equal(((decimal)filled, (decimal?)average), (report.CumulativeQuantity!.Value, report.AveragePrice));
    }

    [Fact]
    public void A_conditional_orders_object_is_read()
    {
        var json = new Utf8Scanner("""{"algoId":3000000000012345,"clientAlgoId":"sl-000001","algoType":"CONDITIONAL","orderType":"STOP_MARKET","symbol":"BTCUSDT","side":"SELL","positionSide":"BOTH","timeInForce":"GTC","quantity":"0.010","algoStatus":"NEW","triggerPrice":"59800.00","price":"0.00","icebergQuantity":null,"selfTradePreventionMode":"EXPIRE_MAKER","workingType":"MARK_PRICE","priceMatch":"NONE","closePosition":false,"priceProtect":false,"reduceOnly":true,"createTime":1780000003010,"updateTime":1780000003010,"triggerTime":0,"goodTillDate":0,"actualOrderId":""}"""u8);
        Assert.True(BinanceOrderMessages.TryReadAlgo(ref json, out var order) && json.AtEnd);
        var report = order.ToAlgoReport(ReportSource.Reply, _now)!;
        Assert.Equal((OrderStatus.Untriggered, "algo:3000000000012345", null, 59800m, true), (report.Status!.Value, report.VenueOrderId, report.SuccessorVenueOrderId, report.TriggerPrice!.Value, report.ReduceOnly!.Value));
        Assert.Equal(1780000003010, report.CreatedTime!.Value.ToUnixTimeMilliseconds());
    }

    [Fact]
    public void The_account_and_positions_of_the_sheet_are_read()
    {
        var access = new BinanceAccess(new BinanceOptions(), 1, "binance", TimeProvider.System, null, null);
        using (access)
        {
            var reader = new BinanceAccountReader(access.Private, "binance", TimeProvider.System);
            var account = reader.ReadAccount("""{"totalInitialMargin":"122.48","totalMaintMargin":"9.79","totalWalletBalance":"10250.12","assets":[{"asset":"USDT","walletBalance":"10250.12","unrealizedProfit":"0.02","availableBalance":"10127.66","crossUnPnl":"0.5","updateTime":1780000002015}],"positions":[{"symbol":"BTCUSDT"}]}"""u8.ToArray()).OrThrow();
            Assert.Equal((122.48m, 9.79m), (account.InitialMargin, account.MaintenanceMargin));
            Assert.Equal(("USDT", 10250.12m, 10127.66m, 0.02m), (account.Balances[0].Asset, account.Balances[0].Wallet, account.Balances[0].Available, account.Balances[0].UnrealizedProfit));
            var position = Assert.Single(reader.ReadPositions("""[{"symbol":"BTCUSDT","positionSide":"LONG","positionAmt":"0.004","entryPrice":"61241.5","breakEvenPrice":"61253.7483","markPrice":"61246.10000000","unRealizedProfit":"0.01840000","liquidationPrice":"0","isolatedMargin":"0","notional":"244.98440000","marginAsset":"USDT","isolatedWallet":"0","initialMargin":"12.24922","maintMargin":"0.97993760","positionInitialMargin":"12.24922","openOrderInitialMargin":"0","adl":1,"bidNotional":"0","askNotional":"0","updateTime":1780000002015}]"""u8.ToArray()).OrThrow());
            Assert.Equal((0.004m, 61241.5m, 61246.1m, 0.0184m, null, MarginMode.Cross), (position.Quantity, position.EntryPrice, position.MarkPrice, position.UnrealizedProfit, position.LiquidationPrice, position.MarginMode));
            Assert.Equal(10250.12345678m, Assert.Single(reader.ReadBalances("""[{"accountAlias":"AbCd","asset":"USDT","balance":"10250.12345678","crossWalletBalance":"10250.12345678","crossUnPnl":"0.01840000","availableBalance":"10127.66","maxWithdrawAmount":"10127.66","marginAvailable":true,"updateTime":1780000002015}]"""u8.ToArray()).OrThrow()).Wallet);
            Assert.Equal(ExchangeErrorCode.UnreadableReply, reader.ReadPositions("""[{"symbol":"BTCUSDT"}]"""u8.ToArray()).Error!.Code);
            var fill = Assert.Single(new BinanceOrderReader(access.Private, "binance", TimeProvider.System).ReadFills("""[{"buyer":true,"commission":"0.04899320","commissionAsset":"USDT","id":5512345678,"maker":true,"orderId":8812345678,"price":"61241.50","qty":"0.004","quoteQty":"244.96600","baseQty":"0.004","marginAsset":"USDT","realizedPnl":"0","side":"BUY","positionSide":"LONG","symbol":"BTCUSDT","pair":"BTCUSDT","time":1780000002015}]"""u8.ToArray()).OrThrow());
            Assert.Equal(("5512345678", "8812345678", 0.004m, 61241.50m, PositionSide.Long), (fill.TradeId, fill.VenueOrderId, fill.Quantity, fill.Price, fill.PositionSide));
        }
    }

    private static BinanceUserStream Stream(Events events) => new(null!, events, "binance", TimeProvider.System);

    private static Events Send(params string[] frames)
    {
        var events = new Events();
        var stream = Stream(events);
        foreach (var frame in frames)
            Assert.Equal(FrameKind.Data, stream.OnFrame(null!, Encoding.UTF8.GetBytes(frame), _now, out _));
        return events;
    }

    private sealed class Events : IBinanceUserEvents
    {
        public List<OrderReport> Orders { get; } = [];

        public List<BinanceAccountUpdate> Accounts { get; } = [];

        public List<(string? Symbol, decimal? Leverage, bool? MultiAssets)> Configs { get; } = [];

        public List<string> MarginCalls { get; } = [];

        public void OnOrder(OrderReport report) => Orders.Add(report);

        public void OnAccount(BinanceAccountUpdate update, DateTimeOffset receivedAt) => Accounts.Add(update);

        public void OnConfig(string? symbol, decimal? leverage, bool? multiAssets, DateTimeOffset venueTime, DateTimeOffset receivedAt) => Configs.Add((symbol, leverage, multiAssets));

        public void OnMarginCall(string text, DateTimeOffset venueTime, DateTimeOffset receivedAt) => MarginCalls.Add(text);
    }
}
