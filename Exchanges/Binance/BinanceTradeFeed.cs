using System.Globalization;
using Exchange.Exchanges.Common;
using Exchange.Exchanges.Common.Market;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Binance;

/// <summary>The trades of one symbol, aggregated or single.</summary>
internal sealed class BinanceTradeFeed(string exchange, string symbol, bool aggregated, IMarketDataSink sink, ITradeHost host, TimeProvider time)
    : TradeFeed(exchange, symbol, aggregated ? BinanceStreams.AggTrade(symbol) : BinanceStreams.Trade(symbol), sink, host, time)
{
    /// <inheritdoc/>
    public override string? WhyNotFetched => aggregated ? null : "Binance tells single trades again only to those who sign";

    /// <summary>The trade that a message tells. Insurance fund and auto-deleveraging fills are no market trades; aggregated trades leave them out as well.</summary>
    public static MarketTrade ToTrade(in TradeMessage message) => new(
        message.Id,
        message.Id.ToString(CultureInfo.InvariantCulture),
        message.Price,
        message.Quantity,
        message.BuyerIsMaker ? Side.Sell : Side.Buy,
        message.Time,
        message.IsMarket);

    /// <inheritdoc/>
    protected override bool TryRead(ref Utf8Scanner json, List<MarketTrade> trades)
    {
        var message = default(TradeMessage);
        if (!message.TryRead(ref json))
            return false;
        if (message.IsOurs)
            trades.Add(ToTrade(message));
        return true;
    }
}
