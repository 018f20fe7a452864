using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Threading.Channels;
using Exchange.Client.Gateway.Commands;
using Exchange.Client.Gateway.Updates;
using Exchange.Client.Protocol;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;
using Orleans;

namespace Exchange.Client.Gateway.Traders;

/// <summary>
/// Keeps the venues' dead-man switches armed where they may be: such a switch cancels everything within its reach, so it is armed only
/// while every owner of a working order there chose to be cancelled, and is disarmed as soon as that ends.
/// </summary>
internal sealed partial class DeadManGuard(
    TraderTable traders, FeedTable feeds, IReadOnlyList<string> exchanges, IGrainFactory grains, GrainCalls calls, GatewayOptions options,
    TimeProvider time, ILogger logger)
{
    /// <summary>Stands for everything at the exchange, where the switch reaches further than a symbol.</summary>
    public const string Everything = "*";

    /// <summary>After a refusal the venue is left alone for so long: every change of an order would ask it again otherwise.</summary>
    private static readonly TimeSpan _retryAfter = TimeSpan.FromSeconds(1);

    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly ConcurrentDictionary<string, Exchange> _exchanges = new(StringComparer.Ordinal);
    private long _startedAt;

    /// <summary>Something that the arming depends on has changed.</summary>
    public void OnChanged() => _changed.Writer.TryWrite(true);

    /// <summary>What is armed at an exchange.</summary>
    public DeadManStatus StatusOf(string exchange)
    {
        var known = _exchanges.GetValueOrDefault(exchange);
        return new DeadManStatus(
            known?.Reach, (long)options.DeadManTime.TotalMilliseconds, known is null ? [] : [.. known.Armed.Keys.Order(StringComparer.Ordinal)]);
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        if (options.DeadManTime <= TimeSpan.Zero)
            return;
        _startedAt = time.GetTimestamp();
        try
        {
            while (true)
            {
                await Task.WhenAll(exchanges.Select(UpdateAsync));
                using var wake = CancellationTokenSource.CreateLinkedTokenSource(stopping);
                var due = Task.Delay(_exchanges.Values.Any(e => !e.Refused.IsEmpty) ? _retryAfter : options.DeadManTime / 4, time, wake.Token);
                await Task.WhenAny(due, _changed.Reader.WaitToReadAsync(wake.Token).AsTask());
                stopping.ThrowIfCancellationRequested();
                await wake.CancelAsync();
                _changed.Reader.TryRead(out _);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // What is armed stays armed: the gateway goes away, and that is what it is for.
        }
    }

    /// <summary>What may be armed: where every owner of a working order chose to be cancelled.</summary>
    internal static ImmutableHashSet<string> Eligible(IEnumerable<Order> working, DeadManReach reach, Func<string?, bool> wantsCancel) =>
    [
        .. working.GroupBy(o => Reached(o, reach), StringComparer.Ordinal)
            .Where(g => g.All(o => wantsCancel(o.Trader)))
            .Select(g => g.Key),
    ];

    private static string Reached(Order order, DeadManReach reach) => reach == DeadManReach.Symbol ? order.Symbol : Everything;

    private async Task UpdateAsync(string name)
    {
        var exchange = _exchanges.GetOrAdd(name, static n => new Exchange(n));
        if (!feeds.TryGet(new TopicName(TopicKind.Order, name), out var feed) || feed is not OrderFeed { Working: { } working })
            return;
        if (exchange.Reach is null && (working.IsEmpty || !await LearnReachAsync(exchange)))
            return;

        var eligible = Eligible(working, exchange.Reach!.Value, traders.WantsCancel);
        var reached = working.Select(o => Reached(o, exchange.Reach!.Value)).ToHashSet(StringComparer.Ordinal);
        foreach (var symbol in exchange.Armed.Keys.Concat(LeftBehind(exchange, reached)).Where(s => !eligible.Contains(s)).ToHashSet())
        {
            if (reached.Contains(symbol) || exchange.IsIdle(symbol, options.DeadManTime / 4, time))
                await SetAsync(exchange, symbol, TimeSpan.Zero);
        }

        foreach (var symbol in reached)
            exchange.IdleSince.Remove(symbol);
        // The longest armed first, so that a limit does not let an armed one lapse for a new one.
        foreach (var symbol in eligible.OrderBy(s => exchange.Armed.TryGetValue(s, out var at) ? at : long.MaxValue).Take(options.MaxDeadManSymbols))
        {
            if (!exchange.Armed.TryGetValue(symbol, out var at) || time.GetElapsedTime(at) >= options.DeadManTime / 4)
                await SetAsync(exchange, symbol, options.DeadManTime);
        }
    }

    /// <summary>
    /// What a gateway before this one may have armed: it is not known, and its time runs on. After one such time it has run out, and
    /// nothing can be left.
    /// </summary>
    private IEnumerable<string> LeftBehind(Exchange exchange, HashSet<string> reached) =>
        time.GetElapsedTime(_startedAt) >= options.DeadManTime ? [] : reached.Where(s => !exchange.Disarmed.Contains(s));

    private async Task<bool> LearnReachAsync(Exchange exchange)
    {
        var connection = new ConnectionId(ConnectionRole.Oms, exchange.Name);
        var capabilities = await calls.InvokeAsync(
            "oms.get_capabilities", connection, changesVenue: false, grains.GetGrain<IExchangeOmsGrain>(exchange.Name).GetCapabilities);
        exchange.Reach = capabilities.Value?.DeadManReach;
        return exchange.Reach is not null;
    }

    private async Task SetAsync(Exchange exchange, string symbol, TimeSpan timeToLive)
    {
        var connection = new ConnectionId(ConnectionRole.Oms, exchange.Name);
        var at = time.GetTimestamp();
        if (exchange.Refused.TryGetValue(symbol, out var refusedAt) && time.GetElapsedTime(refusedAt, at) < _retryAfter)
            return;
        var result = await calls.InvokeAsync(
            "oms.set_dead_man_switch", connection, changesVenue: true,
            token => grains.GetGrain<IExchangeOmsGrain>(exchange.Name).SetDeadManSwitch(symbol == Everything ? null : symbol, timeToLive, token));
        if (!result.IsSuccess)
        {
            exchange.Refused[symbol] = at;
            LogFailed(logger, exchange.Name, symbol, result.Error.ToString());
            return;
        }

        exchange.Refused.TryRemove(symbol, out _);
        if (timeToLive > TimeSpan.Zero)
            exchange.Armed[symbol] = at;
        else
            exchange.Disarm(symbol);
    }

    [LoggerMessage(70, LogLevel.Warning, "The dead-man switch of {Exchange} for {Symbol} could not be set: {Error}")]
    private static partial void LogFailed(ILogger logger, string exchange, string symbol, string error);

    private sealed class Exchange(string name)
    {
        public string Name => name;

        /// <summary>Null while it is not known, or when the venue has no such switch.</summary>
        public DeadManReach? Reach { get; set; }

        /// <summary>What is armed, and when it was armed last, as a timestamp.</summary>
        public ConcurrentDictionary<string, long> Armed { get; } = new(StringComparer.Ordinal);

        /// <summary>What this gateway has disarmed.</summary>
        public HashSet<string> Disarmed { get; } = new(StringComparer.Ordinal);

        /// <summary>What could not be set, and when that was tried last, as a timestamp.</summary>
        public ConcurrentDictionary<string, long> Refused { get; } = new(StringComparer.Ordinal);

        /// <summary>Since when nothing works within reach of what is armed, as timestamps.</summary>
        public Dictionary<string, long> IdleSince { get; } = new(StringComparer.Ordinal);

        /// <summary>
        /// Whether nothing has worked there for so long. A trader's next order is often not far, and to disarm and to arm costs the venue's
        /// budget each time; who wants its orders left alone disarms at once, by placing one.
        /// </summary>
        public bool IsIdle(string symbol, TimeSpan longEnough, TimeProvider time)
        {
            if (IdleSince.TryAdd(symbol, time.GetTimestamp()))
                return false;
            return time.GetElapsedTime(IdleSince[symbol]) >= longEnough;
        }

        public void Disarm(string symbol)
        {
            IdleSince.Remove(symbol);
            Disarmed.Add(symbol);
            Armed.TryRemove(symbol, out _);
        }
    }
}
