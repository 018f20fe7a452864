using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Deribit.Market;

/// <summary>A public trade as the venue numbers it.</summary>
internal sealed record PublicTrade(Trade Trade, long Sequence, long Time, int TickDirection, decimal Index, decimal Mark);

/// <summary>
/// One live instrument: its book and order flow, the numbers that the venue gives to what happens in it, and the notifications
/// that tell of it.
/// </summary>
internal sealed class InstrumentFeed
{
    private const int RememberedTrades = 2_000;

    private readonly ChannelHub _hub;
    private readonly SimulatorClock _clock;
    private readonly IdSource _changeIds;
    private readonly Func<InstrumentFeed, decimal> _indexOf;
    private readonly BookChain _raw;
    private readonly BookChain _fast;
    private readonly BookChain _slow;
    private readonly Queue<PublicTrade> _trades = new();
    private readonly List<PublicTrade> _fastTrades = [];
    private readonly List<PublicTrade> _slowTrades = [];
    private readonly Dictionary<string, Channel> _channels = new(StringComparer.Ordinal);
    private (long Bid, long BidAmount, long Ask, long AskAmount) _top;
    private (decimal Mark, decimal Index) _prices;
    private bool _changed;
    private bool _fastMoved;
    private bool _slowMoved;
    private long _sequence;
    private int _direction = 1;

    public InstrumentFeed(
        DeribitInstrument instrument, SimulatorContext context, ChannelHub hub, IdSource changeIds, IdSource orderIds, IdSource tradeIds,
        Func<InstrumentFeed, decimal> indexOf)
    {
        Instrument = instrument;
        _hub = hub;
        _clock = context.Clock;
        _changeIds = changeIds;
        _indexOf = indexOf;
        var random = SeededRandom.For(context.Seed, instrument.Name);
        _sequence = 120_000_000 + random.Next(1_000_000);
        Book = new MatchingBook(instrument.Core, orderIds, tradeIds);
        Flow = new OrderFlow(Book, random);
        (_raw, _fast, _slow) = (new BookChain(Book), new BookChain(Book), new BookChain(Book));
        LastPrice = High = Low = Open = instrument.Core.StartPrice;
        LastChangeId = changeIds.Next();
        LastChange = _clock.VenueMilliseconds;
        _top = Top();
        Book.LevelChanged = OnLevelChanged;
        Book.Traded = OnTraded;
        Book.OperationDone = OnOperationDone;
    }

    public DeribitInstrument Instrument { get; }

    public MatchingBook Book { get; }

    public OrderFlow Flow { get; }

    public long LastChangeId { get; private set; }

    public long LastChange { get; private set; }

    public long LastPrice { get; private set; }

    public long High { get; private set; }

    public long Low { get; private set; }

    public long Open { get; private set; }

    /// <summary>Traded since the simulator began, in the instrument's unit.</summary>
    public long Volume { get; private set; }

    /// <summary>Oldest first.</summary>
    public IReadOnlyCollection<PublicTrade> Trades => _trades;

    /// <summary>A match in this book, as it happens; whoever hears it must leave the book alone until <see cref="Settled"/>.</summary>
    public Action<PublicTrade>? Traded { get; set; }

    /// <summary>A call on the book is over.</summary>
    public Action? Settled { get; set; }

    /// <summary>Set by hand: what the mark price is, whatever the book says.</summary>
    public decimal? MarkByHand { get; set; }

    /// <summary>How far from the mark prices may be, as a part of it.</summary>
    public decimal Band { get; init; } = 0.05m;

    public decimal Index => _indexOf(this);

    /// <summary>Between the book's middle and the makers' idea of the price.</summary>
    public decimal Mark
    {
        get
        {
            if (MarkByHand is { } held)
            {
                return held;
            }

            var fair = Fixed8.ToDecimal(Flow.FairPrice);
            var middle = Book.Bids.Best is { } bid && Book.Asks.Best is { } ask ? Fixed8.ToDecimal(bid.Price + ask.Price) / 2 : fair;
            return decimal.Round((middle + fair) / 2, Instrument.IsOption ? 4 : 2);
        }
    }

    public decimal MinimumPrice(decimal band) => Instrument.IsOption ? Instrument.TickSize : Round(Mark * (1 - band));

    public decimal MaximumPrice(decimal band) => Round(Instrument.IsOption ? Mark * 5 : Mark * (1 + band));

    public BookState State() => new(Instrument.Name, LastChangeId, Side(Book.Bids), Side(Book.Asks));

