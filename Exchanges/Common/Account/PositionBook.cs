using System.Collections.Immutable;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Account;

/// <summary>What a venue's live event says of one position: absolute for its key, null where it says nothing.</summary>
/// <param name="Symbol">The venue's own symbol.</param>
/// <param name="Side">The leg.</param>
/// <param name="Quantity">Signed.</param>
/// <param name="EntryPrice">The average entry price.</param>
/// <param name="UnrealizedProfit">As of the event.</param>
/// <param name="MarginMode">How it is margined.</param>
/// <param name="VenueTime">By the venue's clock, UTC.</param>
/// <param name="ReceivedTime">When it reached us, UTC.</param>
/// <param name="MarkPrice">The price that it was valued with.</param>
/// <param name="Leverage">The leverage.</param>
internal readonly record struct PositionChange(
    string Symbol,
    PositionSide Side,
    decimal Quantity,
    decimal? EntryPrice,
    decimal? UnrealizedProfit,
    MarginMode? MarginMode,
    DateTimeOffset VenueTime,
    DateTimeOffset ReceivedTime,
    decimal? MarkPrice = null,
    decimal? Leverage = null);

/// <summary>
/// The positions of one account, kept by live events and put right by pictures fetched over HTTP. It publishes what differs and nothing
/// else, in an order that depends on its input alone; a picture never overwrites what arrived while it was being fetched.
/// </summary>
/// <param name="exchange">The exchange key.</param>
/// <param name="sink">Takes what differs; null when nobody is told.</param>
internal sealed class PositionBook(string exchange, IAccountSink? sink)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<(string Symbol, PositionSide Side), Entry> _all = new(Comparer<(string Symbol, PositionSide Side)>.Create(
        (a, b) => string.CompareOrdinal(a.Symbol, b.Symbol) is var order and not 0 ? order : a.Side.CompareTo(b.Side)));

    private long _version;

    /// <summary>Events that were older than what was known and were left out.</summary>
    public long Outdated { get; private set; }

    /// <summary>All positions, flat ones too once they were seen, with the place in the stream that they stand for.</summary>
    public PositionsSnapshot Snapshot()
    {
        lock (_gate)
        {
            var place = sink?.LastPositionPlace ?? default;
            return new PositionsSnapshot { Epoch = place.Epoch, Seq = place.Seq, Positions = [.. _all.Values.Select(e => e.Position)] };
        }
    }

    /// <summary>The signed quantity of a leg; 0 when it was never seen.</summary>
    public decimal QuantityOf(string symbol, PositionSide side)
    {
        lock (_gate)
            return _all.TryGetValue((symbol, side), out var entry) ? entry.Position.Quantity : 0;
    }

    /// <summary>Takes a live event.</summary>
    public void Apply(in PositionChange change)
    {
        lock (_gate)
        {
            var key = (change.Symbol, change.Side);
            var known = _all.TryGetValue(key, out var entry);

            // Venues send rows of zero for legs that were never used.
            if (!known && change.Quantity == 0)
                return;
            if (known && change.VenueTime < entry!.Position.VenueTime)
            {
                Outdated++;
                return;
            }

            var before = entry?.Position ?? Flat(key, change.ReceivedTime);
            var isFlat = change.Quantity == 0;
            Store(key, before with
            {
                Quantity = change.Quantity,
                EntryPrice = isFlat ? null : change.EntryPrice ?? before.EntryPrice,
                UnrealizedProfit = isFlat ? 0 : change.UnrealizedProfit ?? before.UnrealizedProfit,
                LiquidationPrice = isFlat ? null : before.LiquidationPrice,
                MarginMode = change.MarginMode ?? before.MarginMode,
                MarkPrice = change.MarkPrice ?? before.MarkPrice,
                Leverage = change.Leverage ?? before.Leverage,
                VenueTime = change.VenueTime,
                ReceivedTime = change.ReceivedTime,
            }, ++_version);
        }
    }

    /// <summary>Notes the leverage of a symbol.</summary>
    public void SetLeverage(string symbol, decimal leverage, DateTimeOffset receivedTime)
    {
        lock (_gate)
        {
            foreach (var (key, entry) in _all.Where(p => p.Key.Symbol == symbol && p.Value.Position.Leverage != leverage).ToList())
                Store(key, entry.Position with { Leverage = leverage, ReceivedTime = receivedTime }, entry.Version);
        }
    }

    /// <summary>Call before a picture is fetched: what arrives from now on is newer than the picture.</summary>
    public long BeginPicture()
    {
        lock (_gate)
            return _version;
    }

    /// <summary>Takes a picture of all positions that are not flat; absence means flat.</summary>
    /// <param name="picture">The positions.</param>
    /// <param name="mark">What <see cref="BeginPicture"/> gave.</param>
    /// <param name="receivedTime">When the picture arrived, UTC.</param>
    /// <returns>How many positions differed from what was known.</returns>
    public int Reconcile(IEnumerable<Position> picture, long mark, DateTimeOffset receivedTime)
    {
        lock (_gate)
        {
            var differences = 0;
            var seen = new HashSet<(string, PositionSide)>();
            foreach (var position in picture.OrderBy(p => p.Symbol, StringComparer.Ordinal).ThenBy(p => p.Side))
            {
                var key = (position.Symbol, position.Side);
                seen.Add(key);
                var known = _all.TryGetValue(key, out var entry);
                if (!known && position.Quantity == 0)
                    continue;
                if (known && entry!.Version > mark && !(position.VenueTime > entry.Position.VenueTime))
                    continue;
                var taken = position with { Leverage = position.Leverage ?? entry?.Position.Leverage };
                if (Store(key, taken, entry?.Version ?? _version))
                    differences++;
            }

            foreach (var (key, entry) in _all.Where(p => !seen.Contains(p.Key) && p.Value.Version <= mark && p.Value.Position.Quantity != 0).ToList())
            {
                Store(key, Flat(key, receivedTime) with { Leverage = entry.Position.Leverage, MarginMode = entry.Position.MarginMode, VenueTime = entry.Position.VenueTime }, entry.Version);
                differences++;
            }

            return differences;
        }
    }

    private Position Flat((string Symbol, PositionSide Side) key, DateTimeOffset receivedTime) =>
        new() { Exchange = exchange, Symbol = key.Symbol, Side = key.Side, Quantity = 0, ReceivedTime = receivedTime };

    /// <summary>Keeps a position and publishes it if it differs in more than its valuation, which every price moves.</summary>
    private bool Store((string Symbol, PositionSide Side) key, Position position, long version)
    {
        var differs = !_all.TryGetValue(key, out var entry) || !Same(entry.Position, position);
        _all[key] = new Entry(position, version);
        if (differs)
            sink?.OnPosition(position);
        return differs;
    }

    private static bool Same(Position a, Position b) =>
        a.Quantity == b.Quantity && a.EntryPrice == b.EntryPrice && a.Leverage == b.Leverage && a.MarginMode == b.MarginMode;

    private sealed record Entry(Position Position, long Version);
}
