namespace Exchange.Simulator.Engine;

/// <summary>
/// Market makers and takers of one instrument, all through the matching book. Each step is one decision drawn from the
/// seed and the book alone (never from the time), so that the same seed gives the same decisions.
/// </summary>
internal sealed class OrderFlow
{
    /// <summary>Levels each side is kept at, at least, however much is taken.</summary>
    public const int MinimumLevels = 35;

    private const int InitialLevels = 60;
    private const int FurthestTicks = 150;

    private readonly MatchingBook _book;
    private readonly SeededRandom _random;

    // Every order placed and perhaps still working; the dead ones are thrown out when met.
    private readonly List<Order> _orders = [];
    private long _fair;

    public OrderFlow(MatchingBook book, SeededRandom random)
    {
        _book = book;
        _random = random;
        _fair = book.Instrument.StartPrice;
        for (var distance = 1; distance <= InitialLevels; distance++)
        {
            Quote(Side.Buy, Grid(_fair) - (distance * Tick));
            Quote(Side.Sell, Grid(_fair) + (distance * Tick));
        }
    }

    /// <summary>Decisions taken so far.</summary>
    public long Steps { get; private set; }

    /// <summary>The price about which makers quote: what an index would say.</summary>
    public long FairPrice => _fair;

    private long Tick => _book.Instrument.Tick;

    public void Step()
    {
        if (!_book.Instrument.IsTrading)
        {
            return;
        }

        Steps++;
        var draw = _random.Next(1000);
        if (draw < 60)
        {
            MoveFair();
        }
        else if (draw < 540)
        {
            QuoteSomewhere();
        }
        else if (draw < 880)
        {
            CancelSomething();
        }
        else
        {
            Take();
        }

        Refill(Side.Buy);
        Refill(Side.Sell);
    }

    /// <summary>Cancels all that is the flow's, as when an instrument is delisted.</summary>
    public void Clear()
    {
        foreach (var order in _book.Working.Values.Where(IsOwn).ToArray())
        {
            _book.Cancel(order.Id);
        }

        _orders.Clear();
    }

    /// <summary>After a change of the tick: orders off the new grid go, and quotes on it come.</summary>
    public void Regrid()
    {
        foreach (var order in _book.Working.Values.Where(order => IsOwn(order) && order.Price % Tick != 0).ToArray())
        {
            _book.Cancel(order.Id);
        }

        Refill(Side.Buy);
        Refill(Side.Sell);
    }

    private long Grid(long price) => price / Tick * Tick;

    private long Quantity() => _book.Instrument.TypicalQuantity / 4 * (1 + _random.Next(12)) is var quantity
        && quantity < _book.Instrument.LotStep
            ? _book.Instrument.LotStep
            : quantity / _book.Instrument.LotStep * _book.Instrument.LotStep;

    /// <summary>Where an empty side can be quoted again without taking from the other.</summary>
    private long Touch(Side side) => side == Side.Buy
        ? Math.Min(_fair, _book.Asks.Best?.Price ?? _fair)
        : Math.Max(_fair, _book.Bids.Best?.Price ?? _fair) + Tick;

    private void MoveFair()
    {
        var step = (1 + _random.Next(3)) * Tick * (_random.Chance(500) ? 1 : -1);
        var bid = _book.Bids.Best?.Price ?? _fair;
        var ask = _book.Asks.Best?.Price ?? _fair;
        var ahead = _fair + step - ((bid + ask) / 2);

        // Takers need time to follow; and a price never comes near nothing.
        if (Math.Abs(ahead) < 20 * Tick && _fair + step > _book.Instrument.StartPrice / 2)
        {
            _fair += step;
        }
    }

    private void QuoteSomewhere()
    {
        var side = _random.Chance(500) ? Side.Buy : Side.Sell;

        // The product of two draws is dense near the touch and thin far out.
        var distance = 1 + (_random.Next(64) * _random.Next(64) / 64);
        Quote(side, Grid(_fair) + (side == Side.Buy ? -distance : distance) * Tick);
    }

    private void Quote(Side side, long price)
    {
        var order = _book.Place($"maker-{_random.Next(3) + 1}", side, price, Quantity(), TimeInForce.PostOnly);
        if (order.State == OrderState.Working)
        {
            _orders.Add(order);
        }
    }

    private void CancelSomething()
    {
        while (_orders.Count > 0)
        {
            var index = _random.Next(_orders.Count);
            var order = _orders[index];
            if (order.State == OrderState.Working && _book[order.Side].Count <= MinimumLevels)
            {
                return;
            }

            _orders[index] = _orders[^1];
            _orders.RemoveAt(_orders.Count - 1);
            if (order.State == OrderState.Working)
            {
                _book.Cancel(order.Id);
                return;
            }
        }
    }

    private void Take()
    {
        var bid = _book.Bids.Best?.Price ?? _fair;
        var ask = _book.Asks.Best?.Price ?? _fair;
        var towardsFair = _fair * 2 >= bid + ask ? Side.Buy : Side.Sell;
        var side = _random.Chance(700) ? towardsFair : MatchingBook.Opposite(towardsFair);
        _book.Place($"taker-{_random.Next(3) + 1}", side, null, Quantity());
    }

    private void Refill(Side side)
    {
        var levels = _book[side];
        while (OwnLevels(levels) < MinimumLevels)
        {
            var worst = WorstOwn(levels)?.Level!.Price ?? Touch(side);
            Quote(side, Grid(worst) + ((side == Side.Buy ? -1 : 1) * (1 + _random.Next(2)) * Tick));
        }

        // What the price has left far behind is withdrawn.
        while (OwnLevels(levels) > MinimumLevels && WorstOwn(levels) is { } far
            && Math.Abs(far.Level!.Price - _fair) > FurthestTicks * Tick)
        {
            _book.Cancel(far.Id);
        }
    }

    private static bool IsOwn(Order order) => order.Tag is null;

    /// <summary>Levels with anything of the flow's: those of clients alone are no market.</summary>
    private int OwnLevels(BookSide levels)
    {
        if (_book.Tagged == 0)
        {
            return levels.Count;
        }

        var own = 0;
        for (var rank = 0; rank < levels.Count; rank++)
        {
            own += FirstOwn(levels[rank]) is null ? 0 : 1;
        }

        return own;
    }

    private static Order? WorstOwn(BookSide levels)
    {
        for (var rank = levels.Count - 1; rank >= 0; rank--)
        {
            if (FirstOwn(levels[rank]) is { } order)
            {
                return order;
            }
        }

        return null;
    }

    private static Order? FirstOwn(PriceLevel level)
    {
        var order = level.First;
        while (order is not null && !IsOwn(order))
        {
            order = order.Next;
        }

        return order;
    }
}
