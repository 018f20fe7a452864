namespace Exchange.Exchanges.Common.Orders;

/// <summary>
/// Makes client order ids in a venue's own form, of which no two are ever alike: not of two traders, not of two activations, not
/// after a restart. Thread-safe.
/// </summary>
public interface IClientOrderIdMaker
{
    /// <summary>The form that the venue takes, for a message.</summary>
    string Form { get; }

    /// <summary>True when a trader may use the id.</summary>
    bool IsValid(string id);

    /// <summary>A new id.</summary>
    /// <param name="trader">The order's owner, who should be recognisable in it; null when there is none.</param>
    string Make(string? trader);
}
