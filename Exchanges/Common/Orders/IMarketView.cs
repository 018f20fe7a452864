using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Orders;

/// <summary>
/// What the checks before an order leaves need to know of the market and the account. Called once or twice for each order under
/// a lock: answers come from memory, at once, and allocate nothing.
/// </summary>
public interface IMarketView
{
    /// <summary>The instrument of a symbol; null when the venue does not list it.</summary>
    Instrument? GetInstrument(string symbol);

    /// <summary>The mark price; null while it is not known, or is too old to rely on.</summary>
    decimal? GetMarkPrice(string symbol);

    /// <summary>
    /// The position with its sign (a leg's: positive when it is long, negative when it is short); null while it is not known.
    /// </summary>
    decimal? GetPosition(string symbol, PositionSide leg);
}
