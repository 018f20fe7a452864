using System.Collections.Immutable;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common;

/// <summary>
/// Takes what a market-data connector publishes. The connector calls it from its own threads: one call at a time for each
/// stream (a book, a symbol's trades, the status), in order, several streams at once. A call must not block and must not
/// throw; what it throws is counted and logged, and the update is lost to it.
/// </summary>
public interface IMarketDataSink
{
    /// <summary>The whole top of a book, at most as often as its subscribers asked for.</summary>
    void OnOrderBook(OrderBook book);

    /// <summary>One public trade.</summary>
    void OnTrade(Trade trade);

    /// <summary>Best bid and ask.</summary>
    void OnTopOfBook(TopOfBook top);

    /// <summary>Mark price, index and funding.</summary>
    void OnMarkPrice(MarkPrice mark);

    /// <summary>The connection's state changed, or one of its counters that a trader should see.</summary>
    void OnStatus(ConnectionStatus status);

    /// <summary>Instruments that were listed, delisted or whose rules changed since they were loaded before.</summary>
    void OnInstrumentsChanged(ImmutableArray<Instrument> changed)
    {
    }
}
