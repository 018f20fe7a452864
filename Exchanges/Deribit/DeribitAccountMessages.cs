using System.Collections.Immutable;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Deribit;

/// <summary>One currency's account as the venue tells it: in a summary, or by <c>user.portfolio</c>.</summary>
/// <param name="Balance">The balance.</param>
/// <param name="InitialMargin">In US dollars, of the whole account, where collateral is shared by all currencies; null otherwise.</param>
/// <param name="MaintenanceMargin">The same of maintenance margin.</param>
/// <param name="OrderRate">Orders a second that the account may send; null where it is not told.</param>
/// <param name="OrderBurst">Orders that it may send at once.</param>
internal readonly record struct DeribitPortfolio(Balance Balance, decimal? InitialMargin, decimal? MaintenanceMargin, decimal? OrderRate, decimal? OrderBurst);

/// <summary>Positions and currencies of an account (venue sheet, section 5). Amounts are in the instrument's own unit.</summary>
internal static class DeribitAccountMessages
{
    private static readonly string[] _ordersPath = ["matching_engine", "trading", "total"];

    /// <summary>Reads one position, of a query or of <c>user.changes</c>.</summary>
    public static bool TryReadPosition(ref Utf8Scanner json, string exchange, DateTimeOffset receivedAt, out Position? position)
    {
        position = null;
        string? symbol = null, kind = null;
        ReadOnlySpan<byte> direction = default;
        decimal? size = null, coins = null, entry = null, mark = null, profit = null, liquidation = null, leverage = null;
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            switch (name.Length)
            {
                case 4 when name.SequenceEqual("size"u8):
                    ok = json.TryReadOptional(out size);
                    break;
                case 4 when name.SequenceEqual("kind"u8):
                    ok = json.TryReadText(out kind);
                    break;
                case 8 when name.SequenceEqual("leverage"u8):
                    ok = json.TryReadOptional(out leverage);
                    break;
                case 9 when name.SequenceEqual("direction"u8):
                    ok = json.TryReadString(out direction, out _);
                    break;
                case 10 when name.SequenceEqual("mark_price"u8):
                    ok = json.TryReadOptional(out mark);
                    break;
                case 13 when name.SequenceEqual("size_currency"u8):
                    ok = json.TryReadOptional(out coins);
                    break;
                case 13 when name.SequenceEqual("average_price"u8):
                    ok = json.TryReadOptional(out entry);
                    break;
                case 15 when name.SequenceEqual("instrument_name"u8):
                    ok = json.TryReadText(out symbol);
                    break;
                case 20 when name.SequenceEqual("floating_profit_loss"u8):
                    ok = json.TryReadOptional(out profit);
                    break;
                case 27 when name.SequenceEqual("estimated_liquidation_price"u8):
                    ok = json.TryReadOptional(out liquidation);
                    break;
                default:
                    ok = json.TrySkip();
                    break;
            }
        }

