using System.Text.Json.Nodes;
using Exchange.Simulator.Grvt;
using Xunit;

namespace Exchange.Tests.Simulator.Grvt;

/// <summary>A venue with its 25 ms for orders that may take, whose sockets end with the cookie.</summary>
public sealed class GrvtSpeedBumpTests : GrvtSimulatorTest
{
    private protected override GrvtSimulatorOptions Options => new() { SpeedBump = TimeSpan.FromMilliseconds(25), SocketAtExpiry = GrvtSocketAtExpiry.Close };

    [Fact]
    public async Task What_may_take_waits_and_what_cannot_does_not()
    {
        var taker = await PlaceAsync(new TestOrder(0.01m, 50_000m));
        var maker = await PlaceAsync(new TestOrder(0.01m, 50_000m) { PostOnly = true });
        Assert.Equal(("PENDING", "OPEN"), (Venue.Order(taker)!.Status, Venue.Order(maker)!.Status));
        var cancelled = await PlaceAsync(new TestOrder(0.01m, 50_000m));
        await OkAsync("v1/cancel_order", new JsonObject { ["sub_account_id"] = Sub, ["client_order_id"] = cancelled });
        Host.Advance(TimeSpan.FromMilliseconds(25));
        Assert.Equal(("OPEN", "CANCELLED"), (Venue.Order(taker)!.Status, Venue.Order(cancelled)!.Status));
    }

    [Fact]
    public async Task The_socket_is_closed_with_the_cookie()
    {
        var socket = await TradingSocketAsync();
        Host.Advance(TimeSpan.FromHours(25));
        await socket.AssertClosedAsync(1008);
    }
}
