using System.Text;
using Exchange.Exchanges.Common.Journal;
using Exchange.Grains.Interfaces;
using Exchange.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Exchange.Tests.Exchanges.Common.Journal;

public sealed class FileOrderJournalTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("journal-").FullName;
    private readonly ManualTimeProvider _time = new();

    private string File => Path.Combine(_folder, "orders.journal");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private FileOrderJournal Open(long epoch, string? machine = "here", string exchange = "binance", bool flush = false, TimeSpan? keep = null) =>
        FileOrderJournal.Open(
            new FileOrderJournalOptions { Folder = _folder, Machine = machine, FlushToDisk = flush, KeepEnded = keep ?? TimeSpan.FromHours(24), KeepUsedIds = 3 },
            exchange, epoch, _time, NullLogger.Instance);

    private Order Order(string id, OrderStatus status = OrderStatus.PendingNew) => new()
    {
        Exchange = "binance",
        Symbol = "BTCUSDT",
        ClientOrderId = id,
        Side = Side.Sell,
        PositionSide = PositionSide.Short,
        Type = OrderType.StopLimit,
        TimeInForce = TimeInForce.GoodTillDate,
        PostOnly = true,
        ReduceOnly = true,
        Quantity = 1.50m,
        Price = 60000.10m,
        TriggerPrice = 59000,
        TrailingOffset = 0.5m,
        TriggerBy = TriggerPriceSource.Mark,
        GoodTillDate = _time.GetUtcNow().AddDays(1),
        Status = status,
        Trader = "mm \"1\" ü",
        CreatedTime = _time.GetUtcNow(),
        UpdatedTime = _time.GetUtcNow(),
    };

    private JournalRecord Placed(string id) => new() { Kind = JournalKind.Order, Time = _time.GetUtcNow(), Key = id, Order = Order(id), Venue = OrderStatus.PendingNew, LastChance = _time.GetUtcNow().AddSeconds(5) };

    private JournalRecord State(string id, OrderStatus status, string? venueId = "9") =>
        new() { Kind = JournalKind.State, Time = _time.GetUtcNow(), Key = id, Order = Order(id, status) with { VenueOrderId = venueId }, Venue = status, Seen = true };

    private JournalRecord Booked(string id, string tradeId, decimal quantity, decimal cumulative) => new()
    {
        Kind = JournalKind.Fill,
        Time = _time.GetUtcNow(),
        Key = id,
        Order = Order(id, OrderStatus.PartiallyFilled) with { CumulativeQuantity = cumulative, VenueOrderId = "9" },
        Venue = OrderStatus.PartiallyFilled,
        Seen = true,
        Fill = new Fill { Exchange = "binance", Symbol = "BTCUSDT", TradeId = tradeId, VenueOrderId = "9", Side = Side.Sell, Price = 60000, Quantity = quantity, VenueTime = _time.GetUtcNow() },
    };

    private static void Append(FileOrderJournal journal, params ReadOnlySpan<JournalRecord> records)
    {
        foreach (var record in records)
            Assert.Null(journal.Append(record));
    }

    [Fact]
    public void A_new_folder_is_an_empty_journal()
    {
        using var journal = Open(1);
        Assert.Empty(journal.Contents.Orders);
        Assert.Equal(TradingState.Active, journal.Contents.TradingState);
    }

    [Fact]
    public void What_was_written_is_read_again_word_for_word_also_after_tidying_twice()
    {
        var reason = new ExchangeError { Code = ExchangeErrorCode.Timeout, Message = "no \"answer\"", Outcome = CommandOutcome.Unknown, VenueCode = "-1007", VenueMessage = "Timeout", Field = "price" };
        using (var journal = Open(1))
        {
            Append(journal, Placed("a"), State("a", OrderStatus.Working), Booked("a", "t1", 0.5m, 0.5m), Booked("a", "t2", 0.25m, 0.75m),
                new JournalRecord { Kind = JournalKind.Replace, Time = _time.GetUtcNow(), Key = "a", Price = 61000, Quantity = 2, LastChance = _time.GetUtcNow().AddSeconds(7) },
                Placed("b"), State("b", OrderStatus.Rejected, null) with { Order = Order("b", OrderStatus.Rejected) with { Reason = reason }, Lost = true },
                new JournalRecord { Kind = JournalKind.Trading, Time = _time.GetUtcNow(), Trading = TradingState.ReduceOnly });
        }

        for (var epoch = 2; epoch <= 3; epoch++)
        {
            using var again = Open(epoch);
            Assert.Equal(TradingState.ReduceOnly, again.Contents.TradingState);
            Assert.Equal(["a", "b"], again.Contents.Orders.Select(o => o.Key));
            var a = again.Contents.Orders[0];
            Assert.Equal(Order("a"), a.Placed with { EarlierVenueOrderIds = Order("a").EarlierVenueOrderIds });
            Assert.Equal((OrderStatus.PartiallyFilled, true, "9", 0.75m), (a.Venue, a.Seen, a.Order.VenueOrderId, a.Order.CumulativeQuantity));
            Assert.Equal([new FillKey("t1", Side.Sell), new FillKey("t2", Side.Sell)], a.Fills.OrderBy(f => f.TradeId));
            Assert.Equal((0.75m, 45000m), (a.Detailed, a.DetailedValue));
            Assert.Equal(new ReplacementIntent(61000, 2, RestSent: false), a.Replacement);
            Assert.Equal(_time.GetUtcNow().AddSeconds(7), a.LastChance);
            var b = again.Contents.Orders[1];
            Assert.Equal((reason, true, OrderStatus.Rejected), (b.Order.Reason, b.Lost, b.Venue));
        }
    }

    [Fact]
    public void A_rest_under_another_id_and_a_merge_are_read_again()
    {
        using (var journal = Open(1))
        {
            Append(journal, Placed("a"), State("a", OrderStatus.Working), Booked("a", "t1", 0.5m, 0.5m),
                new JournalRecord { Kind = JournalKind.Replace, Time = _time.GetUtcNow(), Key = "a", Price = 61000, Quantity = 2, LastChance = _time.GetUtcNow() },
                new JournalRecord { Kind = JournalKind.Rest, Time = _time.GetUtcNow(), Key = "a", Price = 61000, Quantity = 2, WireId = "w2", Carried = 0.5m, LastChance = _time.GetUtcNow().AddSeconds(3) },
                Placed("BTCUSDT#77") with { WithoutDetails = 1 }, Booked("BTCUSDT#77", "t9", 0.1m, 1.1m),
                new JournalRecord { Kind = JournalKind.Merged, Time = _time.GetUtcNow(), Key = "BTCUSDT#77", Into = "a" });
        }

        for (var epoch = 2; epoch <= 3; epoch++)
        {
            using var again = Open(epoch);
            var a = Assert.Single(again.Contents.Orders);
            Assert.Equal(("w2", 0.5m, false, OrderStatus.PendingNew, null), (a.WireId, a.Carried, a.Seen, a.Venue, a.Order.VenueOrderId));
            Assert.Equal(["a"], a.EarlierWireIds);
            Assert.Equal(["9"], a.Order.EarlierVenueOrderIds);
            Assert.Equal(new ReplacementIntent(61000, 2, RestSent: true), a.Replacement);
            Assert.Equal(2, a.Fills.Length);
            Assert.Equal((0.6m, 1m), (a.Detailed, a.WithoutDetails));
        }
    }

    [Fact]
    public void A_cancel_under_way_is_remembered_until_its_end()
    {
        using (var journal = Open(1))
        {
            Append(journal, Placed("a"), State("a", OrderStatus.Working), Placed("b"), State("b", OrderStatus.Working),
                new JournalRecord { Kind = JournalKind.CancelAll, Time = _time.GetUtcNow(), Symbol = "BTCUSDT" },
                State("b", OrderStatus.Working));
        }

        using var again = Open(2);
        Assert.Equal([true, false], again.Contents.Orders.Select(o => o.CancelIntended));
    }

    [Fact]
    public void Orders_that_ended_long_ago_go_and_their_ids_stay_as_many_as_are_asked_for()
    {
        using (var journal = Open(1))
        {
            for (var i = 0; i < 5; i++)
                Append(journal, Placed($"old{i}"), State($"old{i}", OrderStatus.Cancelled));
            Append(journal, Placed("open"));
        }

        _time.Advance(TimeSpan.FromHours(30));
        using (var second = Open(2))
        {
            Assert.Equal("open", Assert.Single(second.Contents.Orders).Key);
            Assert.Equal(["old2", "old3", "old4"], second.Contents.UsedIds);
        }

        using var third = Open(3);
        Assert.Equal(["old2", "old3", "old4"], third.Contents.UsedIds);
        Assert.Single(third.Contents.Orders);
    }

    [Fact]
    public void An_end_cut_short_at_any_byte_is_left_out_and_all_before_it_is_kept()
    {
        using (var journal = Open(1))
            Append(journal, Placed("a"), Placed("b"));
        var whole = System.IO.File.ReadAllBytes(File);
        var lastStart = Array.LastIndexOf(whole, (byte)'\n', whole.Length - 2) + 1;
        for (var cut = lastStart; cut < whole.Length; cut += cut < whole.Length - 12 && cut > lastStart + 12 ? 17 : 1)
        {
            System.IO.File.WriteAllBytes(File, whole[..cut]);
            using var again = Open(1_000 + cut);
            Assert.Equal("a", Assert.Single(again.Contents.Orders).Key);
        }
    }

    [Fact]
    public void An_end_of_nothing_but_zeros_is_left_out()
    {
        using (var journal = Open(1))
            Append(journal, Placed("a"));
        System.IO.File.AppendAllText(File, new string('\0', 4096));
        using var again = Open(2);
        Assert.Single(again.Contents.Orders);
    }

    [Fact]
    public void Damage_in_the_middle_is_told_with_its_place_and_nothing_is_opened()
    {
        using (var journal = Open(1))
            Append(journal, Placed("a"), Placed("b"), Placed("c"));
        var bytes = System.IO.File.ReadAllBytes(File);
        bytes[Encoding.UTF8.GetString(bytes).IndexOf("\"id\":\"b\"", StringComparison.Ordinal) + 6] ^= 1;
        System.IO.File.WriteAllBytes(File, bytes);
        var error = Assert.Throws<OrderJournalException>(() => Open(2));
        Assert.Equal(ExchangeErrorCode.JournalUnavailable, error.Error.Code);
        Assert.Contains("damaged at record 3", error.Message, StringComparison.Ordinal);
        Assert.Equal(bytes, System.IO.File.ReadAllBytes(File));
    }

    [Fact]
    public void Only_the_newest_epoch_appends()
    {
        using var old = Open(1);
        Append(old, Placed("a"));
        using var newer = Open(2);
        var fenced = old.Append(Placed("b"));
        Assert.Equal((ExchangeErrorCode.Fenced, CommandOutcome.Rejected), (fenced!.Code, fenced.Outcome!.Value));
        Assert.Contains("epoch 2 has taken over from epoch 1", fenced.Message, StringComparison.Ordinal);
        Append(newer, Placed("c"));
        newer.Dispose();
        using var last = Open(3);
        Assert.Equal(["a", "c"], last.Contents.Orders.Select(o => o.Key));
    }

    [Fact]
    public void An_epoch_that_was_used_is_refused()
    {
        using (Open(5))
        {
        }

        Assert.Equal(ExchangeErrorCode.Fenced, Assert.Throws<OrderJournalException>(() => Open(4)).Error.Code);
        Assert.Contains("each activation needs a new one", Assert.Throws<OrderJournalException>(() => Open(5)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_appends_against_a_takeover_leave_nothing_that_the_newer_did_not_read()
    {
        for (var round = 0; round < 6; round++)
        {
            var first = (round * 2) + 1;
            using var old = Open(first);
            var written = 0;
            var appending = Task.Run(
                () =>
                {
                    while (old.Append(Placed($"r{first}-{written}")) is null)
                        written++;
                },
                TestContext.Current.CancellationToken);
            await Task.Yield();
            using var newer = Open(first + 1);
            await Awaiting.Within(appending, "the older epoch to be fenced");
            Assert.Equal(written, newer.Contents.Orders.Count(o => o.Key.StartsWith($"r{first}-", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void Another_machines_folder_is_refused_with_what_to_set()
    {
        using (Open(1, machine: "alpha"))
        {
        }

        var error = Assert.Throws<OrderJournalException>(() => Open(2, machine: "beta"));
        Assert.Contains("set the journal's Machine to 'alpha'", error.Message, StringComparison.Ordinal);
        using var same = Open(2, machine: "alpha");
        Assert.Empty(same.Contents.Orders);
    }

    [Fact]
    public void Another_exchanges_journal_and_a_newer_version_are_refused()
    {
        using (Open(1))
        {
        }

        Assert.Contains("is the journal of 'binance', not of 'grvt'", Assert.Throws<OrderJournalException>(() => Open(2, exchange: "grvt")).Message, StringComparison.Ordinal);
        var header = "{\"v\":2,\"x\":\"binance\"}"u8.ToArray();
        System.IO.File.WriteAllText(File, $"{JournalWriter.Checksum(header):x8} {Encoding.UTF8.GetString(header)}\n");
        Assert.Contains("is of version 2", Assert.Throws<OrderJournalException>(() => Open(3)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_says_so()
    {
        var file = Path.Combine(_folder, "not-a-folder");
        System.IO.File.WriteAllText(file, "");
        var error = Assert.Throws<OrderJournalException>(() => FileOrderJournal.Open(new FileOrderJournalOptions { Folder = file }, "binance", 1, _time, NullLogger.Instance));
        Assert.Equal(ExchangeErrorCode.JournalUnavailable, error.Error.Code);
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_journal_whose_epoch_file_is_gone_takes_nothing_more()
    {
        using var journal = Open(1);
        System.IO.File.Delete(Path.Combine(_folder, "epoch"));
        Assert.Equal(ExchangeErrorCode.JournalUnavailable, journal.Append(Placed("a"))!.Code);
    }

    [Fact]
    public async Task Flushing_waits_for_the_disk_and_many_share_a_flush()
    {
        using var journal = Open(1, flush: true);
        Append(journal, Placed("a"));
        var flushes = Enumerable.Range(0, 50).Select(_ => journal.SyncAsync().AsTask()).ToArray();
        Assert.All(await Awaiting.Within(Task.WhenAll(flushes), "the flushes"), Assert.Null);
        Assert.True(flushes.Distinct().Count() <= 3);
        using var lax = Open(2);
        Assert.True(lax.SyncAsync().AsTask().IsCompletedSuccessfully);
    }

    [Fact]
    public void Appending_allocates_little()
    {
        using var journal = Open(1);
        var record = Placed("a");
        for (var i = 0; i < 50; i++)
            Append(journal, record);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            Assert.Null(journal.Append(record));
        // The handle of the epoch file, and its path.
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 100, 0, 1024);
    }
}