    /// <summary>Somebody has subscribed: the channel may begin with how things are.</summary>
    public void OnSubscribed(Channel channel, DeribitConnection connection)
    {
        var name = channel.Name;
        if (name.Instrument is not null)
        {
            _channels[name.Text] = channel;
        }

        switch (name.Family)
        {
            case "book" when name.Depth == 0:
                var chain = ChainOf(name.Interval);
                if (channel.Subscribers.Length == 1)
                {
                    chain.Start(channel, LastChangeId);
                }
                else
                {
                    // What the others have not been told yet is in the newcomer's snapshot.
                    PublishChain(chain, except: connection);
                }

                _hub.Publish(channel, writer => chain.WriteSnapshot(writer, Instrument.Name, _clock.VenueMilliseconds), connection);
                break;
            case "book":
                _hub.Publish(channel, writer => GroupedBook.Write(writer, this, name), connection);
                break;
            case "ticker" or "incremental_ticker":
                _hub.Publish(channel, writer => Ticker.Write(writer, this, _clock.VenueMilliseconds, name.Family == "incremental_ticker" ? "snapshot" : null), connection);
                break;
            case "quote":
                _hub.Publish(channel, WriteQuote, connection);
                break;
            case "perpetual":
                _hub.Publish(channel, WritePerpetual, connection);
                break;
            default:
                break;
        }
    }

    /// <summary>What is told every 100 ms, or every second (<c>agg2</c>).</summary>
    public void PublishInterval(string interval)
    {
        PublishChain(ChainOf(interval));
        ref var moved = ref interval == "100ms" ? ref _fastMoved : ref _slowMoved;
        var trades = interval == "100ms" ? _fastTrades : _slowTrades;
        var prices = (Mark, Index);
        moved |= prices != _prices;
        _prices = prices;
        if (trades.Count > 0)
        {
            if (Wanted($"trades.{Instrument.Name}.{interval}") is { } own)
            {
                _hub.Publish(own, writer => WriteTrades(writer, trades));
            }

            PublishToKinds(interval, trades);
            trades.Clear();
        }

        if (!moved)
        {
            return;
        }

        moved = false;
        foreach (var channel in _channels.Values.Where(candidate => candidate.IsWanted && candidate.Name.Interval == interval).ToArray())
        {
            Publish(channel);
        }

        if (interval == "agg2" && Wanted($"incremental_ticker.{Instrument.Name}") is { } ticker)
        {
            _hub.Publish(ticker, writer => Ticker.Write(writer, this, _clock.VenueMilliseconds, "change"));
        }
    }

    public static void WriteTrade(Utf8JsonWriter writer, DeribitInstrument instrument, PublicTrade trade)
    {
        var amount = Fixed8.ToDecimal(trade.Trade.Quantity);
        writer.WriteStartObject();
        writer.WriteNumber("trade_seq"u8, trade.Sequence);
        writer.WriteString("trade_id"u8, IdOf(instrument, trade.Trade.Id));
        writer.WriteNumber("timestamp"u8, trade.Time);
        writer.WriteNumber("tick_direction"u8, trade.TickDirection);
        writer.WriteAmount("price"u8, trade.Trade.Price);
        writer.WriteAmount("mark_price"u8, trade.Mark);
        writer.WriteString("instrument_name"u8, instrument.Name);
        writer.WriteAmount("index_price"u8, trade.Index);
        writer.WriteString("direction"u8, trade.Trade.TakerSide == Engine.Side.Buy ? "buy"u8 : "sell"u8);
        writer.WriteAmount("contracts"u8, amount / instrument.ContractSize);
        writer.WriteAmount("amount"u8, amount);
        writer.WriteEndObject();
    }

    public static string IdOf(DeribitInstrument instrument, long number) => instrument.IdPrefix + number.ToString(CultureInfo.InvariantCulture);

    public long NextSequence() => ++_sequence;

    /// <summary>A trade between strangers at this price, beside the book.</summary>
    public void Print(long price)
    {
        var quantity = Instrument.Core.LotStep;
        var stranger = Order(price, quantity, Engine.Side.Sell);
        OnTraded(new Trade(Book.NextTradeId(), price, quantity, stranger, Order(price, quantity, Engine.Side.Buy)));
        OnOperationDone();
    }

    private Order Order(long price, long quantity, Side side) => new()
    {
        Id = Book.NextOrderId(),
        Owner = "stranger",
        Side = side,
        Price = price,
        Quantity = quantity,
        TimeInForce = TimeInForce.ImmediateOrCancel,
        State = OrderState.Filled,
    };

    private static (string, string)[] Side(BookSide side) => Enumerable.Range(0, side.Count)
        .Select(rank => (Fixed8.ToDecimal(side[rank].Price).ToString(CultureInfo.InvariantCulture), Fixed8.ToDecimal(side[rank].Quantity).ToString(CultureInfo.InvariantCulture)))
        .ToArray();

