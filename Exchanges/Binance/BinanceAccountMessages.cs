using System.Text;
using Exchange.Exchanges.Common.Account;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Binance;

/// <summary>An <c>ACCOUNT_UPDATE</c> (venue sheet, section 8.4): the rows that changed, each absolute for its key, and never the whole.</summary>
internal sealed class BinanceAccountUpdate
{
    /// <summary><c>m</c>.</summary>
    public string Reason { get; private set; } = "";

    /// <summary><c>S</c>, of a funding fee.</summary>
    public string? Symbol { get; private set; }

    /// <summary>By the venue's clock, UTC.</summary>
    public DateTimeOffset VenueTime { get; private set; }

    /// <summary>False for coin-margined rows.</summary>
    public bool IsOurs { get; private set; }

    /// <summary><c>B</c>.</summary>
    public List<Balance> Balances { get; } = [];

    /// <summary><c>P</c>.</summary>
    public List<PositionChange> Positions { get; } = [];

    /// <summary>What kind of change the reason is.</summary>
    public AccountEvent Event => Reason switch
    {
        "ORDER" or "INSURANCE_CLEAR" or "ADJUSTMENT" => AccountEvent.Trading,
        "FUNDING_FEE" => AccountEvent.Funding,
        "MARGIN_TYPE_CHANGE" => AccountEvent.Configuration,
        _ when Reason.Contains("DEPOSIT", StringComparison.Ordinal) || Reason.Contains("WITHDRAW", StringComparison.Ordinal) || Reason.EndsWith("TRANSFER", StringComparison.Ordinal) => AccountEvent.Transfer,
        _ => AccountEvent.Other,
    };

    /// <summary>Reads the whole event.</summary>
    public static bool TryRead(ref Utf8Scanner json, DateTimeOffset receivedAt, out BinanceAccountUpdate update)
    {
        update = new BinanceAccountUpdate();
        long eventTime = 0, transactionTime = 0, scope = 1;
        ReadOnlySpan<byte> account = default;
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            ok = name switch
            {
                [(byte)'a'] => json.TryReadRaw(out account),
                [(byte)'T'] => json.TryReadInt64(out transactionTime),
                [(byte)'E'] => json.TryReadInt64(out eventTime),
                [(byte)'s', (byte)'t'] => json.TryReadInt64(out scope),
                _ => json.TrySkip(),
            };
        }

        if (!ok || !json.AtEnd || account.IsEmpty || !Utf8Numbers.TryToTime(transactionTime != 0 ? transactionTime : eventTime, out var time))
            return false;
        update.VenueTime = time;
        var read = update.TryReadAccount(new Utf8Scanner(account), receivedAt, ref scope);
        update.IsOurs = scope == 1;
        return read;
    }

    private bool TryReadAccount(Utf8Scanner json, DateTimeOffset receivedAt, ref long scope)
    {
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            switch (name)
            {
                case [(byte)'m']:
                    ok = json.TryReadText(out var reason);
                    Reason = reason ?? "";
                    break;
                case [(byte)'S']:
                    ok = json.TryReadText(out var symbol);
                    Symbol = symbol;
                    break;
                case [(byte)'s', (byte)'t']:
                    ok = json.TryReadInt64(out scope);
                    break;
                case [(byte)'B']:
                    ok = json.TryEnterArray();
                    while (ok && json.NextElement())
                        ok = TryReadBalance(ref json);
                    break;
                case [(byte)'P']:
                    ok = json.TryEnterArray();
                    while (ok && json.NextElement())
                        ok = TryReadPosition(ref json, receivedAt);
                    break;
                default:
                    ok = json.TrySkip();
                    break;
            }
        }

        return ok && json.AtEnd;
    }

    private bool TryReadBalance(ref Utf8Scanner json)
    {
        string? asset = null;
        decimal? wallet = null;
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            ok = name switch
            {
                [(byte)'a'] => json.TryReadText(out asset),
                [(byte)'w', (byte)'b'] => json.TryReadOptional(out wallet),
                _ => json.TrySkip(),
            };
        }

        if (!ok || !json.Ok || asset is null || wallet is null)
            return false;
        Balances.Add(new Balance { Asset = asset, Wallet = wallet.Value });
        return true;
    }

    private bool TryReadPosition(ref Utf8Scanner json, DateTimeOffset receivedAt)
    {
        string? symbol = null;
        decimal? quantity = null, entry = null, profit = null;
        MarginMode? margin = null;
        PositionSide? side = PositionSide.Net;
        long scope = 1;
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            switch (name)
            {
                case [(byte)'s']:
                    ok = json.TryReadText(out symbol);
                    break;
                case [(byte)'p', (byte)'a']:
                    ok = json.TryReadOptional(out quantity);
                    break;
                case [(byte)'e', (byte)'p']:
                    ok = json.TryReadOptional(out entry);
                    break;
                case [(byte)'u', (byte)'p']:
                    ok = json.TryReadOptional(out profit);
                    break;
                case [(byte)'m', (byte)'t']:
                    ok = json.TryReadString(out var mode, out _);
                    margin = BinanceWords.ReadMarginMode(mode);
                    break;
                case [(byte)'p', (byte)'s']:
                    // "ps" is the pair on market streams and the leg here.
                    ok = json.TryReadString(out var leg, out _);
                    side = BinanceWords.ReadPositionSide(leg);
                    break;
                case [(byte)'s', (byte)'t']:
                    ok = json.TryReadInt64(out scope);
                    break;
                default:
                    ok = json.TrySkip();
                    break;
            }
        }

        if (!ok || !json.Ok || symbol is null || quantity is null || side is null)
            return false;
        if (scope == 1)
            Positions.Add(new PositionChange(symbol, side.Value, quantity.Value, entry is > 0 ? entry : null, profit, margin, VenueTime, receivedAt));
        return true;
    }
}

