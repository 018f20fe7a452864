using System.Globalization;
using Exchange.Simulator.Faults;
using Exchange.Simulator.Grvt.Signing;
using Exchange.Simulator.Grvt.Trading;
using Exchange.Simulator.Grvt.Wire;

namespace Exchange.Simulator.Grvt.Api;

/// <summary>The edge: logins by API key and by wallet (sheet, section 3).</summary>
internal sealed class GrvtEdge(SimulatorContext context, GrvtSimulatorOptions options, GrvtDesk desk, GrvtSessions sessions, GrvtVerifier verifier, GrvtRateLimits limits)
{
    public const string Route = "edge";

    private readonly HashSet<(string Address, uint Nonce)> _usedNonces = [];

    /// <summary>Logins that were asked for.</summary>
    public long Requests { get; private set; }

    public async Task HandleAsync(HttpContext http)
    {
        var path = http.Request.Path.Value ?? "";
        if (http.Request.Method != HttpMethods.Post || path is not ("/auth/api_key/login" or "/auth/wallet/login"))
        {
            await GrvtHttp.RefuseAsync(http, new GrvtErrorException(1004));
            return;
        }

        var body = await GrvtHttp.BodyAsync(http);
        await GrvtHttp.AnswerAsync(http, context, new FaultScope(GrvtVenue.VenueName, Route, 0, Path: path, Method: path[1..]), () => Login(path, body));
    }

    private GrvtHttpAnswer Login(string path, byte[] body)
    {
        Requests++;
        if (context.Faults.Take(FaultKind.RefuseLogon, new FaultScope(GrvtVenue.VenueName, Route, 0, Path: path, Method: path[1..])) is { } refused)
        {
            // A bad key is also said to be answered with 200 and an error in the body: no cookie comes with it.
            return GrvtHttpAnswer.Refusal(new GrvtErrorException(refused.Code ?? 1000, refused.Message, refused.Status), lite: false);
        }

        try
        {
            limits.Charge("login", GrvtCallClass.Login);
            var request = GrvtRequest.Parse(body, lite: false, "other");
            var session = path == "/auth/api_key/login" ? ByKey(request) : ByWallet(request);
            var cookie = $"gravity={session.Cookie}; Path=/; Domain=127.0.0.1; expires={(session.Until + context.Clock.Skew).ToString("R", CultureInfo.InvariantCulture)}; "
                + $"Max-Age={(int)options.CookieLife.TotalSeconds}; HttpOnly; SameSite=Lax";
            return new GrvtHttpAnswer(200, GrvtWriter.Render(lite: false, writer => writer.Object("other", members =>
            {
                members.Text("status", "success");
                members.Text("location", "");
                members.Text("funding_account_address", session.Account.Options.MainAccountId);
                members.Text("sub_account_id", GrvtText.Of(session.Account.SubAccountId));
            })), [("Set-Cookie", cookie), ("X-Grvt-Account-Id", session.AccountId)]);
        }
        catch (GrvtErrorException error)
        {
            return GrvtHttpAnswer.Refusal(error, lite: false);
        }
    }

    private GrvtSession ByKey(GrvtRequest request)
    {
        var text = request.Text("api_key");
        foreach (var account in desk.Accounts)
        {
            if (account.Options.Keys.FirstOrDefault(key => key.Key == text) is { } key)
            {
                return key.IsElsewhere ? throw new GrvtErrorException(1008) : sessions.Open(account, key);
            }
        }

        throw new GrvtErrorException(1000, "API key is invalid");
    }

    private GrvtSession ByWallet(GrvtRequest request)
    {
        var address = GrvtVerifier.Address(request.Text("address"));
        var signature = GrvtVerifier.Read(request.Inside("signature") ?? throw new GrvtErrorException(1003));
        verifier.VerifyLogin(address, signature);
        if (!_usedNonces.Add((address, signature.Nonce)))
        {
            throw new GrvtErrorException(2002, "Signature nonce was used before");
        }

        foreach (var account in desk.Accounts)
        {
            if (account.Options.Keys.FirstOrDefault(key => key.Signer == address) is { } key)
            {
                return sessions.Open(account, key);
            }
        }

        throw new GrvtErrorException(2000);
    }
}
