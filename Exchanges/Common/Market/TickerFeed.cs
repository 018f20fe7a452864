using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Market;

/// <summary>A stream of which only the newest message counts: best bid and ask, mark price.</summary>
internal abstract class TickerFeed(string stream, IMarketDataSink sink) : StreamHandler(stream, new Lock())
{
    private long _last;

    /// <summary>Messages that were not newer than the one before.</summary>
    public long Ignored { get; private set; }

    /// <summary>Updates that the sink refused by throwing.</summary>
    public long SinkFailures { get; private set; }

    /// <inheritdoc/>
    public sealed override void Apply(DateTimeOffset receivedAt)
    {
        if (!TryOrder(out var order))
            return;
        if (order < _last || (order == _last && !MayShareOrder))
        {
            Ignored++;
            return;
        }

        _last = order;
        try
        {
            Publish(sink, receivedAt);
        }
        catch (Exception)
        {
            SinkFailures++;
        }
    }

    /// <summary>Whether two messages that tell different things may have the same order, as where it is a time.</summary>
    protected virtual bool MayShareOrder => false;

    /// <summary>Where the message that was read stands among the others; false when it is of something else that shares the stream.</summary>
    protected abstract bool TryOrder(out long order);

    /// <summary>Gives the sink what was read.</summary>
    protected abstract void Publish(IMarketDataSink sink, DateTimeOffset receivedAt);

    /// <inheritdoc/>
    protected override void OnLost(string reason) =>
        _last = 0; // The venue may count anew after a pause of its own; what came before is not to hold the next message back.
}
