using System.Text.RegularExpressions;
using Exchange.Client.Gateway.Commands;
using Exchange.Client.Protocol;
using Exchange.Grains.Interfaces;
using Xunit;

namespace Exchange.Tests.Client;

/// <summary>docs/trader-protocol.md is complete: whoever adds a method, an event or a code writes it down.</summary>
public sealed partial class ProtocolDocumentTests
{
    private static readonly string _document = File.ReadAllText(Path.Combine(Root(), "docs", "trader-protocol.md"));

    [Fact]
    public async Task Every_method_has_an_example_or_shares_one()
    {
        await using var test = await GatewayUnderTest.Start();
        using var trader = test.ConnectRaw();
        var methods = trader.Result("session.hello").GetProperty("methods").EnumerateArray().Select(m => m.GetString()!).ToList();
        Assert.True(methods.Count > 40, "the hello lists all methods");
        var shown = Example().Matches(_document).Select(m => m.Groups[1].Value).ToHashSet();
        // What differs from another by its name alone is listed beside it.
        var alike = new[]
        {
            "session.ping", "market.subscribe_top_of_book", "market.subscribe_mark_price", "market.unsubscribe_trades",
            "market.unsubscribe_top_of_book", "market.unsubscribe_mark_price",
        };
        Assert.Empty(methods.Except(shown).Except(alike));
        Assert.Empty(shown.Except(methods).Except(["data.set_auth_credentials"]));
    }

    [Fact]
    public void Every_event_status_and_order_code_is_named()
    {
        var words = Enum.GetValues<OrderEvent>().Select(WireName<OrderEvent>.Of)
            .Concat(Enum.GetValues<OrderStatus>().Select(WireName<OrderStatus>.Of))
            .Concat(Enum.GetValues<ConnectionState>().Select(WireName<ConnectionState>.Of))
            .Concat(Enum.GetValues<AccountEvent>().Select(WireName<AccountEvent>.Of))
            .Concat(Enum.GetValues<ExchangeErrorCode>().Where(c => (int)c is >= 200 and < 220).Select(WireName<ExchangeErrorCode>.Of));
        Assert.All(words, w => Assert.Contains($"`{w}`", _document, StringComparison.Ordinal));
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Exchange.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("the repository of the tests");
        return folder;
    }

    [GeneratedRegex("\"method\":\"([a-z_.]+)\"")]
    private static partial Regex Example();
}
