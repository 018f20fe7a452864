using System.Text.Json;
using Exchange.Simulator.Binance.Trading;
using Exchange.Simulator.Control;

namespace Exchange.Simulator.Binance.Api;

/// <summary>A call of the private API: over the WebSocket API by its name, over REST by its route, or both.</summary>
/// <param name="Name"><c>order.place</c>; where the WebSocket API has no name for it, the route.</param>
/// <param name="Route"><c>POST /fapi/v1/order</c>; null when REST has no such call.</param>
/// <param name="Weight">On the address.</param>
/// <param name="Orders">On the account's order counters (ten seconds; a minute).</param>
/// <param name="Handle">Carries it out, and writes the result; what refuses it is thrown.</param>
internal sealed record ApiMethod(
    string Name, string? Route, Security Security, Func<Parameters, int> Weight, (int TenSeconds, int Minute) Orders,
    Action<ApiCall, Utf8JsonWriter> Handle)
{
    /// <summary>Whether the WebSocket API knows it.</summary>
    public bool OverWebSocket => Name != Route;
}

/// <summary>A call that has been let in.</summary>
/// <param name="Key">Null for a call that needs none.</param>
internal sealed record ApiCall(ApiMethod Method, Parameters Parameters, ApiKey? Key, ReceivedCommand Entry)
{
    public Account Account => Key!.Account;
}

/// <summary>A call as it came.</summary>
/// <param name="Channel"><c>rest</c> or <c>ws-fapi</c>.</param>
/// <param name="Connection">The socket's id; 0 for REST.</param>
internal sealed record ApiRequest(
    string Channel, long Connection, ApiMethod Method, Parameters Parameters, Credentials Credentials, string? Path = null);

/// <summary>What the venue answers: the result, or <c>{"code":…,"msg":…}</c>.</summary>
/// <param name="Orders">The account's order counters after it, for a call that they count.</param>
internal sealed record ApiAnswer(int Status, byte[] Body, OrderCount? Orders = null)
{
    public bool IsError => Status >= 400;

    public static ApiAnswer Refusal(BinanceErrorException refused) => new(refused.Status, ApiJson.Error(refused.Code, refused.Message));
}

/// <summary>How a channel gives an answer.</summary>
internal interface IReplier
{
    void Reply(ApiAnswer answer);

    /// <summary>Ends the connection without an answer.</summary>
    void Cut(string reason);

    /// <summary>Completes when what was replied is with the network.</summary>
    Task WhenDrained();
}
