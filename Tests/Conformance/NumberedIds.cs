using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Exchange.Exchanges.Common.Journal;
using Exchange.Exchanges.Common.Orders;
using Exchange.Grains.Interfaces;

namespace Exchange.Tests.Conformance;

/// <summary>
/// The cards name their orders by words, and some venues take numbers alone. In between stand these: each word has a number, the connectors
/// see numbers, the cards words. Of what a replacement becomes under a number of its own, the journal tells to which order it belongs.
/// </summary>
internal sealed class NumberedIds
{
    private readonly ConcurrentDictionary<string, string> _words = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _rests = new(StringComparer.Ordinal);

    /// <summary>The number of a word; what is no word is left as it is.</summary>
    public string? Number(string? word)
    {
        if (string.IsNullOrEmpty(word) || !word.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or ':' or '/' or '_' or '-') || word.All(char.IsAsciiDigit))
            return word;

        // FNV-1a, at or above 2^63, where programs draw from.
        var hash = 14695981039346656037UL;
        foreach (var b in Encoding.UTF8.GetBytes(word))
            hash = (hash ^ b) * 1099511628211UL;
        var number = (hash | (1UL << 63)).ToString(CultureInfo.InvariantCulture);
        return _words.GetOrAdd(number, word) == word ? number : throw new InvalidOperationException($"'{word}' and '{_words[number]}' have one number");
    }

    /// <summary>The word of a number that has one.</summary>
    public string Word(string number) => _words.GetValueOrDefault(number, number);

    /// <summary>The number of the order that a number belongs to: its own, or that of the order whose rest it is.</summary>
    public string Whole(string number)
    {
        while (_rests.TryGetValue(number, out var whole))
            number = whole;
        return number;
    }

    /// <summary>Whether a number was given to the rest of a replacement.</summary>
    public bool IsRest(string number) => _rests.ContainsKey(number);

    public Order Out(Order order) => order with { ClientOrderId = Word(order.ClientOrderId) };

    public Fill Out(Fill fill) => fill with { ClientOrderId = fill.ClientOrderId is { } id ? Word(Whole(id)) : null };

    public OrderAck Out(OrderAck ack) => ack with { Order = Out(ack.Order) };

    public OrderKey In(OrderKey key) => key with { ClientOrderId = Number(key.ClientOrderId) };

    public T In<T>(T request)
        where T : OrderRequest => (T)(request with { ClientOrderId = Number(request.ClientOrderId) });

    /// <summary>A sink that is told words.</summary>
    public IOrderSink Out(IOrderSink sink) => new Sink(this, sink);

    /// <summary>A journal of which the rests are noted.</summary>
    public IOrderJournal Watch(IOrderJournal journal) => new Journal(this, journal);

    private sealed class Sink(NumberedIds ids, IOrderSink inner) : IOrderSink
    {
        public StreamPlace LastPlace => inner.LastPlace;

        public StreamPlace OnOrder(OrderUpdate update) =>
            inner.OnOrder(update with { Order = ids.Out(update.Order), Fill = update.Fill is { } fill ? ids.Out(fill) : null });

        public void OnStatus(ConnectionStatus status) => inner.OnStatus(status);
    }

    private sealed class Journal(NumberedIds ids, IOrderJournal inner) : IOrderJournal
    {
        public JournalContents Contents => inner.Contents;

        public ExchangeError? Append(in JournalRecord record)
        {
            if (record is { Kind: JournalKind.Rest, Key: { } key, WireId: { } rest })
                ids._rests[rest] = key;
            return inner.Append(record);
        }

        public ValueTask<ExchangeError?> SyncAsync() => inner.SyncAsync();

        public void Dispose() => inner.Dispose();
    }
}

/// <summary>An order connector that takes and tells words.</summary>
internal sealed class NumberedOms(NumberedIds ids, IExchangeOms inner) : IExchangeOms, IAsyncDisposable
{
    public IExchangeOms Inner => inner;

    public Task<Result<ConnectionStatus>> Connect(CancellationToken cancellationToken = default) => inner.Connect(cancellationToken);

    public Task<Result<ConnectionStatus>> Disconnect(CancellationToken cancellationToken = default) => inner.Disconnect(cancellationToken);

    public Task<Result<ConnectionStatus>> GetStatus(CancellationToken cancellationToken = default) => inner.GetStatus(cancellationToken);

    public Task<Result<Capabilities>> GetCapabilities(CancellationToken cancellationToken = default) => inner.GetCapabilities(cancellationToken);

    public Task<Result<OrderAck>> PlaceMarketOrder(MarketOrderRequest request, CancellationToken cancellationToken = default) => Out(inner.PlaceMarketOrder(ids.In(request), cancellationToken));

    public Task<Result<OrderAck>> PlaceLimitOrder(LimitOrderRequest request, CancellationToken cancellationToken = default) => Out(inner.PlaceLimitOrder(ids.In(request), cancellationToken));

    public Task<Result<OrderAck>> PlaceStopOrder(StopOrderRequest request, CancellationToken cancellationToken = default) => Out(inner.PlaceStopOrder(ids.In(request), cancellationToken));

    public Task<Result<OrderAck>> PlaceTakeProfitOrder(TakeProfitOrderRequest request, CancellationToken cancellationToken = default) =>
        Out(inner.PlaceTakeProfitOrder(ids.In(request), cancellationToken));

    public Task<Result<OrderAck>> PlaceTrailingStopOrder(TrailingStopOrderRequest request, CancellationToken cancellationToken = default) =>
        Out(inner.PlaceTrailingStopOrder(ids.In(request), cancellationToken));

