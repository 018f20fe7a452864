using System.Collections.Immutable;
using Exchange.Exchanges.Common.Account;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Grvt;

/// <summary>What the venue says of positions and money, in either encoding (venue sheet, sections 7.4, 7.5, 8, 12).</summary>
internal static class GrvtAccountMessages
{
    /// <summary>Reads a position: of the stream, or an element of a list. Closed, its size is 0.</summary>
    public static bool TryReadPosition(ref Utf8Scanner json, string exchange, DateTimeOffset receivedAt, out Position position)
    {
        position = null!;
        string? symbol = null;
        decimal? size = null, entry = null, mark = null, profit = null, liquidation = null, leverage = null;
        var margin = MarginMode.Cross;
        DateTimeOffset? at = null;
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            switch (name)
            {
                case var _ when name.SequenceEqual("event_time"u8) || name.SequenceEqual("et"u8):
                    ok = GrvtWords.TryReadTime(ref json, out at);
                    break;
                case var _ when name.SequenceEqual("instrument"u8) || name is [(byte)'i']:
                    ok = json.TryReadText(out symbol);
                    break;
                case var _ when name.SequenceEqual("size"u8) || name is [(byte)'s']:
                    ok = json.TryReadOptional(out size);
                    break;
                case var _ when name.SequenceEqual("entry_price"u8) || name.SequenceEqual("ep"u8):
                    ok = json.TryReadOptional(out entry);
                    break;
                case var _ when name.SequenceEqual("mark_price"u8) || name.SequenceEqual("mp"u8):
                    ok = json.TryReadOptional(out mark);
                    break;
                case var _ when name.SequenceEqual("unrealized_pnl"u8) || name.SequenceEqual("up"u8):
                    ok = json.TryReadOptional(out profit);
                    break;
                case var _ when name.SequenceEqual("est_liquidation_price"u8) || name.SequenceEqual("el"u8):
                    ok = json.TryReadOptional(out liquidation);
                    break;
                case var _ when name.SequenceEqual("leverage"u8) || name is [(byte)'l']:
                    ok = json.TryReadOptional(out leverage);
                    break;
                case var _ when (name.SequenceEqual("margin_type"u8) || name.SequenceEqual("mt"u8)) && json.Peek() == (byte)'"':
                    ok = json.TryReadString(out var word, out _);
                    margin = GrvtWords.ReadMarginMode(word);
                    break;
                default:
                    ok = json.TrySkip();
                    break;
            }
        }