/// <summary>The other events of an account (venue sheet, section 8.5).</summary>
internal static class BinanceAccountEvents
{
    /// <summary>Reads an <c>ACCOUNT_CONFIG_UPDATE</c>: the leverage of a symbol, or whether margin is shared by assets.</summary>
    public static bool TryReadConfig(ref Utf8Scanner json, out string? symbol, out decimal? leverage, out bool? multiAssets, out DateTimeOffset venueTime)
    {
        symbol = null;
        leverage = null;
        multiAssets = null;
        long eventTime = 0;
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            switch (name)
            {
                case [(byte)'a', (byte)'c']:
                    ok = json.TryEnterObject();
                    while (ok && json.NextProperty(out var field))
                    {
                        ok = field switch
                        {
                            [(byte)'s'] => json.TryReadText(out symbol),
                            [(byte)'l'] => json.TryReadOptional(out leverage),
                            _ => json.TrySkip(),
                        };
                    }

                    break;
                case [(byte)'a', (byte)'i']:
                    ok = json.TryEnterObject();
                    while (ok && json.NextProperty(out var field))
                    {
                        if (field is [(byte)'j'])
                        {
                            ok = json.TryReadBoolean(out var shared);
                            multiAssets = shared;
                        }
                        else
                        {
                            ok = json.TrySkip();
                        }
                    }

                    break;
                case [(byte)'E']:
                    ok = json.TryReadInt64(out eventTime);
                    break;
                default:
                    ok = json.TrySkip();
                    break;
            }
        }

        return Utf8Numbers.TryToTime(eventTime, out venueTime) && ok && json.AtEnd;
    }

    /// <summary>Reads a <c>MARGIN_CALL</c> as words: it may come after the liquidation that it warns of, so no position is set by it.</summary>
    public static bool TryReadMarginCall(ref Utf8Scanner json, out string text, out DateTimeOffset venueTime)
    {
        var words = new StringBuilder("MARGIN_CALL");
        long eventTime = 0;
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            switch (name)
            {
                case [(byte)'E']:
                    ok = json.TryReadInt64(out eventTime);
                    break;
                case [(byte)'p']:
                    ok = json.TryEnterArray();
                    while (ok && json.NextElement())
                        ok = TryDescribe(ref json, words);
                    break;
                default:
                    ok = json.TrySkip();
                    break;
            }
        }

        text = words.ToString();
        return Utf8Numbers.TryToTime(eventTime, out venueTime) && ok && json.AtEnd;
    }

    private static bool TryDescribe(ref Utf8Scanner json, StringBuilder words)
    {
        string? symbol = null, side = null;
        decimal? quantity = null, mark = null, maintenance = null;
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            ok = name switch
            {
                [(byte)'s'] => json.TryReadText(out symbol),
                [(byte)'p', (byte)'s'] => json.TryReadText(out side),
                [(byte)'p', (byte)'a'] => json.TryReadOptional(out quantity),
                [(byte)'m', (byte)'p'] => json.TryReadOptional(out mark),
                [(byte)'m', (byte)'m'] => json.TryReadOptional(out maintenance),
                _ => json.TrySkip(),
            };
        }

        words.Append(System.Globalization.CultureInfo.InvariantCulture, $" {symbol} {side} {quantity} at mark {mark}, maintenance margin {maintenance};");
        return ok && json.Ok;
    }
}
