namespace Exchange.Exchanges.Grvt;

/// <summary>A time in force, with the number that is signed (venue sheet, section 5.3).</summary>
internal enum GrvtTimeInForce : byte
{
    /// <summary>Until the signature expires.</summary>
    GoodTillTime = 1,
    /// <summary>Whole or not at all; block trades only.</summary>
    AllOrNone = 2,
    /// <summary>What fills at once; the rest is cancelled.</summary>
    ImmediateOrCancel = 3,
    /// <summary>Whole at once or not at all.</summary>
    FillOrKill = 4,
    /// <summary>For retail flow only.</summary>
    RetailPriceImprovement = 5,
}

/// <summary>What of an order is signed, as the integers that are signed: exactly what is then sent (<see cref="GrvtUnits"/> makes them).</summary>
internal readonly record struct GrvtOrderTerms
{
    /// <summary>The sub-account that trades.</summary>
    public required ulong SubAccountId { get; init; }

    /// <summary>A market order; its price is signed as 0.</summary>
    public bool IsMarket { get; init; }

    /// <summary>The time in force.</summary>
    public required GrvtTimeInForce TimeInForce { get; init; }

    /// <summary>Never takes.</summary>
    public bool PostOnly { get; init; }

    /// <summary>Only makes the position smaller.</summary>
    public bool ReduceOnly { get; init; }

    /// <summary>The instrument's hash as the venue tells it, at most 32 bytes; never built from a name.</summary>
    public required byte[] AssetId { get; init; }

    /// <summary>The size by 10 to the power of the instrument's base decimals.</summary>
    public required ulong ContractSize { get; init; }

    /// <summary>The price by 10⁹.</summary>
    public required ulong LimitPrice { get; init; }

    /// <summary>True for a buy.</summary>
    public required bool IsBuying { get; init; }

    /// <summary>New for every attempt: the venue knows a replay by the whole of what is signed.</summary>
    public required uint Nonce { get; init; }

    /// <summary>Unix nanoseconds, at most 30 days ahead; also when a working order ends.</summary>
    public required long Expiration { get; init; }

    /// <summary>Who is paid a part of the fee; null for nobody.</summary>
    public GrvtBuilder? Builder { get; init; }
}

/// <summary>A builder and its fee, as they are signed.</summary>
/// <param name="Address">20 bytes, not all zero.</param>
/// <param name="Fee">The fee in percent by 10⁴.</param>
internal sealed record GrvtBuilder(byte[] Address, uint Fee);
