namespace Exchange.Simulator.Binance.Trading;

/// <summary>One position (or hedge leg) of an account.</summary>
internal sealed class Position(string symbol, PositionSide side)
{
    // Since the position was last flat: what fees and part closings have already cost or earned.
    private decimal _fees;
    private decimal _earned;

    public string Symbol { get; } = symbol;

    public PositionSide Side { get; } = side;

    /// <summary>Signed: a short position is negative, also as a hedge leg.</summary>
    public decimal Amount { get; private set; }

    public decimal EntryPrice { get; private set; }

    /// <summary>All that was ever realised here, fees not taken off (<c>cr</c>).</summary>
    public decimal Realised { get; private set; }

    /// <summary>Margin set apart, for isolated margin.</summary>
    public decimal IsolatedWallet { get; set; }

    public long UpdateTime { get; set; }

    public decimal BreakEvenPrice => Amount == 0 ? 0 : EntryPrice + ((_fees - _earned) / Amount);

    public decimal Unrealised(decimal mark) => Amount * (mark - EntryPrice);

    /// <summary>Books a fill; gives the profit that it realises, fee not taken off. A fill may carry it through zero.</summary>
    public decimal Apply(decimal signedQuantity, decimal price, decimal fee)
    {
        var before = Amount;
        var after = before + signedQuantity;
        decimal realised = 0;
        if (before != 0 && Math.Sign(before) != Math.Sign(signedQuantity))
        {
            var closed = Math.Min(Math.Abs(before), Math.Abs(signedQuantity)) * Math.Sign(before);
            realised = Math.Round(closed * (price - EntryPrice), 8);
            if (Math.Sign(after) != Math.Sign(before))
            {
                (EntryPrice, _fees, _earned) = (after == 0 ? 0 : price, 0, 0);
            }
            else
            {
                _earned += realised;
            }
        }
        else
        {
            EntryPrice = ((before * EntryPrice) + (signedQuantity * price)) / after;
        }

        if (after != 0)
        {
            _fees += fee;
        }

        Amount = after;
        Realised += realised;
        return realised;
    }
}
