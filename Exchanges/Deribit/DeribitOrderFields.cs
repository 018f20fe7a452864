using System.Text;
using Exchange.Exchanges.Common.Orders;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Deribit;

/// <summary>What was read of one order object, which is the same in replies, queries and channels (venue sheet, section 4.2).</summary>
internal sealed class DeribitOrderFields
{
    public string? OrderId, Symbol, Label, CancelReasonText, TriggerOrderId;
    public decimal? Amount, Filled, AveragePrice, TriggerPrice, TriggerOffset;
    public long Created, Updated;
    public bool PostOnly, ReduceOnly, Triggered, IsLiquidation, Replaced;

    private decimal? _price;
    private Side? _side;
    private OrderType? _type;
    private bool _typeIsOriginal;
    private TimeInForce? _timeInForce;
    private TriggerPriceSource? _triggerBy;
    private OrderStatus? _status;
    private string? _state;

    public bool ReadSide(ref Utf8Scanner json)
    {
        var ok = json.TryReadString(out var word, out _);
        _side = DeribitWords.ReadSide(word);
        return ok && _side is not null;
    }

    /// <summary>A market order rests under another name than it was made by; what it was made as says more.</summary>
    public bool ReadType(ref Utf8Scanner json, bool isOriginal)
    {
        if (json.TryReadNull())
            return true;
        var ok = json.TryReadString(out var word, out _);
        if (DeribitWords.ReadType(word) is { } type && (isOriginal || !_typeIsOriginal))
        {
            _type = type;
            _typeIsOriginal = isOriginal;
        }

        return ok;
    }

    public bool ReadTimeInForce(ref Utf8Scanner json)
    {
        var ok = json.TryReadString(out var word, out _);
        _timeInForce = DeribitWords.ReadTimeInForce(word);
        return ok;
    }

    public bool ReadTrigger(ref Utf8Scanner json)
    {
        if (json.TryReadNull())
            return true;
        var ok = json.TryReadString(out var word, out _);
        _triggerBy = DeribitWords.ReadTrigger(word);
        return ok;
    }

    public bool ReadState(ref Utf8Scanner json)
    {
        var ok = json.TryReadString(out var word, out _);
        _status = DeribitWords.ReadStatus(word);
        Triggered |= word.SequenceEqual("triggered"u8);
        _state = _status is null && !Triggered ? Encoding.UTF8.GetString(word) : null;
        return ok;
    }

    /// <summary>A number; or the text <c>market_price</c>, which is none.</summary>
    public bool ReadPrice(ref Utf8Scanner json)
    {
        if (json.Peek() == (byte)'"')
            return json.TryReadString(out _, out _);
        return json.TryReadOptional(out _price);
    }

    /// <summary>True when what names the order is there.</summary>
    public bool IsWhole => OrderId is not null && Symbol is not null && _side is not null;

    /// <summary>
    /// The link from a trigger order to the order that it became, which names it; null for all others. To be handed on before
    /// <see cref="ToReport"/>.
    /// </summary>
    public OrderReport? ToLink(ReportSource source, DateTimeOffset receivedAt) => string.IsNullOrEmpty(TriggerOrderId) || TriggerOrderId == OrderId ? null : new OrderReport
    {
        Source = source,
        Symbol = Symbol!,
        ClientOrderId = string.IsNullOrEmpty(Label) ? null : Label,
        VenueOrderId = TriggerOrderId,
        SuccessorVenueOrderId = OrderId,
        Triggered = true,
        Side = _side,
        Type = _type,
        Quantity = Amount,
        ReceivedTime = receivedAt,
    };

    /// <summary>What the venue says of the order.</summary>
    public OrderReport ToReport(ReportSource source, DateTimeOffset receivedAt)
    {
        var type = _type;
        var created = TimeOf(Created);
        return new OrderReport
        {
            Source = source,
            Symbol = Symbol!,
            ClientOrderId = string.IsNullOrEmpty(Label) ? null : Label,
            VenueOrderId = OrderId,
            Status = Status(),
            VenueStatus = _state,
            Triggered = Triggered || TriggerOrderId is not null,
            Side = _side,
            PositionSide = PositionSide.Net,
            Type = type,
            TimeInForce = _timeInForce,
            PostOnly = PostOnly,
            ReduceOnly = ReduceOnly,
            Quantity = Amount is > 0 ? Amount : null,

            // Of a market order the venue tells the worst price that it would have taken.
            Price = type is OrderType.Market or OrderType.StopMarket or OrderType.TakeProfitMarket or OrderType.TrailingStop || _price is null or 0 ? null : _price,
            TriggerPrice = type == OrderType.TrailingStop || TriggerPrice is null or 0 ? null : TriggerPrice,
            TrailingOffset = TriggerOffset is > 0 ? TriggerOffset : null,
            TriggerBy = _triggerBy,
            GoodTillDate = _timeInForce == TimeInForce.GoodTillDate && created is { } made ? DeribitWords.SettlementAfter(made) : null,
            CumulativeQuantity = Filled,
            AveragePrice = AveragePrice is null or 0 ? null : AveragePrice,
            Origin = IsLiquidation ? OrderOrigin.Liquidation : OrderOrigin.External,
            Reason = _status == OrderStatus.Cancelled ? DeribitWords.CancelReason(CancelReasonText) : null,
            CreatedTime = created,
            VenueTime = TimeOf(Updated) ?? created,
            ReceivedTime = receivedAt,
        };
    }

    /// <summary>What an immediate order could not fill ends by the venue's rule, not by anybody's wish.</summary>
    private OrderStatus? Status() => _status switch
    {
        OrderStatus.Working when Filled is > 0 => OrderStatus.PartiallyFilled,
        OrderStatus.Cancelled when CancelReasonText is not "user_request" && (_timeInForce is TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill || _type == OrderType.Market) => OrderStatus.Expired,
        OrderStatus.Cancelled when CancelReasonText is "settlement" or "oco_other_closed" or "oto_primary_closed" or "edit_post_only_reject" => OrderStatus.Expired,
        var status => status,
    };

    private static DateTimeOffset? TimeOf(long unixMs) => unixMs > 0 && Utf8Numbers.TryToTime(unixMs, out var time) ? time : null;
}
