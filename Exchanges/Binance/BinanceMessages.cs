using Exchange.Exchanges.Common.Books;
using Exchange.Exchanges.Common.Market;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Binance;

/// <summary>A depth message, changes or whole picture alike (venue sheet, section 10.3). One instance is read into again and again.</summary>
internal sealed class DepthMessage : BookMessage
{
    /// <inheritdoc/>
    public override bool TryRead(ref Utf8Scanner json)
    {
        long first = 0, last = 0, previous = 0, eventTime = 0, transactionTime = 0, scope = 1;
        bool hasBids = false, hasAsks = false;
        if (!json.TryEnterObject())
            return false;
        while (json.NextProperty(out var name))
        {
            var ok = name switch
            {
                [(byte)'b'] => hasBids = Bids.TryRead(ref json),
                [(byte)'a'] => hasAsks = Asks.TryRead(ref json),
                [(byte)'U'] => json.TryReadInt64(out first),
                [(byte)'u'] => json.TryReadInt64(out last),
                [(byte)'p', (byte)'u'] => json.TryReadInt64(out previous),
                [(byte)'T'] => json.TryReadInt64(out transactionTime),
                [(byte)'E'] => json.TryReadInt64(out eventTime),
                [(byte)'s', (byte)'t'] => json.TryReadInt64(out scope),
                [(byte)'e'] => json.TryReadString(out var kind, out _) && kind.SequenceEqual("depthUpdate"u8),
                _ => json.TrySkip(),
            };
            if (!ok)
                return false;
        }

        Ids = new UpdateIds(first, last, previous);

        // Rows of coin-margined contracts (st 2) share streams since 2026-06-30.
        IsOurs = scope == 1;
        var known = Utf8Numbers.TryToTime(transactionTime != 0 ? transactionTime : eventTime, out var time);
        VenueTime = time;
        return json.Ok && known && hasBids && hasAsks && last > 0;
    }
}

/// <summary>An <c>aggTrade</c> or <c>trade</c> message.</summary>
internal struct TradeMessage
{
    /// <summary><c>a</c> of an aggregated trade, <c>t</c> of a single one.</summary>
    public long Id;

    /// <summary><c>T</c>, UTC.</summary>
    public DateTimeOffset Time;

    /// <summary><c>p</c>.</summary>
    public decimal Price;

    /// <summary><c>q</c>.</summary>
    public decimal Quantity;

    /// <summary><c>m</c>: the buyer rested, so the seller took.</summary>
    public bool BuyerIsMaker;

    /// <summary>False for coin-margined rows.</summary>
    public bool IsOurs;

    /// <summary>False for fills by the insurance fund or by auto-deleveraging (<c>X</c> other than MARKET).</summary>
    public bool IsMarket;

    /// <summary>Reads the object that the scanner stands before: a stream message, or an element of <c>GET /fapi/v1/aggTrades</c>.</summary>
    public bool TryRead(ref Utf8Scanner json)
    {
        long time = 0, scope = 1;
        bool hasPrice = false, hasQuantity = false, hasMaker = false, hasId = false;
        IsMarket = true;
        if (!json.TryEnterObject())
            return false;
        while (json.NextProperty(out var name))
        {
            bool ok;
            switch (name)
            {
                case [(byte)'a'] or [(byte)'t']:
                    ok = hasId = json.TryReadInt64(out Id);
                    break;
                case [(byte)'p']:
                    ok = hasPrice = json.TryReadDecimal(out Price);
                    break;
                case [(byte)'q']:
                    ok = hasQuantity = json.TryReadDecimal(out Quantity);
                    break;
                case [(byte)'m']:
                    ok = hasMaker = json.TryReadBoolean(out BuyerIsMaker);
                    break;
                case [(byte)'T']:
                    ok = json.TryReadInt64(out time);
                    break;
                case [(byte)'s', (byte)'t']:
                    ok = json.TryReadInt64(out scope);
                    break;
                case [(byte)'X']:
                    ok = json.TryReadString(out var kind, out _);
                    IsMarket = kind.SequenceEqual("MARKET"u8);
                    break;
                default:
                    ok = json.TrySkip();
                    break;
            }

            if (!ok)
                return false;
        }

        IsOurs = scope == 1;
        return Utf8Numbers.TryToTime(time, out Time) && json.Ok && time > 0 && hasId && hasPrice && hasQuantity && hasMaker;
    }
}

/// <summary>A <c>bookTicker</c> message.</summary>
internal struct BookTickerMessage
{
    /// <summary><c>u</c>.</summary>
    public long Id;

    /// <summary><c>T</c>, or <c>E</c> where it is absent, UTC.</summary>
    public DateTimeOffset Time;

    /// <summary><c>b</c> and <c>B</c>; null when the side is empty.</summary>
    public PriceLevel? Bid;

