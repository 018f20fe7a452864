namespace Exchange.Simulator.Grvt.Trading;

/// <summary>The position of an account in one instrument; cross margin.</summary>
internal sealed class GrvtPosition(string symbol)
{
    public string Symbol { get; } = symbol;

    /// <summary>Signed.</summary>
    public decimal Size { get; private set; }

    public decimal EntryPrice { get; private set; }

    /// <summary>Where what was closed was closed, on average, since the position was last flat.</summary>
    public decimal ExitPrice { get; private set; }

    /// <summary>Since the position was last flat, fees not taken off.</summary>
    public decimal Realised { get; private set; }

    public decimal Fees { get; private set; }

    /// <summary>Positive: paid.</summary>
    public decimal Funding { get; set; }

    private decimal _closed;

    public decimal Unrealised(decimal mark) => Size * (mark - EntryPrice);

    /// <summary>Books a fill; gives the profit that it realises, fee not taken off. A fill may carry it through zero.</summary>
    public decimal Apply(decimal signedSize, decimal price, decimal fee)
    {
        var (before, after) = (Size, Size + signedSize);
        if (before == 0)
        {
            (Realised, Fees, Funding, ExitPrice, _closed) = (0, 0, 0, 0, 0);
        }

        Fees += fee;
        Size = after;
        if (before == 0 || Math.Sign(before) == Math.Sign(signedSize))
        {
            EntryPrice = ((before * EntryPrice) + (signedSize * price)) / after;
            return 0;
        }

        var closed = Math.Min(Math.Abs(before), Math.Abs(signedSize));
        var realised = Math.Round(closed * Math.Sign(before) * (price - EntryPrice), 9);
        ExitPrice = ((ExitPrice * _closed) + (price * closed)) / (_closed + closed);
        _closed += closed;
        Realised += realised;
        if (Math.Sign(after) != Math.Sign(before))
        {
            EntryPrice = after == 0 ? 0 : price;
        }

        return realised;
    }
}
