using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Exchange.Simulator.Faults;

namespace Exchange.Simulator.Binance;

/// <summary>The public REST calls (sheet, section 9), their weights and errors.</summary>
internal sealed class BinanceRest
{
    private readonly SimulatorContext _context;
    private readonly IBinanceMarket _market;
    private readonly RequestWeights _weights;
    private readonly Dictionary<string, (Func<Query, int> Weight, Action<Query, Utf8JsonWriter> Answer)> _calls;

    /// <summary>Depth snapshots as they were when a <see cref="FaultKind.StaleSnapshot"/> was set.</summary>
    private readonly Dictionary<long, Dictionary<string, byte[]>> _stale = [];

    public BinanceRest(SimulatorContext context, IBinanceMarket market, RequestWeights weights)
    {
        _context = context;
        _market = market;
        _weights = weights;
        _calls = new(StringComparer.Ordinal)
        {
            ["/fapi/v1/ping"] = (_ => 1, (_, writer) => { writer.WriteStartObject(); writer.WriteEndObject(); }
            ),
            ["/fapi/v1/time"] = (_ => 1, Time),
            ["/fapi/v1/exchangeInfo"] = (_ => 1, (_, writer) => _market.WriteExchangeInfo(writer)),
            ["/fapi/v1/depth"] = (DepthWeight, Depth),
            ["/fapi/v1/trades"] = (_ => 5, (query, writer) =>
                _market.WriteTrades(writer, Symbol(query), query.Limit(500, 1000))),
            ["/fapi/v1/aggTrades"] = (_ => 20, AggTrades),
            ["/fapi/v1/klines"] = (KlinesWeight, Klines),
            ["/fapi/v1/premiumIndex"] = (query => query["symbol"] is null ? 10 : 1, (query, writer) =>
                OneOrAll(query, writer, symbol => _market.WritePremiumIndex(writer, symbol))),
            ["/fapi/v1/ticker/bookTicker"] = (query => query["symbol"] is null ? 5 : 2, (query, writer) =>
                OneOrAll(query, writer, symbol => BookTicker(writer, symbol))),
            ["/fapi/v1/ticker/24hr"] = (query => query["symbol"] is null ? 40 : 1, (query, writer) =>
                OneOrAll(query, writer, symbol => _market.WriteTicker24Hours(writer, symbol))),
        };
    }

    public long Requests { get; private set; }

