using Exchange.Exchanges.Common;
using Exchange.Exchanges.Common.Market;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Binance;

/// <summary>Best bid and ask of one symbol.</summary>
internal sealed class BinanceTopOfBookFeed(string exchange, string symbol, IMarketDataSink sink) : TickerFeed(BinanceStreams.BookTicker(symbol), sink)
{
    private BookTickerMessage _message;

    /// <inheritdoc/>
    public override bool TryRead(ref Utf8Scanner json) => _message.TryRead(ref json);

    /// <inheritdoc/>
    protected override bool TryOrder(out long order)
    {
        order = _message.Id;
        return _message.IsOurs;
    }

    /// <inheritdoc/>
    protected override void Publish(IMarketDataSink sink, DateTimeOffset receivedAt) => sink.OnTopOfBook(new TopOfBook
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

/// <summary>Mark price, index and funding of one symbol.</summary>
internal sealed class BinanceMarkPriceFeed(string exchange, string symbol, IMarketDataSink sink) : TickerFeed(BinanceStreams.MarkPrice(symbol), sink)
{
    private MarkPriceMessage _message;

    /// <inheritdoc/>
    public override bool TryRead(ref Utf8Scanner json) => _message.TryRead(ref json);

    /// <inheritdoc/>
    protected override bool TryOrder(out long order)
    {
        order = _message.Time.UtcTicks;
        return _message.IsOurs;
    }

    /// <inheritdoc/>
    protected override void Publish(IMarketDataSink sink, DateTimeOffset receivedAt) => sink.OnMarkPrice(new MarkPrice
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
