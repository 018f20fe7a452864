using System.Text;
using Exchange.Exchanges.Common.Orders;
using Exchange.Exchanges.Grvt;
using Exchange.Grains.Interfaces;
using Xunit;

namespace Exchange.Tests.Exchanges.Grvt;

/// <summary>The venue's codes, and the form of client order ids.</summary>
public sealed class GrvtErrorTests
{
    [Theory]
    [InlineData(401, 1000, ExchangeErrorCode.AuthenticationFailed, CommandOutcome.Rejected)]
    [InlineData(401, 1008, ExchangeErrorCode.PermissionDenied, CommandOutcome.Rejected)]
    [InlineData(403, 1001, ExchangeErrorCode.PermissionDenied, CommandOutcome.Rejected)]
    [InlineData(403, 2002, ExchangeErrorCode.SignatureInvalid, CommandOutcome.Rejected)]
    [InlineData(400, 1012, ExchangeErrorCode.SignatureInvalid, CommandOutcome.Rejected)]
    [InlineData(403, 2001, ExchangeErrorCode.ClockSkew, CommandOutcome.Rejected)]
    [InlineData(500, 1002, ExchangeErrorCode.VenueError, CommandOutcome.Unknown)]
    [InlineData(500, 1005, ExchangeErrorCode.VenueError, CommandOutcome.Unknown)]
    [InlineData(503, 1009, ExchangeErrorCode.VenueUnavailable, CommandOutcome.Unknown)]
    [InlineData(404, 1004, ExchangeErrorCode.OrderNotFound, CommandOutcome.Rejected)]
    [InlineData(400, 2012, ExchangeErrorCode.DuplicateClientOrderId, CommandOutcome.Rejected)]
    [InlineData(400, 2064, ExchangeErrorCode.PriceOffTick, CommandOutcome.Rejected)]
    [InlineData(400, 2080, ExchangeErrorCode.InsufficientMargin, CommandOutcome.Rejected)]
    [InlineData(400, 2401, ExchangeErrorCode.ReduceOnlyRejected, CommandOutcome.Rejected)]
    [InlineData(400, 2114, ExchangeErrorCode.InvalidArgument, CommandOutcome.Rejected)]
    [InlineData(400, 99999, ExchangeErrorCode.RejectedByVenue, CommandOutcome.Rejected)]
    public void Codes_mean(int status, int code, ExchangeErrorCode expected, CommandOutcome outcome)
    {
        var full = GrvtErrors.Read(status, Encoding.UTF8.GetBytes($$"""{"request_id":1,"code":{{code}},"message":"words","status":{{status}}}"""));
        Assert.Equal((expected, outcome, $"{code}"), (full.Code, full.Outcome!.Value, full.VenueCode));
        var lite = GrvtErrors.Read(status, Encoding.UTF8.GetBytes($$"""{"ri":1,"c":{{code}},"m":"words","s":{{status}}}"""));
        Assert.Equal(full, lite);

        // On a socket there is no status.
        var rpc = GrvtErrors.Read(Encoding.UTF8.GetBytes($$"""{"code":{{code}},"message":"words"}"""));
        Assert.Equal((expected, outcome), (rpc.Code, rpc.Outcome!.Value));
    }

    /// <summary>Test 26: both are 429.</summary>
    [Fact]
    public void Too_many_orders_is_not_too_often()
    {
        var often = GrvtErrors.Map(429, 1006, "");
        var many = GrvtErrors.Map(429, 2090, "");
        Assert.Equal((ExchangeErrorCode.RateLimited, ExchangeErrorCode.TooManyOrders), (often.Code, many.Code));
        Assert.True(GrvtErrors.IsThrottled(often));
        Assert.False(GrvtErrors.IsThrottled(many));
    }

    [Theory]
    [InlineData(502, ExchangeErrorCode.VenueError, CommandOutcome.Unknown)]
    [InlineData(503, ExchangeErrorCode.VenueUnavailable, CommandOutcome.Unknown)]
    [InlineData(504, ExchangeErrorCode.VenueError, CommandOutcome.Unknown)]
    [InlineData(403, ExchangeErrorCode.VenueUnavailable, CommandOutcome.Rejected)]
    [InlineData(200, ExchangeErrorCode.UnreadableReply, CommandOutcome.Unknown)]
    public void What_comes_from_in_between_means(int status, ExchangeErrorCode expected, CommandOutcome outcome)
    {
        var error = GrvtErrors.Read(status, "<html>"u8);
        Assert.Equal((expected, outcome), (error.Code, error.Outcome!.Value));
        Assert.False(GrvtErrors.IsRefusal(error));
    }

    [Fact]
    public void Another_login_helps_against_one_code_alone()
    {
        Assert.True(GrvtErrors.IsLoginOver(GrvtErrors.Map(401, 1000, "")));
        Assert.False(GrvtErrors.IsLoginOver(GrvtErrors.Map(401, 1008, "")));
        Assert.False(GrvtErrors.IsLoginOver(null));
    }

    /// <summary>Test 10, and the form that is refused.</summary>
    [Theory]
    [InlineData("18446744073709551615", true)]
    [InlineData("1", true)]
    [InlineData("18446744073709551616", false)]
    [InlineData("0", false)]
    [InlineData("01", false)]
    [InlineData("mm1-4-17", false)]
    [InlineData("-5", false)]
    [InlineData("", false)]
    public void Client_order_ids_are_numbers_of_64_bits(string id, bool valid) => Assert.Equal(valid, new PackedClientOrderIds(7).IsValid(id));

    [Fact]
    public void Ours_are_from_the_upper_half_and_the_form_is_told()
    {
        var ids = new PackedClientOrderIds(7);
        Assert.True(ulong.Parse(ids.Make("trader"), System.Globalization.CultureInfo.InvariantCulture) >= 1UL << 63);
        Assert.Equal(ids.Form, GrvtCapabilities.For(Venues.Grvt, new GrvtOptions()).ClientOrderIdForm);
    }
}
