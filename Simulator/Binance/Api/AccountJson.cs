using System.Text.Json;
using Exchange.Simulator.Binance.Trading;
using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Binance.Api;

/// <summary>A position with all that the account calls tell of it.</summary>
internal sealed record PositionRow(Position Position, BinanceInstrument Instrument, decimal Mark, SymbolSettings Settings, SymbolMargin Margin)
{
    public decimal Notional => Position.Amount * Mark;

    public decimal Maintenance => LeverageBrackets.Maintenance(Math.Abs(Notional));

    public decimal Unrealised => Position.Unrealised(Mark);

    public int Digits => Instrument.Core.QuantityDigits;

    /// <summary>Version 3 lists only what has an amount or working orders.</summary>
    public bool IsListed => Position.Amount != 0 || Margin.BidNotional != 0 || Margin.AskNotional != 0;

    public decimal IsolatedMargin => Settings.Isolated && Position.Amount != 0 ? Position.IsolatedWallet + Unrealised : 0;

    /// <summary>Where the account (or the isolated margin) would be used up, were this its only position.</summary>
    public decimal LiquidationPrice(AccountMargin money)
    {
        var amount = Position.Amount;
        if (amount == 0)
        {
            return 0;
        }

        var margin = Settings.Isolated ? Position.IsolatedWallet : money.CrossWallet;
        var denominator = (Math.Abs(amount) * LeverageBrackets.MaintenanceRate(Math.Abs(Notional))) - amount;
        return denominator == 0 ? 0 : Math.Max(0, (margin - (amount * Position.EntryPrice)) / denominator);
    }
}

