using Exchange.Exchanges.Common;
using Exchange.Exchanges.Common.Market;
using Exchange.Exchanges.Common.Text;

namespace Exchange.Exchanges.Deribit;

/// <summary>The trades of one instrument; <c>trade_seq</c> counts them.</summary>
internal sealed class DeribitTradeFeed(string exchange, string symbol, string interval, IMarketDataSink sink, ITradeHost host, TimeProvider time)
    : TradeFeed(exchange, symbol, DeribitChannels.Trades(symbol, interval), sink, host, time)
{
    /// <inheritdoc/>
    protected override bool TryRead(ref Utf8Scanner json, List<MarketTrade> trades) => DeribitTradeMessage.TryReadAll(ref json, trades);
}
