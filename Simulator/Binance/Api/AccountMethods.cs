using System.Text.Json;
using Exchange.Simulator.Binance.Trading;

namespace Exchange.Simulator.Binance.Api;

/// <summary>Account, balances and positions: version 3 (and <c>v2/</c> over WebSocket), and version 2 that older clients call.</summary>
internal sealed class AccountMethods(TradingDesk desk, Func<IReadOnlyList<string>> symbols)
{
    public IEnumerable<ApiMethod> Methods() =>
    [
        Of("v2/account.status", "GET /fapi/v3/account", (call, writer) => Account(call.Account, writer)),
        Of("account.status", "GET /fapi/v2/account", (call, writer) => AccountJson.WriteOld(writer, call.Account, Money(call.Account), call.Key!.CanTrade, Positions(call.Account, symbols()))),
        Of("v2/account.balance", "GET /fapi/v3/balance", (call, writer) => Balance(call.Account, writer)),
        Of("account.balance", "GET /fapi/v2/balance", (call, writer) => Balance(call.Account, writer)),
        Of("v2/account.position", "GET /fapi/v3/positionRisk", (call, writer) => Risk(call, writer, AccountJson.WriteRisk, Margin.Symbols(call.Account))),
        Of("account.position", "GET /fapi/v2/positionRisk", (call, writer) => Risk(call, writer, AccountJson.WriteOldRisk, symbols())),
    ];

    private static ApiMethod Of(string name, string route, Action<ApiCall, Utf8JsonWriter> handle) =>
        new(name, route, Security.UserData, _ => 5, default, handle);

    private AccountMargin Money(Account account) => Margin.Of(account, desk.MarkOf);

    /// <summary>One row a symbol in one-way mode, both legs in hedge mode.</summary>
    private IEnumerable<PositionRow> Positions(Account account, IEnumerable<string> of) => of.Order(StringComparer.Ordinal)
        .SelectMany(symbol => account.Hedge ? [(symbol, PositionSide.Long), (symbol, PositionSide.Short)] : new[] { (symbol, PositionSide.Both) })
        .Select(row =>
        {
            var feed = desk.Feed(row.symbol);
            var mark = desk.MarkOf(row.symbol);
            return new PositionRow(
                account.Position(row.symbol, row.Item2), feed.Instrument, mark, account.Settings(row.symbol),
                Margin.OfSymbol(account, row.symbol, mark, row.Item2));
        });

    private void Account(Account account, Utf8JsonWriter writer)
    {
        var rows = Positions(account, Margin.Symbols(account)).Where(row => row.IsListed);
        AccountJson.Write(writer, account, Money(account), rows);
    }

    private void Balance(Account account, Utf8JsonWriter writer)
    {
        var money = Money(account);
        writer.WriteStartArray();
        foreach (var (asset, wallet) in account.Wallets)
        {
            var margin = asset == Margin.Asset;
            writer.WriteStartObject();
            writer.WriteString("accountAlias"u8, "SgsR"u8);
            writer.WriteString("asset"u8, asset);
            writer.WriteFixed("balance"u8, wallet, 8);
            writer.WriteFixed("crossWalletBalance"u8, margin ? money.CrossWallet : wallet, 8);
            writer.WriteFixed("crossUnPnl"u8, margin ? money.CrossUnrealised : 0, 8);
            writer.WriteFixed("availableBalance"u8, margin ? money.Available : wallet, 8);
            writer.WriteFixed("maxWithdrawAmount"u8, margin ? Math.Min(money.Available, money.Wallet) : wallet, 8);
            writer.WriteBoolean("marginAvailable"u8, true);
            writer.WriteNumber("updateTime"u8, account.WalletTimes.GetValueOrDefault(asset));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private void Risk(ApiCall call, Utf8JsonWriter writer, Action<Utf8JsonWriter, PositionRow, AccountMargin> write, IEnumerable<string> all)
    {
        var chosen = call.Parameters["symbol"] is { } symbol ? desk.Feed(symbol).Instrument.Symbol : null;
        var money = Money(call.Account);
        writer.WriteStartArray();
        foreach (var row in Positions(call.Account, all))
        {
            if ((chosen is null || row.Position.Symbol == chosen) && (row.IsListed || write == AccountJson.WriteOldRisk))
            {
                write(writer, row, money);
            }
        }

        writer.WriteEndArray();
    }
}
