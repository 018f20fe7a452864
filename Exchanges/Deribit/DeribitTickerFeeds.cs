using Exchange.Exchanges.Common;
using Exchange.Exchanges.Common.Market;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Deribit;

/// <summary>Best bid and ask of one instrument. The venue numbers quotes by time alone.</summary>
internal sealed class DeribitTopOfBookFeed(string exchange, string symbol, IMarketDataSink sink) : TickerFeed(DeribitChannels.Quote(symbol), sink)
{
    private DeribitTickerMessage _message;

    /// <inheritdoc/>
    protected override bool MayShareOrder => true;

    // A still book sends no quotes.
    /// <inheritdoc/>
    public override bool IsSteady => false;

    /// <inheritdoc/>
    public override bool TryRead(ref Utf8Scanner json) => _message.TryRead(ref json);

    /// <inheritdoc/>
    protected override bool TryOrder(out long order)
    {
        order = _message.Time.UtcTicks;
        return true;
    }

    /// <inheritdoc/>
    protected override void Publish(IMarketDataSink sink, DateTimeOffset receivedAt) => sink.OnTopOfBook(new TopOfBook
    {
        Exchange = exchange,
        Symbol = symbol,
        Bid = _message.Bid,
        Ask = _message.Ask,
        VenueTime = _message.Time,
        ReceivedTime = receivedAt,
    });
}

/// <summary>Mark price, index and funding of one instrument.</summary>
internal sealed class DeribitMarkPriceFeed(string exchange, string symbol, IMarketDataSink sink) : TickerFeed(DeribitChannels.Ticker(symbol), sink)
{
    private DeribitTickerMessage _message;

    /// <inheritdoc/>
    protected override bool MayShareOrder => true;

    /// <inheritdoc/>
    public override bool TryRead(ref Utf8Scanner json) => _message.TryRead(ref json) && _message.Mark is not null;

    /// <inheritdoc/>
    protected override bool TryOrder(out long order)
    {
        order = _message.Time.UtcTicks;
        return true;
    }

    /// <inheritdoc/>
    protected override void Publish(IMarketDataSink sink, DateTimeOffset receivedAt) => sink.OnMarkPrice(new MarkPrice
    {
        Exchange = exchange,
        Symbol = symbol,
        Mark = _message.Mark!.Value,
        Index = _message.Index,

        // Funding is paid all the time, so there is no next time; the rate is that of eight hours.
        FundingRate = _message.Funding,
        VenueTime = _message.Time,
        ReceivedTime = receivedAt,
    });
}
