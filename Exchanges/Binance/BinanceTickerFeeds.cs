using Exchange.Exchanges.Common;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Binance;

/// <summary>Best bid and ask of one symbol.</summary>
internal sealed class BinanceTopOfBookFeed(string exchange, string symbol, IMarketDataSink sink)
    : BinanceStreamHandler(BinanceStreams.BookTicker(symbol), new Lock())
{
    private BookTickerMessage _message;
    private long _lastId;

    /// <summary>Messages that were not newer than the one before.</summary>
    public long Ignored { get; private set; }

    /// <summary>Updates that the sink refused by throwing.</summary>
    public long SinkFailures { get; private set; }

    /// <inheritdoc/>
    public override bool TryRead(ref Utf8Scanner json) => _message.TryRead(ref json);

    /// <inheritdoc/>
    public override void Apply(DateTimeOffset receivedAt)
    {
        if (!_message.IsOurs)
            return;
        if (_message.Id <= _lastId)
        {
            Ignored++;
            return;
        }

        _lastId = _message.Id;
        try
        {
            sink.OnTopOfBook(new TopOfBook
            {
                Exchange = exchange,
                Symbol = symbol,
                Bid = _message.Bid,
                Ask = _message.Ask,
                LastUpdateId = _message.Id,
                VenueTime = _message.Time,
                ReceivedTime = receivedAt,
            });
        }
        catch (Exception)
        {
            SinkFailures++;
        }
    }

    /// <inheritdoc/>
    protected override void OnLost(string reason) =>
        _lastId = 0; // The venue may count anew after a pause of its own; what came before is not to hold the next message back.
}

/// <summary>Mark price, index and funding of one symbol.</summary>
internal sealed class BinanceMarkPriceFeed(string exchange, string symbol, IMarketDataSink sink)
    : BinanceStreamHandler(BinanceStreams.MarkPrice(symbol), new Lock())
{
    private MarkPriceMessage _message;
    private DateTimeOffset _lastTime;

    /// <summary>Messages that were not newer than the one before.</summary>
    public long Ignored { get; private set; }

    /// <summary>Updates that the sink refused by throwing.</summary>
    public long SinkFailures { get; private set; }

    /// <inheritdoc/>
    public override bool TryRead(ref Utf8Scanner json) => _message.TryRead(ref json);

    /// <inheritdoc/>
    public override void Apply(DateTimeOffset receivedAt)
    {
        if (!_message.IsOurs)
            return;
        if (_message.Time <= _lastTime)
        {
            Ignored++;
            return;
        }

        _lastTime = _message.Time;
        try
        {
            sink.OnMarkPrice(new MarkPrice
            {
                Exchange = exchange,
                Symbol = symbol,
                Mark = _message.Mark,
                Index = _message.Index,

                // A dated contract has no funding; the venue then sends no next time, and an empty or zero rate.
                FundingRate = _message.NextFunding is null ? null : _message.FundingRate,
                NextFundingTime = _message.NextFunding,
                VenueTime = _message.Time,
                ReceivedTime = receivedAt,
            });
        }
        catch (Exception)
        {
            SinkFailures++;
        }
    }

    /// <inheritdoc/>
    protected override void OnLost(string reason) => _lastTime = default;
}
