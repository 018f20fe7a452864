namespace Exchange.Grains.Interfaces;

/// <summary>What kind of contract an instrument is.</summary>
public enum InstrumentKind
{
    /// <summary>Without expiry, with funding; profit in quote or a stablecoin.</summary>
    Perpetual = 0,
    /// <summary>With expiry.</summary>
    Future = 1,
    /// <summary>A call or a put.</summary>
    Option = 2,
    /// <summary>A kind that is not modelled (a combination, say); listed, not tradable here.</summary>
    Other = 3,
}

/// <summary>Call or put.</summary>
public enum OptionKind
{
    /// <summary>The right to buy.</summary>
    Call = 0,
    /// <summary>The right to sell.</summary>
    Put = 1,
}

/// <summary>What a quantity is counted in.</summary>
public enum QuantityUnit
{
    /// <summary>The base asset (0.01 BTC).</summary>
    Base = 0,
    /// <summary>The quote asset (USD of an inverse contract).</summary>
    Quote = 1,
    /// <summary>Whole contracts of <see cref="Instrument.ContractSize"/> each.</summary>
    Contracts = 2,
}
