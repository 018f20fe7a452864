using System.Text;
using Exchange.Exchanges.Common.Account;
using Exchange.Exchanges.Common.Orders;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Exchanges.Common.Text;
using Exchange.Exchanges.Grvt;
using Exchange.Grains.Interfaces;
using Xunit;

namespace Exchange.Tests.Exchanges.Grvt;

/// <summary>Every message of the sheet that a private connection is sent, and the numbers of its streams.</summary>
public sealed class GrvtMessageTests
{
    private static readonly DateTimeOffset _received = new(2026, 1, 2, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_create_is_answered_with_a_receipt()
    {
        var report = Read(GrvtSheet.CreateReply).ToReport(ReportSource.Reply, _received)!;
        Assert.Null(report.VenueOrderId);
        Assert.Equal(("9223372036854775809", OrderStatus.PendingNew, "BTC_USDT_Perp", Side.Sell), (report.ClientOrderId, report.Status, report.Symbol, report.Side));
        Assert.Equal((1.013m, 68900.5m, 0m), (report.Quantity, report.Price, report.CumulativeQuantity));
    }

    [Fact]
    public void An_order_is_read_whole()
    {
        var told = Tell(GrvtSheet.Order);
        var report = Assert.Single(told.Orders);
        Assert.Equal(("747860882", "0x010101050390cd89000000007799a374", OrderStatus.Working), (report.ClientOrderId, report.VenueOrderId, report.Status));
        Assert.Equal((OrderType.Limit, Side.Buy, 0.001m, 87443.0m), (report.Type, report.Side, report.Quantity, report.Price));
        Assert.Null(report.TriggerPrice);
        Assert.Equal(2026, report.CreatedTime!.Value.Year);
    }

    [Theory]
    [InlineData(GrvtSheet.State)]
    [InlineData(GrvtSheet.StateLite)]
    public void A_state_is_joined_by_the_client_order_id(string message)
    {
        var report = Assert.Single(Tell(message).Orders);
        Assert.Equal(("BTC_USDT_Perp", OrderStatus.Filled, 0.001m, 87443.0m), (report.Symbol, report.Status, report.CumulativeQuantity, report.AveragePrice));
        var strange = new Told { Knows = false };
        Assert.Equal(FrameKind.Data, Tell(message, strange));
        Assert.Empty(strange.Orders);
    }

    [Fact]
    public void An_execution_is_read_whole()
    {
        var told = Tell(GrvtSheet.Fill);
        var fill = Assert.Single(told.Fills);
        Assert.Equal(("74150425-1", "0x0101010503a12f6e000000007791f1bd", "99191900"), (fill.TradeId, fill.VenueOrderId, fill.ClientOrderId));
        Assert.Equal((Side.Buy, 0.001m, 89473.4m, 0.040263m, "USDT", false), (fill.Side, fill.Quantity, fill.Price, fill.Fee, fill.FeeAsset, fill.IsMaker));
        Assert.Same(fill, Assert.Single(told.Orders).Fill);
    }

    [Fact]
    public void A_position_is_read_whole()
    {
        var position = Assert.Single(Tell(GrvtSheet.Position).Positions);
        Assert.Equal(("BTC_USDT_Perp", 0.001m, 89426.4m, 20m, MarginMode.Cross), (position.Symbol, position.Quantity, position.EntryPrice, position.Leverage, position.MarginMode));
        Assert.Equal(74347.153505969m, position.LiquidationPrice);
    }

    [Fact]
    public void Other_streams_are_known()
    {
        Assert.Equal(FrameKind.Data, Tell(GrvtSheet.Cancel, new Told()));
        Assert.Equal("TRANSFER 1.234 USDT from 0 to 8289849667772468", Assert.Single(Tell(GrvtSheet.Transfer).Transfers));
        Assert.Equal(FrameKind.Unknown, Tell(GrvtSheet.Cancel.Replace("v1.cancel", "v1.unheard", StringComparison.Ordinal), new Told()));
    }

    /// <summary>Test 25: what may come otherwise.</summary>
    [Theory]
    [InlineData("\"OPEN\"", "\"UNHEARD\"", null)]
    [InlineData("\"OPEN\"", "\"CANCELLED\"", OrderStatus.Cancelled)]
    [InlineData("\"OPEN\",\"reject_reason\":\"UNSPECIFIED\"", "\"CANCELLED\",\"reject_reason\":\"EXPIRED\"", OrderStatus.Expired)]
    [InlineData("\"OPEN\",\"reject_reason\":\"UNSPECIFIED\"", "\"REJECTED\",\"reject_reason\":\"FAIL_POST_ONLY\"", OrderStatus.Rejected)]
    [InlineData("\"traded_size\":[\"0.0\"]", "\"traded_size\":[0.0005]", OrderStatus.PartiallyFilled)]
    [InlineData("\"is_market\":false", "\"is_market\":\"false\",\"surprise\":{\"a\":[1,{}]}", OrderStatus.Working)]
    public void States_are_told_in_our_words(string from, string to, OrderStatus? status)
    {
        var report = Assert.Single(Tell(GrvtSheet.Order.Replace(from, to, StringComparison.Ordinal)).Orders);
        Assert.Equal(status, report.Status);
        if (status == OrderStatus.Rejected)
            Assert.Equal(ExchangeErrorCode.PostOnlyWouldTake, report.Reason!.Code);
    }

    [Fact]
    public void An_order_with_a_trigger_waits_for_it()
    {
        var waiting = GrvtSheet.Order
            .Replace("\"trigger_type\":\"UNSPECIFIED\",\"tpsl\":{\"trigger_by\":\"UNSPECIFIED\",\"trigger_price\":\"0.0\"", "\"trigger_type\":\"TAKE_PROFIT\",\"tpsl\":{\"trigger_by\":\"INDEX\",\"trigger_price\":\"90000\"", StringComparison.Ordinal)
            .Replace("\"OPEN\"", "\"PENDING\"", StringComparison.Ordinal);
        var report = Assert.Single(Tell(waiting).Orders);
        Assert.Equal((OrderStatus.Untriggered, OrderType.TakeProfitLimit, 90000m, TriggerPriceSource.Index), (report.Status, report.Type, report.TriggerPrice, report.TriggerBy));
        var fired = Assert.Single(Tell(waiting.Replace("\"PENDING\"", "\"OPEN\"", StringComparison.Ordinal)).Orders);
        Assert.Equal((OrderStatus.Working, true), (fired.Status, fired.Triggered));
    }

    [Fact]
    public void What_cannot_be_read_is_asked_for()
    {
        var told = new Told();
        Assert.Equal(FrameKind.Unreadable, Tell(GrvtSheet.Order.Replace("\"instrument\":\"BTC_USDT_Perp\"", "\"instrument\":null", StringComparison.Ordinal), told));
        Assert.Equal(1, told.Missed);
    }

    [Fact]
    public void Receipts_are_read()
    {
        Assert.True(GrvtFrame.TryRead(Bytes(GrvtSheet.CancelReply), out var cancel));
        Assert.True(GrvtRpc.TryOpen(cancel.Result, out var ack, out _) && GrvtRpc.IsAck(ack));
        Assert.True(GrvtRpc.IsAck("""{"ack":"true"}"""u8));
        Assert.False(GrvtRpc.IsAck("""{"ack":false}"""u8));
        Assert.True(GrvtFrame.TryRead(Bytes(GrvtSheet.BulkReply), out var bulk));
        Assert.Equal(["9223372036854775811"], GrvtOrderVenue.ReadBulk(bulk.Result)!);
    }

    [Fact]
    public void The_account_is_read()
    {
        var reader = new GrvtAccountReader(null!, Venues.Grvt, TimeProvider.System);
        var account = reader.ReadAccount(Bytes(GrvtSheet.Account)).Value!;
        var balance = Assert.Single(account.Balances);
        Assert.Equal(("USDT", 16.569711m, 12.16746m), (balance.Asset, balance.Wallet, balance.Available));
        Assert.Equal((4.402251m, PositionMode.OneWay), (account.InitialMargin, account.PositionMode));
        Assert.Empty(reader.ReadPositions("""{"result":[]}"""u8.ToArray()).Value);
        Assert.Equal(ExchangeErrorCode.UnreadableReply, reader.ReadPositions("<html>"u8.ToArray()).Error!.Code);
    }

    /// <summary>Test 6: nothing is guessed; an instrument without its hash is left out.</summary>
    [Fact]
    public void Instruments_bring_what_is_signed()
    {
        var read = GrvtInstruments.Read(Bytes(GrvtSheet.Instruments), Venues.Grvt).Value!;
        Assert.Equal((1, 1), (read.All.Length, read.Unreadable));
        var terms = read.SignedTermsOf("AAVE_USDT_Perp")!;
        Assert.Equal(("032201", 9), (Convert.ToHexString(terms.AssetId), terms.BaseDecimals));
        Assert.Equal((0.01m, 0.1m, 5m), (read.All[0].TickSize, read.All[0].LotStep, read.All[0].MinNotional));
        Assert.Null(read.SignedTermsOf("NOHASH_USDT_Perp"));
    }

    /// <summary>Test 21.</summary>
    [Theory]
    [InlineData(GrvtSheet.Subscribed)]
    [InlineData(GrvtSheet.SubscribedLite)]
    public void Numbers_tell_what_was_lost(string subscribed)
    {
        var sequences = new GrvtSequences();
        Assert.True(GrvtFrame.TryRead(Bytes(subscribed), out var ack));
        sequences.NoteSubscribed(ack.Result);
        Assert.Equal(GrvtStep.Snapshot, Judge(0, 0));
        Assert.Equal(GrvtStep.Next, Judge(1061214, 1061213));
        Assert.Equal(GrvtStep.Repeated, Judge(1061214, 1061213));
        Assert.Equal(GrvtStep.Next, Judge(1061215, 1061214));
        Assert.Equal(GrvtStep.Gap, Judge(1061217, 1061216));
        Assert.Equal(GrvtStep.Next, Judge(1061218, 1061217));

        // Numbers that jump are fine where they are linked.
        Assert.Equal(GrvtStep.Next, Judge(2000000, 1061218));
        var first = new GrvtSequences();
        first.NoteSubscribed(ack.Result);
        Assert.True(GrvtFrame.TryRead(Frame(1061215, 1061214), out var late));
        Assert.Equal(GrvtStep.Gap, first.Judge(late));

        GrvtStep Judge(long number, long previous)
        {
            Assert.True(GrvtFrame.TryRead(Frame(number, previous), out var frame));
            return sequences.Judge(frame);
        }

        static byte[] Frame(long number, long previous) => Bytes(
            $$"""{"stream":"v1.book.d","selector":"BTC_USDT_Perp@100","sequence_number":"{{number}}","feed":{},"prev_sequence_number":"{{previous}}"}""");
    }

    /// <summary>Test 19, and replies that carry their id alone.</summary>
    [Fact]
    public void Frames_are_told_apart()
    {
        Assert.Equal(GrvtFrameKind.Complaint, Kind("""{"jsonrpc":"2.0","error":{"code":1003,"message":"x"}}"""));
        Assert.Equal(GrvtFrameKind.Complaint, Kind("""{"code":3001,"message":"x","status":400}"""));
        Assert.Equal(GrvtFrameKind.Reply, Kind("""{"jsonrpc":"","result":{"result":{}},"id":9}"""));
        Assert.Equal(GrvtFrameKind.Reply, Kind("""{"j":"2.0","e":{"c":3000,"m":"x"},"i":1,"m":"subscribe"}"""));
        Assert.Equal(GrvtFrameKind.Data, Kind(GrvtSheet.StateLite));
        Assert.Equal(GrvtFrameKind.Unknown, Kind("{}"));

        static GrvtFrameKind Kind(string text)
        {
            Assert.True(GrvtFrame.TryRead(Bytes(text), out var frame));
            return frame.Kind;
        }
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static GrvtOrderFields Read(string reply)
    {
        Assert.True(GrvtFrame.TryRead(Bytes(reply), out var frame));
        Assert.True(GrvtRpc.TryOpen(frame.Result, out var result, out _));
        var json = new Utf8Scanner(result);
        Assert.True(GrvtOrderMessages.TryReadOrder(ref json, out var fields) && json.AtEnd);
        return fields;
    }

    private static Told Tell(string message)
    {
        var told = new Told();
        Assert.Equal(FrameKind.Data, Tell(message, told));
        return told;
    }

    private static FrameKind Tell(string message, Told told)
    {
        Assert.True(GrvtFrame.TryRead(Bytes(message), out var frame));
        return new GrvtUserStream(told, Venues.Grvt, TimeProvider.System).OnData(frame, GrvtStep.Next, _received);
    }

    private sealed class Told : IGrvtUserEvents
    {
        public List<OrderReport> Orders { get; } = [];

        public List<Fill> Fills { get; } = [];

        public List<Position> Positions { get; } = [];

        public List<string> Transfers { get; } = [];

        public int Missed { get; private set; }

        public bool Knows { get; init; } = true;

        public void OnOrder(OrderReport report) => Orders.Add(report);

        public string? SymbolOf(string clientOrderId) => Knows ? "BTC_USDT_Perp" : null;

        public void OnPosition(Position position) => Positions.Add(position);

        public void OnFill(Fill fill) => Fills.Add(fill);

        public void OnTransfer(string words, DateTimeOffset? venueTime, DateTimeOffset receivedAt) => Transfers.Add(words);

        public void OnMissed() => Missed++;
    }
}
