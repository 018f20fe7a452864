namespace Exchange.Simulator.Engine;

/// <summary>What the engine and the order flow need to know of an instrument; a venue adds its own rules beside it.</summary>
internal sealed class Instrument
{
    public required string Symbol { get; init; }

    public required string BaseAsset { get; init; }

    public required string QuoteAsset { get; init; }

    /// <summary>Price grid, in hundred-millionths. A fault may change it in session.</summary>
    public required long Tick { get; set; }

    /// <summary>The tick as the venue writes it.</summary>
    public required string TickText { get; set; }

    /// <summary>Quantity grid, in hundred-millionths.</summary>
    public required long LotStep { get; init; }

    /// <summary>Decimals with which the venue prints prices; may be finer than the tick.</summary>
    public required int PriceDigits { get; set; }

    public required int QuantityDigits { get; init; }

    /// <summary>Where the flow starts to quote.</summary>
    public required long StartPrice { get; init; }

    /// <summary>Size of an ordinary order of the flow.</summary>
    public required long TypicalQuantity { get; init; }

    /// <summary>False once delisted: nothing is matched any more.</summary>
    public bool IsTrading { get; set; } = true;
}
