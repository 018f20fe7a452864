using System.Text;
using Exchange.Exchanges.Common.Http;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Grvt;

/// <summary>The public queries on the market data host (venue sheet, section 8). Every one is a POST with a JSON body, but the time.</summary>
internal sealed class GrvtRest(VenueHttp http, bool lite, string exchange)
{
    private readonly string _root = lite ? "/lite/v1/" : "/full/v1/";

    /// <summary>The venue's clock. What its answer looks like is not documented: the first long number in it counts.</summary>
    public Task<Result<DateTimeOffset>> GetTime(CancellationToken cancellationToken) => http.GetAsync("/time", 1, ReadTime, cancellationToken);

    /// <summary>All instruments that are active.</summary>
    public Task<Result<GrvtInstruments>> GetInstruments(CancellationToken cancellationToken) =>
        QueryAsync("all_instruments", 1, body => GrvtInstruments.Read(body, exchange), p => p.Add(GrvtNames.IsActive, true), cancellationToken);

    /// <summary>Mark price, index and funding.</summary>
    public Task<Result<MarkPrice>> GetMarkPrice(string symbol, Func<DateTimeOffset> now, CancellationToken cancellationToken) =>
        QueryAsync("ticker", 1, body => ReadMarkPrice(body, symbol, now()), p => p.Add(GrvtNames.Instrument, symbol), cancellationToken);

    /// <summary>Asks a public query.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="weight">What it costs of the public queries.</param>
    /// <param name="read">Reads the body.</param>
    /// <param name="fill">Adds the parameters.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<Result<T>> QueryAsync<T>(string name, int weight, Func<byte[], Result<T>> read, Action<GrvtParams> fill, CancellationToken cancellationToken)
    {
        var request = new GrvtParams(lite);
        fill(request);
        var call = new VenueCall(HttpMethod.Post, _root + name, Body: request.Finish());
        return http.QueryAsync(() => call, weight, read, RequestPriority.Normal, cancellationToken);
    }

    internal static Result<DateTimeOffset> ReadTime(byte[] body)
    {
        var at = 0;
        while (at < body.Length)
        {
            if (!char.IsAsciiDigit((char)body[at]))
            {
                at++;
                continue;
            }

            if (!Utf8Numbers.TryReadInt64(body.AsSpan(at), out var number, out var length))
                break;
            at += length;
            var nanoseconds = number switch
            {
                >= 1_000_000_000_000_000_000 => number,
                >= 1_000_000_000_000_000 => number * 1_000,
                >= 1_000_000_000_000 and < 10_000_000_000_000 => number * 1_000_000,
                >= 1_000_000_000 and < 10_000_000_000 => number * 1_000_000_000,
                _ => 0,
            };
            if (GrvtWords.TimeOf(nanoseconds) is { } time)
                return time;
        }

        return DateTimeOffset.TryParse(Encoding.UTF8.GetString(body).Trim().Trim('"'), System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out var written)
            ? written
            : GrvtRpc.Unreadable("the time query") with { Outcome = null };
    }

    private Result<MarkPrice> ReadMarkPrice(byte[] body, string wanted, DateTimeOffset receivedAt)
    {
        string? symbol = null;
        decimal? mark = null, index = null, rate = null;
        long nextFunding = 0, at = 0;
        var ok = GrvtRpc.TryOpen(body, out var result, out _);
        var json = new Utf8Scanner(result);
        ok = ok && json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            ok = name switch
            {
                _ when name.SequenceEqual("instrument"u8) || name is [(byte)'i'] => json.TryReadText(out symbol),
                _ when name.SequenceEqual("mark_price"u8) || name.SequenceEqual("mp"u8) => json.TryReadOptional(out mark),
                _ when name.SequenceEqual("index_price"u8) || name.SequenceEqual("ip"u8) => json.TryReadOptional(out index),
                _ when name.SequenceEqual("funding_rate"u8) || name.SequenceEqual("fr2"u8) => json.TryReadOptional(out rate),
                _ when name.SequenceEqual("next_funding_time"u8) || name.SequenceEqual("nf"u8) => json.TryReadId(out nextFunding),
                _ when name.SequenceEqual("event_time"u8) || name.SequenceEqual("et"u8) => json.TryReadId(out at),
                _ => json.TrySkip(),
            };
        }

        if (!ok || !json.AtEnd || mark is null || GrvtWords.TimeOf(at) is not { } venueTime)
            return GrvtRpc.Unreadable("the ticker query") with { Outcome = null };
        return new MarkPrice
        {
            Exchange = exchange,
            Symbol = symbol ?? wanted,
            Mark = mark.Value,
            Index = index,

            // Told in percent an interval, as its size shows.
            FundingRate = rate / 100,
            NextFundingTime = GrvtWords.TimeOf(nextFunding),
            VenueTime = venueTime,
            ReceivedTime = receivedAt,
        };
    }
}
