using System.Collections.Immutable;
using Exchange.Exchanges.Common.Books;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Market;

/// <summary>
/// Changes on a snapshot that the stream itself brings when it starts. After a gap only a new start of the stream helps. While a socket is
/// being replaced, the new one starts with a snapshot of its own, and its changes need not be cut at the same ids: it is followed
/// beside the old one and takes over once it is not behind.
/// </summary>
internal sealed class StreamedBook(BookPlan plan, BookChain chain) : BookSource(plan)
{
    private OrderBookBuilder _builder = new(chain, int.MaxValue);
    private OrderBookBuilder? _coming;
    private int _link;
    private int _comingLink;
    private bool _isLost;
    private long _ignored;

    /// <inheritdoc/>
    public override bool IsLive => _builder.IsSynced;

    /// <inheritdoc/>
    public override long LastUpdateId => _builder.LastUpdateId;

    /// <inheritdoc/>
    public override DateTimeOffset VenueTime => _builder.VenueTime;

    /// <inheritdoc/>
    public override DateTimeOffset ReceivedTime => _builder.ReceivedTime;

    /// <inheritdoc/>
    public override long Ignored => _ignored + _builder.IgnoredMessages;

    /// <inheritdoc/>
    public override bool NeedsSnapshot => _isLost;

    /// <inheritdoc/>
    public override BookStep OnMessage(BookMessage message, int link, DateTimeOffset receivedAt)
    {
        if (link < _link)
            return Ignore();
        if (link > _link && _builder.IsSynced)
            return OnSuccessor(message, link, receivedAt);

        // Sent twice, behind changes that it does not hold.
        if (message.IsSnapshot && _builder.IsSynced && message.Ids.Last < _builder.LastUpdateId)
            return Ignore();
        _link = link;
        var step = Feed(_builder, message, receivedAt);
        switch (step)
        {
            case BookStep.Applied when message.IsSnapshot:
                _isLost = false;
                IsFetching = false;
                break;
            case BookStep.Gap or BookStep.Crossed:
                _builder.Reset();
                _isLost = true;
                IsFetching = false;
                break;
            case BookStep.Dropped:
                _isLost = true;
                break;
        }

        return step;
    }

    /// <inheritdoc/>
    public override ImmutableArray<PriceLevel> TopBids(int n) => _builder.TopBids(n);

    /// <inheritdoc/>
    public override ImmutableArray<PriceLevel> TopAsks(int n) => _builder.TopAsks(n);

    /// <inheritdoc/>
    public override void Reset()
    {
        _builder.Reset();
        _coming = null;
        _isLost = false;
        IsFetching = false;
    }

    private static BookStep Feed(OrderBookBuilder builder, BookMessage message, DateTimeOffset receivedAt)
    {
        if (message.IsSnapshot)
            return builder.OnWhole(message.Ids.Last, message.Bids.Levels, message.Asks.Levels, message.VenueTime, receivedAt);
        return builder.IsSynced
            ? builder.OnChange(message.Ids, message.Bids.Levels, message.Asks.Levels, message.VenueTime, receivedAt)
            : BookStep.Dropped;
    }

    private BookStep OnSuccessor(BookMessage message, int link, DateTimeOffset receivedAt)
    {
        if (_coming is null || link != _comingLink)
        {
            _coming = new OrderBookBuilder(chain, int.MaxValue);
            _comingLink = link;
        }

        if (Feed(_coming, message, receivedAt) is BookStep.Gap or BookStep.Crossed)
            _coming.Reset();
        if (!_coming.IsSynced || _coming.LastUpdateId < _builder.LastUpdateId)
            return Ignore();
        _builder = _coming;
        _link = link;
        _coming = null;
        return BookStep.Applied;
    }

    private BookStep Ignore()
    {
        _ignored++;
        return BookStep.Ignored;
    }
}
