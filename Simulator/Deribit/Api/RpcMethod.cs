using System.Text.Json;
using Exchange.Simulator.Control;
using Exchange.Simulator.Deribit.Trading;

namespace Exchange.Simulator.Deribit.Api;

/// <summary>From which pool a call is paid (sheet, section 8).</summary>
internal enum Pool
{
    NonMatching,
    Matching,
    Subscribe,
    Instruments,
}

/// <summary>A call that the venue offers, over either channel.</summary>
/// <param name="Scope">What the caller's token must allow (<c>trade:read_write</c>); null: anybody may call.</param>
/// <param name="Handle">Writes the result, or throws <see cref="DeribitException"/>.</param>
internal sealed record RpcMethod(string Name, string? Scope, Action<RpcCall, Utf8JsonWriter> Handle, Pool Pool = Pool.NonMatching)
{
    public bool IsPrivate => Scope is not null;

    /// <summary>Over HTTP it is refused with 10030.</summary>
    public bool OnlyWebSocket { get; init; }

    /// <summary>It is never answered (<c>private/logout</c>).</summary>
    public bool NoReply { get; init; }
}

/// <summary>A call that has been let in.</summary>
/// <param name="Token">Null for a public call of nobody.</param>
/// <param name="Connection">Null over HTTP.</param>
internal sealed record RpcCall(RpcMethod Method, RpcParams Parameters, Token? Token, DeribitConnection? Connection, ReceivedCommand? Entry)
{
    public DeribitAccount Account => Token?.Account ?? throw DeribitException.InvalidToken();

    public long ConnectionId => Connection?.Id ?? 0;
}

/// <summary>A request as it came.</summary>
/// <param name="Channel"><c>public</c> or <c>private</c> for a socket, <c>rest</c> for HTTP.</param>
/// <param name="Authorise">Finds the caller's token, or throws why there is none.</param>
internal sealed record RpcRequest(
    string Channel, DeribitConnection? Connection, RpcMethod Method, RpcParams Parameters, Func<Token?> Authorise, string? Path = null);

/// <summary>An answer: a result, or a refusal.</summary>
internal sealed record RpcAnswer(byte[] Result, DeribitException? Refusal = null)
{
    public static RpcAnswer Of(DeribitException refusal) => new([], refusal);
}

/// <summary>Where an answer goes.</summary>
internal interface IRpcReplier
{
    void Reply(RpcAnswer answer);

    /// <summary>The TCP connection is cut in place of an answer.</summary>
    void Cut(string reason);

    /// <summary>Completes when what was answered is with the network.</summary>
    Task WhenDrained();
}
