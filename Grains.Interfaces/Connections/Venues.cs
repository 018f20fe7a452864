namespace Exchange.Grains.Interfaces;

/// <summary>The venues, by the names that settings, topics and grain keys use.</summary>
public static class Venues
{
    /// <summary>Binance USD-M futures.</summary>
    public const string Binance = "binance";
    /// <summary>Deribit.</summary>
    public const string Deribit = "deribit";
    /// <summary>GRVT.</summary>
    public const string Grvt = "grvt";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Binance, Deribit, Grvt];
}
