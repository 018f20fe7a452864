using System.Collections.Frozen;

namespace Exchange.Simulator.Deribit.Market;

/// <summary>
/// A channel's name, taken apart: <c>book.BTC-PERPETUAL.100ms</c>, <c>trades.future.BTC.raw</c>, <c>user.portfolio.any</c>.
/// </summary>
internal sealed record ChannelName
{
    private static readonly FrozenSet<string> _intervals = FrozenSet.Create("raw", "100ms", "agg2");
    private static readonly FrozenSet<string> _kinds = FrozenSet.Create("future", "option", "spot", "future_combo", "option_combo", "combo", "any");
    private static readonly FrozenSet<string> _groups = FrozenSet.Create("none", "1", "2", "5", "10", "25", "50", "100", "250");
    private static readonly FrozenSet<string> _currencies = FrozenSet.Create("BTC", "ETH", "USDC", "USDT", "EURR", "any");

    public required string Text { get; init; }

    /// <summary><c>book</c>, <c>trades</c>, <c>user.changes</c> …</summary>
    public required string Family { get; init; }

    /// <summary>Null where the channel is of a kind and currency, or of neither.</summary>
    public string? Instrument { get; init; }

    public string Kind { get; init; } = "any";

    public string Currency { get; init; } = "any";

    /// <summary><c>raw</c>, <c>100ms</c>, <c>agg2</c>; empty where the family has none.</summary>
    public string Interval { get; init; } = "";

    /// <summary>Of a grouped book.</summary>
    public string? Group { get; init; }

    /// <summary>Of a grouped book; 0 for a whole one.</summary>
    public int Depth { get; init; }

    public bool IsUser => Family.StartsWith("user.", StringComparison.Ordinal);

    /// <summary>Only to be had by who has authenticated.</summary>
    public bool NeedsLogin => IsUser || Interval == "raw";

    public bool Covers(DeribitInstrument instrument) => Instrument is { } name
        ? name == instrument.Name
        : (Kind == "any" || Kind == instrument.Kind) && (Currency == "any" || Currency == instrument.SettlementCurrency);

    /// <summary>Null when there is no such channel; <paramref name="knows"/> tells whether an instrument exists.</summary>
    public static ChannelName? Parse(string text, Func<string, bool> knows)
    {
        var parts = text.Split('.');
        return parts switch
        {
            ["book", var instrument, var interval] when knows(instrument) && _intervals.Contains(interval) =>
                new ChannelName { Text = text, Family = "book", Instrument = instrument, Interval = interval },
            ["book", var instrument, var group, var depth, var interval] when knows(instrument) && _groups.Contains(group)
                && depth is "1" or "10" or "20" && interval is "100ms" or "agg2" =>
                new ChannelName { Text = text, Family = "book", Instrument = instrument, Group = group, Depth = int.Parse(depth, null), Interval = interval },
            ["trades" or "ticker" or "perpetual", var instrument, var interval] when knows(instrument) && _intervals.Contains(interval) =>
                new ChannelName { Text = text, Family = parts[0], Instrument = instrument, Interval = interval },
            ["trades", var kind, var currency, var interval] when Known(kind, currency) && _intervals.Contains(interval) =>
                new ChannelName { Text = text, Family = "trades", Kind = kind, Currency = currency, Interval = interval },
            ["quote" or "incremental_ticker", var instrument] when knows(instrument) =>
                new ChannelName { Text = text, Family = parts[0], Instrument = instrument },
            ["deribit_price_index" or "deribit_price_ranking", var index] when index.Contains('_', StringComparison.Ordinal) =>
                new ChannelName { Text = text, Family = parts[0], Instrument = index },
            ["instrument", "state", var kind, var currency] when Known(kind, currency) =>
                new ChannelName { Text = text, Family = "instrument.state", Kind = kind, Currency = currency },
            ["platform_state"] or ["platform_state", "public_methods_state"] => new ChannelName { Text = text, Family = text },
            ["user", "orders" or "trades" or "changes", var instrument, var interval] when knows(instrument) && _intervals.Contains(interval) =>
                new ChannelName { Text = text, Family = "user." + parts[1], Instrument = instrument, Interval = interval },
            ["user", "orders" or "trades" or "changes", var kind, var currency, var interval] when Known(kind, currency) && _intervals.Contains(interval) =>
                new ChannelName { Text = text, Family = "user." + parts[1], Kind = kind, Currency = currency, Interval = interval },
            ["user", "portfolio", var currency] when _currencies.Contains(currency) || _currencies.Contains(currency.ToUpperInvariant()) =>
                new ChannelName { Text = text, Family = "user.portfolio", Currency = currency == "any" ? currency : currency.ToUpperInvariant() },
            ["user", "lock"] => new ChannelName { Text = text, Family = text },
            _ => null,
        };
    }

    private static bool Known(string kind, string currency) => _kinds.Contains(kind) && _currencies.Contains(currency);
}