        if (!ok || !json.Ok || symbol is null || size is null)
            return false;
        var isFlat = size == 0;
        position = new Position
        {
            Exchange = exchange,
            Symbol = symbol,
            Quantity = size.Value,
            EntryPrice = isFlat || entry is null or 0 ? null : entry,
            MarkPrice = mark,
            UnrealizedProfit = profit,
            LiquidationPrice = isFlat || liquidation is not > 0 ? null : liquidation,
            Leverage = leverage is > 0 ? leverage : null,
            MarginMode = margin,
            VenueTime = at,
            ReceivedTime = receivedAt,
        };
        return true;
    }

    /// <summary>A position as a live change; null when it has no time, and so no place among others.</summary>
    public static PositionChange? ToChange(Position position) => position.VenueTime is { } at
        ? new PositionChange(position.Symbol, position.Side, position.Quantity, position.EntryPrice, position.UnrealizedProfit, position.MarginMode, at, position.ReceivedTime)
        : null;

    /// <summary>Reads the summary of a sub-account: its money, not its positions.</summary>
    public static bool TryReadAccount(ref Utf8Scanner json, string exchange, DateTimeOffset receivedAt, out AccountUpdate account)
    {
        account = null!;
        var balances = ImmutableArray.CreateBuilder<Balance>(2);
        string? settlement = null;
        decimal? initial = null, maintenance = null, available = null, profit = null;
        DateTimeOffset? at = null;
        var hasBalances = false;
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            ok = name switch
            {
                _ when name.SequenceEqual("event_time"u8) || name.SequenceEqual("et"u8) => GrvtWords.TryReadTime(ref json, out at),
                _ when name.SequenceEqual("settle_currency"u8) || name.SequenceEqual("sc"u8) => json.TryReadText(out settlement),
                _ when name.SequenceEqual("unrealized_pnl"u8) || name.SequenceEqual("up"u8) => json.TryReadOptional(out profit),
                _ when name.SequenceEqual("initial_margin"u8) || name.SequenceEqual("im"u8) => json.TryReadOptional(out initial),
                _ when name.SequenceEqual("maintenance_margin"u8) || name.SequenceEqual("mm"u8) => json.TryReadOptional(out maintenance),
                _ when name.SequenceEqual("available_balance"u8) || name.SequenceEqual("ab"u8) => json.TryReadOptional(out available),
                _ when name.SequenceEqual("spot_balances"u8) || name.SequenceEqual("sb"u8) => hasBalances = TryReadBalances(ref json, balances),
                _ => json.TrySkip(),
            };
        }

        if (!ok || !json.Ok || !hasBalances)
            return false;

        // What is free, and what is not realised, is told of the account as a whole, in the currency that it settles in.
        for (var i = 0; i < balances.Count; i++)
        {
            if (balances[i].Asset == settlement)
                balances[i] = balances[i] with { Available = available, UnrealizedProfit = profit };
        }

        account = new AccountUpdate
        {
            Exchange = exchange,
            Event = AccountEvent.Snapshot,
            Balances = balances.ToImmutable(),
            InitialMargin = initial,
            MaintenanceMargin = maintenance,
            PositionMode = PositionMode.OneWay,
            VenueTime = at,
            ReceivedTime = receivedAt,
        };
        return true;
    }

    /// <summary>Reads a transfer as words, with its time.</summary>
    public static bool TryReadTransfer(ref Utf8Scanner json, out string words, out DateTimeOffset? at)
    {
        string? currency = null, amount = null, from = null, to = null;
        at = null;
        words = "";
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            ok = name switch
            {
                _ when name.SequenceEqual("currency"u8) || name is [(byte)'c'] => json.TryReadText(out currency),
                _ when name.SequenceEqual("num_tokens"u8) || name.SequenceEqual("nt"u8) => json.TryReadText(out amount),
                _ when name.SequenceEqual("from_sub_account_id"u8) || name.SequenceEqual("fs"u8) => json.TryReadText(out from),
                _ when name.SequenceEqual("to_sub_account_id"u8) || name.SequenceEqual("ts"u8) => json.TryReadText(out to),
                _ when name.SequenceEqual("event_time"u8) || name.SequenceEqual("et"u8) => GrvtWords.TryReadTime(ref json, out at),
                _ => json.TrySkip(),
            };
        }

        words = $"TRANSFER {amount} {currency} from {from} to {to}";
        return ok && json.AtEnd;
    }

    private static bool TryReadBalances(ref Utf8Scanner json, ImmutableArray<Balance>.Builder balances)
    {
        var ok = json.TryEnterArray();
        while (ok && json.NextElement())
        {
            string? currency = null;
            decimal? balance = null;
            ok = json.TryEnterObject();
            while (ok && json.NextProperty(out var name))
            {
                ok = name switch
                {
                    _ when name.SequenceEqual("currency"u8) || name is [(byte)'c'] => json.TryReadText(out currency),
                    _ when name.SequenceEqual("balance"u8) || name is [(byte)'b'] => json.TryReadOptional(out balance),
                    _ => json.TrySkip(),
                };
            }

            if (!ok || !json.Ok || currency is null || balance is null)
                return false;
            balances.Add(new Balance { Asset = currency, Wallet = balance.Value });
        }

        return ok && json.Ok;
    }
}
