using System.Text;
using Exchange.Exchanges.Grvt;
using Exchange.Grains.Interfaces;
using Xunit;

namespace Exchange.Tests.Exchanges.Grvt;

/// <summary>What leaves, in both encodings, and what may not leave (venue sheet, sections 4, 6 and 13).</summary>
public sealed class GrvtRequestTests
{
    private const string K2 = "c0663ca94684aead40c41a1cb3a94b68a24296e87245be3a186e882a29a15ee0";

    private static readonly GrvtSignedTerms _bitcoin = new([0x03, 0x05, 0x01], 9);
    private static readonly DateTimeOffset _now = new(2026, 1, 2, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("full", GrvtSheet.CreateRequest)]
    [InlineData("lite", GrvtSheet.CreateRequestLite)]
    public void A_create_is_what_the_sheet_has(string encoding, string golden)
    {
        var options = new GrvtOptions { Encoding = encoding };
        var signer = Signer();
        var order = Order(OrderType.Limit) with { Side = Side.Sell, Quantity = 1.0130m, Price = 68900.50m };
        var requests = new GrvtOrderRequests(options);
        var p = new GrvtParams(options.IsLite).Begin(GrvtNames.Order);
        requests.Write(p, order, signer, requests.Terms(order, signer.SubAccountId, _bitcoin, 828700936, GrvtWords.TimeOf(1730800479321350000)!.Value));
        Assert.Equal(golden, Frame(123, "v1/create_order", p.End().Finish(), options.IsLite));
    }

    [Fact]
    public void A_trigger_goes_unsigned_with_the_metadata()
    {
        var order = Order(OrderType.StopMarket) with { TriggerPrice = 64000m, TriggerBy = TriggerPriceSource.Mark, ReduceOnly = true };
        var text = Encoding.UTF8.GetString(new GrvtOrderRequests(new GrvtOptions()).Create(order, Signer(), _bitcoin, _now).Span);
        Assert.Contains("""metadata":{"client_order_id":"9223372036854775809","trigger":{"trigger_type":"STOP_LOSS","tpsl":{"trigger_by":"MARK","trigger_price":"64000","close_position":false}}}""", text, StringComparison.Ordinal);
        Assert.Contains(""" "is_market":true,"time_in_force":"GOOD_TILL_TIME","post_only":false,"reduce_only":true """.Trim(), text, StringComparison.Ordinal);
        Assert.Contains("\"limit_price\":\"0\"", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, """{"jsonrpc":"2.0","method":"v1/cancel_order","params":{"sub_account_id":"8289849667772468","client_order_id":"9223372036854775809","time_to_live_ms":"500"},"id":124}""")]
    [InlineData(true, """{"j":"2.0","m":"v1/cancel_order","p":{"sa":"8289849667772468","co":"9223372036854775809","tt":"500"},"i":124}""")]
    public void A_cancel_is_what_the_sheet_has(bool lite, string golden) => Assert.Equal(golden, Frame(
        124,
        "v1/cancel_order",
        new GrvtParams(lite).Add(GrvtNames.SubAccountId, 8289849667772468UL).Add(GrvtNames.ClientOrderId, "9223372036854775809").Add(GrvtNames.TimeToLive, 500UL).Finish(),
        lite));

    [Fact]
    public void A_cancel_of_all_is_what_the_sheet_has() => Assert.Equal(
        """{"jsonrpc":"2.0","method":"v1/cancel_all_orders","params":{"sub_account_id":"8289849667772468","kind":["PERPETUAL"],"base":["BTC"],"quote":["USDT"]},"id":125}""",
        Frame(
            125,
            "v1/cancel_all_orders",
            new GrvtParams(false).Add(GrvtNames.SubAccountId, 8289849667772468UL).Add(GrvtNames.Kind, ["PERPETUAL"]).Add(GrvtNames.Base, ["BTC"]).Add(GrvtNames.Quote, ["USDT"]).Finish(),
            false));

    [Theory]
    [InlineData(false, """{"jsonrpc":"2.0","method":"subscribe","params":{"stream":"v1.book.d","selectors":["BTC_USDT_Perp@100"]},"id":7}""")]
    [InlineData(true, """{"j":"2.0","m":"subscribe","p":{"s":"v1.book.d","s1":["BTC_USDT_Perp@100"]},"i":7}""")]
    public void A_subscription_is_what_the_sheet_has(bool lite, string golden) =>
        Assert.Equal(golden, Frame(7, "subscribe", GrvtRpc.Streams("v1.book.d", ["BTC_USDT_Perp@100"], lite), lite));

    /// <summary>Test 28.</summary>
    [Theory]
    [InlineData("0.00001", "\"0.00001\"")]
    [InlineData("0.000000001", "\"0.000000001\"")]
    [InlineData("100.000", "\"100\"")]
    public void Decimals_have_no_exponent(string number, string written) =>
        Assert.Equal($"{{\"size\":{written}}}", Encoding.UTF8.GetString(new GrvtParams(false).Add(GrvtNames.Size, decimal.Parse(number, System.Globalization.CultureInfo.InvariantCulture)).Finish().Span));

