using Exchange.Exchanges.Common.Account;
using Exchange.Exchanges.Common.Orders;
using Exchange.Grains.Interfaces;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Exchange.Tests.Exchanges.Common;

/// <summary>Positions and balances: live events against pictures that are older than they arrive.</summary>
public sealed class AccountBookTests
{
    private static readonly DateTimeOffset _start = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    /// <summary>
    /// The slow model: the venue has a truth, changes it, tells each change at once or never, and is asked for pictures. Whatever is
    /// lost, a picture with nothing on its way brings the book to the truth; what was published adds up to the book; the same history
    /// is published alike.
    /// </summary>
    [Fact]
    public void A_book_converges_and_publishes_each_difference_once()
    {
        var steps =
            from kind in Gen.Frequency((5, Gen.Constant(0)), (2, Gen.Constant(1)), (2, Gen.Constant(2)))
            from symbol in Gen.Elements("BTCUSDT", "ETHUSDT", "币安人生USDT")
            from side in Gen.Elements(PositionSide.Long, PositionSide.Short)
            from quantity in Gen.Choose(-2, 2)
            from told in Gen.Elements(true, true, false)
            select (kind, symbol, side, quantity, told);
        Prop.ForAll(steps.ListOf().ToArbitrary(), history =>
        {
            var published = Play([.. history]);
            Assert.Equal(published, Play([.. history]));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    [Fact]
    public void A_picture_does_not_set_back_what_arrived_while_it_was_fetched()
    {
        var sink = new Sink();
        var book = new PositionBook("binance", sink);
        book.Apply(Change("BTCUSDT", 1, 0));
        var mark = book.BeginPicture();
        book.Apply(Change("BTCUSDT", 3, 2));
        book.Apply(Change("ETHUSDT", 5, 2));
        Assert.Equal(0, book.Reconcile([Position("BTCUSDT", 1, 0)], mark, _start.AddSeconds(3)));
        Assert.Equal([1, 3, 5], sink.Positions.Select(p => p.Quantity));

        // A picture of a later time than the event wins, whenever it was asked for.
        mark = book.BeginPicture();
        book.Apply(Change("BTCUSDT", 4, 4));
        Assert.Equal(1, book.Reconcile([Position("BTCUSDT", 6, 5), Position("ETHUSDT", 5, 2)], mark, _start.AddSeconds(6)));
        Assert.Equal(6, book.QuantityOf("BTCUSDT", PositionSide.Net));
    }

    [Fact]
    public void An_older_event_is_left_out_and_a_leg_never_used_is_no_news()
    {
        var sink = new Sink();
        var book = new PositionBook("binance", sink);
        book.Apply(Change("BTCUSDT", 2, 5));
        book.Apply(Change("BTCUSDT", 1, 4));
        book.Apply(Change("ETHUSDT", 0, 5));
        Assert.Equal(1, book.Outdated);
        Assert.Equal(2, Assert.Single(sink.Positions).Quantity);
    }

    [Fact]
    public void A_balance_that_moved_meanwhile_is_kept_and_one_not_listed_is_zero()
    {
        var sink = new Sink();
        var book = new AccountBook("binance", sink);
        var picture = Picture(("USDT", 100), ("BNB", 0), ("BNFCR", 7));
        Assert.True(book.Reconcile(picture, book.BeginPicture()));
        Assert.Equal(["BNFCR", "USDT"], sink.Accounts[^1].Balances.Select(b => b.Asset));
        Assert.False(book.Reconcile(picture, book.BeginPicture()));
        var mark = book.BeginPicture();
        book.Apply(AccountEvent.Trading, "ORDER", [new Balance { Asset = "USDT", Wallet = 90 }], _start, _start);
        Assert.True(book.Reconcile(Picture(("USDT", 100)), mark));
        Assert.Equal([("BNFCR", 0m), ("USDT", 90m)], sink.Accounts[^1].Balances.Select(b => (b.Asset, b.Wallet)));
        Assert.Equal((3, 3L), (sink.Accounts.Count, book.Snapshot()!.Seq));
        book.SetPositionMode(PositionMode.Hedge, _start);
        book.SetPositionMode(PositionMode.Hedge, _start);
        Assert.Equal(4, sink.Accounts.Count);
    }

    private static string Play((int Kind, string Symbol, PositionSide Side, int Quantity, bool Told)[] history)
    {
        var sink = new Sink();
        var book = new PositionBook("binance", sink);
        var truth = new SortedDictionary<(string, PositionSide), (int Quantity, int At)>();
        List<Position>? picture = null;
        long mark = 0;
        var now = 0;
        foreach (var (kind, symbol, side, quantity, told) in history)
        {
            now++;
            switch (kind)
            {
                case 0:
                    truth[(symbol, side)] = (quantity, now);
                    if (told)
                        book.Apply(Change(symbol, quantity, now, side));
                    break;
                case 1:
                    mark = book.BeginPicture();
                    picture = Truth(truth);
                    break;
                case 2 when picture is not null:
                    book.Reconcile(picture, mark, _start.AddSeconds(now));
                    picture = null;
                    break;
            }
        }

        book.Reconcile(Truth(truth), book.BeginPicture(), _start.AddSeconds(now));
        var held = book.Snapshot().Positions;
        Assert.Equal(Truth(truth).Select(p => (p.Symbol, p.Side, p.Quantity)), held.Where(p => p.Quantity != 0).Select(p => (p.Symbol, p.Side, p.Quantity)));
        foreach (var position in held)
        {
            var told = sink.Positions.Where(p => (p.Symbol, p.Side) == (position.Symbol, position.Side)).ToList();
            Assert.Equal(position.Quantity, told[^1].Quantity);
            Assert.All(told.Zip(told.Skip(1)), pair => Assert.NotEqual((pair.First.Quantity, pair.First.EntryPrice), (pair.Second.Quantity, pair.Second.EntryPrice)));
        }

        return string.Join(';', sink.Positions.Select(p => $"{p.Symbol} {p.Side} {p.Quantity}"));
    }

    private static List<Position> Truth(SortedDictionary<(string Symbol, PositionSide Side), (int Quantity, int At)> truth) =>
        [.. truth.Where(p => p.Value.Quantity != 0).Select(p => Position(p.Key.Symbol, p.Value.Quantity, p.Value.At, p.Key.Side))];

    private static PositionChange Change(string symbol, decimal quantity, int at, PositionSide side = PositionSide.Net) =>
        new(symbol, side, quantity, quantity == 0 ? null : 100 + at, null, null, _start.AddSeconds(at), _start.AddSeconds(at));

    private static Position Position(string symbol, decimal quantity, int at, PositionSide side = PositionSide.Net) => new()
    {
        Exchange = "binance",
        Symbol = symbol,
        Side = side,
        Quantity = quantity,
        EntryPrice = 100 + at,
        VenueTime = _start.AddSeconds(at),
        ReceivedTime = _start.AddSeconds(at),
    };

    private static AccountUpdate Picture(params (string Asset, decimal Wallet)[] balances) => new()
    {
        Exchange = "binance",
        Event = AccountEvent.Snapshot,
        Balances = [.. balances.Select(b => new Balance { Asset = b.Asset, Wallet = b.Wallet })],
        ReceivedTime = _start,
    };

    private sealed class Sink : IAccountSink
    {
        public List<Position> Positions { get; } = [];

        public List<AccountUpdate> Accounts { get; } = [];

        public StreamPlace LastPositionPlace => new(1, Positions.Count);

        public StreamPlace LastAccountPlace => new(1, Accounts.Count);

        public StreamPlace OnPosition(Position position)
        {
            Positions.Add(position);
            return LastPositionPlace;
        }

        public StreamPlace OnAccount(AccountUpdate account)
        {
            Accounts.Add(account);
            return LastAccountPlace;
        }

        public void OnStatus(ConnectionStatus status) => throw new InvalidOperationException("a book has no state");
    }
}
