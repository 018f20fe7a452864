using System.Collections.Concurrent;
using Exchange.Exchanges.Common;
using Exchange.Grains.Interfaces;
using Exchange.Streaming;

namespace Exchange.Grains.Connections;

/// <summary>Publishes what a market-data connector hands out, on the calling thread, to one stream a symbol.</summary>
internal sealed class MarketDataPublisher(ConnectionId connection, StreamProducer streams, Action<ConnectionStatus> publishStatus) : IMarketDataSink
{
    private readonly SymbolStreams<OrderBook> _books = new(connection, streams, StreamNames.Books);
    private readonly SymbolStreams<Trade> _trades = new(connection, streams, StreamNames.Trades);
    private readonly SymbolStreams<TopOfBook> _quotes = new(connection, streams, StreamNames.Quotes);
    private readonly SymbolStreams<MarkPrice> _marks = new(connection, streams, StreamNames.Marks);

    public void OnOrderBook(OrderBook book) => _books.Publish(book.Symbol, book);

    public void OnTrade(Trade trade) => _trades.Publish(trade.Symbol, trade);

    public void OnTopOfBook(TopOfBook top) => _quotes.Publish(top.Symbol, top);

    public void OnMarkPrice(MarkPrice mark) => _marks.Publish(mark.Symbol, mark);

    public void OnStatus(ConnectionStatus status) => publishStatus(status);

    private sealed class SymbolStreams<T>(ConnectionId connection, StreamProducer streams, string streamNamespace)
    {
        private readonly ConcurrentDictionary<string, StreamPublisher<T>> _publishers = new(StringComparer.Ordinal);

        public void Publish(string symbol, T data)
        {
            if (!_publishers.TryGetValue(symbol, out var publisher))
            {
                publisher = _publishers.GetOrAdd(
                    symbol, static (s, own) => own.Open(s), this);
            }

            publisher.Publish(data);
        }

        private StreamPublisher<T> Open(string symbol) =>
            streams.GetPublisher<T>(streamNamespace, StreamNames.SymbolKey(connection.Exchange, symbol));
    }
}
