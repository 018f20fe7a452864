using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Journal;

/// <summary>One line of a journal file, read. Reading happens at start only, so it may be plain.</summary>
internal sealed class JournalLine
{
    private readonly JsonElement _json;

    private JournalLine(JsonElement json) => _json = json;

    /// <summary>The format's version, in the first line of a file.</summary>
    public int? Version => Find("v") is { ValueKind: JsonValueKind.Number } v ? v.GetInt32() : null;

    /// <summary>The exchange key, in the first line.</summary>
    public string? Exchange => Text("x");

    public JournalKind Kind => (JournalKind)Number("k");

    public DateTimeOffset WrittenAt => Time("t") ?? default;

    public string Key => Text("id") ?? throw new FormatException("'id' is missing");

    public DateTimeOffset? LastChance => Time("lc");

    public DateTimeOffset? Changed => Time("ch");

    public OrderStatus Venue => (OrderStatus)Number("b");

    public bool Seen => Flag("seen");

    public bool Lost => Flag("lost");

    public decimal WithoutDetails => Amount("wd") ?? 0;

    public decimal Carried => Amount("ca") ?? 0;

    public decimal Detailed => Amount("de") ?? 0;

    public decimal DetailedValue => Amount("dv") ?? 0;

    public string? WireId => Text("w");

    public ImmutableArray<string> EarlierWireIds => Texts("ew");

    public bool CancelIntended => Flag("ci");

    public decimal? Price => Amount("p");

    public decimal? Quantity => Amount("q");

    public bool? RestSent => Find("rs")?.GetBoolean();

    public string? Into => Text("in");

    public string? Symbol => Text("sy");

    public TradingState Trading => (TradingState)Number("ts");

    public FillKey FillKey => new(Text("tid") ?? throw new FormatException("'tid' is missing"), (Side)Number("fs"));

    public decimal FillQuantity => Amount("fq") ?? 0;

    public decimal FillPrice => Amount("fp") ?? 0;

    public IEnumerable<FillKey> Fills
    {
        get
        {
            if (Find("f") is not { } pairs)
                yield break;
            for (var i = 0; i + 1 < pairs.GetArrayLength(); i += 2)
                yield return new FillKey(pairs[i].GetString()!, (Side)pairs[i + 1].GetInt32());
        }
    }

    /// <summary>Reads a line without its line feed.</summary>
    /// <returns>Null when the checksum does not fit.</returns>
    /// <exception cref="JsonException">The checksum fits, the object cannot be read.</exception>
    public static JournalLine? Read(ReadOnlyMemory<byte> line)
    {
        if (line.Length <= JournalWriter.ChecksumLength || line.Span[JournalWriter.ChecksumLength - 1] != ' ')
            return null;
        if (!uint.TryParse(line.Span[..(JournalWriter.ChecksumLength - 1)], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var sum))
            return null;
        var json = line[JournalWriter.ChecksumLength..];
        if (JournalWriter.Checksum(json.Span) != sum)
            return null;
        using var document = JsonDocument.Parse(json);
        return new JournalLine(document.RootElement.Clone());
    }

    /// <summary>The order, as it stands in the line.</summary>
    public Order Order(string name, string exchange)
    {
        var o = new JournalLine(Find(name) ?? throw new FormatException($"'{name}' is missing"));
        return o.State(new Order
        {
            Exchange = exchange,
            Symbol = o.Text("sy") ?? throw new FormatException("'sy' is missing"),
            ClientOrderId = o.Text("c") ?? "",
            Side = (Side)o.Number("s"),
            PositionSide = (PositionSide)o.Number("ps"),
            Type = (OrderType)o.Number("ty"),
            TimeInForce = (TimeInForce)o.Number("tf"),
            PostOnly = o.Flag("po"),
            ReduceOnly = o.Flag("ro"),
            TrailingOffset = o.Amount("to"),
            TriggerBy = (TriggerPriceSource)o.Number("tb"),
            GoodTillDate = o.Time("gd"),
            Origin = (OrderOrigin)o.Number("or"),
            Trader = o.Text("tr"),
            CreatedTime = o.Time("ct") ?? default,
            Quantity = 0,
            Status = OrderStatus.PendingNew,
            UpdatedTime = default,
        });
    }

    /// <summary>The order with what the line says of where it stands.</summary>
    public Order State(Order order) => order with
    {
        Status = (OrderStatus)Number("st"),
        VenueOrderId = Text("v"),
        EarlierVenueOrderIds = Texts("ev"),
        Quantity = Amount("q") ?? 0,
        Price = Amount("p"),
        TriggerPrice = Amount("tp"),
        CumulativeQuantity = Amount("cq") ?? 0,
        AveragePrice = Amount("ap"),
        UnknownSince = Time("us"),
        VenueTime = Time("vt"),
        UpdatedTime = Time("ut") ?? order.UpdatedTime,
        VenueStatus = Text("vs"),
        Reason = Find("r") is { } reason ? new JournalLine(reason).Error() : null,
    };

    private ExchangeError Error() => new()
    {
        Code = (ExchangeErrorCode)Number("e"),
        Message = Text("m") ?? "",
        Outcome = Find("oc") is { } outcome ? (CommandOutcome)outcome.GetInt32() : null,
        VenueCode = Text("vc"),
        VenueMessage = Text("vm"),
        Field = Text("fd"),
    };

    private JsonElement? Find(string name) => _json.TryGetProperty(name, out var value) ? value : null;

    private string? Text(string name) => Find(name)?.GetString();

    private int Number(string name) => Find(name)?.GetInt32() ?? 0;

    private decimal? Amount(string name) => Find(name)?.GetDecimal();

    private bool Flag(string name) => Find(name)?.GetBoolean() ?? false;

    private DateTimeOffset? Time(string name) => Find(name) is { } ticks ? new DateTimeOffset(ticks.GetInt64(), TimeSpan.Zero) : null;

    private ImmutableArray<string> Texts(string name)
    {
        if (Find(name) is not { } values)
            return [];
        var texts = ImmutableArray.CreateBuilder<string>(values.GetArrayLength());
        foreach (var value in values.EnumerateArray())
            texts.Add(value.GetString()!);
        return texts.MoveToImmutable();
    }
}
