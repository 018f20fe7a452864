using Exchange.Exchanges.Common.Books;
using Exchange.Exchanges.Common.Market;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Deribit;

/// <summary>A book message (venue sheet, section 7): a snapshot, changes on it, or a whole picture, which names no type.</summary>
internal sealed class DeribitBookMessage : BookMessage
{
    /// <inheritdoc/>
    public override bool TryRead(ref Utf8Scanner json)
    {
        long id = 0, previous = 0, time = 0;
        bool hasBids = false, hasAsks = false, isSnapshot = false, isChange = false;
        if (!json.TryEnterObject())
            return false;
        while (json.NextProperty(out var name))
        {
            bool ok;
            if (name.SequenceEqual("bids"u8))
            {
                ok = hasBids = Bids.TryReadActions(ref json, "delete"u8);
            }
            else if (name.SequenceEqual("asks"u8))
            {
                ok = hasAsks = Asks.TryReadActions(ref json, "delete"u8);
            }
            else if (name.SequenceEqual("change_id"u8))
            {
                ok = json.TryReadInt64(out id);
            }
            else if (name.SequenceEqual("prev_change_id"u8))
            {
                ok = json.TryReadNull() || (json.Ok && json.TryReadInt64(out previous));
            }
            else if (name.SequenceEqual("timestamp"u8))
            {
                ok = json.TryReadInt64(out time);
            }
            else if (name.SequenceEqual("type"u8))
            {
                ok = json.TryReadString(out var type, out _);
                isSnapshot = type.SequenceEqual("snapshot"u8);
                isChange = type.SequenceEqual("change"u8);
                ok &= isSnapshot || isChange;
            }
            else
            {
                ok = json.TrySkip();
            }

            if (!ok)
                return false;
        }

        Ids = new UpdateIds(0, id, previous);
        IsSnapshot = isSnapshot;
        var known = Utf8Numbers.TryToTime(time, out var venueTime);
        VenueTime = venueTime;
        return json.Ok && known && time > 0 && hasBids && hasAsks && id > 0 && (!isChange || previous > 0);
    }
}

/// <summary>A public trade, of a channel or of <c>public/get_last_trades_by_instrument</c>.</summary>
internal static class DeribitTradeMessage
{
    /// <summary>Reads an array of trades and adds them, oldest first.</summary>
    public static bool TryReadAll(ref Utf8Scanner json, List<MarketTrade> trades)
    {
        if (!json.TryEnterArray())
            return false;
        while (json.NextElement())
        {
            if (!TryRead(ref json, out var trade))
                return false;
            trades.Add(trade);
        }

        for (var i = 1; i < trades.Count; i++)
        {
            if (trades[i - 1].Number > trades[i].Number)
            {
                trades.Sort((a, b) => a.Number.CompareTo(b.Number));
                break;
            }
        }

        return json.Ok;
    }

    private static bool TryRead(ref Utf8Scanner json, out MarketTrade trade)
    {
        trade = default;
        string? id = null;
        long number = 0, time = 0;
        decimal? price = null, amount = null;
        Side? taker = null;
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            if (name.SequenceEqual("trade_id"u8))
            {
                ok = json.TryReadText(out id);
            }
            else if (name.SequenceEqual("trade_seq"u8))
            {
                ok = json.TryReadInt64(out number);
            }
            else if (name.SequenceEqual("timestamp"u8))
            {
                ok = json.TryReadInt64(out time);
            }
            else if (name.SequenceEqual("price"u8))
            {
                ok = json.TryReadOptional(out price);
            }
            else if (name.SequenceEqual("amount"u8))
            {
                ok = json.TryReadOptional(out amount);
            }
            else if (name.SequenceEqual("direction"u8))
            {
                ok = json.TryReadString(out var direction, out _);
                taker = direction.SequenceEqual("buy"u8) ? Side.Buy : direction.SequenceEqual("sell"u8) ? Side.Sell : null;
            }
            else
            {
                ok = json.TrySkip();
            }
        }

        if (!ok || !json.Ok || id is null || number <= 0 || price is null || amount is not > 0 || taker is null || time <= 0 || !Utf8Numbers.TryToTime(time, out var at))
            return false;
        trade = new MarketTrade(number, id, price.Value, amount.Value, taker.Value, at);
        return true;
    }
}

/// <summary>A <c>quote</c> message, or what a <c>ticker</c> tells.</summary>
internal struct DeribitTickerMessage
{
    /// <summary><c>timestamp</c>, UTC.</summary>
    public DateTimeOffset Time;

    /// <summary>The best bid; null when that side is empty (null, 0 or missing, all seen).</summary>
    public PriceLevel? Bid;

    /// <summary>The best ask; null when that side is empty.</summary>
    public PriceLevel? Ask;

    /// <summary><c>mark_price</c>; null in a quote.</summary>
    public decimal? Mark;

    /// <summary><c>index_price</c>; null when absent.</summary>
    public decimal? Index;

    /// <summary><c>current_funding</c>; null for all but perpetuals.</summary>
    public decimal? Funding;

    /// <summary>Reads the object that the scanner stands before.</summary>
    public bool TryRead(ref Utf8Scanner json)
    {
        decimal? bid = null, bidAmount = null, ask = null, askAmount = null;
        long time = 0;
        Mark = Index = Funding = null;
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            ok = name switch
            {
                _ when name.SequenceEqual("best_bid_price"u8) => json.TryReadOptional(out bid),
                _ when name.SequenceEqual("best_bid_amount"u8) => json.TryReadOptional(out bidAmount),
                _ when name.SequenceEqual("best_ask_price"u8) => json.TryReadOptional(out ask),
                _ when name.SequenceEqual("best_ask_amount"u8) => json.TryReadOptional(out askAmount),
                _ when name.SequenceEqual("mark_price"u8) => json.TryReadOptional(out Mark),
                _ when name.SequenceEqual("index_price"u8) => json.TryReadOptional(out Index),
                _ when name.SequenceEqual("current_funding"u8) => json.TryReadOptional(out Funding),
                _ when name.SequenceEqual("timestamp"u8) => json.TryReadInt64(out time),
                _ => json.TrySkip(),
            };
        }

        Bid = bid is { } b && bidAmount is { } bq and > 0 ? new PriceLevel(b, bq) : null;
        Ask = ask is { } a && askAmount is { } aq and > 0 ? new PriceLevel(a, aq) : null;
        return ok && json.Ok && time > 0 && Utf8Numbers.TryToTime(time, out Time);
    }
}
