using System.Text.Json;
using Exchange.Simulator.Deribit.Market;
using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Deribit.Api;

/// <summary>Instruments, books, tickers and trades (sheet, section 6).</summary>
internal sealed class MarketMethods(SimulatorContext context, LiveMarket market)
{
    private static readonly (string Currency, string Name, int Decimals)[] _currencies =
        [("BTC", "Bitcoin", 4), ("ETH", "Ethereum", 4), ("USDC", "USD Coin", 2), ("SOL", "Solana", 2)];

    public IEnumerable<RpcMethod> Methods() =>
    [
        new("public/get_instruments", null, GetInstruments, Pool.Instruments),
        new("public/get_instrument", null, (call, writer) => Feed(call).Instrument.WriteTo(writer)),
        new("public/get_contract_size", null, GetContractSize),
        new("public/get_currencies", null, GetCurrencies),
        new("public/get_order_book", null, GetOrderBook),
        new("public/ticker", null, (call, writer) => Ticker.Write(writer, Feed(call), context.Clock.VenueMilliseconds, null)),
        new("public/get_book_summary_by_instrument", null, (call, writer) => WriteSummaries(writer, [Feed(call)])),
        new("public/get_book_summary_by_currency", null, (call, writer) => WriteSummaries(writer, Chosen(call))),
        new("public/get_index_price", null, GetIndexPrice),
        new("public/get_index_price_names", null, GetIndexNames),
        new("public/get_last_trades_by_instrument", null, (call, writer) => GetTrades(call, writer, [Feed(call)])),
        new("public/get_last_trades_by_instrument_and_time", null, (call, writer) => GetTrades(call, writer, [Feed(call)])),
        new("public/get_last_trades_by_currency", null, (call, writer) => GetTrades(call, writer, Chosen(call))),
        new("public/get_last_trades_by_currency_and_time", null, (call, writer) => GetTrades(call, writer, Chosen(call))),
    ];

