using System.Collections.Frozen;
using System.Collections.Immutable;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Instruments;

/// <summary>The instruments that a venue listed at one moment.</summary>
internal class InstrumentTable
{
    private readonly FrozenDictionary<string, Instrument> _bySymbol;
    private readonly string _venue;

    /// <summary>Creates a table.</summary>
    /// <param name="venue">The venue's name, for messages.</param>
    /// <param name="all">The instruments, each symbol once.</param>
    /// <param name="unreadable">Entries that could not be read and are left out.</param>
    public InstrumentTable(string venue, ImmutableArray<Instrument> all, int unreadable)
    {
        _venue = venue;
        All = all;
        Unreadable = unreadable;
        _bySymbol = all.ToFrozenDictionary(i => i.Symbol, StringComparer.Ordinal);
    }

    /// <summary>All instruments, in the venue's order.</summary>
    public ImmutableArray<Instrument> All { get; }

    /// <summary>Entries that could not be read and are left out.</summary>
    public int Unreadable { get; }

    /// <summary>Finds an instrument that is open for trading; an error that helps otherwise.</summary>
    public Result<Instrument> Find(string symbol)
    {
        if (!_bySymbol.TryGetValue(symbol, out var instrument))
        {
            var close = Closest(symbol);
            return new ExchangeError
            {
                Code = ExchangeErrorCode.UnknownSymbol,
                Field = "symbol",
                Message = $"symbol: {_venue} does not list '{symbol}'" + (close.Count > 0 ? $"; did you mean {string.Join(", ", close)}?" : ""),
            };
        }

        if (!instrument.IsTrading)
        {
            return new ExchangeError
            {
                Code = ExchangeErrorCode.SymbolNotTrading,
                Field = "symbol",
                Message = $"symbol: {symbol} is listed but not trading ({instrument.VenueStatus})",
                Retryable = true,
            };
        }

        return instrument;
    }

    /// <summary>The instrument of a symbol, trading or not.</summary>
    public Instrument? Get(string symbol) => _bySymbol.GetValueOrDefault(symbol);

    /// <summary>What differs from an earlier load: new, changed, and gone (as not trading).</summary>
    public ImmutableArray<Instrument> ChangesSince(InstrumentTable earlier)
    {
        var changed = All.Where(i => earlier.Get(i.Symbol) is not { } old || !Same(old, i));
        var gone = earlier.All.Where(i => Get(i.Symbol) is null).Select(i => i with { IsTrading = false, VenueStatus = "DELISTED" });
        return [.. changed, .. gone];
    }

    // ImmutableArray compares by reference.
    private static bool Same(Instrument a, Instrument b) =>
        a with { TickSteps = [] } == b with { TickSteps = [] } && a.TickSteps.AsSpan().SequenceEqual(b.TickSteps.AsSpan());

    private List<string> Closest(string symbol)
    {
        var wanted = symbol.ToUpperInvariant();
        return [.. All
            .Where(i => i.IsTrading)
            .Select(i => (i.Symbol, Distance: Distance(wanted, i.Symbol)))
            .Where(c => c.Distance <= Math.Max(2, wanted.Length / 3))
            .OrderBy(c => c.Distance).ThenBy(c => c.Symbol, StringComparer.Ordinal)
            .Take(3).Select(c => c.Symbol)];
    }

    /// <summary>How many letters must change to make one of the other; a missing quote asset at the end counts as one.</summary>
    private static int Distance(string a, string b)
    {
        if (b.StartsWith(a, StringComparison.Ordinal) && a.Length > 1)
            return b.Length == a.Length ? 0 : 1;
        Span<int> row = stackalloc int[b.Length + 1];
        if (a.Length > 40 || b.Length > 40)
            return int.MaxValue;
        for (var j = 0; j <= b.Length; j++)
            row[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[b.Length];
    }
}
