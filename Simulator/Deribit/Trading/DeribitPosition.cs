namespace Exchange.Simulator.Deribit.Trading;

/// <summary>
/// What an account holds of an instrument. An inverse position is valued in coins: its cost is the sum of amount / price, so that
/// the average price is the harmonic one.
/// </summary>
internal sealed class DeribitPosition(DeribitInstrument instrument)
{
    public DeribitInstrument Instrument { get; } = instrument;

    /// <summary>Signed, in the unit of orders.</summary>
    public decimal Amount { get; private set; }

    /// <summary>What the position cost, signed as it is: in the settlement currency for linear ones and options, in coins for inverse.</summary>
    public decimal Cost { get; private set; }

    public decimal Realised { get; set; }

    public decimal AveragePrice => Amount == 0 ? 0
        : Instrument.CountsDollars ? decimal.Round(Amount / Cost, 8) : decimal.Round(Cost / Amount, 8);

    /// <summary>Profit of the whole position at a price.</summary>
    public decimal Profit(decimal price) => Profit(Amount, Cost, price);

    /// <summary>Books a fill; gives the profit that it has realised.</summary>
    public decimal Add(decimal signed, decimal price)
    {
        var cost = Instrument.Value(signed, price);
        if (Amount == 0 || Math.Sign(signed) == Math.Sign(Amount))
        {
            Amount += signed;
            Cost += cost;
            return 0;
        }

        var closed = Math.Min(Math.Abs(signed), Math.Abs(Amount));
        var part = closed == Math.Abs(Amount) ? Cost : Cost * closed / Math.Abs(Amount);
        var realised = Profit(Math.Sign(Amount) * closed, part, price);
        var rest = signed + (Math.Sign(Amount) * closed);
        Amount += signed - rest;
        Cost -= part;
        if (Amount == 0)
        {
            Cost = 0;
        }

        if (rest != 0)
        {
            Amount = rest;
            Cost = Instrument.Value(rest, price);
        }

        realised = decimal.Round(realised, 12);
        Realised += realised;
        return realised;
    }

    private decimal Profit(decimal amount, decimal cost, decimal price) => amount == 0 || price == 0 ? 0
        : Instrument.CountsDollars ? cost - (amount / price) : (amount * price) - cost;
}