    /// <summary>Test 12: the signature's life is the order's.</summary>
    [Fact]
    public void An_order_ends_with_its_signature()
    {
        var requests = new GrvtOrderRequests(new GrvtOptions { OrderLifeDays = 20, ImmediateOrderSeconds = 60 });
        Assert.Equal(_now.AddDays(20), requests.ExpirationOf(Order(OrderType.Limit), _now));
        Assert.Equal(_now.AddDays(20), requests.ExpirationOf(Order(OrderType.StopMarket), _now));
        Assert.Equal(_now.AddSeconds(60), requests.ExpirationOf(Order(OrderType.Market), _now));
        Assert.Equal(_now.AddSeconds(60), requests.ExpirationOf(Order(OrderType.Limit) with { TimeInForce = TimeInForce.FillOrKill }, _now));
        Assert.Equal(_now.AddHours(3), requests.ExpirationOf(Order(OrderType.Limit) with { TimeInForce = TimeInForce.GoodTillDate, GoodTillDate = _now.AddHours(3) }, _now));
    }

    [Theory]
    [InlineData("trailing", ExchangeErrorCode.NotSupported, "type")]
    [InlineData("leg", ExchangeErrorCode.PositionSideMismatch, "position_side")]
    [InlineData("hash", ExchangeErrorCode.UnknownSymbol, "symbol")]
    [InlineData("post-only", ExchangeErrorCode.InvalidArgument, "time_in_force")]
    [InlineData("date", ExchangeErrorCode.InvalidArgument, "good_till_date")]
    [InlineData("fine", ExchangeErrorCode.QuantityOffStep, "quantity")]
    [InlineData("trigger", ExchangeErrorCode.InvalidArgument, "trigger_price")]
    public void What_the_venue_would_refuse_does_not_leave(string what, ExchangeErrorCode code, string field)
    {
        var limit = Order(OrderType.Limit);
        var order = what switch
        {
            "trailing" => Order(OrderType.TrailingStop),
            "leg" => limit with { PositionSide = PositionSide.Long },
            "post-only" => limit with { PostOnly = true, TimeInForce = TimeInForce.ImmediateOrCancel },
            "date" => limit with { TimeInForce = TimeInForce.GoodTillDate, GoodTillDate = _now.AddDays(31) },
            "fine" => limit with { Quantity = 0.0000000001m },
            "trigger" => Order(OrderType.StopMarket),
            _ => limit,
        };
        var error = GrvtOrderRequests.Check(order, what == "hash" ? null : _bitcoin, _now);
        Assert.NotNull(error);
        Assert.Equal((code, field, CommandOutcome.Rejected), (error.Code, error.Field, error.Outcome));
        Assert.Null(GrvtOrderRequests.Check(limit, _bitcoin, _now));
    }

    [Fact]
    public void Settings_of_two_environments_are_refused()
    {
        Assert.Empty(new GrvtOptions { Environment = "live" }.Validate());
        var mixed = new GrvtOptions { Environment = "testnet", TradingUrl = new Uri("https://trades.grvt.io") }.Validate();
        Assert.Contains("Exchange:Grvt:TradingUrl", Assert.Single(mixed), StringComparison.Ordinal);
        Assert.Equal(325UL, GrvtUrls.From(new GrvtOptions { Environment = "live" }).ChainId);
        Assert.Equal(326UL, GrvtUrls.From(new GrvtOptions { Environment = "testnet" }).ChainId);
        Assert.Equal("wss://trades.testnet.grvt.io/ws/lite", GrvtUrls.From(new GrvtOptions { Environment = "testnet" }).TradingSocket(lite: true).AbsoluteUri);
        Assert.Equal("ws://127.0.0.1:9404/ws/full", GrvtUrls.From(new GrvtOptions()).TradingSocket(lite: false).AbsoluteUri);
    }

    private static string Frame(long id, string method, ReadOnlyMemory<byte> request, bool lite) => Encoding.UTF8.GetString(GrvtRpc.Request(id, method, request.Span, lite).Span);

    private static GrvtSigner Signer() => GrvtSigner.Create(new AuthCredentials { Key = "key", PrivateKey = K2, SubAccountId = "8289849667772468" }, 326).Value!;

    private static Order Order(OrderType type) => new()
    {
        Exchange = Venues.Grvt,
        Symbol = "BTC_USDT_Perp",
        ClientOrderId = "9223372036854775809",
        Side = Side.Buy,
        Type = type,
        Quantity = 0.5m,
        Price = type is OrderType.Limit or OrderType.StopLimit or OrderType.TakeProfitLimit ? 68900.5m : null,
        Status = OrderStatus.PendingNew,
        CreatedTime = _now,
        UpdatedTime = _now,
    };
}
