using Exchange.Exchanges.Common;
using Exchange.Grains.Interfaces;
using Exchange.Tests.Support;

namespace Exchange.Tests.Conformance;

/// <summary>All that a market connection published.</summary>
internal sealed class MarketTape : IMarketDataSink
{
    public EventLog<OrderBook> Books { get; } = new();

    public EventLog<Trade> Trades { get; } = new();

    public EventLog<TopOfBook> Tops { get; } = new();

    public EventLog<MarkPrice> Marks { get; } = new();

    public EventLog<ConnectionStatus> States { get; } = new();

    public void OnOrderBook(OrderBook book) => Books.Add(book);

    public void OnTrade(Trade trade) => Trades.Add(trade);

    public void OnTopOfBook(TopOfBook top) => Tops.Add(top);

    public void OnMarkPrice(MarkPrice mark) => Marks.Add(mark);

    public void OnStatus(ConnectionStatus status) => States.Add(status);
}
