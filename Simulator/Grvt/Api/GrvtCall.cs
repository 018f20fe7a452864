using Exchange.Simulator.Control;
using Exchange.Simulator.Grvt.Trading;
using Exchange.Simulator.Grvt.Wire;

namespace Exchange.Simulator.Grvt.Api;

/// <summary>A call that the venue offers, over HTTP and over its sockets alike.</summary>
/// <param name="Name"><c>v1/create_order</c>.</param>
/// <param name="IsPrivate">On the trading host, with a cookie; else on the market data host, without.</param>
/// <param name="Trades">Needs the right to trade.</param>
/// <param name="Shape">Of the request, for its short names.</param>
/// <param name="Handle">Carries it out, and writes the answer's members; what refuses it is thrown.</param>
internal sealed record GrvtMethod(
    string Name, bool IsPrivate, bool Trades, GrvtCallClass Class, string Shape, Action<GrvtCall, GrvtWriter> Handle);

/// <summary>A call as it came.</summary>
/// <param name="Channel"><c>rest</c> or <c>rpc</c>.</param>
/// <param name="Connection">The socket's id; 0 for HTTP.</param>
internal sealed record GrvtCall(GrvtMethod Method, GrvtRequest Request, bool IsLite, GrvtSession? Session, string Channel, long Connection)
{
    /// <summary>The account of the session; another's sub-account is nobody's business.</summary>
    /// <exception cref="GrvtErrorException">2003: the call names another sub-account.</exception>
    public GrvtAccount Account()
    {
        var account = Session!.Account;
        return Request.Unsigned("sub_account_id") is { } named && named != account.SubAccountId ? throw new GrvtErrorException(1001) : account;
    }

    public ReceivedCommand Entry { get; set; } = null!;
}

/// <summary>What a call is answered: the body of HTTP, which over a socket is the result.</summary>
internal sealed record GrvtAnswer(byte[] Body, GrvtErrorException? Error)
{
    public static GrvtAnswer Refusal(GrvtErrorException error, bool lite) => new(GrvtHttpAnswer.Error(error, lite), error);
}

/// <summary>How a channel gives an answer.</summary>
internal interface IGrvtReplier
{
    void Reply(GrvtAnswer answer);

    /// <summary>Ends the connection without an answer.</summary>
    void Cut(string reason);

    /// <summary>Completes when what was replied is with the network.</summary>
    Task WhenDrained();
}
