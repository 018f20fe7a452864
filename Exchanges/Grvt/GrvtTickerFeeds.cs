using Exchange.Exchanges.Common;
using Exchange.Exchanges.Common.Market;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Grvt;

/// <summary>
/// Best bid and ask of one instrument: a whole picture when the stream starts, then what changed. After a loss nothing is told until
/// the stream has started anew.
/// </summary>
/// <param name="exchange">The exchange key.</param>
/// <param name="symbol">The instrument.</param>
/// <param name="rateMs">The stream's interval; 0 for every change.</param>
/// <param name="sink">Takes the updates.</param>
/// <param name="renew">Makes a stream start anew; called while holding the feed's lock.</param>
internal sealed class GrvtTopOfBookFeed(string exchange, string symbol, int rateMs, IMarketDataSink sink, Action<string> renew)
    : TickerFeed(GrvtChannels.Mini(symbol, rateMs), sink)
{
    private GrvtTickerMessage _known;
    private GrvtTickerMessage _merged;
    private GrvtTickerMessage _alone;
    private int _link;
    private bool _hasWhole;
    private bool _isAsking;
    private bool _tells;

    /// <summary>Messages that could not be used since what they build on was lost.</summary>
    public long Dropped { get; private set; }

    /// <inheritdoc/>
    protected override bool MayShareOrder => true;

    // A still market sends nothing.
    /// <inheritdoc/>
    public override bool IsSteady => false;

    /// <inheritdoc/>
    public override bool TryRead(ref Utf8Scanner json)
    {
        // Whether it builds on what is known is told behind it.
        var again = json;
        _merged = _known;
        _alone = default;
        return _merged.TryMerge(ref json) && _alone.TryMerge(ref again);
    }

    /// <inheritdoc/>
    public override void Place(in MessagePlace place)
    {
        _tells = false;
        if (place.Kind == PlaceKind.Snapshot)
        {
            // While the socket is replaced both send; what a new one tells is built on its own picture.
            if (place.Link < _link)
                return;
            _known = _alone;
            _link = place.Link;
            _hasWhole = _tells = true;
            _isAsking = false;
        }
        else if (place.Kind == PlaceKind.Next && _hasWhole && place.Link == _link)
        {
            _known = _merged;
            _tells = true;
        }
        else if (place.Link >= _link)
        {
            Dropped++;
            _hasWhole = _hasWhole && place.Link != _link;
            if (!_hasWhole && !_isAsking)
            {
                _isAsking = true;
                renew(Stream);
            }
        }
    }

    /// <inheritdoc/>
    protected override bool TryOrder(out long order)
    {
        order = _known.EventTime;
        return _tells;
    }

    /// <inheritdoc/>
    protected override void Publish(IMarketDataSink sink, DateTimeOffset receivedAt) => sink.OnTopOfBook(new TopOfBook
    {
        Exchange = exchange,
        Symbol = symbol,
        Bid = _known.Bid,
        Ask = _known.Ask,
        LastUpdateId = _known.EventTime,
        VenueTime = GrvtWords.TimeOf(_known.EventTime)!.Value,
        ReceivedTime = receivedAt,
    });

    /// <inheritdoc/>
    protected override void OnLost(string reason)
    {
        base.OnLost(reason);
        _hasWhole = false;
        _isAsking = false;
    }
}

/// <summary>Mark price, index and funding of one instrument, whole each time.</summary>
internal sealed class GrvtMarkPriceFeed(string exchange, string symbol, int rateMs, IMarketDataSink sink) : TickerFeed(GrvtChannels.Ticker(symbol, rateMs), sink)
{
    private GrvtTickerMessage _message;

    /// <inheritdoc/>
    protected override bool MayShareOrder => true;

    /// <inheritdoc/>
    public override bool TryRead(ref Utf8Scanner json)
    {
        _message = default;
        return _message.TryMerge(ref json) && _message.Mark is not null;
    }

    /// <inheritdoc/>
    protected override bool TryOrder(out long order)
    {
        order = _message.EventTime;
        return true;
    }

    /// <inheritdoc/>
    protected override void Publish(IMarketDataSink sink, DateTimeOffset receivedAt) => sink.OnMarkPrice(new MarkPrice
    {
        Exchange = exchange,
        Symbol = symbol,
        Mark = _message.Mark!.Value,
        Index = _message.Index,
        FundingRate = _message.FundingPercent / 100,
        NextFundingTime = GrvtWords.TimeOf(_message.NextFunding),
        VenueTime = GrvtWords.TimeOf(_message.EventTime)!.Value,
        ReceivedTime = receivedAt,
    });
}