    private static void GetCurrencies(RpcCall call, Utf8JsonWriter writer)
    {
        writer.WriteStartArray();
        foreach (var (currency, name, decimals) in _currencies)
        {
            writer.WriteStartObject();
            writer.WriteString("currency"u8, currency);
            writer.WriteString("currency_long"u8, name);
            writer.WriteString("coin_type"u8, currency is "BTC" ? "BITCOIN" : "ETHER");
            writer.WriteNumber("min_confirmations"u8, 1);
            writer.WriteNumber("fee_precision"u8, decimals);
            writer.WriteAmount("min_withdrawal_fee"u8, 0.0001m);
            writer.WriteAmount("withdrawal_fee"u8, 0.0001m);
            writer.WriteStartArray("withdrawal_priorities"u8);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private InstrumentFeed Feed(RpcCall call) => market.Find(call.Parameters.Required("instrument_name"))
        ?? throw DeribitException.Parameters("instrument_name", "instrument not found");

    /// <summary>By <c>currency</c> and <c>kind</c>, both of which may be left out.</summary>
    private InstrumentFeed[] Chosen(RpcCall call)
    {
        var currency = call.Parameters.Text("currency") ?? "any";
        var kind = call.Parameters.Word("kind", "any", "any", "future", "option", "spot", "future_combo", "option_combo", "combo");
        return market.Feeds.Where(feed => (currency == "any" || feed.Instrument.SettlementCurrency == currency) && (kind == "any" || feed.Instrument.Kind == kind)).ToArray();
    }

    private void GetInstruments(RpcCall call, Utf8JsonWriter writer)
    {
        var expired = call.Parameters.Flag("expired") == true;
        writer.WriteStartArray();
        foreach (var feed in Chosen(call).Where(_ => !expired))
        {
            feed.Instrument.WriteTo(writer);
        }

        writer.WriteEndArray();
    }

    private void GetContractSize(RpcCall call, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteAmount("contract_size"u8, Feed(call).Instrument.ContractSize);
        writer.WriteEndObject();
    }

    private void GetOrderBook(RpcCall call, Utf8JsonWriter writer)
    {
        var feed = Feed(call);
        var depth = call.Parameters.Whole("depth") ?? 5;
        if (depth is not (1 or 5 or 10 or 20 or 50 or 100 or 1000 or 10000))
        {
            throw DeribitException.Parameters("depth", "value must be one of 1, 5, 10, 20, 50, 100, 1000, 10000");
        }

        writer.WriteStartObject();
        Ticker.WriteMembers(writer, feed, context.Clock.VenueMilliseconds);
        writer.WriteNumber("change_id"u8, feed.LastChangeId);
        GroupedBook.WriteSide(writer, "bids"u8, feed.Book.Bids, (int)depth, price => price);
        GroupedBook.WriteSide(writer, "asks"u8, feed.Book.Asks, (int)depth, price => price);
        writer.WriteEndObject();
    }

    private void WriteSummaries(Utf8JsonWriter writer, IEnumerable<InstrumentFeed> feeds)
    {
        writer.WriteStartArray();
        foreach (var feed in feeds)
        {
            var instrument = feed.Instrument;
            var bid = feed.Book.Bids.Best is { } bestBid ? Fixed8.ToDecimal(bestBid.Price) : (decimal?)null;
            var ask = feed.Book.Asks.Best is { } bestAsk ? Fixed8.ToDecimal(bestAsk.Price) : (decimal?)null;
            writer.WriteStartObject();
            writer.WriteString("instrument_name"u8, instrument.Name);
            writer.WriteString("base_currency"u8, instrument.BaseCurrency);
            writer.WriteString("quote_currency"u8, instrument.CountsDollars ? "USD" : instrument.SettlementCurrency);
            writer.WriteAmount("bid_price"u8, bid);
            writer.WriteAmount("ask_price"u8, ask);
            writer.WriteAmount("mid_price"u8, (bid + ask) / 2);
            writer.WriteAmount("mark_price"u8, feed.Mark);
            writer.WriteAmount("last"u8, feed.LastPrice);
            writer.WriteAmount("high"u8, feed.High);
            writer.WriteAmount("low"u8, feed.Low);
            writer.WriteAmount("volume"u8, feed.Volume);
            writer.WriteAmount("open_interest"u8, 900_000m);
            writer.WriteAmount("estimated_delivery_price"u8, feed.Index);
            writer.WriteNumber("creation_timestamp"u8, context.Clock.VenueMilliseconds);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private void GetIndexPrice(RpcCall call, Utf8JsonWriter writer)
    {
        var price = market.Index(call.Parameters.Required("index_name")) ?? throw DeribitException.Parameters("index_name", "index not found");
        writer.WriteStartObject();
        writer.WriteAmount("index_price"u8, price);
        writer.WriteAmount("estimated_delivery_price"u8, price);
        writer.WriteEndObject();
    }

    private void GetIndexNames(RpcCall call, Utf8JsonWriter writer)
    {
        writer.WriteStartArray();
        foreach (var name in market.IndexNames)
        {
            writer.WriteStringValue(name);
        }

        writer.WriteEndArray();
    }

    private static void GetTrades(RpcCall call, Utf8JsonWriter writer, IReadOnlyList<InstrumentFeed> feeds)
    {
        var parameters = call.Parameters;
        var (from, to) = (parameters.Whole("start_timestamp") ?? 0, parameters.Whole("end_timestamp") ?? long.MaxValue);
        var (first, last) = (parameters.Whole("start_seq") ?? 0, parameters.Whole("end_seq") ?? long.MaxValue);
        var count = parameters.Count(10);
        var ascending = parameters.Word("sorting", "default", "asc", "desc", "default") == "asc";
        var found = feeds.SelectMany(feed => feed.Trades.Select(trade => (feed.Instrument, Trade: trade)))
            .Where(row => row.Trade.Time >= from && row.Trade.Time <= to && row.Trade.Sequence >= first && row.Trade.Sequence <= last)
            .OrderBy(row => row.Trade.Time).ThenBy(row => row.Trade.Trade.Id).ToList();
        if (!ascending)
        {
            found.Reverse();
        }

        writer.WriteStartObject();
        writer.WriteStartArray("trades"u8);
        foreach (var (instrument, trade) in found.Take(count))
        {
            InstrumentFeed.WriteTrade(writer, instrument, trade);
        }

        writer.WriteEndArray();
        writer.WriteBoolean("has_more"u8, found.Count > count);
        writer.WriteEndObject();
    }
}
