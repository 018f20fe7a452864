using Exchange.Grains.Interfaces;

namespace Exchange.Tests.Conformance;

/// <summary>What is known of a run at its end: what was told, what is held, and what is true.</summary>
internal sealed record Evidence
{
    /// <summary>All that the orders stream told, in the order of its arrival.</summary>
    public required IReadOnlyList<TapeEntry> Tape { get; init; }

    /// <summary>Places in the tape ahead of which its reader was told that something may be missing.</summary>
    public IReadOnlySet<int> ResumedAt { get; init; } = new HashSet<int>();

    /// <summary>The orders as a trader knows them; null for what the tape told last.</summary>
    public IReadOnlyDictionary<string, Order>? Picture { get; init; }

    /// <summary>What the order connection holds as open; null when there was none.</summary>
    public OrdersSnapshot? Open { get; init; }

    /// <summary>What the position connection holds; null when there was none.</summary>
    public PositionsSnapshot? Positions { get; init; }

    /// <summary>The venue's side.</summary>
    public required VenueTruth Truth { get; init; }

    /// <summary>Orders whose fills may have been told more than once or in part: around the death of a process.</summary>
    public bool Crashed { get; init; }

    /// <summary>
    /// Orders that came and went while nobody listened may be unknown here: they were others', and ended.
    /// </summary>
    public required Func<string, bool> IsOurs { get; init; }

    /// <summary>Everything that was said in words.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>What must not be among them.</summary>
    public IReadOnlyList<string> Secrets { get; init; } = [];
}

/// <summary>
/// What must hold at the end of every run, whatever went wrong in it: one list for cards, soak and kills. Each finding names the rule
/// that was broken. Written against the contract alone, as slow and obvious as can be.
/// </summary>
internal static class Invariants
{
    /// <summary>All that is broken; empty when nothing is.</summary>
    /// <param name="evidence">What is known.</param>
    /// <param name="compare">Whether what was told can be compared with the venue's truth.</param>
    public static IReadOnlyList<string> Broken(Evidence evidence, bool compare = true) =>
    [
        .. PlacedOnce(evidence),
        .. StreamIsContiguous(evidence),
        .. StreamIsLawful(evidence),
        .. FillsAreUnique(evidence),
        .. compare ? NotSettled(evidence) : [],
        .. VenueAddsUp(evidence.Truth),
        .. evidence.Truth.CommandSessions > 1 ? [$"one sending session: there are {evidence.Truth.CommandSessions}"] : Array.Empty<string>(),
        .. NoSecret(evidence),
    ];

    /// <summary>Where what is held or was told differs from the venue's truth: passes away while things settle, and must be empty then.</summary>
    public static IEnumerable<string> NotSettled(Evidence evidence)
    {
        foreach (var broken in FillsAreComplete(evidence))
            yield return broken;
        var told = evidence.Picture ?? Told(evidence.Tape);
        foreach (var order in evidence.Truth.Orders.GroupBy(o => o.ClientOrderId).Select(g => g.Last()))
        {
            if (!told.TryGetValue(order.ClientOrderId, out var picture))
            {
                if (evidence.Open is not null && (order.IsOpen || (evidence.IsOurs(order.ClientOrderId) && !evidence.Crashed)))
                    yield return $"picture: the venue has {order}, nothing was told of it";
                continue;
            }

            // Another's order that ended while nobody listened was last told as it was.
            if (picture.UnknownSince is not null)
                yield return $"picture: the outcome of {Text(picture)} is unknown, the venue has {order}";
            else if (picture.IsTerminal == order.IsOpen || (picture.IsTerminal && picture.Status != order.Status))
                yield return $"picture: {Text(picture)} was told, the venue has {order}";
            else if (picture.CumulativeQuantity != order.Executed)
                yield return $"picture: {Text(picture)} was told with {picture.CumulativeQuantity} filled, the venue has {order}";
            else if (order.IsOpen && order.Status != OrderStatus.Untriggered && (picture.Quantity != order.Quantity || (order.Price is not null && picture.Price != order.Price)))
                yield return $"picture: {Text(picture)} was told with {picture.Quantity} at {picture.Price}, the venue has {order}";
            else if (!picture.IsTerminal && picture.Status is OrderStatus.PendingNew or OrderStatus.PendingCancel or OrderStatus.PendingReplace)
                yield return $"picture: {Text(picture)} is still pending, the venue has {order}";
        }

        var truth = evidence.Truth.Orders.Select(o => o.ClientOrderId).ToHashSet();
        foreach (var picture in told.Values.Where(p => !truth.Contains(p.ClientOrderId)))
        {
            if (!picture.IsTerminal || picture.UnknownSince is not null)
                yield return $"every order ends known: {Text(picture)} was told, and the venue has none";
            else if (picture.CumulativeQuantity != 0)
                yield return $"picture: {Text(picture)} was told with {picture.CumulativeQuantity} filled, and the venue has none";
        }

        if (evidence.Open is { } open)
        {
            var held = open.Orders.Select(o => o.ClientOrderId).Order(StringComparer.Ordinal).ToList();
            var working = evidence.Truth.Orders.Where(o => o.IsOpen).Select(o => o.ClientOrderId).Order(StringComparer.Ordinal).ToList();
            if (!held.SequenceEqual(working))
                yield return $"held: open here are [{string.Join(", ", held)}], at the venue [{string.Join(", ", working)}]";
        }

        if (evidence.Positions is { } positions)
        {
            foreach (var position in positions.Positions)
            {
                var really = evidence.Truth.Positions.FirstOrDefault(p => p.Symbol == position.Symbol && p.Leg == position.Side)?.Quantity ?? 0;
                if (position.Quantity != really)
                    yield return $"positions: {position.Quantity} {position.Symbol} {position.Side} is held, the venue has {really}";
            }

            foreach (var really in evidence.Truth.Positions.Where(t => !positions.Positions.Any(p => p.Symbol == t.Symbol && p.Side == t.Leg)))
                yield return $"positions: nothing is held of {really}";
        }
    }