    /// <summary>Answers one request.</summary>
    public async Task HandleAsync(HttpContext http)
    {
        var path = http.Request.Path.Value ?? "";
        int status;
        var body = new ArrayBufferWriter<byte>(4096);
        Fault? error, hang;
        Task delayed;
        lock (_context.Turn)
        {
            var scope = new FaultScope("binance", "rest", 0, Path: path, Symbol: http.Request.Query["symbol"]);
            hang = _context.Faults.Take(FaultKind.RestHang, scope);
            delayed = hang is null && _context.Faults.Take(FaultKind.RestSlow, scope) is { } slow
                ? Delay(TimeSpan.FromMilliseconds(slow.DelayMs ?? 5000))
                : Task.CompletedTask;
            error = hang is null ? _context.Faults.Take(FaultKind.RestError, scope) : null;
            Requests++;
            _context.Touch();
        }

        if (hang is not null)
        {
            await Task.Delay(Timeout.Infinite, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        await delayed.WaitAsync(http.RequestAborted);
        lock (_context.Turn)
        {
            status = error is null ? Answer(http, path, body) : WriteFault(error, body);
            http.Response.Headers["X-MBX-USED-WEIGHT-1M"] = _weights.Used.ToString(CultureInfo.InvariantCulture);
        }

        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = body.WrittenCount;
        await http.Response.Body.WriteAsync(body.WrittenMemory, http.RequestAborted);
    }

    /// <summary>Remembers the books as they are now for a stale-snapshot fault.</summary>
    public void Remember(Fault fault)
    {
        // The id goes back further than any buffered delta of a client could begin.
        const long Shift = 1_000_000;
        var snapshots = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var symbol in _market.Symbols)
        {
            var body = new ArrayBufferWriter<byte>();
            using var writer = new Utf8JsonWriter(body);
            _market.WriteDepth(writer, symbol, 1000, Shift);
            writer.Flush();
            snapshots.Add(symbol, body.WrittenSpan.ToArray());
        }

        _stale[fault.Id] = snapshots;
    }

    public void Forget(Fault fault) => _stale.Remove(fault.Id);

    private int Answer(HttpContext http, string path, ArrayBufferWriter<byte> body)
    {
        using var writer = new Utf8JsonWriter(body);
        try
        {
            if (!_calls.TryGetValue(path, out var call) || http.Request.Method != HttpMethods.Get)
            {
                throw new BinanceErrorException(404, -5000, $"Path {path}, Method {http.Request.Method} is invalid");
            }

            var query = new Query(http.Request.Query);
            _weights.Charge(call.Weight(query));
            call.Answer(query, writer);
            return 200;
        }
        catch (BinanceErrorException refused)
        {
            writer.Reset();
            body.ResetWrittenCount();
            writer.Reset(body);
            ApiJson.WriteError(writer, refused.Code, refused.Message);
            return refused.Status;
        }
    }

    private int WriteFault(Fault fault, ArrayBufferWriter<byte> body)
    {
        var error = VenueErrors.Of(fault, _context.Clock, fault.Status ?? 503);
        using var writer = new Utf8JsonWriter(body);
        ApiJson.WriteError(writer, error.Code, error.Message);
        return error.Status;
    }

    /// <summary>By the simulator's clock.</summary>
    private Task Delay(TimeSpan delay)
    {
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _context.Timetable.After(delay, () => over.TrySetResult());
        return over.Task;
    }

    private void Time(Query query, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteNumber("serverTime"u8, _context.Clock.VenueMilliseconds);
        writer.WriteEndObject();
    }

    private static int DepthWeight(Query query) => query.DepthLimit() switch
    {
        <= 50 => 2,
        100 => 5,
        500 => 10,
        _ => 20,
    };

    private void Depth(Query query, Utf8JsonWriter writer)
    {
        var symbol = Symbol(query);
        var scope = new FaultScope("binance", "rest", 0, Path: "/fapi/v1/depth", Symbol: symbol);
        if (_context.Faults.Take(FaultKind.StaleSnapshot, scope) is { } stale)
        {
            writer.WriteRawValue(_stale[stale.Id][symbol]);
        }
        else
        {
            _market.WriteDepth(writer, symbol, query.DepthLimit());
        }
    }

    private void AggTrades(Query query, Utf8JsonWriter writer)
    {
        var symbol = Symbol(query);
        var (from, start, end) = (query.Long("fromId"), query.Long("startTime"), query.Long("endTime"));
        if (start is not null && end is not null && end - start >= 60 * 60_000)
        {
            throw new BinanceErrorException(400, -4144, "More than 1 hours between startTime and endTime.");
        }

        _market.WriteAggTrades(writer, symbol, new AggTradeQuery(from, start, end, query.Limit(500, 1000)));
    }

    private static int KlinesWeight(Query query) => query.Limit(500, 1500) switch
    {
        < 100 => 1,
        < 500 => 2,
        <= 1000 => 5,
        _ => 10,
    };

    private void Klines(Query query, Utf8JsonWriter writer)
    {
        var symbol = Symbol(query);
        var name = query["interval"] ?? throw BinanceErrorException.Missing("interval");
        var interval = KlineInterval.Find(name) ?? throw new BinanceErrorException(400, -1120, "Invalid interval.");
        _market.WriteKlines(
            writer, symbol, interval, query.Long("startTime"), query.Long("endTime"), query.Limit(500, 1500));
    }

    private void BookTicker(Utf8JsonWriter writer, string symbol)
    {
        var book = _market.Book(symbol);
        (string Price, string Quantity) nothing = ("0", "0");
        var (bid, ask) = (book.Bids.FirstOrDefault(nothing), book.Asks.FirstOrDefault(nothing));
        writer.WriteStartObject();
        writer.WriteString("symbol"u8, symbol);
        writer.WriteString("bidPrice"u8, bid.Price);
        writer.WriteString("bidQty"u8, bid.Quantity);
        writer.WriteString("askPrice"u8, ask.Price);
        writer.WriteString("askQty"u8, ask.Quantity);
        writer.WriteNumber("time"u8, _context.Clock.VenueMilliseconds);
        writer.WriteNumber("lastUpdateId"u8, book.LastUpdateId);
        writer.WriteEndObject();
    }

    private void OneOrAll(Query query, Utf8JsonWriter writer, Action<string> write)
    {
        if (query["symbol"] is not null)
        {
            write(Symbol(query));
            return;
        }

        writer.WriteStartArray();
        foreach (var symbol in _market.Symbols)
        {
            write(symbol);
        }

        writer.WriteEndArray();
    }

    private string Symbol(Query query)
    {
        var symbol = query["symbol"] ?? throw BinanceErrorException.Missing("symbol");
        return _market.Symbols.Contains(symbol, StringComparer.Ordinal) ? symbol : throw BinanceErrorException.InvalidSymbol();
    }

    /// <summary>The parameters of a request, refused as the venue refuses them.</summary>
    private readonly struct Query(IQueryCollection values)
    {
        private static readonly int[] _depthLimits = [5, 10, 20, 50, 100, 500, 1000];

        /// <summary>Null when absent; empty counts as malformed.</summary>
        public string? this[string name] => !values.TryGetValue(name, out var value) ? null
            : value.ToString() is { Length: > 0 } text ? text : throw BinanceErrorException.Missing(name);

        public long? Long(string name) => this[name] is not { } text ? null
            : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value
            : throw BinanceErrorException.Missing(name);

        public int Limit(int normal, int maximum) => Long("limit") switch
        {
            null => normal,
            var limit when limit >= 1 && limit <= maximum => (int)limit,
            _ => throw BinanceErrorException.InvalidValue("limit"),
        };

        public int DepthLimit() => Long("limit") switch
        {
            null => 500,
            var limit when _depthLimits.Contains((int)Math.Min(limit.Value, int.MaxValue)) => (int)limit,
            _ => throw BinanceErrorException.InvalidValue("limit"),
        };
    }
}
