using System.Globalization;
using System.Text;
using Exchange.Exchanges.Common.Orders;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Binance;

/// <summary>
/// What the venue says of an order, in any of its four spellings: <c>ORDER_TRADE_UPDATE</c>, the order object of replies and queries,
/// <c>ALGO_UPDATE</c>, the conditional order's object (venue sheet, sections 6.1 to 6.5, 8.2, 8.5). Unknown members are passed over,
/// unknown words kept.
/// </summary>
internal static class BinanceOrderMessages
{
    /// <summary>Reads the whole of an <c>ORDER_TRADE_UPDATE</c>.</summary>
    /// <param name="json">Stands before the event.</param>
    /// <param name="exchange">The exchange key that a fill carries.</param>
    /// <param name="receivedAt">When it arrived, UTC.</param>
    /// <param name="report">What it says; null for a row of coin-margined contracts (<c>st</c> 2).</param>
    public static bool TryReadUpdate(ref Utf8Scanner json, string exchange, DateTimeOffset receivedAt, out OrderReport? report)
    {
        report = null;
        var order = new BinanceOrderFields();
        long eventTime = 0, transactionTime = 0, scope = 1;
        var hasOrder = false;
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            ok = name switch
            {
                [(byte)'o'] => hasOrder = TryReadUpdateOrder(ref json, order, ref scope),
                [(byte)'T'] => json.TryReadInt64(out transactionTime),
                [(byte)'E'] => json.TryReadInt64(out eventTime),
                [(byte)'s', (byte)'t'] => json.TryReadInt64(out scope),
                _ => json.TrySkip(),
            };
        }

