using System.Text.Json.Nodes;
using Xunit;

namespace Exchange.Tests.Simulator.Grvt;

/// <summary>What the connector signs the simulator accepts, and nothing that was changed after (sheet, sections 5 and 13).</summary>
public sealed class GrvtSignatureTests : GrvtSimulatorTest
{
    [Theory]
    [InlineData(false, false, "GOOD_TILL_TIME")]
    [InlineData(true, false, "GOOD_TILL_TIME")]
    [InlineData(false, false, "IMMEDIATE_OR_CANCEL")]
    [InlineData(false, false, "FILL_OR_KILL")]
    [InlineData(false, true, "IMMEDIATE_OR_CANCEL")]
    public async Task Every_kind_of_order_is_accepted(bool postOnly, bool isMarket, string timeInForce) =>
        await PlaceAsync(new TestOrder(0.01m, isMarket ? 0 : Bid - 100) { PostOnly = postOnly, IsMarket = isMarket, TimeInForce = timeInForce });

    [Fact]
    public async Task Sizes_are_signed_with_the_instruments_decimals() => await PlaceAsync(new TestOrder(10m, 0.9m) { Symbol = "SUI_USDT_Perp" });

    [Fact]
    public async Task A_builder_is_signed_too()
    {
        await PlaceAsync(new TestOrder(0.01m, Bid - 100) { BuilderFee = 0.001m });
        var order = Order(new TestOrder(0.01m, Bid - 100) { BuilderFee = 0.001m });
        order["builder_fee"] = "0.002";
        await AssertOrderRefusedAsync(2002, order);
        order.Remove("builder");
        await AssertOrderRefusedAsync(2002, order);
        await AssertOrderRefusedAsync(7500, new TestOrder(0.01m, Bid - 100) { BuilderFee = 0.002m });
    }

    [Theory]
    [InlineData("size", "0.02")]
    [InlineData("limit_price", "50000.1")]
    [InlineData("instrument", "ETH_USDT_Perp")]
    [InlineData("is_buying_asset", false)]
    public async Task A_changed_leg_is_refused(string member, object value) => await ChangedAsync(order => order["legs"]![0]![member] = JsonValue.Create(value));

    [Theory]
    [InlineData("reduce_only", true)]
    [InlineData("post_only", true)]
    [InlineData("time_in_force", "FILL_OR_KILL")]
    [InlineData("is_market", true)]
    public async Task A_changed_flag_is_refused(string member, object value) => await ChangedAsync(order => order[member] = JsonValue.Create(value));

    [Fact]
    public async Task A_changed_nonce_or_expiration_is_refused()
    {
        await ChangedAsync(order => order["signature"]!["nonce"] = 99_999);
        await ChangedAsync(order => order["signature"]!["expiration"] = (Now + 3_600_000_000_000).ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task The_form_of_a_signature_is_judged()
    {
        await RefusedAsync(2005, signature => signature["v"] = 26);
        await RefusedAsync(2006, signature => signature["r"] = S(signature, "r")[..65]);
        await RefusedAsync(2007, signature => signature["s"] = "0xffffffffffffffffffffffffffffffffbaaedce6af48a03bbfd25e8cd0364140");
        await RefusedAsync(1012, signature => signature["chain_id"] = "325");
        await RefusedAsync(2002, signature => signature["v"] = 55 - signature["v"]!.GetValue<int>());
        await RefusedAsync(2002, signature => signature["signer"] = "0x5050a4f4b3f9338c3472dcc01a87c76a144b3c9c");

        // 0, or none, is the venue's own chain.
        var order = Order(new TestOrder(0.01m, 50_000m));
        order["signature"]!["chain_id"] = "0";
        await OkAsync("v1/create_order", new JsonObject { ["order"] = order });
    }

    [Fact]
    public async Task A_signer_of_another_chain_or_account_is_refused()
    {
        await AssertOrderRefusedAsync(2002, Signed(new TestOrder(0.01m, 50_000m), SignerOf(new string('1', 64), 325)));
        await AssertOrderRefusedAsync(2000, Signed(new TestOrder(0.01m, 50_000m), SignerOf(new string('3', 64))));
        var order = Order(new TestOrder(0.01m, 50_000m));
        order["sub_account_id"] = "1000000000000002";
        await AssertOrderRefusedAsync(2003, order);
    }

    [Fact]
    public async Task A_signature_lives_up_to_thirty_days()
    {
        var day = (long)TimeSpan.FromDays(1).TotalNanoseconds;
        await AssertOrderRefusedAsync(2001, new TestOrder(0.01m, 50_000m) { Expiration = Now });
        await AssertOrderRefusedAsync(2008, new TestOrder(0.01m, 50_000m) { Expiration = Now + (30 * day) + 1000 });
        await PlaceAsync(new TestOrder(0.01m, 50_000m) { Expiration = Now + (30 * day) });
    }

    [Fact]
    public async Task The_same_signature_is_good_for_one_order()
    {
        var order = Order(new TestOrder(0.01m, 50_000m));
        await OkAsync("v1/create_order", new JsonObject { ["order"] = order.DeepClone() });
        Venue.Cancel(ClientId(order));
        order["metadata"]!["client_order_id"] = NextClientId();
        await AssertOrderRefusedAsync(2012, order);
    }

    private async Task ChangedAsync(Action<JsonObject> change)
    {
        var order = Order(new TestOrder(0.01m, 50_000m));
        change(order);
        await AssertOrderRefusedAsync(2002, order);
    }

    private async Task RefusedAsync(int code, Action<JsonNode> change)
    {
        var order = Order(new TestOrder(0.01m, 50_000m));
        change(order["signature"]!);
        await AssertOrderRefusedAsync(code, order);
    }
}
