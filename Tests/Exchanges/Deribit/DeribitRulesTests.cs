using System.Text;
using Exchange.Exchanges.Common.Http;
using Exchange.Exchanges.Common.Orders;
using Exchange.Exchanges.Deribit;
using Exchange.Grains.Interfaces;
using Exchange.Tests.Support;
using Xunit;

namespace Exchange.Tests.Exchanges.Deribit;

/// <summary>What leaves, what may not leave, and how much of it.</summary>
public sealed class DeribitRulesTests
{
    private static readonly DateTimeOffset _until = DateTimeOffset.FromUnixTimeMilliseconds(1789000005000);

    /// <summary>Test 5: both flags always; test 25: no time in force where there is no price; quantities as amount.</summary>
    [Fact]
    public void Orders_are_encoded_as_the_sheet_has_them()
    {
        Assert.Equal(
            """ "instrument_name":"BTC-PERPETUAL","amount":50,"type":"limit","label":"oms1-17","price":61234.5,"time_in_force":"good_til_cancelled","post_only":true,"reject_post_only":true,"reduce_only":false,"valid_until":1789000005000""".Trim(),
            Encoded(Order(OrderType.Limit) with { Quantity = 50.0m, Price = 61234.50m, PostOnly = true }));
        Assert.Equal(
            """ "instrument_name":"BTC-PERPETUAL","amount":10,"type":"market","label":"oms1-17","post_only":false,"reject_post_only":false,"reduce_only":true,"valid_until":1789000005000""".Trim(),
            Encoded(Order(OrderType.Market) with { ReduceOnly = true }));
        Assert.Equal(
            """ "instrument_name":"BTC-PERPETUAL","amount":10,"type":"stop_market","label":"oms1-17","post_only":false,"reject_post_only":false,"reduce_only":false,"trigger":"mark_price","trigger_price":59000,"valid_until":1789000005000""".Trim(),
            Encoded(Order(OrderType.StopMarket) with { TriggerPrice = 59000m, TriggerBy = TriggerPriceSource.Mark }));
        Assert.Equal(
            """ "instrument_name":"BTC-PERPETUAL","amount":10,"type":"take_limit","label":"oms1-17","price":64000,"time_in_force":"immediate_or_cancel","post_only":false,"reject_post_only":false,"reduce_only":false,"trigger":"index_price","trigger_price":63990,"valid_until":1789000005000""".Trim(),
            Encoded(Order(OrderType.TakeProfitLimit) with { Price = 64000m, TriggerPrice = 63990m, TriggerBy = TriggerPriceSource.Index, TimeInForce = TimeInForce.ImmediateOrCancel }));
        Assert.Equal(
            """ "instrument_name":"BTC-PERPETUAL","amount":10,"type":"trailing_stop","label":"oms1-17","post_only":false,"reject_post_only":false,"reduce_only":false,"trigger":"last_price","trigger_offset":250,"valid_until":1789000005000""".Trim(),
            Encoded(Order(OrderType.TrailingStop) with { TrailingOffset = 250m }));
        Assert.Equal("private/sell", DeribitOrderRequests.PlaceMethod(Order(OrderType.Market) with { Side = Side.Sell }));
    }

    /// <summary>Test 32: an edit's amount is the new total, fills included.</summary>
    [Fact]
    public void An_edit_names_the_order_and_the_new_total()
    {
        var order = Order(OrderType.Limit) with { VenueOrderId = "70000000017", Quantity = 200m, CumulativeQuantity = 100m, PostOnly = true, Status = OrderStatus.PartiallyFilled };
        Assert.Equal("""{"order_id":"70000000017","amount":400,"price":61230,"post_only":true,"reject_post_only":true,"valid_until":1789000005000}""", Edited(order, 61230m, 400m, _until));
        Assert.Equal("""{"label":"oms1-17","instrument_name":"BTC-PERPETUAL","amount":30,"price":61230,"post_only":true,"reject_post_only":true}""", Edited(order with { VenueOrderId = null }, 61230m, 30m, null));
    }

