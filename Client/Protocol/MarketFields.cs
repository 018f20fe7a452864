using System.Collections.Immutable;
using System.Text.Json;
using Exchange.Grains.Interfaces;

namespace Exchange.Client.Protocol;

/// <summary>The members of a book. Exchange and symbol are read only where they are not known from the topic.</summary>
internal struct BookFields : IJsonFields
{
    public string? Exchange;
    public string? Symbol;
    private BookState? _state;
    private ImmutableArray<PriceLevel> _bids;
    private ImmutableArray<PriceLevel> _asks;
    private long _lastUpdateId;
    private DateTimeOffset? _venueTime;
    private DateTimeOffset? _receivedTime;
    private int _conflated;
    private string? _reason;

    public bool TryRead(ReadOnlySpan<byte> name, ref Utf8JsonReader reader)
    {
        if (name.SequenceEqual("bids"u8))
            _bids = MarketJson.ReadLevels(ref reader);
        else if (name.SequenceEqual("asks"u8))
            _asks = MarketJson.ReadLevels(ref reader);
        else if (name.SequenceEqual("state"u8))
            _state = WireName<BookState>.TryParse(reader.ValueSpan, out var state) ? state : throw new JsonException($"state: unknown; legal are {WireName<BookState>.Legal}");
        else if (name.SequenceEqual("last_update_id"u8))
            _lastUpdateId = WireJson.ReadId(ref reader);
        else if (name.SequenceEqual("conflated"u8))
            _conflated = reader.GetInt32();
        else if (name.SequenceEqual("venue_time"u8))
            _venueTime = reader.GetDateTimeOffset();
        else if (name.SequenceEqual("received_time"u8))
            _receivedTime = reader.GetDateTimeOffset();
        else if (name.SequenceEqual("reason"u8))
            _reason = reader.GetString();
        else if (name.SequenceEqual("exchange"u8))
            Exchange ??= reader.GetString();
        else if (name.SequenceEqual("symbol"u8))
            Symbol ??= reader.GetString();
        else
            return false;
        return true;
    }

    public readonly OrderBook ToBook() => new()
    {
        Exchange = Exchange ?? throw MissingField("exchange"),
        Symbol = Symbol ?? throw MissingField("symbol"),
        State = _state ?? throw MissingField("state"),
        Bids = _bids.IsDefault ? [] : _bids,
        Asks = _asks.IsDefault ? [] : _asks,
        LastUpdateId = _lastUpdateId,
        VenueTime = _venueTime,
        ReceivedTime = _receivedTime,
        Conflated = _conflated,
        Reason = _reason,
    };

    internal static JsonException MissingField(string name) => new($"{name}: missing");
}

/// <summary>The members of a trade.</summary>
internal struct TradeFields : IJsonFields
{
    public string? Exchange;
    public string? Symbol;
    private string? _tradeId;
    private decimal? _price;
    private decimal? _quantity;
    private Side? _side;
    private DateTimeOffset? _venueTime;
    private DateTimeOffset? _receivedTime;

    public bool TryRead(ReadOnlySpan<byte> name, ref Utf8JsonReader reader)
    {
        if (name.SequenceEqual("price"u8))
            _price = WireDecimal.Read(ref reader);
        else if (name.SequenceEqual("quantity"u8))
            _quantity = WireDecimal.Read(ref reader);
        else if (name.SequenceEqual("trade_id"u8))
            _tradeId = reader.GetString();
        else if (name.SequenceEqual("aggressor_side"u8))
            _side = WireName<Side>.TryParse(reader.ValueSpan, out var side) ? side : throw new JsonException($"aggressor_side: unknown; legal are {WireName<Side>.Legal}");
        else if (name.SequenceEqual("venue_time"u8))
            _venueTime = reader.GetDateTimeOffset();
        else if (name.SequenceEqual("received_time"u8))
            _receivedTime = reader.GetDateTimeOffset();
        else
            return false;
        return true;
    }

