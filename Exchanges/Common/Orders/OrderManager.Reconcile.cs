using System.Collections.Immutable;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Orders;

/// <summary>The moment before the venue was asked for its open orders: what happens after it is not judged by the answer.</summary>
/// <param name="Touches">The manager's count of what had happened.</param>
public readonly record struct SnapshotMark(long Touches);

/// <summary>What a reconciliation did.</summary>
/// <param name="Listed">Orders in the venue's answer.</param>
/// <param name="Adopted">Of those, the ones not known before.</param>
/// <param name="LookedUp">Orders asked for one by one: not in the answer, or with executions that are not known.</param>
/// <param name="Unresolved">Orders whose outcome is still unknown; they are asked for on and on.</param>
public readonly record struct ReconcileResult(int Listed, int Adopted, int LookedUp, int Unresolved);

/// <content>Comparing what is held with what the venue lists.</content>
public sealed partial class OrderManager
{
    /// <summary>Called before the venue is asked for its open orders.</summary>
    public SnapshotMark BeginSnapshot()
    {
        lock (_gate)
            return new SnapshotMark(++_touches);
    }

    /// <summary>
    /// Takes in the venue's list of open orders, conditional ones among them: adopts those that are not known, and asks for each one
    /// that is held as open and not listed, and for executions that are missing. Completes when each of them was asked for once,
    /// through the common throttle. The same answers lead to the same end, however often.
    /// </summary>
    /// <param name="mark">From before the venue was asked: orders that changed since are not judged.</param>
    /// <param name="listed">The venue's answer.</param>
    /// <param name="symbol">The symbol that it covers; null when it covers the account.</param>
    /// <param name="cancellationToken">Ends the wait; the questions go on.</param>
    public async Task<ReconcileResult> ReconcileAsync(SnapshotMark mark, ImmutableArray<OrderReport> listed, string? symbol = null, CancellationToken cancellationToken = default)
    {
        List<Task> asked = [];
        int adopted;
        lock (_gate)
        {
            var before = _counters.Adopted;
            HashSet<TrackedOrder> present = [];
            foreach (var report in Sorted(listed))
            {
                if (Receive(report) is not { } order)
                    continue;
                present.Add(order);
                AnswerByListing(order, mark);
            }

            adopted = (int)(_counters.Adopted - before);
            List<TrackedOrder> doubtful = [];
            foreach (var order in _table.Open)
            {
                if ((symbol is null || order.Order.Symbol == symbol) && IsDoubtful(order, mark, present.Contains(order)))
                    doubtful.Add(order);
            }

            foreach (var order in _endedUntold)
            {
                if (order.HasUnbookedDetails)
                    Ask(order, OpenQuestions.Details, TimeSpan.Zero);
            }

            _endedUntold.Clear();
            doubtful.Sort(static (a, b) => a.Number.CompareTo(b.Number));
            foreach (var order in doubtful)
            {
                var once = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                (order.AskedOnce ??= []).Add(once);
                asked.Add(once.Task);
                Ask(order, !present.Contains(order) ? OpenQuestions.Confirm : order.HasUnbookedDetails ? OpenQuestions.Details : OpenQuestions.None, TimeSpan.Zero);
            }
        }

        await Task.WhenAll(asked).WaitAsync(cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            var result = new ReconcileResult(listed.Length, adopted, asked.Count, CountOpen().Unknown);
            OrderLog.Reconciled(_logger, _exchange, symbol ?? "all", result.Listed, result.Adopted, result.LookedUp, result.Unresolved);
            return result;
        }
    }

    /// <summary>A list is as good an answer as a lookup, where the question is older than the list.</summary>
    private void AnswerByListing(TrackedOrder order, SnapshotMark mark)
    {
        if ((order.Questions & (OpenQuestions.Cancel | OpenQuestions.Missing)) != 0 && order.AskedAt < mark.Touches && order.CancelsInFlight == 0)
            AnswerByFinding(order);
    }

    private static bool IsDoubtful(TrackedOrder order, SnapshotMark mark, bool present)
    {
        if (present)
            return order.HasUnbookedDetails || order.Questions != OpenQuestions.None;
        // What is in flight is answered by itself; what was touched after the list was asked for may be missing in it.
        return !order.PlaceInFlight && order.Touched < mark.Touches;
    }

    // In an order of its own, so that the same list leads to the same numbers of updates.
    private static OrderReport[] Sorted(ImmutableArray<OrderReport> listed)
    {
        var reports = new OrderReport[listed.Length];
        listed.CopyTo(reports);
        Array.Sort(reports, static (a, b) =>
        {
            var bySymbol = string.CompareOrdinal(a.Symbol, b.Symbol);
            if (bySymbol != 0)
                return bySymbol;
            var byId = string.CompareOrdinal(a.VenueOrderId, b.VenueOrderId);
            return byId != 0 ? byId : string.CompareOrdinal(a.ClientOrderId, b.ClientOrderId);
        });
        return reports;
    }
}