    /// <summary>Test 3, and what else Deribit would refuse or take for something else.</summary>
    [Fact]
    public void What_Deribit_does_not_take_is_refused_by_name()
    {
        var now = new DateTimeOffset(2026, 9, 1, 12, 0, 0, TimeSpan.Zero);
        var settlement = new DateTimeOffset(2026, 9, 2, 8, 0, 0, TimeSpan.Zero);
        Assert.Null(DeribitOrderRequests.Check(Order(OrderType.Limit) with { Price = 1m }, now));
        Assert.Null(DeribitOrderRequests.Check(Order(OrderType.Limit) with { Price = 1m, TimeInForce = TimeInForce.GoodTillDate, GoodTillDate = settlement }, now));
        Assert.Equal("good_till_date", Field(Order(OrderType.Limit) with { TimeInForce = TimeInForce.GoodTillDate, GoodTillDate = settlement.AddDays(1) }));
        Assert.Equal("trigger_price", Field(Order(OrderType.StopMarket)));
        Assert.Equal("offset", Field(Order(OrderType.TrailingStop)));
        Assert.Equal("activation_price", Field(Order(OrderType.TrailingStop) with { TrailingOffset = 1m, TriggerPrice = 1m }));
        Assert.Equal("position_side", Field(Order(OrderType.Limit) with { PositionSide = PositionSide.Long }));
        Assert.Equal("time_in_force", Field(Order(OrderType.Limit) with { PostOnly = true, TimeInForce = TimeInForce.ImmediateOrCancel }));
        Assert.Equal("post_only", Field(Order(OrderType.Market) with { PostOnly = true }));

        string? Field(Order order) => DeribitOrderRequests.Check(order, now)?.Field;
    }

