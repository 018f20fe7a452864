using System.Text.Json;
using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Binance.Api;

/// <summary>The few market-data calls that the WebSocket API has: no key needed.</summary>
internal sealed class MarketMethods(SimulatorContext context, LiveMarket market)
{
    private static readonly int[] _depthLimits = [5, 10, 20, 50, 100, 500, 1000];

    public IEnumerable<ApiMethod> Methods() =>
    [
        new("depth", null, Security.Nothing, DepthWeight, default, Depth),
        new("ticker.price", null, Security.Nothing, parameters => parameters.Has("symbol") ? 1 : 2, default, (call, writer) => OneOrAll(call, writer, Price)),
        new("ticker.book", null, Security.Nothing, parameters => parameters.Has("symbol") ? 2 : 5, default, (call, writer) => OneOrAll(call, writer, Top)),
    ];

    private static int LimitOf(Parameters parameters) => parameters.Long("limit") switch
    {
        null => 500,
        var limit when _depthLimits.Contains((int)Math.Clamp(limit.Value, 0, int.MaxValue)) => (int)limit,
        _ => throw BinanceErrorException.InvalidValue("limit"),
    };

    private static int DepthWeight(Parameters parameters) => LimitOf(parameters) switch
    {
        <= 50 => 2,
        100 => 5,
        500 => 10,
        _ => 20,
    };

    private SymbolFeed FeedOf(string symbol) => market.Find(symbol) ?? throw BinanceErrorException.InvalidSymbol();

    private void Depth(ApiCall call, Utf8JsonWriter writer) =>
        market.WriteDepth(writer, FeedOf(call.Parameters.Required("symbol")).Instrument.Symbol, LimitOf(call.Parameters), 0);

    private void OneOrAll(ApiCall call, Utf8JsonWriter writer, Action<Utf8JsonWriter, SymbolFeed> write)
    {
        if (call.Parameters["symbol"] is { } symbol)
        {
            write(writer, FeedOf(symbol));
            return;
        }

        writer.WriteStartArray();
        foreach (var feed in market.Feeds)
        {
            write(writer, feed);
        }

        writer.WriteEndArray();
    }

    private void Price(Utf8JsonWriter writer, SymbolFeed feed)
    {
        writer.WriteStartObject();
        writer.WriteString("symbol"u8, feed.Instrument.Symbol);
        writer.WriteFixed("price"u8, feed.LastPrice, feed.Instrument.Core.PriceDigits);
        writer.WriteNumber("time"u8, context.Clock.VenueMilliseconds);
        writer.WriteEndObject();
    }

    private void Top(Utf8JsonWriter writer, SymbolFeed feed)
    {
        var core = feed.Instrument.Core;
        writer.WriteStartObject();
        writer.WriteNumber("lastUpdateId"u8, feed.LastUpdateId);
        writer.WriteString("symbol"u8, feed.Instrument.Symbol);
        writer.WriteFixed("bidPrice"u8, feed.Book.Bids.Best?.Price ?? 0, core.PriceDigits);
        writer.WriteFixed("bidQty"u8, feed.Book.Bids.Best?.Quantity ?? 0, core.QuantityDigits);
        writer.WriteFixed("askPrice"u8, feed.Book.Asks.Best?.Price ?? 0, core.PriceDigits);
        writer.WriteFixed("askQty"u8, feed.Book.Asks.Best?.Quantity ?? 0, core.QuantityDigits);
        writer.WriteNumber("time"u8, context.Clock.VenueMilliseconds);
        writer.WriteEndObject();
    }
}