        // Of a linear future the size is told in quote; what orders are counted in is the coins.
        var linear = kind == "future" && symbol is not null && DeribitWords.IsLinear(symbol);
        if (!ok || !json.Ok || symbol is null || (linear && size != 0 ? coins : size) is not { } amount)
            return false;
        var quantity = amount == 0 || direction.SequenceEqual("zero"u8) ? 0
            : direction.SequenceEqual("sell"u8) ? -Math.Abs(amount)
            : direction.SequenceEqual("buy"u8) ? Math.Abs(amount)
            : amount;
        position = new Position
        {
            Exchange = exchange,
            Symbol = symbol,
            Quantity = quantity,
            EntryPrice = quantity == 0 || entry is null or 0 ? null : entry,
            MarkPrice = mark,
            UnrealizedProfit = quantity == 0 ? 0 : profit,
            LiquidationPrice = quantity == 0 || liquidation is null or <= 0 ? null : liquidation,
            Leverage = leverage,
            MarginMode = MarginMode.Cross,
            ReceivedTime = receivedAt,
        };
        return true;
    }

    /// <summary>Reads an array of positions.</summary>
    public static bool TryReadPositions(ref Utf8Scanner json, string exchange, DateTimeOffset receivedAt, ImmutableArray<Position>.Builder positions)
    {
        var ok = json.TryEnterArray();
        while (ok && json.NextElement())
        {
            ok = TryReadPosition(ref json, exchange, receivedAt, out var position);
            if (ok)
                positions.Add(position!);
        }

        return ok && json.Ok;
    }

    /// <summary>
    /// Reads one currency. Where collateral is shared, the venue tells margin and free funds of the whole account anew in each currency:
    /// of those nothing is taken, and nothing is ever summed.
    /// </summary>
    public static bool TryReadPortfolio(ref Utf8Scanner json, out DeribitPortfolio portfolio)
    {
        portfolio = default;
        string? currency = null;
        decimal? balance = null, free = null, withdrawable = null, profit = null, initialUsd = null, maintenanceUsd = null, rate = null, burst = null;
        var shared = false;
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            ok = name switch
            {
                _ when name.SequenceEqual("currency"u8) => json.TryReadText(out currency),
                _ when name.SequenceEqual("balance"u8) => json.TryReadOptional(out balance),
                _ when name.SequenceEqual("available_funds"u8) => json.TryReadOptional(out free),
                _ when name.SequenceEqual("available_withdrawal_funds"u8) => json.TryReadOptional(out withdrawable),
                _ when name.SequenceEqual("session_upl"u8) => json.TryReadOptional(out profit),
                _ when name.SequenceEqual("total_initial_margin_usd"u8) => json.TryReadOptional(out initialUsd),
                _ when name.SequenceEqual("total_maintenance_margin_usd"u8) => json.TryReadOptional(out maintenanceUsd),
                _ when name.SequenceEqual("cross_collateral_enabled"u8) => json.TryReadFlag(out shared),
                _ when name.SequenceEqual("limits"u8) && json.Peek() == (byte)'{' => TryReadLimits(ref json, out rate, out burst),
                _ => json.TrySkip(),
            };
        }

        if (!ok || !json.Ok || currency is null || balance is null)
            return false;
        portfolio = new DeribitPortfolio(
            new Balance { Asset = currency, Wallet = balance.Value, Available = shared ? withdrawable : free ?? withdrawable, UnrealizedProfit = profit },
            shared ? initialUsd : null,
            shared ? maintenanceUsd : null,
            rate,
            burst);
        return true;
    }

    /// <summary>Reads <c>user.lock</c>.</summary>
    public static bool TryReadLock(ref Utf8Scanner json, out bool locked, out string? currency)
    {
        locked = false;
        currency = null;
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            ok = name switch
            {
                _ when name.SequenceEqual("locked"u8) => json.TryReadFlag(out locked),
                _ when name.SequenceEqual("currency"u8) => json.TryReadText(out currency),
                _ => json.TrySkip(),
            };
        }

        return ok && json.AtEnd;
    }

    /// <summary><c>limits.matching_engine.trading.total</c>; with limits per currency there is a level more, and nothing is taken.</summary>
    private static bool TryReadLimits(ref Utf8Scanner json, out decimal? rate, out decimal? burst)
    {
        rate = burst = null;
        return TryReadInner(ref json, _ordersPath, 0, ref rate, ref burst);
    }

    private static bool TryReadInner(ref Utf8Scanner json, ReadOnlySpan<string> path, int level, ref decimal? rate, ref decimal? burst)
    {
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            if (level < path.Length)
            {
                ok = Is(name, path[level]) && json.Peek() == (byte)'{' ? TryReadInner(ref json, path, level + 1, ref rate, ref burst) : json.TrySkip();
            }
            else
            {
                ok = name switch
                {
                    _ when name.SequenceEqual("rate"u8) => json.TryReadOptional(out rate),
                    _ when name.SequenceEqual("burst"u8) => json.TryReadOptional(out burst),
                    _ => json.TrySkip(),
                };
            }
        }

        return ok && json.Ok;

        static bool Is(ReadOnlySpan<byte> name, string word)
        {
            if (name.Length != word.Length)
                return false;
            for (var i = 0; i < word.Length; i++)
            {
                if (name[i] != word[i])
                    return false;
            }

            return true;
        }
    }
}
