using Exchange.Exchanges.Common.Orders;
using Exchange.Grains.Interfaces;
using Exchange.Tests.Support.Orders;
using Xunit;
using static Exchange.Tests.Support.Orders.OrderLifeBench;

namespace Exchange.Tests.Exchanges.Common.Orders;

public sealed class PreTradeChecksTests
{
    private static ExchangeError? Refusal(OrderLifeBench life, OrderRequest request)
    {
        var sent = life.Venue.Sent.Count;
        var answer = life.Orders.PlaceAsync(request);
        if (!answer.IsCompleted)
            return null;
        Assert.Equal(sent, life.Venue.Sent.Count);
        Assert.Equal(CommandOutcome.Rejected, Done(answer).Error!.Outcome);
        return Done(answer).Error;
    }

    private static void Refused(OrderLifeBench life, OrderRequest request, ExchangeErrorCode code, string field, params ReadOnlySpan<string> words)
    {
        var error = Refusal(life, request);
        Assert.NotNull(error);
        Assert.Equal((code, field), (error.Code, error.Field));
        foreach (var word in words)
            Assert.Contains(word, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prices_and_quantities_off_the_grid_are_refused_with_the_nearest_legal_values()
    {
        using var life = new OrderLifeBench();
        Refused(life, Limit(null, price: 100.07m), ExchangeErrorCode.PriceOffTick, "price", "100.0 and 100.1");
        Refused(life, Limit(null, quantity: 0.0015m), ExchangeErrorCode.QuantityOffStep, "quantity", "0.001 and 0.002");
        Refused(life, Limit(null, quantity: 0.0005m), ExchangeErrorCode.QuantityOffStep, "quantity", "nearest are 0.001");
        Refused(life, Limit(null, quantity: 0), ExchangeErrorCode.QuantityOutOfRange, "quantity");
        Refused(life, Limit(null, price: -1), ExchangeErrorCode.PriceOutOfRange, "price");
        Refused(life, new StopOrderRequest { Symbol = "BTCUSDT", Side = Side.Sell, Quantity = 1, TriggerPrice = 90.01m }, ExchangeErrorCode.PriceOffTick, "trigger_price");
        Refused(life, new TrailingStopOrderRequest { Symbol = "BTCUSDT", Side = Side.Sell, Quantity = 1, Offset = 1, ActivationPrice = 90.01m }, ExchangeErrorCode.PriceOffTick, "activation_price");
        Refused(life, new TrailingStopOrderRequest { Symbol = "BTCUSDT", Side = Side.Sell, Quantity = 1, Offset = 0 }, ExchangeErrorCode.InvalidArgument, "offset");
        Refused(life, Limit(null) with { TimeInForce = TimeInForce.GoodTillDate }, ExchangeErrorCode.InvalidArgument, "good_till_date");
        Assert.Null(Refusal(life, Limit(null, 0.002m, 100.1m)));
    }

    [Fact]
    public void The_tick_size_follows_the_price()
    {
        using var life = new OrderLifeBench();
        life.Instrument = life.Instrument! with { TickSize = 0.0001m, TickSteps = [new TickStep(0.005m, 0.0005m), new TickStep(1, 0.1m)] };
        Assert.Null(Refusal(life, Limit(null, price: 0.0049m)));
        Refused(life, Limit(null, price: 0.0051m), ExchangeErrorCode.PriceOffTick, "price", "0.0005", "0.0050 and 0.0055");
        Assert.Null(Refusal(life, Limit(null, price: 0.0055m)));
        Refused(life, Limit(null, price: 1.05m), ExchangeErrorCode.PriceOffTick, "price", "1.0 and 1.1");
    }

    [Fact]
    public void Sizes_beyond_the_venues_bounds_are_refused_market_orders_by_their_own()
    {
        using var life = new OrderLifeBench();
        life.Instrument = life.Instrument! with { MinQuantity = 0.01m, MaxQuantity = 10, MaxMarketQuantity = 5, MinPrice = 10, MaxPrice = 1000 };
        Refused(life, Limit(null, 0.005m), ExchangeErrorCode.QuantityOutOfRange, "quantity", "minimum 0.01");
        Refused(life, Limit(null, 11), ExchangeErrorCode.QuantityOutOfRange, "quantity", "maximum 10");
        Refused(life, new MarketOrderRequest { Symbol = "BTCUSDT", Side = Side.Buy, Quantity = 6 }, ExchangeErrorCode.QuantityOutOfRange, "quantity", "maximum 5 for a market order");
        Refused(life, Limit(null, price: 9), ExchangeErrorCode.PriceOutOfRange, "price", "lowest price 10");
        Refused(life, Limit(null, price: 1001), ExchangeErrorCode.PriceOutOfRange, "price", "highest price 1000");
        Assert.Null(Refusal(life, Limit(null, 6)));
    }

    [Fact]
    public void Symbols_that_are_not_listed_or_not_trading_are_refused()
    {
        using var life = new OrderLifeBench();
        Refused(life, Limit(null) with { Symbol = "XRPUSDT" }, ExchangeErrorCode.UnknownSymbol, "symbol", "XRPUSDT");
        life.Instrument = life.Instrument! with { IsTrading = false, VenueStatus = "SETTLING" };
        Refused(life, Limit(null), ExchangeErrorCode.SymbolNotTrading, "symbol", "SETTLING");
    }

    [Fact]
    public void Orders_below_the_venues_value_are_refused_unless_they_reduce()
    {
        using var life = new OrderLifeBench();
        life.Instrument = life.Instrument! with { MinNotional = 100 };
        Refused(life, Limit(null, 0.5m), ExchangeErrorCode.NotionalTooSmall, "quantity", "50.0 USDT", "100");
        Assert.Null(Refusal(life, Limit(null, 0.5m) with { ReduceOnly = true }));
        Assert.Null(Refusal(life, Limit(null, 0.5m, side: Side.Sell) with { PositionSide = PositionSide.Long }));
        life.Mark = 300;
        Assert.Null(Refusal(life, new MarketOrderRequest { Symbol = "BTCUSDT", Side = Side.Buy, Quantity = 0.5m }));
        life.Mark = 150;
        Refused(life, new MarketOrderRequest { Symbol = "BTCUSDT", Side = Side.Buy, Quantity = 0.5m }, ExchangeErrorCode.NotionalTooSmall, "quantity");
    }

    [Fact]
    public void The_value_of_an_inverse_contract_does_not_depend_on_the_price()
    {
        using var life = new OrderLifeBench(limits: new TradingLimits { MaxOrderNotional = new Dictionary<string, decimal> { ["*"] = 1000 } });
        life.Instrument = life.Instrument! with { QuantityUnit = QuantityUnit.Quote, LotStep = 10, MinQuantity = 10 };
        Assert.Null(Refusal(life, Limit(null, 1000, 60000)));
        Refused(life, Limit(null, 1010, 60000), ExchangeErrorCode.QuantityOutOfRange, "quantity", "MaxOrderNotional");
    }

    [Fact]
    public void A_price_on_the_bad_side_of_the_collar_is_refused_and_a_passive_one_is_not()
    {
        using var life = new OrderLifeBench(limits: new TradingLimits { PriceCollarPercent = 5 });
        Refused(life, Limit(null, price: 105.1m), ExchangeErrorCode.PriceOutsideCollar, "price", "above 105", "mark price 100");
        Assert.Null(Refusal(life, Limit(null, price: 105)));
        Assert.Null(Refusal(life, Limit(null, price: 50)));
        Refused(life, Limit(null, price: 94.9m, side: Side.Sell), ExchangeErrorCode.PriceOutsideCollar, "price", "below 95");
        Assert.Null(Refusal(life, Limit(null, price: 300, side: Side.Sell)));
        Refused(life, new StopOrderRequest { Symbol = "BTCUSDT", Side = Side.Buy, Quantity = 1, TriggerPrice = 200, Price = 211 }, ExchangeErrorCode.PriceOutsideCollar, "price", "trigger price 200");
        Assert.Null(Refusal(life, new StopOrderRequest { Symbol = "BTCUSDT", Side = Side.Buy, Quantity = 1, TriggerPrice = 200, Price = 209 }));
        Assert.Null(Refusal(life, new MarketOrderRequest { Symbol = "BTCUSDT", Side = Side.Buy, Quantity = 1 }));
    }

    [Fact]
    public void The_venues_own_distance_from_the_mark_is_kept_too()
    {
        using var life = new OrderLifeBench();
        life.Instrument = life.Instrument! with { MaxPriceToMark = 1.05m, MinPriceToMark = 0.9m };
        Refused(life, Limit(null, price: 106), ExchangeErrorCode.PriceOutOfRange, "price", "the venue's own limit");
        Refused(life, Limit(null, price: 89, side: Side.Sell), ExchangeErrorCode.PriceOutOfRange, "price");
        life.Mark = null;
        Assert.Null(Refusal(life, Limit(null, price: 106)));
    }

    [Fact]
    public void Without_a_mark_price_a_collar_lets_nothing_pass_unless_it_is_told_to()
    {
        using var life = new OrderLifeBench(limits: new TradingLimits { PriceCollarPercent = 5 });
        life.Mark = null;
        Refused(life, Limit(null), ExchangeErrorCode.PriceOutsideCollar, "price", "not known", "AllowUnknownMarkPrice");
        using var lax = new OrderLifeBench(limits: new TradingLimits { PriceCollarPercent = 5, AllowUnknownMarkPrice = true });
        lax.Mark = null;
        Assert.Null(Refusal(lax, Limit(null)));
    }

    [Fact]
    public void The_position_limit_counts_what_open_orders_could_make_of_it()
    {
        using var life = new OrderLifeBench(limits: new TradingLimits { MaxPosition = new Dictionary<string, decimal> { ["BTCUSDT"] = 10 } });
        life.Position = 5;
        life.Working("a", 3);
        Refused(life, Limit(null, 2.5m), ExchangeErrorCode.PositionLimit, "quantity", "is 5", "buying 3", "10.5", "limit of 10");
        Assert.Null(Refusal(life, Limit("b", 2)));
        Assert.Null(Refusal(life, Limit(null, 15, side: Side.Sell)));
        Refused(life, Limit(null, 0.001m, side: Side.Sell), ExchangeErrorCode.PositionLimit, "quantity", "selling 15");
        Assert.Null(Refusal(life, Limit(null, 100, side: Side.Sell) with { ReduceOnly = true }));

        // What has ended, or filled and so is in the position, counts no more.
        life.Venue.Fill("a", 1);
        life.Venue.End("a", OrderStatus.Cancelled);
        life.Deliver();
        Assert.Null(Refusal(life, Limit(null, 3)));
    }

    [Fact]
    public void A_replacement_counts_with_the_larger_total_while_it_is_in_flight()
    {
        using var life = new OrderLifeBench(limits: new TradingLimits { MaxPosition = new Dictionary<string, decimal> { ["*"] = 10 } });
        life.Working("a", 3);
        Assert.Equal(ExchangeErrorCode.PositionLimit, Done(life.Orders.ReplaceAsync(Replace("a", quantity: 11))).Error!.Code);
        _ = life.Orders.ReplaceAsync(Replace("a", quantity: 8));
        Refused(life, Limit(null, 3), ExchangeErrorCode.PositionLimit, "quantity", "buying 8");
        life.Venue.LastSent.Refuse();
        Assert.Null(Refusal(life, Limit(null, 7)));
    }

    [Fact]
    public void A_position_that_is_not_known_lets_nothing_pass_unless_it_is_told_to()
    {
        var most = new Dictionary<string, decimal> { ["*"] = 10 };
        using var life = new OrderLifeBench(limits: new TradingLimits { MaxPosition = most });
        life.Position = null;
        Assert.Contains("AllowUnknownPosition", Refusal(life, Limit(null))!.Message, StringComparison.Ordinal);
        Assert.Null(Refusal(life, Limit(null) with { ReduceOnly = true }));
        using var lax = new OrderLifeBench(limits: new TradingLimits { MaxPosition = most, AllowUnknownPosition = true });
        lax.Position = null;
        Assert.Null(Refusal(lax, Limit(null)));
    }

    [Fact]
    public void Only_so_many_orders_leave_in_a_second_replacements_among_them()
    {
        using var life = new OrderLifeBench(limits: new TradingLimits { OrdersPerSecond = 2 });
        life.Working("a");
        _ = life.Orders.ReplaceAsync(Replace("a", price: 101));
        var error = Refusal(life, Limit(null))!;
        Assert.Equal((ExchangeErrorCode.RateLimited, true, life.Time.GetUtcNow().AddMilliseconds(500)), (error.Code, error.Retryable, error.RetryAt!.Value));
        _ = life.Orders.CancelAsync(Key("a"));
        Assert.Equal(CommandKind.Cancel, life.Venue.LastSent.Kind);
        life.Time.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Null(Refusal(life, Limit(null)));
        Assert.NotNull(Refusal(life, Limit(null)));
        life.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Null(Refusal(life, Limit(null)));
        Assert.Null(Refusal(life, Limit(null)));
        Assert.NotNull(Refusal(life, Limit(null)));
    }

    [Fact]
    public void Only_so_many_orders_are_open()
    {
        using var life = new OrderLifeBench(limits: new TradingLimits { MaxOpenOrders = 1 });
        life.Working("a");
        Assert.Equal(ExchangeErrorCode.TooManyOrders, Refusal(life, Limit(null))!.Code);
        life.Venue.End("a", OrderStatus.Cancelled);
        life.Deliver();
        Assert.Null(Refusal(life, Limit(null)));
    }

    [Fact]
    public void Limits_that_make_no_sense_are_named()
    {
        var limits = new TradingLimits
        {
            PriceCollarPercent = 0,
            OrdersPerSecond = -1,
            MaxOpenOrders = 0,
            MaxPosition = new Dictionary<string, decimal> { ["BTCUSDT"] = -5 },
            MaxOrderNotional = new Dictionary<string, decimal> { ["*"] = 1 },
        };
        var wrong = limits.Validate("Exchange:Limits:binance");
        Assert.Equal(4, wrong.Count);
        Assert.Contains(wrong, w => w.StartsWith("Exchange:Limits:binance:MaxPosition:BTCUSDT is -5", StringComparison.Ordinal));
        Assert.Empty(new TradingLimits { PriceCollarPercent = 5 }.Validate("x"));
    }

    [Fact]
    public void Checks_that_pass_allocate_nothing()
    {
        using var life = new OrderLifeBench();
        var limits = new TradingLimits
        {
            PriceCollarPercent = 5,
            OrdersPerSecond = 1_000_000,
            MaxOpenOrders = 10,
            MaxPosition = new Dictionary<string, decimal> { ["BTCUSDT"] = 10 },
            MaxOrderNotional = new Dictionary<string, decimal> { ["*"] = 1_000_000 },
        };
        life.Instrument = life.Instrument! with { MinNotional = 5, MaxQuantity = 100, MaxPriceToMark = 1.1m, TickSteps = [new TickStep(1000, 1)] };
        var checks = new PreTradeChecks(limits, life, new Exposure(), life.Time);
        var order = RequestFields.ToOrder("test", Limit("a"), "a", life.Time.GetUtcNow());
        Assert.Null(checks.Place(order, 0));
        Assert.Null(checks.TakeFromRate());
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            if (checks.Place(order, 0) is not null || checks.TakeFromRate() is not null)
                Assert.Fail("refused");
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
