#pragma warning disable xUnit1051 // every wait here has a limit of its own, which says what was awaited
using System.Globalization;
using Exchange.Grains.Interfaces;
using Exchange.Simulator.Faults;
using Exchange.Tests.Support;
using Xunit;

namespace Exchange.Tests.Exchanges.Binance;

/// <summary>Positions and account, over the sockets of a simulator.</summary>
public sealed class BinancePmsTests : BinancePrivateTest
{
    [Fact]
    public async Task A_position_is_published_as_it_grows_turns_and_closes()
    {
        var pms = await ReadyPms();
        Assert.Empty((await pms.GetPositions()).OrThrow().Positions);
        Assert.Equal(100_000m, Assert.Single((await pms.GetAccount()).OrThrow().Account.Balances).Wallet);
        Trade("BUY", 0.02m);
        Assert.Equal(PositionSide.Net, (await Position(p => p.Quantity == 0.02m, "the long")).Side);
        Trade("SELL", 0.05m);
        var turned = await Position(p => p.Quantity == -0.03m, "the short");
        Assert.NotNull(turned.EntryPrice);
        Trade("BUY", 0.03m);
        var flat = await Position(p => p.Quantity == 0 && Account.Positions.All.Count > 2, "flat");
        Assert.Null(flat.EntryPrice);
        Assert.Equal(0, Assert.Single((await pms.GetPositions()).OrThrow().Positions).Quantity);
        Assert.Contains(Account.Accounts.All, a => a is { Event: AccountEvent.Trading, VenueReason: "ORDER" });
    }

    /// <summary>T19, scenario 14: both legs of a symbol are positions of their own, and keep their side when flat.</summary>
    [Fact]
    public async Task Legs_are_kept_apart()
    {
        var pms = await ReadyPms();
        (await pms.SetPositionMode(PositionMode.Hedge).Within("the mode")).OrThrow();
        Assert.True((await pms.SetPositionMode(PositionMode.Hedge).Within("the mode again")).IsSuccess);
        Trade("BUY", 0.02m, "LONG");
        Trade("SELL", 0.03m, "SHORT");
        await Position(p => p is { Side: PositionSide.Long, Quantity: 0.02m }, "the long leg");
        await Position(p => p is { Side: PositionSide.Short, Quantity: -0.03m }, "the short leg");
        Assert.Equal(2, (await pms.GetPositions()).OrThrow().Positions.Length);
        Trade("SELL", 0.02m, "LONG");
        await Account.Positions.Next(Account.Positions.All.Count - 1, p => p is { Side: PositionSide.Long, Quantity: 0 }, "the long leg being flat");
        Assert.Equal(PositionMode.Hedge, (await pms.GetAccount()).OrThrow().Account.PositionMode);
    }

    /// <summary>T31: funding tells balances alone, and leaves positions as they are.</summary>
    [Fact]
    public async Task Funding_deposits_leverage_and_margin_calls_are_told_with_their_reason()
    {
        var pms = await ReadyPms();
        Trade("BUY", 0.02m);
        await Position(p => p.Quantity == 0.02m, "the long");
        var published = Account.Positions.All.Count;
        Venue.Fund("BTCUSDT", 0.0001m);
        var funding = await Account.Accounts.First(a => a.Event == AccountEvent.Funding, "the funding");
        Assert.StartsWith("FUNDING_FEE", funding.VenueReason, StringComparison.Ordinal);
        Venue.Deposit("USDT", 500);
        var deposit = await Account.Accounts.First(a => a.Event == AccountEvent.Transfer, "the deposit");
        Assert.Equal(500, deposit.Balances.Single(b => b.Asset == "USDT").Wallet - funding.Balances.Single(b => b.Asset == "USDT").Wallet);
        Assert.Equal(published, Account.Positions.All.Count);
        (await pms.SetLeverage("BTCUSDT", 7).Within("the leverage")).OrThrow();
        Assert.Equal("leverage BTCUSDT 7", (await Account.Accounts.First(a => a.Event == AccountEvent.Configuration && a.VenueReason!.StartsWith("leverage", StringComparison.Ordinal), "the change of leverage")).VenueReason);
        await Position(p => p.Leverage == 7, "the position with its leverage");
        Venue.MarginCall();
        Assert.Contains("BTCUSDT", (await Account.Accounts.First(a => a.Event == AccountEvent.MarginCall, "the margin call")).VenueReason, StringComparison.Ordinal);
        Assert.Equal("leverage", (await pms.SetLeverage("BTCUSDT", 1.5m)).Error!.Field);
    }

