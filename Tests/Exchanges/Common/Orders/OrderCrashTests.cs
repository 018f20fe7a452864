using Exchange.Exchanges.Common.Journal;
using Exchange.Exchanges.Common.Orders;
using Exchange.Grains.Interfaces;
using Exchange.Tests.Support;
using Exchange.Tests.Support.Orders;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using static Exchange.Tests.Support.Orders.OrderLifeBench;

namespace Exchange.Tests.Exchanges.Common.Orders;

/// <summary>Restarts from the journal file as it was at some moment, against a venue that did or did not get the last commands.</summary>
public sealed class OrderCrashTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("crash-").FullName;
    private int _epoch;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private FileOrderJournal Open(string name, TimeProvider time) =>
        FileOrderJournal.Open(new FileOrderJournalOptions { Folder = Path.Combine(_folder, name), Machine = "here" }, "test", ++_epoch, time, NullLogger.Instance);

    /// <summary>A busy life whose journal is cut at every record and within records: every order ends known, none is placed again.</summary>
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task From_any_cut_of_the_journal_no_order_is_placed_again_and_all_end_known(bool arrives, bool nativeReplace)
    {
        var bytes = await BusyLife(arrives, nativeReplace);
        foreach (var cut in Cuts(bytes))
        {
            var time = new ManualTimeProvider();
            var venue = await Replayed(arrives, nativeReplace, time, bytes, cut);
            var placed = venue.Sent.Count;
            var folder = $"cut-{cut}";
            Directory.CreateDirectory(Path.Combine(_folder, folder));
            File.WriteAllBytes(Path.Combine(_folder, folder, "orders.journal"), bytes[..cut]);
            using var journal = Open(folder, time);
            using var life = new OrderLifeBench(venue, time, journal, nativeReplace: nativeReplace) { IdPrefix = $"e{_epoch}" };
            venue.Events.Clear();
            await Settle(life, time);

            Assert.Equal(placed, venue.Sent.Count);
            Assert.True(life.Orders.Counters.Unknown == 0, $"cut at byte {cut}: {string.Join("; ", life.Orders.GetOpenOrders().Orders.Where(o => o.UnknownSince is not null))}");
            foreach (var order in life.Orders.GetOpenOrders().Orders)
                Assert.Contains(venue.Orders, o => o.IsOpen && o.Id == order.VenueOrderId && o.Cumulative + Carried(venue, order) == order.CumulativeQuantity);
            Assert.Equal(venue.Orders.Count(o => o.IsOpen), life.Orders.GetOpenOrders().Orders.Length);

            // What was known before is answered and never sent again; what the journal never knew may leave now.
            foreach (var known in journal.Contents.Orders.Where(o => o.Order.Origin == OrderOrigin.Trader))
                Assert.True(life.Orders.PlaceAsync(Again(known.Placed)).IsCompleted);
            Assert.Equal(placed, venue.Sent.Count);
        }
    }

    [Fact]
    public async Task A_fill_booked_before_the_crash_is_not_booked_again_after_it()
    {
        var time = new ManualTimeProvider();
        var venue = new FakeOrderVenue(time);
        OrderReport fill;
        using (var journal = Open("fills", time))
        using (var life = new OrderLifeBench(venue, time, journal))
        {
            life.Working("a");
            venue.Make("by-hand", 3);
            life.Deliver();
            fill = venue.Fill("a", 0.5m);
            venue.Fill("by-hand", 1);
            life.Deliver();
            Assert.Equal(2, life.Updates.Count(u => u.Fill is not null));
        }

        venue.Fill("a", 0.25m);
        using var second = Open("fills", time);
        using var after = new OrderLifeBench(venue, time, second);
        after.Orders.OnReport(fill);
        await Settle(after, time);
        Assert.Equal(0.25m, Assert.Single(after.Updates, u => u.Fill is not null).Fill!.Quantity);
        Assert.Equal(0.75m, after.Last("a").CumulativeQuantity);
        Assert.Equal(["a", "by-hand"], after.Orders.GetOpenOrders().Orders.Select(o => o.ClientOrderId));
        Assert.Equal(0, after.Orders.Counters.Adopted);
    }

    [Fact]
    public void An_order_in_flight_comes_back_as_unknown_and_a_repeat_of_it_is_not_sent()
    {
        var time = new ManualTimeProvider();
        var venue = new FakeOrderVenue(time);
        using (var journal = Open("flight", time))
        using (var life = new OrderLifeBench(venue, time, journal))
            _ = life.Orders.PlaceAsync(Limit("a"));

        using var second = Open("flight", time);
        using var after = new OrderLifeBench(venue, time, second);
        var open = Assert.Single(after.Orders.GetOpenOrders().Orders);
        Assert.Equal((OrderStatus.PendingNew, true), (open.Status, open.UnknownSince is not null));
        Assert.Equal(CommandOutcome.Unknown, Done(after.Orders.PlaceAsync(Limit("a"))).Error!.Outcome);
        Assert.Equal(ExchangeErrorCode.DuplicateClientOrderId, Done(after.Orders.PlaceAsync(Limit("a", price: 101))).Error!.Code);
        Assert.Single(venue.Sent);
    }

    [Fact]
    public void The_first_answer_survives_a_restart()
    {
        var time = new ManualTimeProvider();
        var venue = new FakeOrderVenue(time);
        using (var journal = Open("answers", time))
        using (var life = new OrderLifeBench(venue, time, journal))
        {
            life.Working("taken");
            _ = life.Orders.PlaceAsync(Limit("refused"));
            venue.LastSent.Refuse(ExchangeErrorCode.InsufficientMargin);
        }

        using var second = Open("answers", time);
        using var after = new OrderLifeBench(venue, time, second);
        Assert.Equal("1", Done(after.Orders.PlaceAsync(Limit("taken"))).OrThrow().Order.VenueOrderId);
        Assert.Equal(ExchangeErrorCode.InsufficientMargin, Done(after.Orders.PlaceAsync(Limit("refused"))).Error!.Code);
        Assert.Equal(2, venue.Sent.Count);
    }

    [Fact]
    public void Of_two_lives_with_one_journal_only_the_newest_sends()
    {
        var time = new ManualTimeProvider();
        var venue = new FakeOrderVenue(time);
        using var first = Open("shared", time);
        using var old = new OrderLifeBench(venue, time, first);
        old.Working("a");
        using var second = Open("shared", time);
        using var young = new OrderLifeBench(venue, time, second);
        Assert.Equal(ExchangeErrorCode.Fenced, Done(old.Orders.PlaceAsync(Limit("b"))).Error!.Code);
        Assert.Equal(ExchangeErrorCode.Fenced, Done(old.Orders.CancelAsync(Key("a"))).Error!.Code);
        Assert.Equal(ExchangeErrorCode.Fenced, Done(old.Orders.ReplaceAsync(Replace("a", price: 101))).Error!.Code);
        Assert.Single(venue.Sent);
        var cancel = young.Orders.CancelAsync(Key("a"));
        venue.LastSent.Answer();
        Assert.True(Done(cancel).IsSuccess);
    }

    [Fact]
    public async Task A_halt_and_used_ids_survive_the_file()
    {
        var time = new ManualTimeProvider();
        var venue = new FakeOrderVenue(time) { Auto = true };
        using (var journal = Open("halt", time))
        using (var life = new OrderLifeBench(venue, time, journal))
        {
            await life.Orders.PlaceAsync(Limit("a"));
            await life.Orders.CancelAsync(Key("a"));
            life.Orders.SetTradingState(TradingState.Halted);
        }

        time.Advance(TimeSpan.FromDays(2));
        using var second = Open("halt", time);
        using var after = new OrderLifeBench(venue, time, second);
        Assert.Equal(TradingState.Halted, after.Orders.TradingState);
        Assert.Equal(ExchangeErrorCode.DuplicateClientOrderId, Done(after.Orders.PlaceAsync(Limit("a"))).Error!.Code);
    }

    private static decimal Carried(FakeOrderVenue venue, Order order) => venue.Orders.Where(o => order.EarlierVenueOrderIds.Contains(o.Id)).Sum(o => o.Cumulative);

    private static OrderRequest Again(Order placed) => Limit(placed.ClientOrderId, placed.Quantity, placed.Price!.Value, placed.Side);

    /// <summary>All that is doubtful is asked for until nothing is left to ask.</summary>
    private static async Task Settle(OrderLifeBench life, ManualTimeProvider time)
    {
        var reconciled = life.Orders.ReconcileAsync(life.Orders.BeginSnapshot(), life.Venue.Snapshot(), null, TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(5));
        await Awaiting.Within(reconciled, "the reconciliation after the restart");
        time.Advance(TimeSpan.FromHours(2));
    }

    private async Task<byte[]> BusyLife(bool arrives, bool nativeReplace)
    {
        var time = new ManualTimeProvider();
        var name = $"busy-{arrives}-{nativeReplace}-{_epoch}";
        using var journal = Open(name, time);
        await Play(new FakeOrderVenue(time), time, journal, arrives, nativeReplace, int.MaxValue);
        return File.ReadAllBytes(Path.Combine(_folder, name, "orders.journal"));
    }

    /// <summary>The venue as it stands when the journal has been written up to the cut: the same life once more, stopped there.</summary>
    private static async Task<FakeOrderVenue> Replayed(bool arrives, bool nativeReplace, ManualTimeProvider time, byte[] bytes, int cut)
    {
        var venue = new FakeOrderVenue(time);
        // The first line says what the file is; each further one is an append that came to its end.
        await Play(venue, time, new MemoryOrderJournal(), arrives, nativeReplace, bytes.AsSpan(0, cut).Count((byte)'\n') - 1);
        return venue;
    }

    /// <summary>
    /// Places, fills, replaces and cancels. Once <paramref name="records"/> were written the process is dead: nothing more is sent or
    /// written. The command whose record was the last one has left; <paramref name="arrives"/> says whether it gets there.
    /// </summary>
    private static async Task Play(FakeOrderVenue venue, ManualTimeProvider time, IOrderJournal journal, bool arrives, bool nativeReplace, int records)
    {
        var dying = new DyingJournal(journal, records);
        using var life = new OrderLifeBench(venue, time, dying, nativeReplace: nativeReplace) { IdPrefix = "w" };
        Func<Task>[] steps =
        [
            () => Command(life.Orders.PlaceAsync(Limit("a"))),
            () => Command(life.Orders.PlaceAsync(Limit("b"))),
            () => Event(() => venue.Fill("a", 0.5m)),
            () => Command(life.Orders.PlaceAsync(Limit("c"))),
            () => Command(life.Orders.ReplaceAsync(Replace("a", price: 101, quantity: 3))),
            () => Event(() => venue.End("b", OrderStatus.Expired)),
            () => Event(() => venue.Make("by-hand", 4)),
            () => Command(life.Orders.CancelAsync(Key("c"))),
            () => Event(() => venue.Fill("by-hand", 1)),
            () => Command(life.Orders.PlaceAsync(Limit("d"))),
            () => Event(() => venue.Fill("d", 2)),
            () => Command(life.Orders.PlaceAsync(Limit("e"))),
            () => Command(life.Orders.ReplaceAsync(Replace("e", price: 102))),
            () => Command(life.Orders.CancelAllAsync()),
        ];
        foreach (var step in steps)
        {
            if (dying.Dead)
                return;
            await step();
        }

        async Task Command<T>(Task<Result<T>> answer)
        {
            // A replacement at a venue without a way of its own is two commands, one after the other.
            while (true)
            {
                var left = venue.Sent.Count(s => !s.Answered);
                if (left == 0)
                    break;
                var command = venue.Sent.First(s => !s.Answered);
                if (!dying.Dead || arrives)
                    command.Arrive();
                if (dying.Dead)
                    return;
                var second = command.Kind == CommandKind.Cancel && !nativeReplace && !answer.IsCompleted ? venue.WhenSent(venue.Sent.Count + 1) : null;
                command.Answer();
                if (second is not null)
                    await Awaiting.Within(Task.WhenAny(second, answer, dying.Death), "the rest of a replacement, or its end");
            }

            if (!dying.Dead)
                await Awaiting.Within(Task.WhenAny(answer, dying.Death), "the answer to a command");
            life.Deliver();
        }

        Task Event(Action happens)
        {
            try
            {
                happens();
            }
            catch (InvalidOperationException)
            {
                // The order never arrived in this life, so nothing can happen to it.
            }

            life.Deliver();
            return Task.CompletedTask;
        }
    }

    /// <summary>Takes so many records; with the last one the process is dead.</summary>
    private sealed class DyingJournal(IOrderJournal inner, int records) : IOrderJournal
    {
        private readonly TaskCompletionSource _death = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _left = records;

        public bool Dead => _left <= 0;

        public Task Death => _death.Task;

        public JournalContents Contents => inner.Contents;

        public ExchangeError? Append(in JournalRecord record)
        {
            if (_left-- <= 0)
            {
                _death.TrySetResult();
                return new ExchangeError { Code = ExchangeErrorCode.Fenced, Message = "dead", Outcome = CommandOutcome.Rejected };
            }

            if (_left == 0)
                _death.TrySetResult();
            return inner.Append(record);
        }

        public ValueTask<ExchangeError?> SyncAsync() => inner.SyncAsync();

        public void Dispose() => inner.Dispose();
    }

    /// <summary>Every end of a record, and a place within each.</summary>
    private static IEnumerable<int> Cuts(byte[] bytes)
    {
        var start = 0;
        var record = 0;
        for (var at = 0; at < bytes.Length; at++)
        {
            if (bytes[at] != '\n')
                continue;
            // Within a record: near its beginning, in its middle, short of its line feed, in turn.
            if (start > 0)
                yield return (record++ % 3) switch { 0 => start + 1, 1 => start + ((at - start) / 2), _ => at };

            yield return at + 1;
            start = at + 1;
        }
    }
}
