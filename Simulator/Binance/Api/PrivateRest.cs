using System.Globalization;
using System.Text;
using Exchange.Simulator.Control;
using Exchange.Simulator.Faults;

namespace Exchange.Simulator.Binance.Api;

/// <summary>The private calls over REST: reads the request as it was signed, and writes answer and headers.</summary>
internal sealed class PrivateRest(SimulatorContext context, RequestWeights weights, CommandPipeline pipeline, IEnumerable<ApiMethod> methods)
{
    private readonly Dictionary<string, ApiMethod> _methods = methods
        .Where(method => method.Route is not null)
        .ToDictionary(method => method.Route!, StringComparer.Ordinal);

    public long Requests { get; private set; }

    public bool Knows(HttpContext http) => _methods.ContainsKey(RouteOf(http));

    public async Task HandleAsync(HttpContext http)
    {
        var (path, query) = (http.Request.Path.Value ?? "", http.Request.QueryString.Value?.TrimStart('?') ?? "");
        string body;
        using (var reader = new StreamReader(http.Request.Body, Encoding.UTF8))
        {
            body = await reader.ReadToEndAsync(http.RequestAborted);
        }

        var method = _methods[RouteOf(http)];
        var parameters = Parameters.OfForm(query, body);
        var (signed, signature) = Signed(query, body);
        var key = http.Request.Headers["X-MBX-APIKEY"].ToString();
        var request = new ApiRequest(
            "rest", 0, method, parameters, new Credentials(key.Length > 0 ? key : null, signed, signature, null), path);
        if (!await PassFaultsAsync(http, request))
        {
            return;
        }

        var replier = new RestReplier();
        lock (context.Turn)
        {
            pipeline.Run(request, replier);
            context.Touch();
        }

        if (await replier.Answer.WaitAsync(http.RequestAborted) is { } answer)
        {
            await WriteAsync(http, answer);
            replier.Written();
        }
        else
        {
            http.Abort();
        }
    }

    private static string RouteOf(HttpContext http) => $"{http.Request.Method} {http.Request.Path.Value}";

    /// <summary>
    /// What was signed: query and body one behind the other, exactly as sent, without the signature, which has to be the last of
    /// the part it stands in (sheet, section 4.2).
    /// </summary>
    private static (string? Signed, string? Signature) Signed(string query, string body)
    {
        if (Cut(body) is var (inBody, ofBody) && ofBody is not null)
        {
            return (inBody is null ? null : query + inBody, ofBody);
        }

        var (inQuery, ofQuery) = Cut(query);
        return (inQuery is null ? null : inQuery + body, ofQuery);

        static (string? Others, string? Signature) Cut(string part)
        {
            const string Name = "signature=";
            var at = part.StartsWith(Name, StringComparison.Ordinal) ? 0 : part.IndexOf("&" + Name, StringComparison.Ordinal);
            if (at < 0)
            {
                return (part, null);
            }

            var value = part[(at + Name.Length + (at == 0 && part[0] != '&' ? 0 : 1))..];
            var isLast = !value.Contains('&', StringComparison.Ordinal);
            return (isLast ? part[..at] : null, Uri.UnescapeDataString(value.Split('&')[0]));
        }
    }

    /// <summary>The faults that REST as a whole knows, ahead of those of commands; false when one has answered.</summary>
    private async Task<bool> PassFaultsAsync(HttpContext http, ApiRequest request)
    {
        lock (context.Turn)
        {
            Requests++;
        }

        var (passes, error) = await RestFaults.PassAsync(context, http, new FaultScope(
            "binance", "rest", 0, Path: request.Path, Symbol: request.Parameters.Peek("symbol"), Method: request.Method.Name));
        if (error is not null)
        {
            await WriteAsync(http, ApiAnswer.Refusal(VenueErrors.Of(error, context.Clock, error.Status ?? 503)));
        }

        return passes;
    }

    private async Task WriteAsync(HttpContext http, ApiAnswer answer)
    {
        var body = answer.Body;
        lock (context.Turn)
        {
            http.Response.Headers["X-MBX-USED-WEIGHT-1M"] = weights.Used.ToString(CultureInfo.InvariantCulture);

            // Only what is meant for REST by name: a damaged frame of a stream is another matter.
            if (context.Faults.ConcernFrames && context.Faults.TakeForReply(new FaultScope("binance", "rest", 0, Path: http.Request.Path)) is { } damage)
            {
                body = FrameDamage.ReplaceReply(damage, body);
            }
        }

        if (answer.Orders is { } orders)
        {
            http.Response.Headers["X-MBX-ORDER-COUNT-10S"] = orders.TenSeconds.ToString(CultureInfo.InvariantCulture);
            http.Response.Headers["X-MBX-ORDER-COUNT-1M"] = orders.Minute.ToString(CultureInfo.InvariantCulture);
        }

        http.Response.StatusCode = answer.Status;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = body.Length;
        await http.Response.Body.WriteAsync(body, http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }

    /// <summary>Null as an answer: the connection is to be cut.</summary>
    private sealed class RestReplier : IReplier
    {
        private readonly TaskCompletionSource<ApiAnswer?> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _written = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<ApiAnswer?> Answer => _answer.Task;

        public void Reply(ApiAnswer answer) => _answer.TrySetResult(answer);

        public void Cut(string reason) => _answer.TrySetResult(null);

        public void Written() => _written.TrySetResult();

        public Task WhenDrained() => _written.Task;
    }
}
