using Exchange.Exchanges.Common.Books;
using Exchange.Exchanges.Common.Market;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Grvt;

/// <summary>A book (venue sheet, section 9): whole, or the levels that changed; which of them, the envelope tells.</summary>
internal sealed class GrvtBookMessage : BookMessage
{
    private long _eventTime;

    /// <inheritdoc/>
    public override bool TryRead(ref Utf8Scanner json)
    {
        Ids = default;
        IsSnapshot = false;
        if (!TryReadBook(ref json, Bids, Asks, out _eventTime) || GrvtWords.TimeOf(_eventTime) is not { } time)
            return false;
        VenueTime = time;
        Ids = GrvtBookChain.Ids(_eventTime, isGap: false);
        return true;
    }

    /// <inheritdoc/>
    public override void Place(in MessagePlace place)
    {
        IsSnapshot = place.Kind == PlaceKind.Snapshot;
        Ids = GrvtBookChain.Ids(_eventTime, place.Kind == PlaceKind.Gap);
    }

    /// <summary>Reads a book, of a stream or of a query. A side that is not told is empty; one must be.</summary>
    public static bool TryReadBook(ref Utf8Scanner json, LevelBuffer bids, LevelBuffer asks, out long eventTime)
    {
        eventTime = 0;
        bids.Clear();
        asks.Clear();
        var hasSide = false;
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            if (name.SequenceEqual("bids"u8) || name is [(byte)'b'])
                ok = hasSide = bids.TryReadObjects(ref json, "price"u8, "p"u8, "size"u8, "s"u8);
            else if (name.SequenceEqual("asks"u8) || name is [(byte)'a'])
                ok = hasSide = asks.TryReadObjects(ref json, "price"u8, "p"u8, "size"u8, "s"u8);
            else if (name.SequenceEqual("event_time"u8) || name.SequenceEqual("et"u8))
                ok = json.TryReadId(out eventTime);
            else
                ok = json.TrySkip();
        }

        return ok && json.Ok && hasSide && eventTime > 0;
    }
}

/// <summary>A public trade, of the stream or of a query. The venue does not count trades: its ids only tell them apart.</summary>
internal static class GrvtTradeMessage
{
    /// <summary>Reads the object that the scanner stands before.</summary>
    public static bool TryRead(ref Utf8Scanner json, out MarketTrade trade)
    {
        trade = default;
        string? id = null;
        long time = 0;
        decimal? price = null, size = null;
        bool? takerBuys = null;
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            if (name.SequenceEqual("trade_id"u8) || name.SequenceEqual("ti"u8))
            {
                ok = json.TryReadText(out id);
            }
            else if (name.SequenceEqual("event_time"u8) || name.SequenceEqual("et"u8))
            {
                ok = json.TryReadId(out time);
            }
            else if (name.SequenceEqual("price"u8) || name is [(byte)'p'])
            {
                ok = json.TryReadOptional(out price);
            }
            else if (name.SequenceEqual("size"u8) || name is [(byte)'s'])
            {
                ok = json.TryReadOptional(out size);
            }
            else if (name.SequenceEqual("is_taker_buyer"u8) || name.SequenceEqual("it"u8))
            {
                ok = json.TryReadFlag(out var buys);
                takerBuys = buys;
            }
            else
            {
                ok = json.TrySkip();
            }
        }

        if (!ok || !json.Ok || string.IsNullOrEmpty(id) || price is null || size is not > 0 || takerBuys is null || GrvtWords.TimeOf(time) is not { } at)
            return false;
        trade = new MarketTrade(0, id, price.Value, size.Value, takerBuys.Value ? Side.Buy : Side.Sell, at);
        return true;
    }
}

/// <summary>
/// What a ticker tells, whole or by what changed: a member that is absent is as it was, an empty text is none (venue sheet, section 9.4).
/// </summary>
internal struct GrvtTickerMessage
{
    /// <summary><c>event_time</c>, unix nanoseconds.</summary>
    public long EventTime;

    /// <summary><c>mark_price</c>.</summary>
    public decimal? Mark;

    /// <summary><c>index_price</c>.</summary>
    public decimal? Index;

    /// <summary><c>funding_rate</c>, in percent an interval, as its size shows.</summary>
    public decimal? FundingPercent;

    /// <summary><c>next_funding_time</c>, unix nanoseconds; 0 for none.</summary>
    public long NextFunding;

    private decimal? _bid;
    private decimal? _bidSize;
    private decimal? _ask;
    private decimal? _askSize;

    /// <summary>The best bid; null when that side is empty.</summary>
    public readonly PriceLevel? Bid => _bid is { } price && _bidSize is { } size and > 0 ? new PriceLevel(price, size) : null;

    /// <summary>The best ask; null when that side is empty.</summary>
    public readonly PriceLevel? Ask => _ask is { } price && _askSize is { } size and > 0 ? new PriceLevel(price, size) : null;

    /// <summary>Reads the object that the scanner stands before over what is held.</summary>
    public bool TryMerge(ref Utf8Scanner json)
    {
        EventTime = 0;
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            ok = name switch
            {
                _ when name.SequenceEqual("best_bid_price"u8) || name.SequenceEqual("bb"u8) => json.TryReadOptional(out _bid),
                _ when name.SequenceEqual("best_bid_size"u8) || name.SequenceEqual("bb1"u8) => json.TryReadOptional(out _bidSize),
                _ when name.SequenceEqual("best_ask_price"u8) || name.SequenceEqual("ba"u8) => json.TryReadOptional(out _ask),
                _ when name.SequenceEqual("best_ask_size"u8) || name.SequenceEqual("ba1"u8) => json.TryReadOptional(out _askSize),
                _ when name.SequenceEqual("mark_price"u8) || name.SequenceEqual("mp"u8) => json.TryReadOptional(out Mark),
                _ when name.SequenceEqual("index_price"u8) || name.SequenceEqual("ip"u8) => json.TryReadOptional(out Index),
                _ when name.SequenceEqual("funding_rate"u8) || name.SequenceEqual("fr2"u8) => json.TryReadOptional(out FundingPercent),
                _ when name.SequenceEqual("next_funding_time"u8) || name.SequenceEqual("nf"u8) => json.TryReadId(out NextFunding),
                _ when name.SequenceEqual("event_time"u8) || name.SequenceEqual("et"u8) => json.TryReadId(out EventTime),
                _ => json.TrySkip(),
            };
        }

        return ok && json.Ok && GrvtWords.TimeOf(EventTime) is not null;
    }
}