/// <summary>The bodies of the account and position calls (sheet, section 9).</summary>
internal static class AccountJson
{
    public static void Write(Utf8JsonWriter writer, Account account, AccountMargin money, IEnumerable<PositionRow> rows)
    {
        writer.WriteStartObject();
        WriteTotals(writer, money);
        WriteAssets(writer, account, money);
        writer.WriteStartArray("positions"u8);
        foreach (var row in rows)
        {
            writer.WriteStartObject();
            writer.WriteString("symbol"u8, row.Position.Symbol);
            writer.WriteString("positionSide"u8, OrderJson.Word(row.Position.Side));
            writer.WriteFixed("positionAmt"u8, row.Position.Amount, row.Digits);
            writer.WriteFixed("unrealizedProfit"u8, row.Unrealised, 8);
            writer.WriteFixed("isolatedMargin"u8, row.IsolatedMargin, 8);
            writer.WriteFixed("notional"u8, row.Notional, 8);
            writer.WriteFixed("isolatedWallet"u8, row.Position.IsolatedWallet, 8);
            writer.WriteFixed("initialMargin"u8, row.Margin.Position + row.Margin.Orders, 8);
            writer.WriteFixed("maintMargin"u8, row.Maintenance, 8);
            writer.WriteNumber("updateTime"u8, row.Position.UpdateTime);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>Version 2: all symbols, with what is now in <c>accountConfig</c> and <c>symbolConfig</c>.</summary>
    public static void WriteOld(Utf8JsonWriter writer, Account account, AccountMargin money, bool canTrade, IEnumerable<PositionRow> rows)
    {
        writer.WriteStartObject();
        writer.WriteNumber("feeTier"u8, 0);
        writer.WriteBoolean("canTrade"u8, canTrade);
        writer.WriteBoolean("canDeposit"u8, true);
        writer.WriteBoolean("canWithdraw"u8, true);
        writer.WriteBoolean("multiAssetsMargin"u8, account.MultiAssets);
        writer.WriteNumber("tradeGroupId"u8, -1);
        writer.WriteNumber("updateTime"u8, 0);
        WriteTotals(writer, money);
        WriteAssets(writer, account, money);
        writer.WriteStartArray("positions"u8);
        foreach (var row in rows)
        {
            writer.WriteStartObject();
            writer.WriteString("symbol"u8, row.Position.Symbol);
            writer.WriteFixed("initialMargin"u8, row.Margin.Position + row.Margin.Orders, 8);
            writer.WriteFixed("maintMargin"u8, row.Maintenance, 8);
            writer.WriteFixed("unrealizedProfit"u8, row.Unrealised, 8);
            writer.WriteFixed("positionInitialMargin"u8, row.Margin.Position, 8);
            writer.WriteFixed("openOrderInitialMargin"u8, row.Margin.Orders, 8);
            writer.WritePlain("leverage"u8, row.Settings.Leverage);
            writer.WriteBoolean("isolated"u8, row.Settings.Isolated);
            writer.WritePlain("entryPrice"u8, row.Position.EntryPrice);
            writer.WritePlain("breakEvenPrice"u8, row.Position.BreakEvenPrice);
            writer.WritePlain("maxNotional"u8, LeverageBrackets.MaximumNotional(row.Settings.Leverage));
            writer.WriteString("bidNotional"u8, "0"u8);
            writer.WriteString("askNotional"u8, "0"u8);
            writer.WriteString("positionSide"u8, OrderJson.Word(row.Position.Side));
            writer.WriteFixed("positionAmt"u8, row.Position.Amount, row.Digits);
            writer.WriteFixed("notional"u8, row.Notional, 8);
            writer.WriteFixed("isolatedWallet"u8, row.Position.IsolatedWallet, 8);
            writer.WriteNumber("updateTime"u8, row.Position.UpdateTime);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>One row of <c>positionRisk</c>, version 3.</summary>
    public static void WriteRisk(Utf8JsonWriter writer, PositionRow row, AccountMargin money)
    {
        writer.WriteStartObject();
        writer.WriteString("symbol"u8, row.Position.Symbol);
        writer.WriteString("positionSide"u8, OrderJson.Word(row.Position.Side));
        writer.WriteFixed("positionAmt"u8, row.Position.Amount, row.Digits);
        writer.WritePlain("entryPrice"u8, row.Position.EntryPrice);
        writer.WritePlain("breakEvenPrice"u8, row.Position.BreakEvenPrice);
        writer.WriteFixed("markPrice"u8, row.Mark, Fixed8.Digits);
        writer.WriteFixed("unRealizedProfit"u8, row.Unrealised, 8);
        writer.WritePlain("liquidationPrice"u8, row.LiquidationPrice(money));
        writer.WritePlain("isolatedMargin"u8, row.IsolatedMargin);
        writer.WriteFixed("notional"u8, row.Notional, 8);
        writer.WriteString("marginAsset"u8, Trading.Margin.Asset);
        writer.WritePlain("isolatedWallet"u8, row.Position.IsolatedWallet);
        writer.WritePlain("initialMargin"u8, row.Margin.Position + row.Margin.Orders);
        writer.WriteFixed("maintMargin"u8, row.Maintenance, 8);
        writer.WritePlain("positionInitialMargin"u8, row.Margin.Position);
        writer.WritePlain("openOrderInitialMargin"u8, row.Margin.Orders);
        writer.WriteNumber("adl"u8, row.Position.Amount == 0 ? 0 : 1);
        writer.WritePlain("bidNotional"u8, row.Margin.BidNotional);
        writer.WritePlain("askNotional"u8, row.Margin.AskNotional);
        writer.WriteNumber("updateTime"u8, row.Position.UpdateTime);
        writer.WriteEndObject();
    }

    /// <summary>One row of <c>positionRisk</c>, version 2: of every symbol, with leverage and margin type.</summary>
    public static void WriteOldRisk(Utf8JsonWriter writer, PositionRow row, AccountMargin money)
    {
        writer.WriteStartObject();
        writer.WriteString("symbol"u8, row.Position.Symbol);
        writer.WriteFixed("positionAmt"u8, row.Position.Amount, row.Digits);
        writer.WritePlain("entryPrice"u8, row.Position.EntryPrice);
        writer.WritePlain("breakEvenPrice"u8, row.Position.BreakEvenPrice);
        writer.WriteFixed("markPrice"u8, row.Mark, Fixed8.Digits);
        writer.WriteFixed("unRealizedProfit"u8, row.Unrealised, 8);
        writer.WritePlain("liquidationPrice"u8, row.LiquidationPrice(money));
        writer.WritePlain("leverage"u8, row.Settings.Leverage);
        writer.WritePlain("maxNotionalValue"u8, LeverageBrackets.MaximumNotional(row.Settings.Leverage));
        writer.WriteString("marginType"u8, row.Settings.Isolated ? "isolated" : "cross");
        writer.WriteFixed("isolatedMargin"u8, row.IsolatedMargin, 8);
        writer.WriteString("isAutoAddMargin"u8, "false"u8);
        writer.WriteString("positionSide"u8, OrderJson.Word(row.Position.Side));
        writer.WriteFixed("notional"u8, row.Notional, 8);
        writer.WritePlain("isolatedWallet"u8, row.Position.IsolatedWallet);
        writer.WriteNumber("updateTime"u8, row.Position.UpdateTime);
        writer.WriteEndObject();
    }

    private static void WriteTotals(Utf8JsonWriter writer, AccountMargin money)
    {
        writer.WriteFixed("totalInitialMargin"u8, money.Initial, 8);
        writer.WriteFixed("totalMaintMargin"u8, money.Maintenance, 8);
        writer.WriteFixed("totalWalletBalance"u8, money.Wallet, 8);
        writer.WriteFixed("totalUnrealizedProfit"u8, money.Unrealised, 8);
        writer.WriteFixed("totalMarginBalance"u8, money.Wallet + money.Unrealised, 8);
        writer.WriteFixed("totalPositionInitialMargin"u8, money.PositionInitial, 8);
        writer.WriteFixed("totalOpenOrderInitialMargin"u8, money.OrderInitial, 8);
        writer.WriteFixed("totalCrossWalletBalance"u8, money.CrossWallet, 8);
        writer.WriteFixed("totalCrossUnPnl"u8, money.CrossUnrealised, 8);
        writer.WriteFixed("availableBalance"u8, money.Available, 8);
        writer.WriteFixed("maxWithdrawAmount"u8, Math.Min(money.Available, money.Wallet), 8);
    }

    private static void WriteAssets(Utf8JsonWriter writer, Account account, AccountMargin money)
    {
        writer.WriteStartArray("assets"u8);
        foreach (var (asset, wallet) in account.Wallets)
        {
            // Single-asset mode: everything but USDT merely lies there.
            var of = asset == Trading.Margin.Asset ? money : new AccountMargin(wallet, wallet, 0, 0, 0, 0, 0);
            writer.WriteStartObject();
            writer.WriteString("asset"u8, asset);
            writer.WriteFixed("walletBalance"u8, of.Wallet, 8);
            writer.WriteFixed("unrealizedProfit"u8, of.Unrealised, 8);
            writer.WriteFixed("marginBalance"u8, of.Wallet + of.Unrealised, 8);
            writer.WriteFixed("maintMargin"u8, of.Maintenance, 8);
            writer.WriteFixed("initialMargin"u8, of.Initial, 8);
            writer.WriteFixed("positionInitialMargin"u8, of.PositionInitial, 8);
            writer.WriteFixed("openOrderInitialMargin"u8, of.OrderInitial, 8);
            writer.WriteFixed("crossWalletBalance"u8, of.CrossWallet, 8);
            writer.WriteFixed("crossUnPnl"u8, of.CrossUnrealised, 8);
            writer.WriteFixed("availableBalance"u8, of.Available, 8);
            writer.WriteFixed("maxWithdrawAmount"u8, Math.Min(of.Available, of.Wallet), 8);
            writer.WriteNumber("updateTime"u8, account.WalletTimes.GetValueOrDefault(asset));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
