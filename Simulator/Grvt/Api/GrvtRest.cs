using Exchange.Simulator.Faults;
using Exchange.Simulator.Grvt.Wire;

namespace Exchange.Simulator.Grvt.Api;

/// <summary>The calls over HTTP on the trading host and on the market data host, in both encodings.</summary>
internal sealed class GrvtRest(SimulatorContext context, GrvtApi api, bool isTrading)
{
    /// <summary>What faults choose the trading host's requests by.</summary>
    public const string Route = "rest";

    /// <summary>What faults choose the market data host's requests by.</summary>
    public const string PublicRoute = "public-rest";

    public long Requests { get; private set; }

    private string RouteName => isTrading ? Route : PublicRoute;

    public async Task HandleAsync(HttpContext http)
    {
        var path = http.Request.Path.Value ?? "";
        var lite = path.StartsWith("/lite/", StringComparison.Ordinal);
        if (path == "/time" && !isTrading)
        {
            await GrvtHttp.AnswerAsync(http, context, new FaultScope(GrvtVenue.VenueName, RouteName, 0, Path: path), Time);
            return;
        }

        if (http.Request.Method != HttpMethods.Post || !(lite || path.StartsWith("/full/", StringComparison.Ordinal)))
        {
            await GrvtHttp.RefuseAsync(http, new GrvtErrorException(1004), lite);
            return;
        }

        if (http.Request.ContentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) != true)
        {
            await GrvtHttp.RefuseAsync(http, new GrvtErrorException(1003, "Content-Type: application/json"), lite);
            return;
        }

        var body = await GrvtHttp.BodyAsync(http);
        var waiting = new Replier();
        var scope = new FaultScope(GrvtVenue.VenueName, RouteName, 0, Path: path, Method: path["/full/".Length..]);
        await GrvtHttp.AnswerAsync(http, context, scope, () => Run(http, path["/full/".Length..], body, lite, waiting), () => waiting.Answer.Task);
    }

    private GrvtHttpAnswer Run(HttpContext http, string name, byte[] body, bool lite, Replier replier)
    {
        Requests++;
        try
        {
            var method = api.Find(name, isTrading);
            var session = isTrading
                ? api.Sessions.Find(http.Request.Headers.Cookie, http.Request.Headers["X-Grvt-Account-Id"])
                : null;
            if (isTrading && session is null)
            {
                throw new GrvtErrorException(1000);
            }

            api.Pipeline.Run(new GrvtCall(method, GrvtRequest.Parse(body, lite, method.Shape), lite, session, RouteName, 0), replier);
            return replier.Answer.Task.IsCompletedSuccessfully ? replier.Answer.Task.Result : new GrvtHttpAnswer(0, []) { IsHeld = true };
        }
        catch (GrvtErrorException error)
        {
            return GrvtHttpAnswer.Refusal(error, lite);
        }
    }

    private GrvtHttpAnswer Time() => new(200, GrvtWriter.Render(lite: false, writer => writer.Object("other", members =>
        members.Count("server_time", context.Clock.VenueMilliseconds))));

    private sealed class Replier : IGrvtReplier
    {
        public TaskCompletionSource<GrvtHttpAnswer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Reply(GrvtAnswer answer) => Answer.TrySetResult(new GrvtHttpAnswer(answer.Error?.Status ?? 200, answer.Body));

        public void Cut(string reason) => Answer.TrySetResult(new GrvtHttpAnswer(0, []) { IsCut = true });

        public Task WhenDrained() => Answer.Task;
    }
}