    /// <summary><c>a</c> and <c>A</c>; null when the side is empty.</summary>
    public PriceLevel? Ask;

    /// <summary>False for coin-margined rows.</summary>
    public bool IsOurs;

    /// <summary>Reads the object that the scanner stands before.</summary>
    public bool TryRead(ref Utf8Scanner json)
    {
        decimal bid = 0, bidQuantity = 0, ask = 0, askQuantity = 0;
        long eventTime = 0, transactionTime = 0, scope = 1;
        var seen = 0;
        if (!json.TryEnterObject())
            return false;
        while (json.NextProperty(out var name))
        {
            var ok = name switch
            {
                [(byte)'u'] => json.TryReadInt64(out Id),
                [(byte)'b'] => json.TryReadDecimal(out bid) && (seen |= 1) > 0,
                [(byte)'B'] => json.TryReadDecimal(out bidQuantity) && (seen |= 2) > 0,
                [(byte)'a'] => json.TryReadDecimal(out ask) && (seen |= 4) > 0,
                [(byte)'A'] => json.TryReadDecimal(out askQuantity) && (seen |= 8) > 0,
                [(byte)'T'] => json.TryReadInt64(out transactionTime),
                [(byte)'E'] => json.TryReadInt64(out eventTime),
                [(byte)'s', (byte)'t'] => json.TryReadInt64(out scope),
                _ => json.TrySkip(),
            };
            if (!ok)
                return false;
        }

        IsOurs = scope == 1;
        Bid = bidQuantity > 0 ? new PriceLevel(bid, bidQuantity) : null;
        Ask = askQuantity > 0 ? new PriceLevel(ask, askQuantity) : null;
        return Utf8Numbers.TryToTime(transactionTime != 0 ? transactionTime : eventTime, out Time) && json.Ok && seen == 15 && Id > 0;
    }
}

/// <summary>A <c>markPriceUpdate</c> message.</summary>
internal struct MarkPriceMessage
{
    /// <summary><c>E</c>, UTC.</summary>
    public DateTimeOffset Time;

    /// <summary><c>p</c>.</summary>
    public decimal Mark;

    /// <summary><c>i</c>; null when absent or empty.</summary>
    public decimal? Index;

    /// <summary><c>r</c>; null when absent or empty, as for dated contracts.</summary>
    public decimal? FundingRate;

    /// <summary><c>T</c>; null when 0.</summary>
    public DateTimeOffset? NextFunding;

    /// <summary>False for coin-margined rows.</summary>
    public bool IsOurs;

    /// <summary>Reads the object that the scanner stands before.</summary>
    public bool TryRead(ref Utf8Scanner json)
    {
        long eventTime = 0, fundingTime = 0, scope = 1;
        var hasMark = false;
        Index = null;
        FundingRate = null;
        if (!json.TryEnterObject())
            return false;
        while (json.NextProperty(out var name))
        {
            var ok = name switch
            {
                [(byte)'p'] => hasMark = json.TryReadDecimal(out Mark),
                [(byte)'i'] => json.TryReadOptional(out Index),
                [(byte)'r'] => json.TryReadOptional(out FundingRate),
                [(byte)'T'] => json.TryReadInt64(out fundingTime),
                [(byte)'E'] => json.TryReadInt64(out eventTime),
                [(byte)'s', (byte)'t'] => json.TryReadInt64(out scope),
                _ => json.TrySkip(),
            };
            if (!ok)
                return false;
        }

        IsOurs = scope == 1;
        NextFunding = fundingTime > 0 && Utf8Numbers.TryToTime(fundingTime, out var next) ? next : null;
        return Utf8Numbers.TryToTime(eventTime, out Time) && json.Ok && hasMark && eventTime > 0;
    }
}

/// <summary>The answer of <c>GET /fapi/v1/depth</c>.</summary>
internal static class DepthSnapshot
{
    /// <summary>Reads the body.</summary>
    public static Result<BookSnapshot> Read(byte[] body)
    {
        var snapshot = new BookSnapshot();
        var json = new Utf8Scanner(body);
        bool hasBids = false, hasAsks = false, ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            if (name.SequenceEqual("lastUpdateId"u8))
            {
                ok = json.TryReadInt64(out var id);
                snapshot.LastId = id;
            }
            else if (name.SequenceEqual("bids"u8))
            {
                ok = hasBids = snapshot.Bids.TryRead(ref json);
            }
            else if (name.SequenceEqual("asks"u8))
            {
                ok = hasAsks = snapshot.Asks.TryRead(ref json);
            }
            else
            {
                ok = json.TrySkip();
            }
        }

        return ok && json.AtEnd && hasBids && hasAsks && snapshot.LastId > 0
            ? snapshot
            : new ExchangeError { Code = ExchangeErrorCode.UnreadableReply, Message = "Binance answered the depth query with something that cannot be read", Retryable = true };
    }
}
