using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Exchange.Grains.Interfaces;

namespace Exchange.Client.Trader;

/// <summary>
/// What a trader is told, however it is connected: by handlers, or by reading <see cref="ReadAllAsync"/>. Handlers run one
/// after another on the thread that receives: return soon, and never wait there for a call of the same client.
/// </summary>
public abstract class TraderFeed
{
    private readonly int _readerLimit;
    private Channel<TraderEvent>[] _readers = [];
    private long _handlerFailures;
    private long _readerDrops;

    private protected TraderFeed(int readerLimit) => _readerLimit = readerLimit;

    /// <summary>An order book, whole. Look at its state: only a synced one is a live picture.</summary>
    public event Action<TraderUpdate<OrderBook>>? OrderBookReceived;

    /// <summary>A public trade.</summary>
    public event Action<TraderUpdate<Trade>>? TradeReceived;

    /// <summary>Best bid and ask.</summary>
    public event Action<TraderUpdate<TopOfBook>>? TopOfBookReceived;

    /// <summary>Mark price and funding.</summary>
    public event Action<TraderUpdate<MarkPrice>>? MarkPriceReceived;

    /// <summary>An own order.</summary>
    public event Action<TraderUpdate<OrderUpdate>>? OrderReceived;

    /// <summary>A position.</summary>
    public event Action<TraderUpdate<Position>>? PositionReceived;

    /// <summary>The account.</summary>
    public event Action<TraderUpdate<AccountUpdate>>? AccountReceived;

    /// <summary>The state of a connection.</summary>
    public event Action<TraderUpdate<ConnectionStatus>>? StatusReceived;

    /// <summary>A hole in a topic's numbers, once it is known whether it could be healed.</summary>
    public event Action<TraderGap>? GapFound;

    /// <summary>The gateway tells of lost updates.</summary>
    public event Action<TraderNotice>? NoticeReceived;

    /// <summary>The gateway is gone, is back, or is another.</summary>
    public event Action<TraderSessionChange>? SessionChanged;

    /// <summary>Handlers that threw. What they were told is not told again.</summary>
    public long HandlerFailures => Volatile.Read(ref _handlerFailures);

    /// <summary>Events that a reader of <see cref="ReadAllAsync"/> did not take in time.</summary>
    public long ReaderDrops => Volatile.Read(ref _readerDrops);

    /// <summary>The last exception of a handler.</summary>
    public Exception? LastHandlerFailure { get; private set; }

    /// <summary>
    /// Everything, in order, from the call on. A reader that falls behind by more than the limit loses the newest, which
    /// <see cref="ReaderDrops"/> counts.
    /// </summary>
    public IAsyncEnumerable<TraderEvent> ReadAllAsync(CancellationToken cancellationToken = default)
    {
        var reader = Channel.CreateBounded<TraderEvent>(new BoundedChannelOptions(_readerLimit) { SingleReader = true, SingleWriter = false });
        lock (this)
            _readers = [.. _readers, reader];
        return ReadAsync(reader, cancellationToken);
    }

    private protected void Tell(TraderEvent what)
    {
        try
        {
            switch (what)
            {
                case TraderUpdate<OrderBook> book: OrderBookReceived?.Invoke(book); break;
                case TraderUpdate<Trade> trade: TradeReceived?.Invoke(trade); break;
                case TraderUpdate<TopOfBook> top: TopOfBookReceived?.Invoke(top); break;
                case TraderUpdate<MarkPrice> mark: MarkPriceReceived?.Invoke(mark); break;
                case TraderUpdate<OrderUpdate> order: OrderReceived?.Invoke(order); break;
                case TraderUpdate<Position> position: PositionReceived?.Invoke(position); break;
                case TraderUpdate<AccountUpdate> account: AccountReceived?.Invoke(account); break;
                case TraderUpdate<ConnectionStatus> status: StatusReceived?.Invoke(status); break;
                case TraderGap gap: GapFound?.Invoke(gap); break;
                case TraderNotice notice: NoticeReceived?.Invoke(notice); break;
                case TraderSessionChange change: SessionChanged?.Invoke(change); break;
            }
        }
        catch (Exception e)
        {
            LastHandlerFailure = e;
            Interlocked.Increment(ref _handlerFailures);
        }

        foreach (var reader in Volatile.Read(ref _readers))
        {
            if (!reader.Writer.TryWrite(what))
                Interlocked.Increment(ref _readerDrops);
        }
    }

    private protected void EndReaders()
    {
        foreach (var reader in Volatile.Read(ref _readers))
            reader.Writer.TryComplete();
    }

    private async IAsyncEnumerable<TraderEvent> ReadAsync(Channel<TraderEvent> reader, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var what in reader.Reader.ReadAllAsync(cancellationToken))
                yield return what;
        }
        finally
        {
            lock (this)
                _readers = [.. _readers.Where(r => r != reader)];
        }
    }
}