        if (!ok || !json.AtEnd || !hasOrder)
            return false;
        if (scope != 1)
            return true;
        order.UpdateTime = transactionTime != 0 ? transactionTime : eventTime;
        report = order.ToReport(ReportSource.Event, exchange, receivedAt);
        return report is not null;
    }

    /// <summary>Reads the whole of an <c>ALGO_UPDATE</c>.</summary>
    /// <inheritdoc cref="TryReadUpdate"/>
    public static bool TryReadAlgoUpdate(ref Utf8Scanner json, string exchange, DateTimeOffset receivedAt, out OrderReport? report)
    {
        report = null;
        var order = new BinanceOrderFields();
        long eventTime = 0, transactionTime = 0, scope = 1;
        var hasOrder = false;
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            ok = name switch
            {
                [(byte)'o'] => hasOrder = TryReadUpdateAlgo(ref json, order, ref scope),
                [(byte)'T'] => json.TryReadInt64(out transactionTime),
                [(byte)'E'] => json.TryReadInt64(out eventTime),
                [(byte)'s', (byte)'t'] => json.TryReadInt64(out scope),
                _ => json.TrySkip(),
            };
        }

        if (!ok || !json.AtEnd || !hasOrder)
            return false;
        if (scope != 1)
            return true;
        order.UpdateTime = transactionTime != 0 ? transactionTime : eventTime;
        report = order.ToAlgoReport(ReportSource.Event, receivedAt);
        return report is not null;
    }

    /// <summary>Reads an order object: of a reply, or an element of a list.</summary>
    public static bool TryReadOrder(ref Utf8Scanner json, out BinanceOrderFields order)
    {
        order = new BinanceOrderFields();
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            switch (name.Length)
            {
                case 4 when name.SequenceEqual("side"u8):
                    ok = order.ReadSide(ref json);
                    break;
                case 4 when name.SequenceEqual("type"u8):
                    ok = order.ReadType(ref json, isOriginal: false);
                    break;
                case 4 when name.SequenceEqual("time"u8):
                    ok = json.TryReadId(out order.CreateTime);
                    break;
                case 5 when name.SequenceEqual("price"u8):
                    ok = json.TryReadOptional(out order.Price);
                    break;
                case 6 when name.SequenceEqual("symbol"u8):
                    ok = json.TryReadText(out order.Symbol);
                    break;
                case 6 when name.SequenceEqual("status"u8):
                    ok = order.ReadStatus(ref json);
                    break;
                case 7 when name.SequenceEqual("orderId"u8):
                    ok = json.TryReadId(out order.OrderId);
                    break;
                case 7 when name.SequenceEqual("origQty"u8):
                    ok = json.TryReadOptional(out order.Quantity);
                    break;
                case 8 when name.SequenceEqual("avgPrice"u8):
                    ok = json.TryReadOptional(out order.AveragePrice);
                    break;
                case 8 when name.SequenceEqual("origType"u8):
                    ok = order.ReadType(ref json, isOriginal: true);
                    break;
                case 9 when name.SequenceEqual("stopPrice"u8):
                    ok = json.TryReadOptional(out order.TriggerPrice);
                    break;
                case 9 when name.SequenceEqual("priceRate"u8):
                    ok = json.TryReadOptional(out order.CallbackRate);
                    break;
                case 10 when name.SequenceEqual("reduceOnly"u8):
                    ok = order.ReadReduceOnly(ref json);
                    break;
                case 10 when name.SequenceEqual("updateTime"u8):
                    ok = json.TryReadId(out order.UpdateTime);
                    break;
                case 11 when name.SequenceEqual("executedQty"u8):
                    ok = json.TryReadOptional(out order.Filled);
                    break;
                case 11 when name.SequenceEqual("timeInForce"u8):
                    ok = order.ReadTimeInForce(ref json);
                    break;
                case 11 when name.SequenceEqual("workingType"u8):
                    ok = order.ReadWorkingType(ref json);
                    break;
                case 12 when name.SequenceEqual("positionSide"u8):
                    ok = order.ReadPositionSide(ref json);
                    break;
                case 12 when name.SequenceEqual("goodTillDate"u8):
                    ok = json.TryReadId(out order.GoodTillDate);
                    break;
                case 13 when name.SequenceEqual("clientOrderId"u8):
                    ok = json.TryReadText(out order.ClientId);
                    break;
                case 13 when name.SequenceEqual("activatePrice"u8):
                    ok = json.TryReadOptional(out order.ActivationPrice);
                    break;
                default:
                    ok = json.TrySkip();
                    break;
            }
        }

        return ok && json.Ok;
    }

    /// <summary>Reads a conditional order's object: of a reply, or an element of a list.</summary>
    public static bool TryReadAlgo(ref Utf8Scanner json, out BinanceOrderFields order)
    {
        order = new BinanceOrderFields();
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            ok = name switch
            {
                _ when name.SequenceEqual("algoId"u8) => json.TryReadId(out order.AlgoId),
                _ when name.SequenceEqual("clientAlgoId"u8) => json.TryReadText(out order.ClientId),
                _ when name.SequenceEqual("symbol"u8) => json.TryReadText(out order.Symbol),
                _ when name.SequenceEqual("algoStatus"u8) => order.ReadAlgoStatus(ref json),
                _ when name.SequenceEqual("orderType"u8) => order.ReadType(ref json, isOriginal: true),
                _ when name.SequenceEqual("side"u8) => order.ReadSide(ref json),
                _ when name.SequenceEqual("positionSide"u8) => order.ReadPositionSide(ref json),
                _ when name.SequenceEqual("timeInForce"u8) => order.ReadTimeInForce(ref json),
                _ when name.SequenceEqual("quantity"u8) => json.TryReadOptional(out order.Quantity),
                _ when name.SequenceEqual("price"u8) => json.TryReadOptional(out order.Price),
                _ when name.SequenceEqual("triggerPrice"u8) => json.TryReadOptional(out order.TriggerPrice),
                _ when name.SequenceEqual("activatePrice"u8) => json.TryReadOptional(out order.ActivationPrice),
                _ when name.SequenceEqual("callbackRate"u8) => json.TryReadOptional(out order.CallbackRate),
                _ when name.SequenceEqual("workingType"u8) => order.ReadWorkingType(ref json),
                _ when name.SequenceEqual("reduceOnly"u8) => order.ReadReduceOnly(ref json),
                _ when name.SequenceEqual("goodTillDate"u8) => json.TryReadId(out order.GoodTillDate),
                _ when name.SequenceEqual("createTime"u8) => json.TryReadId(out order.CreateTime),
                _ when name.SequenceEqual("updateTime"u8) => json.TryReadId(out order.UpdateTime),
                _ when name.SequenceEqual("actualOrderId"u8) => json.TryReadId(out order.SuccessorId),
                _ when name.SequenceEqual("actualQty"u8) => json.TryReadOptional(out order.Filled),
                _ when name.SequenceEqual("actualPrice"u8) => json.TryReadOptional(out order.AveragePrice),
                _ => json.TrySkip(),
            };
        }

        return ok && json.Ok;
    }

    private static bool TryReadUpdateOrder(ref Utf8Scanner json, BinanceOrderFields order, ref long scope)
    {
        if (!json.TryEnterObject())
            return false;
        while (json.NextProperty(out var name))
        {
            var ok = name switch
            {
                [(byte)'s'] => json.TryReadText(out order.Symbol),
                [(byte)'c'] => json.TryReadText(out order.ClientId),
                [(byte)'S'] => order.ReadSide(ref json),
                [(byte)'o'] => order.ReadType(ref json, isOriginal: false),
                [(byte)'f'] => order.ReadTimeInForce(ref json),
                [(byte)'q'] => json.TryReadOptional(out order.Quantity),
                [(byte)'p'] => json.TryReadOptional(out order.Price),
                [(byte)'x'] => order.ReadExecution(ref json),
                [(byte)'X'] => order.ReadStatus(ref json),
                [(byte)'i'] => json.TryReadId(out order.OrderId),
                [(byte)'l'] => json.TryReadOptional(out order.LastQuantity),
                [(byte)'z'] => json.TryReadOptional(out order.Filled),
                [(byte)'L'] => json.TryReadOptional(out order.LastPrice),
                [(byte)'n'] => json.TryReadOptional(out order.Fee),
                [(byte)'N'] => json.TryReadText(out order.FeeAsset),
                [(byte)'T'] => json.TryReadId(out order.TradeTime),
                [(byte)'t'] => json.TryReadId(out order.TradeId),
                [(byte)'m'] => order.ReadMaker(ref json),
                [(byte)'R'] => order.ReadReduceOnly(ref json),
                [(byte)'s', (byte)'p'] => json.TryReadOptional(out order.TriggerPrice),
                [(byte)'a', (byte)'p'] => json.TryReadOptional(out order.AveragePrice),
                [(byte)'w', (byte)'t'] => order.ReadWorkingType(ref json),
                [(byte)'o', (byte)'t'] => order.ReadType(ref json, isOriginal: true),
                [(byte)'p', (byte)'s'] => order.ReadPositionSide(ref json),
                [(byte)'r', (byte)'p'] => json.TryReadOptional(out order.RealizedProfit),
                [(byte)'A', (byte)'P'] => json.TryReadOptional(out order.ActivationPrice),
                [(byte)'c', (byte)'r'] => json.TryReadOptional(out order.CallbackRate),
                [(byte)'e', (byte)'r'] => json.TryReadId(out order.ExpiryReason),
                [(byte)'g', (byte)'t', (byte)'d'] => json.TryReadId(out order.GoodTillDate),
                [(byte)'s', (byte)'t'] => json.TryReadInt64(out scope),
                _ => json.TrySkip(),
            };
            if (!ok)
                return false;
        }

        return json.Ok;
    }

    private static bool TryReadUpdateAlgo(ref Utf8Scanner json, BinanceOrderFields order, ref long scope)
    {
        if (!json.TryEnterObject())
            return false;
        while (json.NextProperty(out var name))
        {
            var ok = name switch
            {
                [(byte)'s'] => json.TryReadText(out order.Symbol),
                [(byte)'S'] => order.ReadSide(ref json),
                [(byte)'o'] => order.ReadType(ref json, isOriginal: true),
                [(byte)'f'] => order.ReadTimeInForce(ref json),
                [(byte)'q'] => json.TryReadOptional(out order.Quantity),
                [(byte)'p'] => json.TryReadOptional(out order.Price),
                [(byte)'X'] => order.ReadAlgoStatus(ref json),
                [(byte)'R'] => order.ReadReduceOnly(ref json),
                [(byte)'a', (byte)'i'] => json.TryReadId(out order.SuccessorId),
                [(byte)'a', (byte)'p'] => json.TryReadOptional(out order.AveragePrice),
                [(byte)'a', (byte)'q'] => json.TryReadOptional(out order.Filled),
                [(byte)'t', (byte)'p'] => json.TryReadOptional(out order.TriggerPrice),
                [(byte)'w', (byte)'t'] => order.ReadWorkingType(ref json),
                [(byte)'p', (byte)'s'] => order.ReadPositionSide(ref json),
                [(byte)'r', (byte)'m'] => json.TryReadText(out order.FailureReason),
                [(byte)'A', (byte)'P'] => json.TryReadOptional(out order.ActivationPrice),
                [(byte)'c', (byte)'r'] => json.TryReadOptional(out order.CallbackRate),
                [(byte)'a', (byte)'i', (byte)'d'] or [(byte)'a', (byte)'l', (byte)'g', (byte)'o', (byte)'I', (byte)'d'] => json.TryReadId(out order.AlgoId),
                [(byte)'g', (byte)'t', (byte)'d'] => json.TryReadId(out order.GoodTillDate),
                [(byte)'c', (byte)'a', (byte)'i', (byte)'d'] => json.TryReadText(out order.ClientId),
                [(byte)'s', (byte)'t'] => json.TryReadInt64(out scope),
                _ => json.TrySkip(),
            };
            if (!ok)
                return false;
        }

        return json.Ok;
    }
}

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
