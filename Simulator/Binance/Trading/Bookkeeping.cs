using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Binance.Trading;

/// <summary>Books fills, fees and funding to the accounts, and tells of them.</summary>
internal sealed class Bookkeeping(SimulatorClock clock, UserEvents events, Func<string, decimal> markOf)
{
    private readonly HashSet<(Account Account, string Symbol)> _moved = [];
    private long _nextTransaction = 9_000_000_000;

    /// <summary>An order has been filled whole.</summary>
    public Action<TradingOrder>? Filled { get; set; }

    /// <summary>Told of every fill of an account's order.</summary>
    public Action<Fill>? Booked { get; set; }

    /// <summary>A match in a book: books each side of it that belongs to an account.</summary>
    public void OnTraded(Trade trade)
    {
        // A trade of an account with itself is two fills of one id.
        if (trade.Maker.Tag is TradingOrder maker)
        {
            Book(maker, trade.Id, Fixed8.ToDecimal(trade.Price), Fixed8.ToDecimal(trade.Quantity), isMaker: true);
        }

        if (trade.Taker.Tag is TradingOrder taker)
        {
            Book(taker, trade.Id, Fixed8.ToDecimal(trade.Price), Fixed8.ToDecimal(trade.Quantity), isMaker: false);
        }
    }

    /// <param name="told">For the venue's own orders: how the event tells it, and that no fee is taken.</param>
    public Fill Book(TradingOrder order, long tradeId, decimal price, decimal quantity, bool isMaker, OrderChange? told = null)
    {
        var account = order.Account;
        var symbol = order.Symbol;
        var now = clock.VenueMilliseconds;
        var rate = told is not null ? 0 : isMaker ? account.MakerFee : account.TakerFee;
        var fee = Math.Round(price * quantity * rate, 8);
        order.Executed += quantity;
        order.CumulativeQuote += price * quantity;
        order.Status = order.Remaining <= 0 ? "FILLED" : "PARTIALLY_FILLED";
        order.UpdateTime = now;
        if (!order.IsOpen)
        {
            account.Close(order);
        }

        var position = account.Position(symbol, order.PositionSide);
        var before = position.Amount;
        var realised = position.Apply(order.Side == Side.Buy ? quantity : -quantity, price, fee);
        position.UpdateTime = account.WalletTimes[Margin.Asset] = now;
        MoveIsolated(account, position, before, price);
        account.Wallets[Margin.Asset] = account.Wallets.GetValueOrDefault(Margin.Asset) + realised - fee;
        _moved.Add((account, symbol));

        var fill = new Fill(order, tradeId, price, quantity, fee, Margin.Asset, realised, isMaker, now);
        account.Fills.Add(fill);
        Record(account, symbol, "COMMISSION", -fee, tradeId);
        Record(account, symbol, "REALIZED_PNL", realised, tradeId);

        events.TradeLite(fill);
        events.Order(order, (told ?? new OrderChange("TRADE")) with { Fill = fill });
        events.Balances(account, "ORDER", [(Margin.Asset, 0)], [(position, markOf(symbol))], symbol);
        Booked?.Invoke(fill);
        if (!order.IsOpen)
        {
            Filled?.Invoke(order);
        }

        return fill;
    }

    /// <summary>Pays or takes funding on an account's positions in a symbol: a long pays a positive rate.</summary>
    public void Fund(Account account, string symbol, decimal rate)
    {
        var mark = markOf(symbol);
        foreach (var position in account.Positions.Where(position => position.Symbol == symbol && position.Amount != 0).ToArray())
        {
            var payment = Math.Round(-position.Amount * mark * rate, 8);
            var isolated = account.Settings(symbol).Isolated;
            if (isolated)
            {
                position.IsolatedWallet += payment;
            }

            Change(account, Margin.Asset, payment, "FUNDING_FEE", "FUNDING_FEE", isolated ? [(position, mark)] : [], symbol);
        }
    }

    /// <summary>Money from or to outside: DEPOSIT, WITHDRAW and the like.</summary>
    public void Transfer(Account account, string asset, decimal amount, string reason) =>
        Change(account, asset, amount, reason, "TRANSFER", [], null);

    /// <summary>Accounts and symbols whose positions have moved since this was last asked.</summary>
    public (Account Account, string Symbol)[] TakeMoved()
    {
        if (_moved.Count == 0)
        {
            return [];
        }

        var moved = _moved.ToArray();
        _moved.Clear();
        return moved;
    }

    private void Change(
        Account account, string asset, decimal amount, string reason, string incomeType, (Position, decimal)[] positions, string? fundedSymbol)
    {
        account.Wallets[asset] = account.Wallets.GetValueOrDefault(asset) + amount;
        account.WalletTimes[asset] = clock.VenueMilliseconds;
        Record(account, fundedSymbol, incomeType, amount, null, asset);
        events.Balances(account, reason, [(asset, amount)], positions, fundedSymbol, fundedSymbol);
    }

    private void Record(Account account, string? symbol, string type, decimal amount, long? tradeId, string asset = Margin.Asset)
    {
        if (amount != 0)
        {
            account.Incomes.Add(new Income(symbol, type, amount, asset, clock.VenueMilliseconds, _nextTransaction++, tradeId));
        }
    }

    /// <summary>Margin goes to an isolated position as it grows, and comes back in proportion as it shrinks.</summary>
    private static void MoveIsolated(Account account, Position position, decimal before, decimal price)
    {
        var settings = account.Settings(position.Symbol);
        if (!settings.Isolated)
        {
            return;
        }

        var (old, now) = (Math.Abs(before), Math.Abs(position.Amount));
        if (Math.Sign(before) != Math.Sign(position.Amount))
        {
            position.IsolatedWallet = now * price / settings.Leverage;
        }
        else if (now > old)
        {
            position.IsolatedWallet += (now - old) * price / settings.Leverage;
        }
        else if (old > 0)
        {
            position.IsolatedWallet *= now / old;
        }
    }
}