    public async Task<Result<OrderBatchResult>> PlaceOrders(OrderBatch batch, CancellationToken cancellationToken = default) =>
        (await inner.PlaceOrders(new OrderBatch { Orders = [.. batch.Orders.Select(ids.In)] }, cancellationToken).ConfigureAwait(false))
            .Map(r => new OrderBatchResult { Orders = [.. r.Orders.Select(o => o.Map(ids.Out))] });

    public Task<Result<OrderAck>> CancelOrder(OrderKey order, CancellationToken cancellationToken = default) => Out(inner.CancelOrder(ids.In(order), cancellationToken));

    public async Task<Result<CancelAllResult>> CancelAllOrders(string? symbol = null, CancellationToken cancellationToken = default) =>
        (await inner.CancelAllOrders(symbol, cancellationToken).ConfigureAwait(false)).Map(r => new CancelAllResult { ClientOrderIds = [.. r.ClientOrderIds.Select(ids.Word)] });

    public Task<Result<OrderAck>> ReplaceOrder(ReplaceOrderRequest request, CancellationToken cancellationToken = default) =>
        Out(inner.ReplaceOrder(request with { Order = ids.In(request.Order) }, cancellationToken));

    public Task<Result<OrderAck>> GetOrder(OrderKey order, CancellationToken cancellationToken = default) => Out(inner.GetOrder(ids.In(order), cancellationToken));

    public async Task<Result<OrdersSnapshot>> GetOpenOrders(CancellationToken cancellationToken = default) =>
        (await inner.GetOpenOrders(cancellationToken).ConfigureAwait(false)).Map(s => s with { Orders = [.. s.Orders.Select(ids.Out)] });

    public Task<Result<TradingState>> SetTradingState(TradingState state, CancellationToken cancellationToken = default) => inner.SetTradingState(state, cancellationToken);

    public Task<Result<TradingState>> GetTradingState(CancellationToken cancellationToken = default) => inner.GetTradingState(cancellationToken);

    public Task<Result<Unit>> SetDeadManSwitch(string? symbol, TimeSpan timeToLive, CancellationToken cancellationToken = default) =>
        inner.SetDeadManSwitch(symbol, timeToLive, cancellationToken);

    public ValueTask DisposeAsync() => ((IAsyncDisposable)inner).DisposeAsync();

    private async Task<Result<OrderAck>> Out(Task<Result<OrderAck>> answer) => (await answer.ConfigureAwait(false)).Map(ids.Out);
}

/// <summary>A recovery connector that takes and tells words.</summary>
internal sealed class NumberedDataFetcher(NumberedIds ids, IExchangeDataFetcher inner) : IExchangeDataFetcher, IAsyncDisposable
{
    public Task<Result<ConnectionStatus>> Connect(CancellationToken cancellationToken = default) => inner.Connect(cancellationToken);

    public Task<Result<ConnectionStatus>> Disconnect(CancellationToken cancellationToken = default) => inner.Disconnect(cancellationToken);

    public Task<Result<ConnectionStatus>> GetStatus(CancellationToken cancellationToken = default) => inner.GetStatus(cancellationToken);

    public Task<Result<Capabilities>> GetCapabilities(CancellationToken cancellationToken = default) => inner.GetCapabilities(cancellationToken);

    public Task<Result<Unit>> SetAuthCredentials(AuthCredentials credentials, CancellationToken cancellationToken = default) => inner.SetAuthCredentials(credentials, cancellationToken);

    public Task<Result<ServerTime>> GetServerTime(CancellationToken cancellationToken = default) => inner.GetServerTime(cancellationToken);

    public Task<Result<ImmutableArray<Instrument>>> GetInstruments(CancellationToken cancellationToken = default) => inner.GetInstruments(cancellationToken);

    public Task<Result<AccountUpdate>> GetAccountInfo(CancellationToken cancellationToken = default) => inner.GetAccountInfo(cancellationToken);

    public Task<Result<ImmutableArray<Position>>> GetPositions(CancellationToken cancellationToken = default) => inner.GetPositions(cancellationToken);

    public Task<Result<ImmutableArray<Balance>>> GetBalances(CancellationToken cancellationToken = default) => inner.GetBalances(cancellationToken);

    public async Task<Result<ImmutableArray<Order>>> GetOpenOrders(string? symbol = null, CancellationToken cancellationToken = default) =>
        (await inner.GetOpenOrders(symbol, cancellationToken).ConfigureAwait(false)).Map(all => (ImmutableArray<Order>)[.. all.Select(ids.Out)]);

    public async Task<Result<HistoryPage<Order>>> GetOrderHistory(HistoryQuery query, CancellationToken cancellationToken = default) =>
        (await inner.GetOrderHistory(query, cancellationToken).ConfigureAwait(false)).Map(p => p with { Items = [.. p.Items.Select(ids.Out)] });

    public async Task<Result<HistoryPage<Fill>>> GetFills(HistoryQuery query, CancellationToken cancellationToken = default) =>
        (await inner.GetFills(query, cancellationToken).ConfigureAwait(false)).Map(p => p with { Items = [.. p.Items.Select(ids.Out)] });

    public async Task<Result<Order>> GetOrder(OrderKey order, CancellationToken cancellationToken = default) =>
        (await inner.GetOrder(ids.In(order), cancellationToken).ConfigureAwait(false)).Map(ids.Out);

    public Task<Result<MarkPrice>> GetMarkPrice(string symbol, CancellationToken cancellationToken = default) => inner.GetMarkPrice(symbol, cancellationToken);

    public ValueTask DisposeAsync() => ((IAsyncDisposable)inner).DisposeAsync();
}
