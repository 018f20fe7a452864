using System.Collections.Immutable;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Journal;

/// <summary>Reads a journal's lines one after the other and knows what they come to.</summary>
internal sealed class JournalFold(string exchange)
{
    private readonly Dictionary<string, JournaledOrder> _orders = new(StringComparer.Ordinal);
    private readonly List<string> _sequence = [];
    private readonly Dictionary<string, HashSet<FillKey>> _fills = new(StringComparer.Ordinal);
    private readonly List<string> _usedIds = [];
    private TradingState _trading;

    /// <summary>Takes in the next line.</summary>
    /// <exception cref="FormatException">It says something that cannot be, or that is not known here.</exception>
    public void Take(JournalLine line)
    {
        switch (line.Kind)
        {
            case JournalKind.Order:
                Add(line, line.Order("o", exchange));
                break;
            case JournalKind.Kept:
                AddKept(line);
                break;
            case JournalKind.State:
                Put(Stand(Get(line), line));
                break;
            case JournalKind.Fill:
                Book(line);
                break;
            case JournalKind.Replace:
                Put(Get(line) with
                {
                    Replacement = new ReplacementIntent(line.Price ?? 0, line.Quantity ?? 0, RestSent: false),
                    LastChance = line.LastChance ?? default,
                    Changed = line.WrittenAt,
                });
                break;
            case JournalKind.Rest:
                Put(Rest(Get(line), line));
                break;
            case JournalKind.Cancel:
                // A cancel may be of an order that is not in the books.
                if (_orders.TryGetValue(line.Key, out var cancelled))
                    Put(cancelled with { CancelIntended = true, Changed = line.WrittenAt });
                break;
            case JournalKind.CancelAll:
                CancelAll(line);
                break;
            case JournalKind.Merged:
                Merge(line);
                break;
            case JournalKind.Trading:
                _trading = line.Trading;
                break;
            case JournalKind.UsedId:
                _usedIds.Add(line.Key);
                break;
            default:
                throw new FormatException($"a record of kind {(int)line.Kind} is not known here: a newer version wrote it");
        }
    }

    /// <summary>What it all comes to, without orders that ended before <paramref name="keepFrom"/>: of those the ids stay.</summary>
    public JournalContents Result(DateTimeOffset keepFrom, int keepUsedIds)
    {
        var orders = ImmutableArray.CreateBuilder<JournaledOrder>();
        foreach (var key in _sequence)
        {
            if (!_orders.TryGetValue(key, out var order))
                continue;
            var ended = order.Venue is OrderStatus.Filled or OrderStatus.Cancelled or OrderStatus.Expired or OrderStatus.Rejected;
            if (!ended || order.Changed >= keepFrom)
            {
                orders.Add(order with { Fills = [.. _fills[key]] });
                continue;
            }

            if (order.Order.ClientOrderId.Length > 0)
                _usedIds.Add(order.Order.ClientOrderId);
            if (order.WireId != order.Order.ClientOrderId)
                _usedIds.Add(order.WireId);
        }

        return new JournalContents
        {
            Orders = orders.ToImmutable(),
            UsedIds = [.. _usedIds.Skip(Math.Max(0, _usedIds.Count - keepUsedIds))],
            TradingState = _trading,
        };
    }

    private void Add(JournalLine line, Order order)
    {
        if (!_orders.ContainsKey(line.Key))
            _sequence.Add(line.Key);
        _fills[line.Key] = [];
        Put(new JournaledOrder
        {
            Key = line.Key,
            Order = order,
            Placed = order,
            Venue = line.Venue,
            Seen = line.Seen,
            Lost = line.Lost,
            LastChance = line.LastChance ?? default,
            WireId = order.ClientOrderId,
            WithoutDetails = line.WithoutDetails,
            Changed = line.WrittenAt,
        });
    }

    private void AddKept(JournalLine line)
    {
        Add(line, line.Order("o", exchange));
        _fills[line.Key] = [.. line.Fills];
        Put(_orders[line.Key] with
        {
            Placed = line.Order("pl", exchange),
            WireId = line.WireId ?? "",
            EarlierWireIds = line.EarlierWireIds,
            Carried = line.Carried,
            Detailed = line.Detailed,
            DetailedValue = line.DetailedValue,
            CancelIntended = line.CancelIntended,
            Replacement = line.RestSent is { } restSent ? new ReplacementIntent(line.Price ?? 0, line.Quantity ?? 0, restSent) : null,
            Changed = line.Changed ?? line.WrittenAt,
        });
    }

    private void Book(JournalLine line)
    {
        var order = Stand(Get(line), line);
        if (_fills[line.Key].Add(line.FillKey))
        {
            order = order with
            {
                Detailed = order.Detailed + line.FillQuantity,
                DetailedValue = order.DetailedValue + (line.FillQuantity * line.FillPrice),
            };
        }

        Put(order);
    }

    // What was under way and is not shown any more has come to its end.
    private static JournaledOrder Stand(JournaledOrder order, JournalLine line)
    {
        var state = line.State(order.Order);
        return order with
        {
            Order = state,
            Venue = line.Venue,
            Seen = line.Seen,
            Lost = line.Lost,
            CancelIntended = order.CancelIntended && state.Status == OrderStatus.PendingCancel,
            Replacement = state.Status is OrderStatus.PendingCancel or OrderStatus.PendingReplace ? order.Replacement : null,
            Changed = line.WrittenAt,
        };
    }

    private static JournaledOrder Rest(JournaledOrder order, JournalLine line)
    {
        var earlier = order.Order.EarlierVenueOrderIds;
        if (order.Order.VenueOrderId is { } old && !earlier.Contains(old))
            earlier = earlier.Add(old);
        return order with
        {
            Order = order.Order with { VenueOrderId = null, EarlierVenueOrderIds = earlier },
            Venue = OrderStatus.PendingNew,
            Seen = false,
            WireId = line.WireId ?? throw new FormatException("'w' is missing"),
            EarlierWireIds = order.EarlierWireIds.Add(order.WireId),
            Carried = line.Carried,
            Replacement = new ReplacementIntent(line.Price ?? 0, line.Quantity ?? 0, RestSent: true),
            LastChance = line.LastChance ?? default,
            CancelIntended = false,
            Changed = line.WrittenAt,
        };
    }

    private void CancelAll(JournalLine line)
    {
        foreach (var key in _sequence)
        {
            if (_orders.TryGetValue(key, out var order) && !order.Order.IsTerminal && (line.Symbol is null || line.Symbol == order.Order.Symbol))
                Put(order with { CancelIntended = true });
        }
    }

    private void Merge(JournalLine line)
    {
        var other = Get(line);
        if (line.Into is not { } into || !_orders.TryGetValue(into, out var order))
            throw new FormatException($"order '{line.Into}' is not in the journal, and '{line.Key}' is to be part of it");
        _orders.Remove(line.Key);
        _fills[into].UnionWith(_fills[line.Key]);
        Put(order with
        {
            Detailed = order.Detailed + other.Detailed,
            DetailedValue = order.DetailedValue + other.DetailedValue,
            WithoutDetails = order.WithoutDetails + other.WithoutDetails,
        });
    }

    private JournaledOrder Get(JournalLine line) => _orders.TryGetValue(line.Key, out var order)
        ? order
        : throw new FormatException($"order '{line.Key}' is not in the journal before this record about it");

    private void Put(JournaledOrder order) => _orders[order.Key] = order;
}