    /// <summary>Scenario 20: a lost stream and an expired key lead to a picture that converges, and only what differs is published.</summary>
    [Theory]
    [InlineData(FaultKind.DropSocket)]
    [InlineData(FaultKind.ExpireListenKey)]
    public async Task What_happened_while_the_stream_was_down_is_found(object kind)
    {
        var pms = await ReadyPms();
        Trade("BUY", 0.02m);
        Trade("BUY", 0.5m, symbol: "ETHUSDT");
        await Position(p => p is { Symbol: "ETHUSDT", Quantity: 0.5m }, "the second position");
        var states = Account.States.All.Count;
        int published;
        using (new HeldFault(Host, new Fault { Kind = FaultKind.RefuseConnection, Connection = "private", Count = 0 }))
        {
            Host.AddFault(new Fault { Kind = (FaultKind)kind, Connection = "private" });
            await Account.States.Next(states, s => s.State == ConnectionState.Waiting, "the loss");
            Assert.Equal(ExchangeErrorCode.NotReady, (await pms.GetPositions()).Error!.Code);
            published = Account.Positions.All.Count;
            Trade("SELL", 0.05m);
        }

        await Account.States.Next(states, s => s.State == ConnectionState.Ready, "the recovery");
        Assert.Equal([("BTCUSDT", -0.03m)], Account.Positions.All.Skip(published).Select(p => (p.Symbol, p.Quantity)));
        Assert.Equal([("BTCUSDT", -0.03m), ("ETHUSDT", 0.5m)], (await pms.GetPositions()).OrThrow().Positions.Select(p => (p.Symbol, p.Quantity)));
        published = Account.Positions.All.Count;
        var accounts = Account.Accounts.All.Count;
        Assert.True((await pms.Reconcile().Within("another comparison")).IsSuccess);
        Assert.Equal((published, accounts), (Account.Positions.All.Count, Account.Accounts.All.Count));
    }

    /// <summary>A position closed while nobody listened: absence in the picture means flat.</summary>
    [Fact]
    public async Task Absence_means_flat()
    {
        var pms = await ReadyPms();
        Trade("BUY", 0.02m);
        await Position(p => p.Quantity == 0.02m, "the long");
        using (new HeldFault(Host, new Fault { Kind = FaultKind.LoseFrame, Connection = "private", Count = 0 }))
            Trade("SELL", 0.02m);
        Assert.True((await pms.Reconcile().Within("the comparison")).IsSuccess);
        Assert.Equal(0, Account.Positions.All[^1].Quantity);
    }

    /// <summary>Both roles listen to the one key of the account; when one goes, the other still hears.</summary>
    [Fact]
    public async Task The_listen_key_is_shared_and_stopped_by_nobody()
    {
        var oms = await ReadyOms();
        var pms = await ReadyPms();
        var key = Venue.ListenKey();
        (await oms.Disconnect().Within("the end of the order connection")).OrThrow();
        Assert.Equal(key, Venue.ListenKey());
        Trade("BUY", 0.02m);
        await Position(p => p.Quantity == 0.02m, "the long");
        Assert.True((await pms.GetStatus()).OrThrow().IsReady);
    }

    [Fact]
    public async Task A_refused_key_is_told_and_disconnecting_is_final_until_asked_again()
    {
        var refused = Pms(new AuthCredentials { Key = "nobody", Secret = "nothing" });
        Assert.Equal(ExchangeErrorCode.AuthenticationFailed, (await refused.Connect().Within("the refusal")).Error!.Code);
        Assert.Equal(ConnectionState.Refused, (await refused.GetStatus()).OrThrow().State);
        var pms = await ReadyPms(Ed25519);
        Assert.Equal(ConnectionState.Stopped, (await pms.Disconnect().Within("the end")).OrThrow().State);
        Assert.Equal(ExchangeErrorCode.NotReady, (await pms.GetAccount()).Error!.Code);
        Assert.True((await pms.Connect().Within("the way back")).OrThrow() is { State: ConnectionState.Ready, Generation: 2 });
    }

    private void Trade(string side, decimal quantity, string leg = "BOTH", string symbol = "BTCUSDT") => Venue.PlaceManually(new Dictionary<string, string>
    {
        ["symbol"] = symbol,
        ["side"] = side,
        ["type"] = "MARKET",
        ["quantity"] = quantity.ToString(CultureInfo.InvariantCulture),
        ["positionSide"] = leg,
    });

    private Task<Position> Position(Func<Position, bool> match, string what) => Account.Positions.First(match, what);
}
