using System.Collections.Immutable;
using Exchange.Exchanges.Common.Http;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Deribit;

/// <summary>Reads a result.</summary>
internal delegate Result<T> DeribitRead<T>(ReadOnlySpan<byte> result);

/// <summary>Public queries over HTTP (venue sheet, section 6).</summary>
internal sealed class DeribitRest(VenueHttp http, string exchange)
{
    private const string Root = "/api/v2/";

    /// <summary>The venue's clock.</summary>
    public Task<Result<DateTimeOffset>> GetTime(CancellationToken cancellationToken) => QueryAsync("public/get_time", null, ReadTime, cancellationToken: cancellationToken);

    /// <summary>All instruments of all currencies and kinds that have not expired.</summary>
    public Task<Result<DeribitInstruments>> GetInstruments(CancellationToken cancellationToken) =>
        QueryAsync("public/get_instruments", p => p.Add("currency", "any").Add("expired", false), result => DeribitInstruments.Read(result, exchange), cancellationToken: cancellationToken);

    /// <summary>Asks; may be asked again.</summary>
    /// <param name="method">The method, <c>public/…</c>.</param>
    /// <param name="fill">Adds the parameters; null for none.</param>
    /// <param name="read">Reads the result.</param>
    /// <param name="priority">What it is for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<Result<T>> QueryAsync<T>(
        string method, Action<DeribitParams>? fill, DeribitRead<T> read, RequestPriority priority = RequestPriority.Normal, CancellationToken cancellationToken = default)
    {
        var path = Path(method, fill);
        return http.QueryAsync(() => VenueCall.Get(path), 1, body => Read(body, method, read), priority, cancellationToken);
    }

    /// <summary>The path and query of a method.</summary>
    internal static string Path(string method, Action<DeribitParams>? fill)
    {
        if (fill is null)
            return Root + method;
        var query = new DeribitParams(asQuery: true);
        fill(query);
        return $"{Root}{method}?{query}";
    }

    /// <summary>Reads a body: an error may come with any status.</summary>
    internal static Result<T> Read<T>(byte[] body, string method, DeribitRead<T> read)
    {
        if (DeribitRpc.ErrorOf(body, out var result) is { } error)
            return error.Code == ExchangeErrorCode.UnreadableReply ? DeribitRpc.Unreadable(method) : error;
        return read(result);
    }

    private static Result<DateTimeOffset> ReadTime(ReadOnlySpan<byte> result) =>
        DeribitRpc.TryReadInteger(result, out var ms) && ms > 0 && Utf8Numbers.TryToTime(ms, out var time) ? time : DeribitRpc.Unreadable("public/get_time");
}
