using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Exchange.Client.Protocol;
using Exchange.Client.Trader;
using Exchange.Grains.Interfaces;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Exchange.Tests.Client;

/// <summary>The JSON of the protocol, written and read.</summary>
public sealed class WireTests
{
    [Fact]
    public void Decimals_are_written_as_the_framework_writes_them_and_read_back_the_same() =>
        Prop.ForAll(ArbMap.Default.ArbFor<decimal>(), static value =>
        {
            Span<byte> text = stackalloc byte[WireDecimal.MaxLength];
            var written = Encoding.ASCII.GetString(text[..WireDecimal.Format(value, text)]);
            // A negative zero has no sign.
            var expected = value == 0 ? Math.Abs(value).ToString(CultureInfo.InvariantCulture) : value.ToString(CultureInfo.InvariantCulture);
            return written == expected
                && WireDecimal.TryParse(written, out var fromText) && fromText == value
                && WireDecimal.TryParse(Encoding.ASCII.GetBytes(written), out var fromBytes) && fromBytes == value;
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("0.00000001")]
    [InlineData("60000.10")]
    [InlineData("-0.5")]
    [InlineData("100")]
    [InlineData("18446744073709551615")]
    [InlineData("79228162514264337593543950335")]
    public void Decimals_keep_their_digits(string text)
    {
        Assert.True(WireDecimal.TryParse(text, out var value));
        Span<byte> written = stackalloc byte[WireDecimal.MaxLength];
        Assert.Equal(text, Encoding.ASCII.GetString(written[..WireDecimal.Format(value, written)]));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("+1")]
    [InlineData(".5")]
    [InlineData("5.")]
    [InlineData("1e5")]
    [InlineData("1,5")]
    [InlineData("0x10")]
    [InlineData("NaN")]
    [InlineData("1.1.1")]
    [InlineData("-")]
    [InlineData("99999999999999999999999999999999999")]
    public void What_is_no_plain_decimal_is_refused(string text)
    {
        Assert.False(WireDecimal.TryParse(text, out _));
        Assert.False(WireDecimal.TryParse(Encoding.ASCII.GetBytes(text), out _));
    }

    [Fact]
    public void Books_trades_quotes_and_marks_come_back_as_they_were()
    {
        var book = Updates.Book("binance", "BTCUSDT", 7, BookState.Stale, "because of \"quotes\" and ä");
        RoundTrip(TopicKind.Book, book, static (to, data) => MarketJson.WriteBook(to, data), UpdateReaders.Book, static (a, b) =>
        {
            Assert.Equal(a.Bids, b.Bids);
            Assert.Equal(a.Asks, b.Asks);
            Assert.Equal(a with { Bids = [], Asks = [] }, b with { Bids = [], Asks = [] });
        });
        RoundTrip(TopicKind.Trade, Updates.Trade("binance", "BTCUSDT", 7), static (to, data) => MarketJson.WriteTrade(to, data), UpdateReaders.Trade, Assert.Equal);
        RoundTrip(TopicKind.Quote, Updates.Quote("binance", "BTCUSDT", 7), static (to, data) => MarketJson.WriteQuote(to, data), UpdateReaders.Quote, Assert.Equal);
        RoundTrip(TopicKind.Mark, Updates.Mark("binance", "BTCUSDT", 7), static (to, data) => MarketJson.WriteMark(to, data), UpdateReaders.Mark, Assert.Equal);
    }

    [Fact]
    public void A_later_versions_fields_are_passed_over_and_another_version_is_refused()
    {
        var json = """{"v":1,"new":{"deep":[1,{"a":2}]},"epoch":"5","seq":3,"time":"2026-11-22T10:00:00.000000Z","trade_id":"t","price":"1","quantity":"2","aggressor_side":"buy","venue_time":"2026-11-22T10:00:00Z","received_time":"2026-11-22T10:00:00Z","more":null}"""u8;
        var envelope = UpdateReaders.Trade(json, TopicName.OfSymbol(TopicKind.Trade, "binance", "X"), out var trades);
        Assert.Equal((5, 3), (envelope.Epoch, envelope.Seq));
        Assert.Equal("t", Assert.Single(trades).TradeId);
        Assert.Throws<System.Text.Json.JsonException>(() => UpdateEnvelope.Read("""{"v":2,"epoch":"5","seq":3}"""u8));
        Assert.Throws<System.Text.Json.JsonException>(() => UpdateReaders.Trade("""{"v":1,"epoch":"5","seq":3}"""u8, default, out _));
    }

    [Fact]
    public void Errors_come_back_as_they_were_and_an_unknown_code_is_kept_in_the_message()
    {
        var error = new ExchangeError
        {
            Code = ExchangeErrorCode.RateLimited,
            Message = "too fast",
            Outcome = CommandOutcome.Unknown,
            Retryable = false,
            VenueCode = "-1003",
            VenueMessage = "Too many requests",
            Field = "price",
            RetryAt = new DateTimeOffset(2026, 11, 22, 10, 0, 0, 250, TimeSpan.Zero),
        };
        var json = new ByteBuffer();
        WireJson.Write(json, error);
        Assert.Equal(error, WireJson.Read<ExchangeError>(json.Written));
        var later = WireJson.Read<ExchangeError>("""{"code":"from_the_future","message":"m","outcome":"perhaps","retryable":true,"venue_code":null}"""u8);
        Assert.Equal((ExchangeErrorCode.Unspecified, "from_the_future: m", CommandOutcome.Unknown), (later.Code, later.Message, later.Outcome));
    }

    [Fact]
    public void Records_of_the_contract_come_back_as_they_were()
    {
        var time = new DateTimeOffset(2026, 11, 22, 10, 0, 0, 123, TimeSpan.Zero);
        var order = new Order
        {
            Exchange = "deribit",
            Symbol = "BTC-PERPETUAL",
            ClientOrderId = "mm1-4-17",
            Side = Side.Sell,
            Type = OrderType.TakeProfitLimit,
            TimeInForce = TimeInForce.ImmediateOrCancel,
            Quantity = 0.10m,
            Price = 60_000.5m,
            Status = OrderStatus.PartiallyFilled,
            Reason = ExchangeError.InvalidArgument("price", "no"),
            CreatedTime = time,
            UpdatedTime = time,
        };
        var ack = new OrderAck { Order = order, Epoch = 638_000_000_000_000_001, Seq = 9 };
        var text = Json(ack);
        Assert.Contains("\"epoch\":\"638000000000000001\"", text);
        Assert.Contains("\"type\":\"take_profit_limit\"", text);
        Assert.Contains("\"quantity\":\"0.10\"", text);
        Assert.Equal(order with { EarlierVenueOrderIds = default }, WireJson.Read<OrderAck>(Encoding.UTF8.GetBytes(text)).Order with { EarlierVenueOrderIds = default });

        var batch = new OrderBatchResult { Orders = [ack, ExchangeError.InvalidArgument("price", "off tick")] };
        var back = WireJson.Read<OrderBatchResult>(Encoding.UTF8.GetBytes(Json(batch)));
        Assert.Equal("mm1-4-17", back.Orders[0].OrThrow().Order.ClientOrderId);
        Assert.Equal(ExchangeErrorCode.InvalidArgument, back.Orders[1].Error!.Code);

        var status = new ConnectionStatus { Connection = new(ConnectionRole.Oms, "binance:two"), State = ConnectionState.Refused, Since = time, Epoch = 4, ClockOffset = TimeSpan.FromMilliseconds(1.5) };
        Assert.Contains("\"connection\":\"oms/binance:two\"", Json(status));
        Assert.Contains("\"connection_epoch\":\"4\"", Json(status));
        Assert.Contains("\"clock_offset_ms\":1.5", Json(status));
        Assert.Equal(status, WireJson.Read<ConnectionStatus>(Encoding.UTF8.GetBytes(Json(status))));

        var server = new ServerTime(time, TimeSpan.FromMilliseconds(-3), TimeSpan.FromMilliseconds(20));
        Assert.Equal(server, WireJson.Read<ServerTime>(Encoding.UTF8.GetBytes(Json(server))));
        ImmutableArray<Balance> balances = [new() { Asset = "USDT", Wallet = 5 }];
        Assert.Equal(balances, WireJson.Read<ImmutableArray<Balance>>(Encoding.UTF8.GetBytes(Json(balances))));
    }

    [Theory]
    [InlineData("book.binance.BTCUSDT", TopicKind.Book, "binance", "BTCUSDT")]
    [InlineData("trade.binance:two.1000SHIB.X", TopicKind.Trade, "binance:two", "1000SHIB.X")]
    [InlineData("order.grvt", TopicKind.Order, "grvt", "")]
    [InlineData("status.deribit.market", TopicKind.Status, "deribit", "market")]
    [InlineData("notice.gateway", TopicKind.Notice, "gateway", "")]
    public void Topics_are_read_as_they_are_written(string text, TopicKind kind, string exchange, string rest)
    {
        Assert.True(TopicName.TryParse(text, out var topic));
        Assert.Equal(new TopicName(kind, exchange, rest), topic);
        Assert.Equal(text, topic.ToString());
    }

    [Theory]
    [InlineData("book")]
    [InlineData("book.binance")]
    [InlineData("book..X")]
    [InlineData("order.binance.X")]
    [InlineData("status.binance")]
    [InlineData("status.binance.admin")]
    [InlineData("notice.other")]
    [InlineData("Book.binance.X")]
    [InlineData("")]
    public void What_is_no_topic_is_refused(string text) => Assert.False(TopicName.TryParse(text, out _));

    private static string Json<T>(T value)
    {
        var buffer = new ByteBuffer();
        WireJson.Write(buffer, value);
        return buffer.ToString();
    }

    private static void RoundTrip<T>(TopicKind kind, T data, Action<ByteBuffer, T> write, ReadUpdate<T> read, Action<T, T> compare)
    {
        var topic = TopicName.OfSymbol(kind, "binance", "BTCUSDT");
        var now = new DateTimeOffset(2026, 11, 22, 10, 0, 1, TimeSpan.Zero);
        var json = new ByteBuffer();
        UpdateEnvelope.Write(json, UpdateEnvelope.HeadOf(topic), long.MaxValue, 12, now, now.AddTicks(10), UpdateKind.Replayed);
        write(json, data);
        json.AppendByte((byte)'}');
        UpdateEnvelope.AddMissed(json, 3);
        var envelope = read(json.Written, topic, out var back);
        Assert.Equal((long.MaxValue, 12L, 3L, UpdateKind.Replayed, now, now.AddTicks(10)),
            (envelope.Epoch, envelope.Seq, envelope.Missed, envelope.Kind, envelope.Time, envelope.GatewayTime));
        compare(data, Assert.Single(back));
    }
}
