using Exchange.Simulator.Control;
using Exchange.Simulator.Grvt.Market;
using Exchange.Simulator.Grvt.Signing;
using Exchange.Simulator.Grvt.Streams;
using Exchange.Simulator.Grvt.Trading;

namespace Exchange.Simulator.Grvt.Api;

/// <summary>The venue, put together: market, accounts, sessions, streams, and the calls that HTTP and sockets offer.</summary>
internal sealed class GrvtApi
{
    private readonly Dictionary<string, GrvtMethod> _methods;

    public GrvtApi(SimulatorContext context, GrvtSimulatorOptions options)
    {
        Options = options;
        Market = new GrvtMarket(context, options.Symbols);
        Streams = new GrvtStreams(context, Market);
        var outbox = new EventOutbox(Streams.WhenDrained);
        Desk = new GrvtDesk(context, Market, options, new GrvtEvents(context.Clock, outbox, Streams.Deliver));
        Sessions = new GrvtSessions(context, options);
        var limits = new GrvtRateLimits(context.Clock, options);
        var verifier = new GrvtVerifier(context.Clock, options);
        Pipeline = new GrvtPipeline(context, limits, Sessions, outbox, ClientIdOf);
        Edge = new GrvtEdge(context, options, Desk, Sessions, verifier, limits);
        GrvtMethod[] methods =
        [
            .. new GrvtOrderMethods(context, Desk, verifier, () => Pipeline).Methods(),
            .. new GrvtAccountMethods(context, Desk, verifier).Methods(),
            .. new GrvtMarketMethods(context, Market).Methods(),
        ];
        _methods = methods.ToDictionary(static method => method.Name, StringComparer.Ordinal);
    }

    public GrvtSimulatorOptions Options { get; }

    public GrvtMarket Market { get; }

    public GrvtStreams Streams { get; }

    public GrvtDesk Desk { get; }

    public GrvtSessions Sessions { get; }

    public GrvtPipeline Pipeline { get; }

    public GrvtEdge Edge { get; }

    /// <summary>The call of that name, on the host where it is offered.</summary>
    /// <exception cref="GrvtErrorException">1004: there is none; 1001: the other host has it.</exception>
    public GrvtMethod Find(string name, bool onTradingHost)
    {
        var method = _methods.GetValueOrDefault(name) ?? throw new GrvtErrorException(1004, $"no call {name}");
        return method.IsPrivate == onTradingHost ? method : throw new GrvtErrorException(1001);
    }

    private string? ClientIdOf(string orderId) => Desk.Accounts.Select(account => account.Find(orderId.ToLowerInvariant()))
        .FirstOrDefault(static order => order is not null) is { } found ? Wire.GrvtText.Of(found.ClientOrderId) : null;
}