    /// <summary>The last that was told of each order.</summary>
    public static Dictionary<string, Order> Told(IEnumerable<TapeEntry> tape)
    {
        var told = new Dictionary<string, Order>(StringComparer.Ordinal);
        foreach (var entry in tape)
            told[entry.Update.Order.ClientOrderId] = entry.Update.Order;
        return told;
    }

    private static IEnumerable<string> PlacedOnce(Evidence evidence)
    {
        foreach (var places in evidence.Truth.Places.GroupBy(p => p.ClientOrderId).Where(g => g.Count() > 1))
        {
            if (places.SkipLast(1).Any(p => p.Fate != PlaceFate.Refused))
                yield return $"placed once: the venue received {places.Key} {places.Count()} times, and not each but the last was provably refused ({string.Join(", ", places.Select(p => p.Fate))})";
        }

        foreach (var orders in evidence.Truth.Orders.GroupBy(o => o.ClientOrderId).Where(g => g.Count() > 1))
            yield return $"placed once: the venue has {orders.Count()} orders {orders.Key}";
    }

    /// <summary>Within an epoch each number follows the one before; a new epoch begins at 1; anything else was told beforehand.</summary>
    private static IEnumerable<string> StreamIsContiguous(Evidence evidence)
    {
        long epoch = 0, seq = 0;
        for (var i = 0; i < evidence.Tape.Count; i++)
        {
            var entry = evidence.Tape[i];
            if (entry.Epoch < epoch)
                yield return $"contiguous: epoch {entry.Epoch} after {epoch}";
            else if (entry.Seq != (entry.Epoch == epoch ? seq + 1 : 1) && !evidence.ResumedAt.Contains(i))
                yield return $"contiguous: {entry.Epoch}:{entry.Seq} after {epoch}:{seq}";
            (epoch, seq) = (entry.Epoch, entry.Seq);
        }
    }

