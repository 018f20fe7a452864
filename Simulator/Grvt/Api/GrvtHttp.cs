using Exchange.Simulator.Control;
using Exchange.Simulator.Faults;
using Exchange.Simulator.Grvt.Wire;

namespace Exchange.Simulator.Grvt.Api;

/// <summary>An answer over HTTP.</summary>
internal sealed record GrvtHttpAnswer(int Status, byte[] Body, IReadOnlyList<(string Name, string Value)>? Headers = null)
{
    /// <summary>The connection is cut in place of it.</summary>
    public bool IsCut { get; init; }

    /// <summary>It comes when a fault lets go of it.</summary>
    public bool IsHeld { get; init; }

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

    /// <summary>The answer, made within the turn, or what the faults of HTTP make of it; it is then on its way.</summary>
    /// <param name="later">Gives the answer that a fault holds back.</param>
    public static async Task AnswerAsync(
        HttpContext http, SimulatorContext context, FaultScope scope, Func<GrvtHttpAnswer> handle, Func<Task<GrvtHttpAnswer>>? later = null)
    {
        var (passes, error) = await RestFaults.PassAsync(context, http, scope);
        if (!passes)
        {
            if (error is not null)
            {
                await WriteAsync(http, OfFault(error));
            }

            return;
        }

        GrvtHttpAnswer answer;
        lock (context.Turn)
        {
            answer = handle();
            if (context.Faults.TakeForReply(scope) is { } damage)
            {
                answer = damage.Kind == FaultKind.DropSocket ? answer with { IsCut = true } : answer with { Body = FrameDamage.ReplaceReply(damage, answer.Body) };
            }

            context.Touch();
        }

        if (answer is { IsHeld: true, IsCut: false } && later is not null)
        {
            answer = await later().WaitAsync(http.RequestAborted);
        }

        if (answer.IsCut)
        {
            http.Abort();
            return;
        }

        await WriteAsync(http, answer);
    }

    /// <summary>A proxy's error says nothing in the venue's words.</summary>
    private static GrvtHttpAnswer OfFault(Fault error) => error.Code is { } code
        ? GrvtHttpAnswer.Refusal(new GrvtErrorException(code, error.Message, error.Status), lite: false)
        : new GrvtHttpAnswer(error.Status ?? 503, "<html><body>Service unavailable</body></html>"u8.ToArray());

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
