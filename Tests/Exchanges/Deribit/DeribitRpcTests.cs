using System.Text;
using Exchange.Exchanges.Deribit;
using Exchange.Grains.Interfaces;
using Xunit;

namespace Exchange.Tests.Exchanges.Deribit;

/// <summary>JSON-RPC frames, grants and errors as the venue sends them.</summary>
public sealed class DeribitRpcTests
{
    [Theory]
    [InlineData(DeribitSheet.Time, "Reply", 101)]
    [InlineData(DeribitSheet.ParamError, "Reply", 102)]
    [InlineData(DeribitSheet.LimitPlaced, "Reply", 20)]
    [InlineData(DeribitSheet.PostOnlyRefused, "Reply", 24)]
    [InlineData(DeribitSheet.ErrorWithoutId, "Unknown", 0)]
    [InlineData(DeribitSheet.Heartbeat, "Heartbeat", 0)]
    [InlineData(DeribitSheet.TestRequest, "TestRequest", 0)]
    [InlineData(DeribitSheet.Changes, "Subscription", 0)]
    [InlineData(DeribitSheet.Locked, "Subscription", 0)]
    public void A_frame_is_told_by_what_it_holds(string text, string kind, long id)
    {
        Assert.True(DeribitFrame.TryRead(Encoding.UTF8.GetBytes(text), out var frame));
        Assert.Equal((kind, id), (frame.Kind.ToString(), frame.Id));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"id\":")]
    [InlineData("{\"id\":1,\"result\":1}x")]
    public void What_is_no_frame_is_unreadable(string text) => Assert.False(DeribitFrame.TryRead(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void A_request_has_the_form_of_the_sheet() => Assert.Equal(
        """{"jsonrpc":"2.0","id":60,"method":"private/subscribe","params":{"channels":["user.changes.any.any.raw","user.lock"]}}""",
        Encoding.UTF8.GetString(DeribitRpc.Request(60, "private/subscribe", new DeribitParams().Add("channels", ["user.changes.any.any.raw", "user.lock"])).Span));

    [Fact]
    public void A_request_without_parameters_has_empty_ones() => Assert.Equal(
        """{"jsonrpc":"2.0","id":6,"method":"public/test","params":{}}""", Encoding.UTF8.GetString(DeribitRpc.Request(6, "public/test").Span));

    /// <summary>Test 10: a confirmation is compared as a set; it may be empty, or in another order.</summary>
    [Fact]
    public void Confirmed_channels_are_a_set()
    {
        Assert.Equal(["user.lock", "user.portfolio.any"], DeribitRpc.ReadChannels("[\"user.portfolio.any\",\"user.lock\"]"u8)!.Order());
        Assert.Empty(DeribitRpc.ReadChannels("[]"u8)!);
        Assert.Null(DeribitRpc.ReadChannels("\"ok\""u8));
    }

    [Fact]
    public void A_grant_tells_what_may_be_done()
    {
        DeribitFrame.TryRead(Encoding.UTF8.GetBytes(DeribitSheet.Granted), out var frame);
        var grant = DeribitGrant.Read(frame.Result)!;
        Assert.Equal(TimeSpan.FromHours(1), grant.ExpiresIn);
        Assert.True(grant.Has("trade:read_write"));
        Assert.True(grant.Has("trade:read"));
        Assert.False(grant.Has("wallet:read"));
        Assert.DoesNotContain("EXAMPLE", grant.ToString(), StringComparison.Ordinal);
    }

    /// <summary>Test 24: data is an object, a text, null or absent.</summary>
    [Theory]
    [InlineData("""{"code":-32602,"message":"Invalid params","data":{"reason":"instrument not found","param":"instrument_name"}}""", "instrument_name: instrument not found")]
    [InlineData("""{"code":11050,"message":"bad_request","data":"invalid json"}""", "invalid json")]
    [InlineData("""{"code":10007,"message":"price_too_high 0.0420","data":null}""", "price_too_high 0.0420")]
    [InlineData("""{"code":11044,"message":"not_open_order"}""", "not_open_order")]
    public void An_error_says_what_the_venue_said(string text, string said) =>
        Assert.Contains(said, DeribitErrors.Read(Encoding.UTF8.GetBytes(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(10000, ExchangeErrorCode.AuthenticationFailed, CommandOutcome.Rejected)]
    [InlineData(13004, ExchangeErrorCode.AuthenticationFailed, CommandOutcome.Rejected)]
    [InlineData(13021, ExchangeErrorCode.PermissionDenied, CommandOutcome.Rejected)]
    [InlineData(10028, ExchangeErrorCode.RateLimited, CommandOutcome.Rejected)]
    [InlineData(10040, ExchangeErrorCode.VenueUnavailable, CommandOutcome.Rejected)]
    [InlineData(10047, ExchangeErrorCode.VenueUnavailable, CommandOutcome.Rejected)]
    [InlineData(11094, ExchangeErrorCode.VenueError, CommandOutcome.Unknown)]
    [InlineData(13028, ExchangeErrorCode.VenueUnavailable, CommandOutcome.Unknown)]
    [InlineData(10004, ExchangeErrorCode.OrderNotFound, CommandOutcome.Rejected)]
    [InlineData(11044, ExchangeErrorCode.OrderAlreadyTerminal, CommandOutcome.Rejected)]
    [InlineData(10009, ExchangeErrorCode.InsufficientMargin, CommandOutcome.Rejected)]
    [InlineData(10043, ExchangeErrorCode.PriceOffTick, CommandOutcome.Rejected)]
    [InlineData(10002, ExchangeErrorCode.QuantityOutOfRange, CommandOutcome.Rejected)]
    [InlineData(11054, ExchangeErrorCode.PostOnlyWouldTake, CommandOutcome.Rejected)]
    [InlineData(10020, ExchangeErrorCode.UnknownSymbol, CommandOutcome.Rejected)]
    [InlineData(13019, ExchangeErrorCode.SymbolNotTrading, CommandOutcome.Rejected)]
    [InlineData(13888, ExchangeErrorCode.Timeout, CommandOutcome.Rejected)]
    [InlineData(13666, ExchangeErrorCode.RejectedByVenue, CommandOutcome.Rejected)]
    [InlineData(-32602, ExchangeErrorCode.InvalidArgument, CommandOutcome.Rejected)]
    [InlineData(10001, ExchangeErrorCode.RejectedByVenue, CommandOutcome.Rejected)]
    public void A_code_is_mapped_by_the_complete_table(int code, ExchangeErrorCode mapped, CommandOutcome outcome)
    {
        var error = DeribitErrors.Map(code, "text");
        Assert.Equal((mapped, outcome), (error.Code, error.Outcome!.Value));
        Assert.Equal(code.ToString(System.Globalization.CultureInfo.InvariantCulture), error.VenueCode);
    }

    /// <summary>Test 29: an error comes as 400 with the body, or as a status without one.</summary>
    [Fact]
    public void An_http_error_is_read_from_its_body_first()
    {
        Assert.Equal(ExchangeErrorCode.UnknownSymbol, DeribitErrors.ReadHttp(400, """{"jsonrpc":"2.0","error":{"code":10020,"message":"invalid_or_unsupported_instrument"}}"""u8).Code);
        Assert.Equal(ExchangeErrorCode.RateLimited, DeribitErrors.ReadHttp(429, default).Code);
        Assert.Equal(CommandOutcome.Unknown, DeribitErrors.ReadHttp(503, "<html>"u8).Outcome);
    }
}
