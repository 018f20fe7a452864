using System.Globalization;
using Exchange.Exchanges.Common.Http;
using Exchange.Exchanges.Common.Market;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Binance;

/// <summary>The public queries that market data needs (venue sheet, section 9), with their weights.</summary>
internal sealed class BinanceRest(VenueHttp http, string exchange)
{
    /// <summary>The venue's clock. Weight 1.</summary>
    public Task<Result<DateTimeOffset>> GetTime(CancellationToken cancellationToken) => http.GetAsync("/fapi/v1/time", 1, ReadTime, cancellationToken);

    /// <summary>All instruments. Weight 1.</summary>
    public Task<Result<BinanceInstruments>> GetInstruments(CancellationToken cancellationToken) =>
        http.GetAsync("/fapi/v1/exchangeInfo", 1, body => BinanceInstruments.Read(body, exchange), cancellationToken);

    /// <summary>A book. Weight 2 up to 50 levels, 5 at 100, 10 at 500, 20 at 1000.</summary>
    public Task<Result<BookSnapshot>> GetDepth(string symbol, int limit, CancellationToken cancellationToken) =>
        http.GetAsync(
            string.Create(CultureInfo.InvariantCulture, $"/fapi/v1/depth?symbol={Uri.EscapeDataString(symbol)}&limit={limit}"),
            limit <= 50 ? 2 : limit <= 100 ? 5 : limit <= 500 ? 10 : 20,
            DepthSnapshot.Read,
            cancellationToken);

    /// <summary>Aggregated trades from an id on, or the latest. Weight 20.</summary>
    public Task<Result<List<TradeMessage>>> GetAggTrades(string symbol, long? fromId, int limit, CancellationToken cancellationToken)
    {
        var from = fromId is { } id ? string.Create(CultureInfo.InvariantCulture, $"&fromId={id}") : "";
        return http.GetAsync(
            string.Create(CultureInfo.InvariantCulture, $"/fapi/v1/aggTrades?symbol={Uri.EscapeDataString(symbol)}{from}&limit={limit}"),
            20,
            ReadTrades,
            cancellationToken);
    }

    /// <summary>Mark price, index and funding. Weight 1.</summary>
    public Task<Result<MarkPrice>> GetMarkPrice(string symbol, Func<DateTimeOffset> now, CancellationToken cancellationToken) =>
        http.GetAsync($"/fapi/v1/premiumIndex?symbol={Uri.EscapeDataString(symbol)}", 1, body => ReadMarkPrice(body, now()), cancellationToken);

    private Result<MarkPrice> ReadMarkPrice(byte[] body, DateTimeOffset receivedAt)
    {
        var json = new Utf8Scanner(body);
        string? symbol = null;
        decimal? mark = null, index = null, rate = null;
        long nextFunding = 0, at = 0;
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            ok = name switch
            {
                _ when name.SequenceEqual("symbol"u8) => json.TryReadText(out symbol),
                _ when name.SequenceEqual("markPrice"u8) => json.TryReadOptional(out mark),
                _ when name.SequenceEqual("indexPrice"u8) => json.TryReadOptional(out index),
                _ when name.SequenceEqual("lastFundingRate"u8) => json.TryReadOptional(out rate),
                _ when name.SequenceEqual("nextFundingTime"u8) => json.TryReadId(out nextFunding),
                _ when name.SequenceEqual("time"u8) => json.TryReadId(out at),
                _ => json.TrySkip(),
            };
        }

        if (!ok || !json.AtEnd || symbol is null || mark is null || at <= 0 || !Utf8Numbers.TryToTime(at, out var venueTime))
            return Unreadable("premiumIndex");
        DateTimeOffset? next = nextFunding > 0 && Utf8Numbers.TryToTime(nextFunding, out var due) ? due : null;
        return new MarkPrice
        {
            Exchange = exchange,
            Symbol = symbol,
            Mark = mark.Value,
            Index = index,
            FundingRate = next is null ? null : rate,
            NextFundingTime = next,
            VenueTime = venueTime,
            ReceivedTime = receivedAt,
        };
    }

    private static Result<DateTimeOffset> ReadTime(byte[] body)
    {
        var json = new Utf8Scanner(body);
        var ok = json.TryEnterObject();
        long ms = 0;
        while (ok && json.NextProperty(out var name))
            ok = name.SequenceEqual("serverTime"u8) ? json.TryReadInt64(out ms) : json.TrySkip();
        return ok && json.AtEnd && ms > 0 && Utf8Numbers.TryToTime(ms, out var time) ? time : Unreadable("time");
    }

    private static Result<List<TradeMessage>> ReadTrades(byte[] body)
    {
        var trades = new List<TradeMessage>();
        var json = new Utf8Scanner(body);
        var ok = json.TryEnterArray();
        while (ok && json.NextElement())
        {
            var trade = default(TradeMessage);
            ok = trade.TryRead(ref json);
            trades.Add(trade);
        }

        return ok && json.AtEnd ? trades : Unreadable("aggTrades");
    }

    private static ExchangeError Unreadable(string what) =>
        new() { Code = ExchangeErrorCode.UnreadableReply, Message = $"Binance answered the {what} query with something that cannot be read", Retryable = true };
}
