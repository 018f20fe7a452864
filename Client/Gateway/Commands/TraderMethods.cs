using System.Collections.Immutable;
using Exchange.Client.Gateway.Traders;
using Exchange.Client.Protocol;
using Exchange.Grains.Interfaces;
using Orleans;

namespace Exchange.Client.Gateway.Commands;

/// <summary>The methods of a trader's session: its start, and the kill switch for all exchanges.</summary>
internal sealed class TraderMethods(
    GatewayIdentity identity, GatewayOptions options, TraderTable traders, TraderStarter starter, IGrainFactory grains, GrainCalls calls)
{
    private const int MaxNameLength = 32;

    public void Add(MethodTable table)
    {
        table.Local<TraderStart>("session.start", changesVenue: false, (session, p) =>
        {
            var name = p.Text("trader");
            if (p.Error is null && !IsName(name))
                p.Fail("trader", $"'{GatewayRequest.Shorten(name)}' is no name: 1 to {MaxNameLength} of letters, digits, - and _");
            var whenGone = p.Choice("when_gone", (WhenGone?)WhenGone.Leave);
            var timeout = TimeSpan.FromMilliseconds(p.Long("timeout_ms", 1_000, 600_000, (long)options.SessionTimeout.TotalMilliseconds));
            var exchanges = p.OptionalText("exchange") is { } one ? [one] : Exchanges;
            if (p.Error is null && exchanges.FirstOrDefault(e => !Exchanges.Contains(e)) is { } unknown)
                p.Fail("exchange", $"'{GatewayRequest.Shorten(unknown)}' takes no orders here; {(Exchanges.IsEmpty ? "no exchange does" : $"legal are {string.Join(", ", Exchanges)}")}");
            var withInstruments = p.Flag("instruments");
            return async () =>
            {
                // First the policy: from here on the trader's silence means something.
                session.Heartbeats = true;
                session.SilenceLimit = timeout;
                traders.Start(session, name, whenGone);
                return new TraderStart
                {
                    Gateway = identity.Id,
                    Trader = name,
                    WhenGone = whenGone,
                    TimeoutMs = (long)timeout.TotalMilliseconds,
                    Exchanges = [.. await Task.WhenAll(exchanges.Select(e => starter.GatherAsync(e, withInstruments)))],
                };
            };
        });
        table.Local<ImmutableArray<TradingStateChange>>("session.set_trading_state", changesVenue: true, (_, p) =>
        {
            var state = p.Choice<TradingState>("state");
            return async () => ImmutableArray.Create(await Task.WhenAll(Exchanges.Select(e => SetAsync(e, state))));
        });
    }

    private ImmutableArray<string> Exchanges { get; } =
        [.. identity.Connections.Where(c => c.Role == ConnectionRole.Oms).Select(c => c.Exchange).Order(StringComparer.Ordinal)];

    private static bool IsName(string name) =>
        name.Length is > 0 and <= MaxNameLength && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private async Task<TradingStateChange> SetAsync(string exchange, TradingState state)
    {
        var result = await calls.InvokeAsync(
            "oms.set_trading_state", new ConnectionId(ConnectionRole.Oms, exchange), changesVenue: true,
            token => grains.GetGrain<IExchangeOmsGrain>(exchange).SetTradingState(state, token));
        return new TradingStateChange(exchange, result.IsSuccess ? result.Value : null, result.Error);
    }
}