    /// <summary>Test 6: units. Test 33: steps of an option's price.</summary>
    [Fact]
    public void Instruments_tell_units_and_steps()
    {
        DeribitFrame.TryRead(Encoding.UTF8.GetBytes(DeribitSheet.Instruments), out var frame);
        var instruments = DeribitInstruments.Read(frame.Result, Venues.Deribit).OrThrow();
        Assert.Equal((3, 0), (instruments.All.Length, instruments.Unreadable));
        var linear = instruments.Find("SOL_USDC-PERPETUAL").OrThrow();
        Assert.Equal((InstrumentKind.Perpetual, QuantityUnit.Base, 0.1m, 0.1m, 1m, "USDC"), (linear.Kind, linear.QuantityUnit, linear.LotStep, linear.MinQuantity, linear.ContractSize, linear.Settlement));
        var inverse = instruments.Find("BTC-PERPETUAL").OrThrow();
        Assert.Equal((QuantityUnit.Quote, 10m, 1m, "USD", "BTC"), (inverse.QuantityUnit, inverse.LotStep, inverse.ContractSize, inverse.Quote, inverse.Settlement));
        var option = instruments.Find("BTC-25DEC26-90000-P").OrThrow();
        Assert.Equal((InstrumentKind.Option, OptionKind.Put, 90000m, 0.1m, QuantityUnit.Base), (option.Kind, option.OptionKind, option.Strike, option.LotStep, option.QuantityUnit));
        Assert.Equal(0.0001m, PriceGrid.TickAt(option, 0.0049m));
        Assert.Equal(0.0005m, PriceGrid.TickAt(option, 0.0051m));
        Assert.NotNull(PriceGrid.CheckPrice(option, 0.0051m, "price"));
        Assert.Null(PriceGrid.CheckPrice(option, 0.0055m, "price"));
        Assert.Contains("SOL_USDC-PERPETUAL", instruments.Find("SOL_USDC-PERPETUA").Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Credits_come_back_and_a_part_is_kept_for_cancels()
    {
        var time = new ManualTimeProvider();
        var bucket = new CreditBucket("orders", 5, 20, 1, 0.25, TimeSpan.FromSeconds(1), time.GetUtcNow, time);
        var taken = 0;
        while (bucket.TryTake(1, RequestPriority.Normal, out _))
            taken++;
        Assert.Equal(15, taken);
        Assert.False(bucket.TryTake(1, RequestPriority.Normal, out var retryAt));
        Assert.Equal(time.GetUtcNow() + TimeSpan.FromMilliseconds(200), retryAt);
        for (var i = 0; i < 5; i++)
            Assert.True(bucket.TryTake(1, RequestPriority.Cancel, out _));
        Assert.False(bucket.TryTake(1, RequestPriority.Cancel, out _));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(5, bucket.Tokens, 0.001);
        bucket.SetLimits(30, 100);
        Assert.Equal(85, bucket.Tokens, 0.001);
        bucket.Drain();
        Assert.Equal(0, bucket.Tokens, 0.001);
        bucket.Charge(2);
        Assert.Equal(-2, bucket.Tokens, 0.001);
    }

    /// <summary>Test 26: after 10028 nothing leaves for a while, and nothing is left.</summary>
    [Fact]
    public void A_breach_stops_everything_for_a_while()
    {
        var time = new ManualTimeProvider();
        var budget = new DeribitBudget(new DeribitOptions { ThrottlePauseMs = 2000 }, 0.5, time.GetUtcNow, time);
        var error = budget.Observe(DeribitErrors.Map(10028, "too_many_requests"));
        Assert.Equal(time.GetUtcNow() + TimeSpan.FromSeconds(2), error.RetryAt);
        Assert.NotNull(budget.Requests.Pause);
        Assert.False(budget.Orders.TryTake(1, RequestPriority.Cancel, out _));
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(budget.Requests.Pause);
        Assert.True(budget.Orders.TryTake(1, RequestPriority.Cancel, out _));
    }

    [Fact]
    public void Settings_name_what_is_wrong()
    {
        Assert.Empty(new DeribitOptions().Validate());
        Assert.Contains("Exchange:Deribit:Environment", Assert.Single(new DeribitOptions { Environment = "prod" }.Validate()), StringComparison.Ordinal);
        Assert.Contains("Exchange:Deribit:GrantType", Assert.Single(new DeribitOptions { GrantType = "password" }.Validate()), StringComparison.Ordinal);
        Assert.Contains("belongs to the environment live", Assert.Single(new DeribitOptions { Environment = "testnet", RestUrl = new Uri("https://www.deribit.com") }.Validate()), StringComparison.Ordinal);
        Assert.Contains("belongs to the environment sim", Assert.Single(new DeribitOptions { Environment = "live", SocketUrl = new Uri("ws://127.0.0.1:9402/ws/api/v2") }.Validate()), StringComparison.Ordinal);
    }

    /// <summary>A balance is news at once, what prices move once a second.</summary>
    [Fact]
    public void Portfolios_are_told_when_they_are_news()
    {
        var time = new ManualTimeProvider();
        var filter = new DeribitPortfolioFilter(time);
        var balance = new Balance { Asset = "BTC", Wallet = 1, Available = 1 };
        Assert.True(filter.IsNews(balance));
        Assert.False(filter.IsNews(balance));
        Assert.False(filter.IsNews(balance with { Available = 2 }));
        Assert.True(filter.IsNews(balance with { Wallet = 2 }));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(filter.IsNews(balance with { Wallet = 2, Available = 3 }));
    }

    private static Order Order(OrderType type) => new()
    {
        Exchange = Venues.Deribit,
        Symbol = "BTC-PERPETUAL",
        ClientOrderId = "oms1-17",
        Side = Side.Buy,
        Type = type,
        Quantity = 10m,
        Status = OrderStatus.PendingNew,
        CreatedTime = _until,
        UpdatedTime = _until,
    };

    private static string Encoded(Order order)
    {
        var to = new DeribitParams();
        DeribitOrderRequests.Place(to, order, _until);
        return Encoding.UTF8.GetString(to.Written);
    }

    private static string Edited(Order order, decimal price, decimal quantity, DateTimeOffset? until)
    {
        var to = new DeribitParams();
        DeribitOrderRequests.Edit(to, order, price, quantity, until);
        return $"{{{Encoding.UTF8.GetString(to.Written)}}}";
    }
}