    private decimal Round(decimal price)
    {
        var tick = Instrument.TickAt(price);
        return decimal.Round(price / tick) * tick;
    }

    private BookChain ChainOf(string interval) => interval switch
    {
        "raw" => _raw,
        "100ms" => _fast,
        _ => _slow,
    };

    private Channel? Wanted(string name) => _channels.TryGetValue(name, out var channel) && channel.IsWanted ? channel : null;

    private (long, long, long, long) Top() =>
        (Book.Bids.Best?.Price ?? 0, Book.Bids.Best?.Quantity ?? 0, Book.Asks.Best?.Price ?? 0, Book.Asks.Best?.Quantity ?? 0);

    private void OnLevelChanged(Side side, long price, long quantity)
    {
        _changed = true;
        foreach (var chain in (ReadOnlySpan<BookChain>)[_raw, _fast, _slow])
        {
            if (chain.IsWanted)
            {
                chain.Note(side, price);
            }
        }
    }

    private void OnTraded(Trade trade)
    {
        _direction = trade.Price > LastPrice ? 0 : trade.Price < LastPrice ? 2 : _direction is 0 or 1 ? 1 : 3;
        LastPrice = trade.Price;
        (High, Low, Volume) = (Math.Max(High, trade.Price), Math.Min(Low, trade.Price), Volume + trade.Quantity);
        var told = new PublicTrade(trade, ++_sequence, _clock.VenueMilliseconds, _direction, Index, Mark);
        _trades.Enqueue(told);
        if (_trades.Count > RememberedTrades)
        {
            _trades.Dequeue();
        }

        _fastTrades.Add(told);
        _slowTrades.Add(told);
        _fastMoved = _slowMoved = true;
        Traded?.Invoke(told);
        if (Wanted($"trades.{Instrument.Name}.raw") is { } own)
        {
            _hub.Publish(own, writer => WriteTrades(writer, [told]));
        }

        PublishToKinds("raw", [told]);
    }

    private void OnOperationDone()
    {
        if (_changed)
        {
            _changed = false;
            LastChangeId = _changeIds.Next();
            LastChange = _clock.VenueMilliseconds;
            PublishChain(_raw);
            _fastMoved = _slowMoved = true;
        }

        var top = Top();
        if (top != _top)
        {
            _top = top;
            if (Wanted($"quote.{Instrument.Name}") is { } quote)
            {
                _hub.Publish(quote, WriteQuote);
            }

            foreach (var family in (ReadOnlySpan<string>)["ticker", "perpetual"])
            {
                if (Wanted($"{family}.{Instrument.Name}.raw") is { } raw)
                {
                    Publish(raw);
                }
            }
        }

        Settled?.Invoke();
    }

    private void Publish(Channel channel)
    {
        switch (channel.Name.Family)
        {
            case "ticker":
                _hub.Publish(channel, writer => Ticker.Write(writer, this, _clock.VenueMilliseconds, null));
                break;
            case "perpetual":
                _hub.Publish(channel, WritePerpetual);
                break;
            case "book" when channel.Name.Depth > 0:
                _hub.Publish(channel, writer => GroupedBook.Write(writer, this, channel.Name));
                break;
            default:
                break;
        }
    }

    private void PublishChain(BookChain chain, DeribitConnection? except = null)
    {
        if (!chain.IsWanted || !chain.HasChanges)
        {
            return;
        }

        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            if (!chain.TryWrite(writer, Instrument.Name, LastChangeId, LastChange))
            {
                return;
            }
        }

        _hub.Publish(chain.Channel!, buffer.WrittenSpan, except: except);
    }

    private void PublishToKinds(string interval, IReadOnlyList<PublicTrade> trades)
    {
        foreach (var channel in _hub.Wanted.Where(channel => channel.Name is { Family: "trades", Instrument: null } name
            && name.Interval == interval && name.Covers(Instrument)).ToArray())
        {
            _hub.Publish(channel, writer => WriteTrades(writer, trades));
        }
    }

    private void WriteTrades(Utf8JsonWriter writer, IReadOnlyList<PublicTrade> trades)
    {
        writer.WriteStartArray();
        foreach (var trade in trades)
        {
            WriteTrade(writer, Instrument, trade);
        }

        writer.WriteEndArray();
    }

    private void WriteQuote(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteNumber("timestamp"u8, _clock.VenueMilliseconds);
        writer.WriteString("instrument_name"u8, Instrument.Name);
        Ticker.WriteTop(writer, Book);
        writer.WriteEndObject();
    }

    private void WritePerpetual(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteNumber("timestamp"u8, _clock.VenueMilliseconds);
        writer.WriteAmount("interest"u8, 0.005m);
        writer.WriteAmount("index_price"u8, Index);
        writer.WriteEndObject();
    }
}
