using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Exchange.Tests.Simulator;

/// <summary>The private side as the control port shows and moves it.</summary>
public sealed class TradingControlTests : PrivateSideTest
{
    [Fact]
    public async Task What_the_venue_received_and_holds_can_be_looked_at()
    {
        await PlaceAsync("symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.010&price=61000&newClientOrderId=a");
        await AssertPlaceRefusedAsync(-4016, "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.010&price=70000&newClientOrderId=b");
        var commands = (await TruthAsync("commands")).AsArray();
        Assert.Equal([("order.place", "a", "executed"), ("order.place", "b", "refused")],
            commands.Select(command => (S(command, "method"), S(command, "client_order_id"), S(command, "fate"))));
        Assert.Equal(-4016, commands[1]!["code"]!.GetValue<int>());
        var text = commands.ToJsonString();
        Assert.DoesNotContain("signature", text, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, text, StringComparison.Ordinal);

        await DoAsync("fill", """{"client_order_id":"a","quantity":"0.004"}""");
        var order = (await TruthAsync("orders?client_order_id=a")).AsArray().Single()!;
        Assert.Equal(("PARTIALLY_FILLED", 0.004m), (S(order, "status"), order["executed"]!.GetValue<decimal>()));
        Assert.Equal(0.004m, (await TruthAsync("fills"))[0]!["signed_quantity"]!.GetValue<decimal>());
        Assert.Equal(0.004m, (await TruthAsync("positions"))[0]!["amount"]!.GetValue<decimal>());
        Assert.True((await TruthAsync("wallets"))["USDT"]!.GetValue<decimal>() < 100_000);
    }

    [Fact]
    public async Task Each_action_does_what_it_says()
    {
        var made = await DoAsync("manual-order", """{"order":{"symbol":"BTCUSDT","side":"BUY","type":"MARKET","quantity":"0.010"}}""");
        Assert.StartsWith("web_", S(made, "client_order_id"), StringComparison.Ordinal);
        await DoAsync("mark", """{"symbol":"BTCUSDT","price":"61000"}""");
        Assert.Equal(61000m, Number((await OkAsync("GET", "/fapi/v3/positionRisk"))[0]!["markPrice"]));
        await DoAsync("mark", """{"symbol":"BTCUSDT"}""");
        await DoAsync("last", """{"symbol":"BTCUSDT","price":"61500"}""");
        Assert.Equal(61500m, Number((await GetAsync("/fapi/v1/trades?symbol=BTCUSDT&limit=1"))[0]!["price"]));
        await DoAsync("funding", """{"symbol":"BTCUSDT","rate":"0.0001"}""");
        await DoAsync("margin-call", "{}");
        await DoAsync("deposit", """{"asset":"BNB","amount":"1"}""");
        var closed = await DoAsync("liquidate", """{"symbol":"BTCUSDT","quantity":"0.004"}""");
        Assert.StartsWith("autoclose-", S(closed, "client_order_id"), StringComparison.Ordinal);
        await DoAsync("adl", """{"symbol":"BTCUSDT"}""");
        Assert.Empty((await TruthAsync("positions")).AsArray());
        await PlaceAsync("symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.010&price=61000&newClientOrderId=a");
        await DoAsync("overfill", """{"client_order_id":"a","quantity":"0.001"}""");
        Assert.Equal(0.011m, Host.Trading.Order("a")!.Executed);
        Assert.Equal(0.011m, Host.Trading.Positions().Single().Amount);
        await PlaceAsync("symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.010&price=61000&newClientOrderId=a");
        await DoAsync("cancel", """{"client_order_id":"a"}""");
        Assert.Equal("CANCELED", Host.Trading.Order("a")!.Status);
    }

    [Theory]
    [InlineData("invent", "{}", "no action invent")]
    [InlineData("fill", """{"client_order_id":"none"}""", "no order none")]
    [InlineData("fill", "{}", "client_order_id is missing")]
    [InlineData("mark", """{"symbol":"NOPE","price":"1"}""", "no NOPE")]
    [InlineData("liquidate", """{"symbol":"BTCUSDT"}""", "no position")]
    [InlineData("manual-order", """{"order":{"symbol":"BTCUSDT","side":"BUY","type":"MARKET","quantity":"0.0001"}}""", "-1111")]
    [InlineData("deposit", """{"asset":"USDT","amount":"much"}""", "a decimal")]
    public async Task What_cannot_be_done_is_told(string action, string body, string told)
    {
        using var control = new HttpClient { BaseAddress = Host.ControlUri };
        using var response = await control.PostAsync(new Uri("/binance/" + action, UriKind.Relative), new StringContent(body), TestContext.Current.CancellationToken);
        Assert.Equal(400, (int)response.StatusCode);
        Assert.Contains(told, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_test_waits_for_is_signalled()
    {
        var received = Host.Trading.WhenReceived("a", "order.cancel");
        var filled = Host.Trading.WhenOrder("a", "CANCELED");
        await PlaceAsync("symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.010&price=61000&newClientOrderId=a");
        Assert.False(received.IsCompleted || filled.IsCompleted);
        var id = Host.Trading.Order("a")!.OrderId;
        await OkAsync("DELETE", "/fapi/v1/order", $"symbol=BTCUSDT&orderId={id}");
        await Task.WhenAll(received, filled).WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.Equal(1, Host.Trading.CountReceived("a", "order.place"));
    }

    private async Task<JsonNode> TruthAsync(string of)
    {
        using var control = new HttpClient { BaseAddress = Host.ControlUri };
        return (await control.GetFromJsonAsync<JsonNode>(new Uri("/binance/" + of, UriKind.Relative), TestContext.Current.CancellationToken))!;
    }

    private async Task<JsonNode> DoAsync(string action, string body)
    {
        using var control = new HttpClient { BaseAddress = Host.ControlUri };
        using var response = await control.PostAsync(new Uri("/binance/" + action, UriKind.Relative), new StringContent(body), TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }
}