    public readonly Trade ToTrade() => new()
    {
        Exchange = Exchange ?? throw BookFields.MissingField("exchange"),
        Symbol = Symbol ?? throw BookFields.MissingField("symbol"),
        TradeId = _tradeId ?? throw BookFields.MissingField("trade_id"),
        Price = _price ?? throw BookFields.MissingField("price"),
        Quantity = _quantity ?? throw BookFields.MissingField("quantity"),
        AggressorSide = _side ?? throw BookFields.MissingField("aggressor_side"),
        VenueTime = _venueTime ?? throw BookFields.MissingField("venue_time"),
        ReceivedTime = _receivedTime ?? throw BookFields.MissingField("received_time"),
    };
}

/// <summary>The members of a best bid and ask.</summary>
internal struct QuoteFields : IJsonFields
{
    public string? Exchange;
    public string? Symbol;
    private PriceLevel? _bid;
    private PriceLevel? _ask;
    private long _lastUpdateId;
    private DateTimeOffset? _venueTime;
    private DateTimeOffset? _receivedTime;

    public bool TryRead(ReadOnlySpan<byte> name, ref Utf8JsonReader reader)
    {
        if (name.SequenceEqual("bid"u8))
            _bid = MarketJson.ReadLevel(ref reader);
        else if (name.SequenceEqual("ask"u8))
            _ask = MarketJson.ReadLevel(ref reader);
        else if (name.SequenceEqual("last_update_id"u8))
            _lastUpdateId = WireJson.ReadId(ref reader);
        else if (name.SequenceEqual("venue_time"u8))
            _venueTime = reader.GetDateTimeOffset();
        else if (name.SequenceEqual("received_time"u8))
            _receivedTime = reader.GetDateTimeOffset();
        else
            return false;
        return true;
    }

    public readonly TopOfBook ToQuote() => new()
    {
        Exchange = Exchange ?? throw BookFields.MissingField("exchange"),
        Symbol = Symbol ?? throw BookFields.MissingField("symbol"),
        Bid = _bid,
        Ask = _ask,
        LastUpdateId = _lastUpdateId,
        VenueTime = _venueTime,
        ReceivedTime = _receivedTime ?? throw BookFields.MissingField("received_time"),
    };
}

/// <summary>The members of a mark price.</summary>
internal struct MarkFields : IJsonFields
{
    public string? Exchange;
    public string? Symbol;
    private decimal? _mark;
    private decimal? _index;
    private decimal? _fundingRate;
    private DateTimeOffset? _nextFundingTime;
    private DateTimeOffset? _venueTime;
    private DateTimeOffset? _receivedTime;

    public bool TryRead(ReadOnlySpan<byte> name, ref Utf8JsonReader reader)
    {
        if (name.SequenceEqual("mark"u8))
            _mark = WireDecimal.Read(ref reader);
        else if (name.SequenceEqual("index"u8))
            _index = WireDecimal.Read(ref reader);
        else if (name.SequenceEqual("funding_rate"u8))
            _fundingRate = WireDecimal.Read(ref reader);
        else if (name.SequenceEqual("next_funding_time"u8))
            _nextFundingTime = reader.GetDateTimeOffset();
        else if (name.SequenceEqual("venue_time"u8))
            _venueTime = reader.GetDateTimeOffset();
        else if (name.SequenceEqual("received_time"u8))
            _receivedTime = reader.GetDateTimeOffset();
        else
            return false;
        return true;
    }

    public readonly MarkPrice ToMark() => new()
    {
        Exchange = Exchange ?? throw BookFields.MissingField("exchange"),
        Symbol = Symbol ?? throw BookFields.MissingField("symbol"),
        Mark = _mark ?? throw BookFields.MissingField("mark"),
        Index = _index,
        FundingRate = _fundingRate,
        NextFundingTime = _nextFundingTime,
        VenueTime = _venueTime,
        ReceivedTime = _receivedTime ?? throw BookFields.MissingField("received_time"),
    };
}