    private static IEnumerable<string> StreamIsLawful(Evidence evidence)
    {
        foreach (var life in evidence.Tape.GroupBy(e => (e.Epoch, e.Update.Order.ClientOrderId)))
        {
            Order? before = null;
            decimal filled = 0;
            foreach (var (_, seq, update) in life)
            {
                var order = update.Order;
                var what = $"lawful: {update.Event} of {Text(order)} at {seq}";
                if (update.Fill is { } fill)
                    filled += fill.Quantity;
                if (before is not null && order.CumulativeQuantity < before.CumulativeQuantity)
                    yield return $"{what}: filled went back from {before.CumulativeQuantity} to {order.CumulativeQuantity}";
                if (before is { IsTerminal: true } && !order.IsTerminal && update.Event is not (OrderEvent.Reconciled or OrderEvent.Resolved or OrderEvent.Accepted))
                    yield return $"{what}: it had ended as {before.Status}";
                // The rest of a replacement may be on its way to an id of its own: the former one is among the earlier ones then.
                if (before?.VenueOrderId is { } known && order.VenueOrderId is null && !order.EarlierVenueOrderIds.Contains(known))
                    yield return $"{what}: the venue's id was forgotten";
                if (order.Status == OrderStatus.Filled && order.CumulativeQuantity < order.Quantity)
                    yield return $"{what}: Filled with {order.CumulativeQuantity} of {order.Quantity}";
                if (order.Status == OrderStatus.Rejected && order.CumulativeQuantity > 0)
                    yield return $"{what}: Rejected with {order.CumulativeQuantity} filled";
                if (order.Status is OrderStatus.Working && order.CumulativeQuantity > 0)
                    yield return $"{what}: Working with {order.CumulativeQuantity} filled";
                if (order.IsTerminal && order.UnknownSince is not null)
                    yield return $"{what}: ended and unknown";
                if (update.Event == OrderEvent.Submitted && (order.Status != OrderStatus.PendingNew || before is not null))
                    yield return $"{what}: Submitted is the first of an order";
                if (filled > order.CumulativeQuantity)
                    yield return $"{what}: {filled} told in fills, {order.CumulativeQuantity} in the order";
                before = order;
            }
        }
    }

    private static IEnumerable<string> FillsAreUnique(Evidence evidence) =>
        from entry in evidence.Tape
        where entry.Update.Fill is not null
        let fill = entry.Update.Fill
        group entry by (Epoch: evidence.Crashed ? entry.Epoch : 0, fill.VenueOrderId, fill.TradeId, fill.Side) into same
        where same.Count() > 1
        select $"fills unique: trade {same.Key.TradeId} of {same.Key.VenueOrderId} was told {same.Count()} times";

    /// <summary>Each fill of our orders was told, and with its quantity; so was no other.</summary>
    private static IEnumerable<string> FillsAreComplete(Evidence evidence)
    {
        var told = new Dictionary<(string Order, string Trade), Fill>();
        foreach (var fill in evidence.Tape.Select(e => e.Update.Fill).OfType<Fill>())
            told[(fill.VenueOrderId, fill.TradeId)] = fill;
        foreach (var really in evidence.Truth.Fills)
        {
            if (!told.Remove((really.VenueOrderId, really.TradeId), out var fill))
            {
                if (evidence.Open is not null && evidence.IsOurs(really.ClientOrderId) && !evidence.Crashed)
                    yield return $"fills complete: {really} was never told";
                continue;
            }

            var signed = fill.Side == Side.Buy ? fill.Quantity : -fill.Quantity;
            if (signed != really.SignedQuantity || fill.Symbol != really.Symbol)
                yield return $"fills complete: {signed} was told of {really}";
        }

        foreach (var fill in told.Values)
            yield return $"fills complete: trade {fill.TradeId} of {fill.VenueOrderId} was told, and the venue has none";
    }

    /// <summary>The sum of the fills is the position, at the venue: what is compared with it is compared with both.</summary>
    private static IEnumerable<string> VenueAddsUp(VenueTruth truth)
    {
        var sums = truth.Fills.GroupBy(f => (f.Symbol, f.Leg)).ToDictionary(g => g.Key, g => g.Sum(f => f.SignedQuantity));
        foreach (var position in truth.Positions)
            sums[(position.Symbol, position.Leg)] = sums.GetValueOrDefault((position.Symbol, position.Leg)) - position.Quantity;
        foreach (var ((symbol, leg), difference) in sums.Where(s => s.Value != 0))
            yield return $"sum of fills: off by {difference} from the position of {symbol} {leg}";
    }

    private static IEnumerable<string> NoSecret(Evidence evidence)
    {
        foreach (var secret in evidence.Secrets)
        {
            var words = evidence.Words.Concat(evidence.Tape.Select(e => e.Update.Order.Reason?.ToString() ?? ""));
            foreach (var word in words.Where(w => w.Contains(secret, StringComparison.Ordinal)))
                yield return $"no secret: '{word.Replace(secret, "***", StringComparison.Ordinal)}' held one";
        }
    }

    private static string Text(Order order) =>
        $"{order.ClientOrderId} ({order.Side} {order.Type} {order.Status}{(order.UnknownSince is null ? "" : ", unknown")}{(order.Reason is null ? "" : ": " + order.Reason.Code)})";
}
