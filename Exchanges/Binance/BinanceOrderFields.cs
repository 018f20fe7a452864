using System.Globalization;
using System.Text;
using Exchange.Exchanges.Common.Orders;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Binance;

/// <summary>What was read of one order. One type for all spellings, so that they are turned into reports in one place.</summary>
internal sealed class BinanceOrderFields
{
    public string? Symbol, ClientId, FeeAsset, FailureReason;
    public long OrderId, AlgoId, SuccessorId, TradeId, CreateTime, UpdateTime, TradeTime, GoodTillDate, ExpiryReason;
    public decimal? Quantity, Price, Filled, AveragePrice, TriggerPrice, ActivationPrice, CallbackRate, LastQuantity, LastPrice, Fee, RealizedProfit;

    private Side? _side;
    private PositionSide? _positionSide;
    private OrderType? _type;
    private bool _typeIsOriginal;
    private TimeInForce? _timeInForce;
    private bool? _postOnly;
    private bool? _reduceOnly;
    private bool? _isMaker;
    private bool _isAmendment;
    private bool _isNew;
    private TriggerPriceSource? _triggerBy;
    private OrderStatus? _status;
    private string? _venueStatus;
    private bool _triggered;
    private bool _finished;

    public bool ReadSide(ref Utf8Scanner json)
    {
        var ok = json.TryReadString(out var word, out _);
        _side = BinanceWords.ReadSide(word);
        return ok && _side is not null;
    }

    public bool ReadPositionSide(ref Utf8Scanner json)
    {
        var ok = json.TryReadString(out var word, out _);
        _positionSide = BinanceWords.ReadPositionSide(word);
        return ok;
    }

    /// <summary>An order that a stop became is a market or limit order; what it was made as says more.</summary>
    public bool ReadType(ref Utf8Scanner json, bool isOriginal)
    {
        var ok = json.TryReadString(out var word, out _);
        if (BinanceWords.ReadType(word) is { } type && (isOriginal || !_typeIsOriginal))
        {
            _type = type;
            _typeIsOriginal = isOriginal;
        }

        return ok;
    }

    public bool ReadTimeInForce(ref Utf8Scanner json)
    {
        var ok = json.TryReadString(out var word, out _);
        (_timeInForce, _postOnly) = BinanceWords.ReadTimeInForce(word);
        return ok;
    }

    public bool ReadWorkingType(ref Utf8Scanner json)
    {
        var ok = json.TryReadString(out var word, out _);
        _triggerBy = BinanceWords.ReadTriggerBy(word);
        return ok;
    }

    public bool ReadReduceOnly(ref Utf8Scanner json)
    {
        var ok = json.TryReadFlag(out var value);
        _reduceOnly = value;
        return ok;
    }

    public bool ReadMaker(ref Utf8Scanner json)
    {
        var ok = json.TryReadFlag(out var value);
        _isMaker = value;
        return ok;
    }

    public bool ReadExecution(ref Utf8Scanner json)
    {
        var ok = json.TryReadString(out var word, out _);
        _isAmendment = word.SequenceEqual("AMENDMENT"u8);
        _isNew = word.SequenceEqual("NEW"u8);
        return ok;
    }

    public bool ReadStatus(ref Utf8Scanner json)
    {
        var ok = json.TryReadString(out var word, out _);
        _status = BinanceWords.ReadStatus(word);
        _venueStatus = Encoding.UTF8.GetString(word);
        return ok;
    }

    public bool ReadAlgoStatus(ref Utf8Scanner json)
    {
        var ok = json.TryReadString(out var word, out _);
        _venueStatus = Encoding.UTF8.GetString(word);
        _finished = word.SequenceEqual("FINISHED"u8);
        _triggered = _finished || word.SequenceEqual("TRIGGERED"u8) || word.SequenceEqual("TRIGGERING"u8);
        _status = word switch
        {
            _ when word.SequenceEqual("NEW"u8) => OrderStatus.Untriggered,
            _ when word.SequenceEqual("CANCELED"u8) => OrderStatus.Cancelled,
            _ when word.SequenceEqual("REJECTED"u8) => OrderStatus.Rejected,
            _ when word.SequenceEqual("EXPIRED"u8) => OrderStatus.Expired,

            // From here on the order that it became tells where it stands.
            _ => null,
        };
        return ok;
    }

