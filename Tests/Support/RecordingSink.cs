using System.Collections.Immutable;
using Exchange.Exchanges.Common;
using Exchange.Grains.Interfaces;

namespace Exchange.Tests.Support;

/// <summary>Keeps all that a market-data connector publishes.</summary>
internal sealed class RecordingSink : IMarketDataSink
{
    public EventLog<OrderBook> Books { get; } = new();

    public EventLog<Trade> Trades { get; } = new();

    public EventLog<TopOfBook> Tops { get; } = new();

    public EventLog<MarkPrice> Marks { get; } = new();

    public EventLog<ConnectionStatus> Statuses { get; } = new();

    public EventLog<Instrument> Instruments { get; } = new();

    public void OnOrderBook(OrderBook book) => Books.Add(book);

    public void OnTrade(Trade trade) => Trades.Add(trade);

    public void OnTopOfBook(TopOfBook top) => Tops.Add(top);

    public void OnMarkPrice(MarkPrice mark) => Marks.Add(mark);

    public void OnStatus(ConnectionStatus status) => Statuses.Add(status);

    public void OnInstrumentsChanged(ImmutableArray<Instrument> changed)
    {
        foreach (var instrument in changed)
            Instruments.Add(instrument);
    }
}
