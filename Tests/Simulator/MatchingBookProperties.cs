using Exchange.Simulator.Engine;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Exchange.Tests.Simulator;

/// <summary>The engine against a model that sorts a list for every order: price first, then time.</summary>
public sealed class MatchingBookProperties
{
    private static readonly Gen<Command> _commands =
        from kind in Gen.Frequency((6, Gen.Constant(0)), (2, Gen.Constant(1)), (2, Gen.Constant(2)))
        from side in Gen.Elements(Side.Buy, Side.Sell)
        from price in Gen.Choose(95, 105)
        from quantity in Gen.Choose(1, 9)
        from timeInForce in Gen.Elements(Enum.GetValues<TimeInForce>())
        from target in Gen.Choose(0, 1000)
        select new Command(kind, side, price, quantity, timeInForce, target);

    [Fact]
    public void Orders_match_by_price_then_time_as_in_the_slow_model()
    {
        Prop.ForAll(_commands.ListOf().ToArbitrary(), commands => Agrees([.. commands]))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(400).WithStartSize(5).WithEndSize(120).WithReplay(20261122, 7));
    }

    private static bool Agrees(IReadOnlyList<Command> commands)
    {
        var book = NewBook();
        var model = new SlowBook();
        var trades = new List<(long Maker, long Taker, long Price, long Quantity)>();
        var levels = new Dictionary<(Side, long), long>();
        book.Traded = trade => trades.Add((trade.Maker.Id, trade.Taker.Id, trade.Price, trade.Quantity));
        book.LevelChanged = (side, price, quantity) =>
        {
            if (quantity == 0)
            {
                levels.Remove((side, price));
            }
            else
            {
                levels[(side, price)] = quantity;
            }
        };

        foreach (var command in commands)
        {
            if (command.Kind == 2)
            {
                var id = model.IdAt(command.Target);
                Assert.Equal(model.Cancel(id), book.Cancel(id) is not null);
            }
            else
            {
                long? price = command.Kind == 1 ? null : command.Price;
                var order = book.Place("anyone", command.Side, price, command.Quantity, command.TimeInForce);
                Assert.Equal(model.Place(order.Id, command.Side, price, command.Quantity, command.TimeInForce), order.State);
            }

            Assert.Equal(model.Trades, trades);
            Assert.Equal(model.Levels(), levels.OrderBy(level => level.Key).Select(level => (level.Key.Item1, level.Key.Item2, level.Value)));
            Assert.Equal(model.Levels(), Levels(book).Order());
            Assert.Equal(model.Ids(), book.Working.Keys.Order());
        }

        return true;
    }

    private static IEnumerable<(Side, long, long)> Levels(MatchingBook book)
    {
        foreach (var side in new[] { book.Bids, book.Asks })
        {
            for (var rank = 0; rank < side.Count; rank++)
            {
                // Best first, strictly.
                Assert.True(rank == 0 || (side == book.Bids ? side[rank - 1].Price > side[rank].Price : side[rank - 1].Price < side[rank].Price));
                yield return (side[rank].Side, side[rank].Price, side[rank].Quantity);
            }
        }
    }

    private static MatchingBook NewBook() => new(
        new Instrument
        {
            Symbol = "TEST",
            BaseAsset = "T",
            QuoteAsset = "U",
            Tick = 1,
            TickText = "1",
            LotStep = 1,
            PriceDigits = 0,
            QuantityDigits = 0,
            StartPrice = 100,
            TypicalQuantity = 5,
        },
        new IdSource(1),
        new IdSource(1));

    private sealed record Command(int Kind, Side Side, long Price, long Quantity, TimeInForce TimeInForce, int Target);

    /// <summary>One list; every question is answered by sorting it.</summary>
    private sealed class SlowBook
    {
        private readonly List<Resting> _resting = [];

        public List<(long Maker, long Taker, long Price, long Quantity)> Trades { get; } = [];

        public OrderState Place(long id, Side side, long? price, long quantity, TimeInForce timeInForce)
        {
            var matching = _resting.Where(order => order.Side != side && (price is null || (side == Side.Buy ? order.Price <= price : order.Price >= price)))
                .OrderBy(order => side == Side.Buy ? order.Price : -order.Price).ThenBy(order => order.Id).ToArray();
            if ((timeInForce == TimeInForce.PostOnly && matching.Length > 0)
                || (timeInForce == TimeInForce.FillOrKill && matching.Sum(order => order.Remaining) < quantity))
            {
                return OrderState.Refused;
            }

            foreach (var maker in matching)
            {
                var filled = Math.Min(quantity, maker.Remaining);
                if (filled > 0)
                {
                    Trades.Add((maker.Id, id, maker.Price, filled));
                    maker.Remaining -= filled;
                    quantity -= filled;
                }
            }

            _resting.RemoveAll(order => order.Remaining == 0);
            if (quantity == 0)
            {
                return OrderState.Filled;
            }

            if (price is null || timeInForce is TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill)
            {
                return OrderState.Cancelled;
            }

            _resting.Add(new Resting(id, side, price.Value) { Remaining = quantity });
            return OrderState.Working;
        }

        public bool Cancel(long id) => _resting.RemoveAll(order => order.Id == id) > 0;

        public long IdAt(int target) => _resting.Count == 0 ? -1 : _resting[target % _resting.Count].Id;

        public IEnumerable<(Side, long, long)> Levels() => _resting.GroupBy(order => (order.Side, order.Price))
            .Select(level => (level.Key.Side, level.Key.Price, level.Sum(order => order.Remaining))).Order();

        public IEnumerable<long> Ids() => _resting.Select(order => order.Id).Order();

        private sealed record Resting(long Id, Side Side, long Price)
        {
            public long Remaining { get; set; }
        }
    }
}
