using Exchange.Simulator.Faults;
using Exchange.Simulator.Grvt.Wire;

namespace Exchange.Simulator.Grvt.Api;

/// <summary>An answer over HTTP.</summary>
internal sealed record GrvtHttpAnswer(int Status, byte[] Body, IReadOnlyList<(string Name, string Value)>? Headers = null)
{
    /// <summary>After so long.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>The connection is cut in place of it.</summary>
    public bool IsCut { get; init; }

    /// <summary>None ever comes.</summary>
    public bool Hangs { get; init; }

    public static GrvtHttpAnswer Refusal(GrvtErrorException error, bool lite) => new(error.Status, Error(error, lite));

    public static byte[] Error(GrvtErrorException error, bool lite) => GrvtWriter.Render(lite, writer => writer.Object("error", members =>
    {
        members.Count("request_id", 1);
        members.Count("code", error.Code);
        members.Text("message", error.Message);
        members.Count("status", error.Status);
    }));
}

/// <summary>What the venue's three HTTP ports share.</summary>
internal static class GrvtHttp
{
    private const int LargestBody = 1 << 20;

    public static async Task<byte[]> BodyAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        var buffer = new byte[8192];
        int read;
        while ((read = await http.Request.Body.ReadAsync(buffer, http.RequestAborted)) > 0 && body.Length < LargestBody)
        {
            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }

    public static Task RefuseAsync(HttpContext http, GrvtErrorException error, bool lite = false) => WriteAsync(http, GrvtHttpAnswer.Refusal(error, lite));

    /// <summary>The answer within the turn, or what a fault of the network makes of it.</summary>
    public static GrvtHttpAnswer Decide(SimulatorContext context, HttpContext http, FaultScope scope, Func<GrvtHttpAnswer> handle)
    {
        lock (context.Turn)
        {
            var answer = Decide(context, scope, handle);
            context.Touch();
            return answer;
        }
    }

    public static async Task AnswerAsync(HttpContext http, SimulatorContext context, GrvtHttpAnswer answer)
    {
        if (answer.Hangs)
        {
            await Task.Delay(Timeout.Infinite, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        if (answer.Delay > TimeSpan.Zero)
        {
            await Task.Delay(answer.Delay, context.Clock.Provider, http.RequestAborted);
        }

        if (answer.IsCut)
        {
            http.Abort();
            return;
        }

        await WriteAsync(http, answer);
    }

    private static GrvtHttpAnswer Decide(SimulatorContext context, FaultScope scope, Func<GrvtHttpAnswer> handle)
    {
        var faults = context.Faults;
        if (faults.Take(FaultKind.RestHang, scope) is not null)
        {
            return new GrvtHttpAnswer(0, []) { Hangs = true };
        }

        if (faults.Take(FaultKind.RestError, scope) is { } error)
        {
            // A proxy's error says nothing in the venue's words.
            return error.Code is { } code
                ? GrvtHttpAnswer.Refusal(new GrvtErrorException(code, error.Message, error.Status), lite: false)
                : new GrvtHttpAnswer(error.Status ?? 503, "<html><body>Service unavailable</body></html>"u8.ToArray());
        }

        var delay = faults.Take(FaultKind.RestSlow, scope) is { } slow ? TimeSpan.FromMilliseconds(slow.DelayMs ?? 1000) : TimeSpan.Zero;
        var answer = handle();
        if (faults.TakeForReply(scope) is { } damage)
        {
            answer = damage.Kind == FaultKind.DropSocket ? answer with { IsCut = true } : answer with { Body = FrameDamage.ReplaceReply(damage, answer.Body) };
        }

        return answer with { Delay = answer.Delay + delay };
    }

    private static async Task WriteAsync(HttpContext http, GrvtHttpAnswer answer)
    {
        http.Response.StatusCode = answer.Status;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = answer.Body.Length;
        foreach (var (name, value) in answer.Headers ?? [])
        {
            http.Response.Headers.Append(name, value);
        }

        await http.Response.Body.WriteAsync(answer.Body, http.RequestAborted);
    }
}
