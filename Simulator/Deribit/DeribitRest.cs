using System.Text;
using System.Text.Json;
using Exchange.Simulator.Control;
using Exchange.Simulator.Deribit.Api;
using Exchange.Simulator.Faults;
using Microsoft.AspNetCore.Http.Features;

namespace Exchange.Simulator.Deribit;

/// <summary>
/// The same calls over HTTP (sheet, section 6): GET with a query, or POST with JSON-RPC to the method's path or to <c>/api/v2</c>
/// itself. Errors are HTTP 400 with the JSON-RPC body.
/// </summary>
internal sealed class DeribitRest(SimulatorContext context, DeribitVenue venue)
{
    private const string Root = "/api/v2";

    public long Requests { get; private set; }

    public async Task HandleAsync(HttpContext http)
    {
        var path = http.Request.Path.Value ?? "";
        if (!path.StartsWith(Root, StringComparison.Ordinal) || http.Request.Method is not ("GET" or "POST"))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        string body;
        using (var reader = new StreamReader(http.Request.Body, Encoding.UTF8))
        {
            body = await reader.ReadToEndAsync(http.RequestAborted);
        }

        var replier = new Replier(context);
        if (!await PassFaultsAsync(http, path))
        {
            return;
        }

        lock (context.Turn)
        {
            Run(http, path, body, replier);
            context.Touch();
        }

        if (await replier.Done.WaitAsync(http.RequestAborted) is { } answer)
        {
            await WriteAsync(http, answer.Status, answer.Body);
            replier.Written();
        }
        else
        {
            http.Abort();
        }
    }

    private static async Task WriteAsync(HttpContext http, int status, byte[] body)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = body.Length;
        await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }

    private void Run(HttpContext http, string path, string body, Replier replier)
    {
        try
        {
            var name = path.Length > Root.Length ? path[(Root.Length + 1)..] : "";
            RpcParams parameters;
            if (http.Request.Method == "GET")
            {
                parameters = RpcParams.OfQuery(http.Request.Query);
            }
            else
            {
                (name, parameters) = ReadBody(body, name, replier);
            }

            replier.Method = name;
            var known = venue.Find(name) ?? throw DeribitException.Of(-32601);
            var authorization = http.Request.Headers.Authorization.ToString();
            var target = http.Features.Get<IHttpRequestFeature>()!.RawTarget;
            venue.Pipeline.Run(
                new RpcRequest("rest", null, known, parameters, () => parameters.Text("access_token") is { } access
                    ? venue.Gatekeeper.Find(access, 0)
                    : venue.Gatekeeper.OfHttp(authorization.Length > 0 ? authorization : null, http.Request.Method, target, body), path),
                replier);
        }
        catch (DeribitException refused)
        {
            replier.Reply(RpcAnswer.Of(refused));
        }
    }

    private static (string Method, RpcParams Parameters) ReadBody(string body, string inPath, Replier replier)
    {
        if (body.Length > DeribitConnection.MostBytes)
        {
            throw DeribitException.Of(-32600);
        }

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(body);
        }
        catch (JsonException)
        {
            throw new DeribitException(11050, "bad_request", "invalid json");
        }

        using (document)
        {
            var request = document.RootElement;
            if (request.ValueKind != JsonValueKind.Object)
            {
                throw DeribitException.Of(-32600);
            }

            replier.Id = request.TryGetProperty("id"u8, out var id) && id.ValueKind is JsonValueKind.String or JsonValueKind.Number ? id.GetRawText() : null;
            var method = request.TryGetProperty("method"u8, out var named) && named.ValueKind == JsonValueKind.String ? named.GetString()! : inPath;
            request.TryGetProperty("params"u8, out var members);
            return (method, RpcParams.OfJson(members));
        }
    }

    /// <summary>The faults that HTTP as a whole knows, ahead of those of commands; false when one has answered.</summary>
    private async Task<bool> PassFaultsAsync(HttpContext http, string path)
    {
        var method = path.Length > Root.Length ? path[(Root.Length + 1)..] : "";
        lock (context.Turn)
        {
            Requests++;
        }

        var (passes, error) = await RestFaults.PassAsync(context, http, new FaultScope(
            DeribitVenue.VenueName, "rest", 0, Path: path, Symbol: http.Request.Query["instrument_name"], Method: method));
        if (error is not null)
        {
            // A proxy knows nothing of JSON-RPC; the venue itself tells a code.
            var answer = error.Code is null && error.Message is null
                ? "<html><body>Service Unavailable</body></html>"u8.ToArray()
                : RpcJson.Answer(null, RpcAnswer.Of(DeribitErrors.Of(error)), context.Clock);
            await WriteAsync(http, error.Status ?? StatusCodes.Status503ServiceUnavailable, answer);
        }

        return passes;
    }

    private sealed class Replier(SimulatorContext context) : IRpcReplier
    {
        private readonly TaskCompletionSource<(int Status, byte[] Body)?> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _written = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Null: the answer has none, as to a GET.</summary>
        public string? Id { get; set; }

        public string Method { get; set; } = "";

        public Task<(int Status, byte[] Body)?> Done => _answer.Task;

        public void Reply(RpcAnswer answer)
        {
            var body = RpcJson.Answer(Id, answer, context.Clock);
            if (context.Faults.ConcernFrames
                && context.Faults.TakeForReply(new FaultScope(DeribitVenue.VenueName, "rest", 0, Path: "/" + Method, Method: Method)) is { } damage)
            {
                body = FrameDamage.ReplaceReply(damage, body);
            }

            _answer.TrySetResult((answer.Refusal?.Status ?? StatusCodes.Status200OK, body));
        }

        public void Cut(string reason) => _answer.TrySetResult(null);

        public Task WhenDrained() => _written.Task;

        public void Written() => _written.TrySetResult();
    }
}