    /// <summary>A report of an order; null when what names it is missing.</summary>
    public OrderReport? ToReport(ReportSource source, string exchange, DateTimeOffset receivedAt)
    {
        if (Symbol is null || OrderId == 0 || _side is null)
            return null;
        var id = OrderId.ToString(CultureInfo.InvariantCulture);
        return Common(source, receivedAt) with
        {
            VenueOrderId = id,
            Amended = _isAmendment,
            Origin = BinanceWords.OriginOf(ClientId),
            CumulativeQuantity = Filled,
            AveragePrice = AveragePrice is > 0 ? AveragePrice : null,
            CreatedTime = TimeOf(CreateTime) ?? (_isNew ? TimeOf(TradeTime) : null),
            Fill = LastQuantity is > 0 ? ToFill(id, exchange) : null,
            Reason = _status is OrderStatus.Expired or OrderStatus.Rejected ? BinanceWords.ExpiryReason(ExpiryReason, _postOnly == true) : null,
        };
    }

    /// <summary>A report of a conditional order; null when what names it is missing.</summary>
    public OrderReport? ToAlgoReport(ReportSource source, DateTimeOffset receivedAt)
    {
        if (AlgoId == 0)
            return null;

        // FINISHED is said of a fill and of a cancel alike. The order that it became tells which; where that is known, this says that
        // the conditional part of its life is over, and no more.
        var over = _finished && SuccessorId != 0;
        var filledWhole = over && Filled is > 0 && Quantity is > 0 && Filled >= Quantity;
        return Common(source, receivedAt) with
        {
            VenueOrderId = BinanceWords.AlgoPrefix + AlgoId.ToString(CultureInfo.InvariantCulture),
            SuccessorVenueOrderId = SuccessorId == 0 ? null : SuccessorId.ToString(CultureInfo.InvariantCulture),
            Triggered = _triggered || SuccessorId != 0,
            Status = filledWhole ? OrderStatus.Filled : over ? OrderStatus.Cancelled : _status,
            VenueStatus = _triggered && (over || !_finished) ? null : _venueStatus,
            CumulativeQuantity = filledWhole ? Filled : null,
            AveragePrice = filledWhole && AveragePrice is > 0 ? AveragePrice : null,
            CreatedTime = TimeOf(CreateTime),
            Reason = string.IsNullOrEmpty(FailureReason) ? null : new ExchangeError
            {
                Code = ExchangeErrorCode.RejectedByVenue,
                Message = $"Binance did not place the triggered order: {FailureReason}",
                VenueMessage = FailureReason,
            },
        };
    }

    private OrderReport Common(ReportSource source, DateTimeOffset receivedAt) => new()
    {
        Source = source,
        Symbol = Symbol ?? "",
        ClientOrderId = string.IsNullOrEmpty(ClientId) ? null : ClientId,
        Status = _status,
        VenueStatus = _venueStatus,
        Side = _side,
        PositionSide = _positionSide,
        Type = _type,
        TimeInForce = _timeInForce,
        PostOnly = _postOnly,
        ReduceOnly = _reduceOnly,
        Quantity = Quantity is > 0 ? Quantity : null,
        Price = Price is > 0 ? Price : null,

        // The stop price of a trailing order means nothing; the price at which it starts to follow does.
        TriggerPrice = _type == OrderType.TrailingStop ? (ActivationPrice is > 0 ? ActivationPrice : null) : TriggerPrice is > 0 ? TriggerPrice : null,
        TrailingOffset = CallbackRate is > 0 ? CallbackRate : null,
        TriggerBy = _type is { } type && BinanceWords.IsConditional(type) ? _triggerBy : null,
        GoodTillDate = TimeOf(GoodTillDate),
        VenueTime = TimeOf(UpdateTime),
        ReceivedTime = receivedAt,
    };

    private Fill ToFill(string orderId, string exchange) => new()
    {
        Exchange = exchange,
        Symbol = Symbol!,

        // Executions against the insurance fund were seen without a trade id; the cumulative quantity names them as well.
        TradeId = TradeId != 0 ? TradeId.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"z{Filled}"),
        VenueOrderId = orderId,
        ClientOrderId = string.IsNullOrEmpty(ClientId) ? null : ClientId,
        Side = _side!.Value,
        PositionSide = _positionSide ?? PositionSide.Net,
        Price = LastPrice ?? 0,
        Quantity = LastQuantity!.Value,
        IsMaker = _isMaker,
        Fee = Fee,
        FeeAsset = FeeAsset,
        RealizedProfit = RealizedProfit,
        VenueTime = TimeOf(TradeTime != 0 ? TradeTime : UpdateTime) ?? default,
    };

    private static DateTimeOffset? TimeOf(long unixMs) => unixMs > 0 && Utf8Numbers.TryToTime(unixMs, out var time) ? time : null;
}
