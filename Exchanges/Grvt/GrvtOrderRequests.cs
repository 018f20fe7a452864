using System.Globalization;
using System.Security.Cryptography;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Grvt;

/// <summary>
/// Turns orders into what is signed and sent (venue sheet, sections 5 and 6.1), and refuses what the venue would, before it leaves. The
/// numbers that are signed and the texts that are sent come from the same decimals.
/// </summary>
internal sealed class GrvtOrderRequests(GrvtOptions options)
{
    private static readonly TimeSpan _longestSignature = TimeSpan.FromDays(30);

    private int _nonce = RandomNumberGenerator.GetInt32(int.MaxValue);

    /// <summary>Why the venue would refuse an order; null when nothing speaks against it.</summary>
    /// <param name="order">The order.</param>
    /// <param name="terms">What is signed of its instrument; null when that is not known.</param>
    /// <param name="venueNow">The venue's clock.</param>
    public static ExchangeError? Check(Order order, GrvtSignedTerms? terms, DateTimeOffset venueNow)
    {
        if (order.Type == OrderType.TrailingStop)
            return Refuse(ExchangeErrorCode.NotSupported, "type", "GRVT has no trailing stop");
        if (order.PositionSide != PositionSide.Net)
            return Refuse(ExchangeErrorCode.PositionSideMismatch, "position_side", "GRVT keeps one position an instrument; leave it out");
        if (terms is null)
            return new ExchangeError { Code = ExchangeErrorCode.UnknownSymbol, Field = "symbol", Message = $"symbol: the hash of '{order.Symbol}' is not known, and nothing is signed without it", Outcome = CommandOutcome.Rejected };
        if (order.PostOnly && (order.TimeInForce is TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill || GrvtWords.IsMarket(order.Type)))
            return Refuse(ExchangeErrorCode.InvalidArgument, "time_in_force", "a post-only order rests: good till cancelled, or till a date");
        if (GrvtWords.IsConditional(order.Type) && order.TriggerPrice is not > 0)
            return Refuse(ExchangeErrorCode.InvalidArgument, "trigger_price", "must be given, above 0");
        if (!GrvtWords.IsMarket(order.Type) && order.Price is not > 0)
            return Refuse(ExchangeErrorCode.InvalidArgument, "price", "must be given, above 0");
        if (order.TimeInForce == TimeInForce.GoodTillDate && (order.GoodTillDate is not { } end || end <= venueNow || end > venueNow + _longestSignature))
        {
            return Refuse(ExchangeErrorCode.InvalidArgument, "good_till_date", string.Create(
                CultureInfo.InvariantCulture, $"after {venueNow:yyyy-MM-ddTHH:mm:ssZ} and at most 30 days ahead at GRVT, whose signatures hold no longer"));
        }

        if (!GrvtUnits.TrySize(order.Quantity, terms.BaseDecimals, out _))
            return Refuse(ExchangeErrorCode.QuantityOffStep, "quantity", $"at most {terms.BaseDecimals} decimals of {order.Symbol} can be signed");
        return order.Price is { } price && !GrvtUnits.TryPrice(price, out _)
            ? Refuse(ExchangeErrorCode.PriceOffTick, "price", $"at most {GrvtUnits.PriceDecimals} decimals can be signed")
            : null;
    }

    /// <summary>The parameters of <c>v1/create_order</c>.</summary>
    public ReadOnlyMemory<byte> Create(Order order, GrvtSigner signer, GrvtSignedTerms terms, DateTimeOffset venueNow)
    {
        var to = new GrvtParams(options.IsLite).Begin(GrvtNames.Order);
        Write(to, order, signer, terms, venueNow);
        return to.End().Finish();
    }

    /// <summary>The parameters of <c>v2/bulk_orders</c>, creates alone: orders of one instrument.</summary>
    public ReadOnlyMemory<byte> Bulk(IEnumerable<Order> orders, GrvtSigner signer, GrvtSignedTerms terms, DateTimeOffset venueNow)
    {
        var to = new GrvtParams(options.IsLite).Add(GrvtNames.SubAccountId, signer.SubAccountId).BeginList(GrvtNames.Orders);
        foreach (var order in orders)
        {
            to.BeginElement();
            Write(to, order, signer, terms, venueNow);
            to.End();
        }

        return to.EndList().Finish();
    }

    /// <summary>What is signed of an order.</summary>
    /// <param name="order">The order, checked.</param>
    /// <param name="subAccountId">The sub-account.</param>
    /// <param name="terms">What is signed of its instrument.</param>
    /// <param name="nonce">New for every attempt.</param>
    /// <param name="expiration">Until when the signature holds, and a resting order works.</param>
    public GrvtOrderTerms Terms(Order order, ulong subAccountId, GrvtSignedTerms terms, uint nonce, DateTimeOffset expiration)
    {
        var isMarket = GrvtWords.IsMarket(order.Type);
        if (!GrvtUnits.TrySize(order.Quantity, terms.BaseDecimals, out var size) || !GrvtUnits.TryPrice(isMarket ? 0 : order.Price ?? 0, out var price))
            throw new InvalidOperationException("an order was not checked before it was signed");
        return new GrvtOrderTerms
        {
            SubAccountId = subAccountId,
            IsMarket = isMarket,
            TimeInForce = GrvtWords.TimeInForceOf(order, options).Signed,
            PostOnly = order.PostOnly,
            ReduceOnly = order.ReduceOnly,
            AssetId = terms.AssetId,
            ContractSize = size,
            LimitPrice = price,
            IsBuying = order.Side == Side.Buy,
            Nonce = nonce,
            Expiration = GrvtWords.Nanoseconds(expiration),
        };
    }

    /// <summary>Until when an order's signature holds: that is also when the order ends, if it rests.</summary>
    public DateTimeOffset ExpirationOf(Order order, DateTimeOffset venueNow) => order switch
    {
        { TimeInForce: TimeInForce.GoodTillDate, GoodTillDate: { } end } => end,

        // What does not rest cannot be acted upon later than this.
        { Type: OrderType.Market } => venueNow + TimeSpan.FromSeconds(options.ImmediateOrderSeconds),
        { Type: OrderType.Limit, TimeInForce: TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill } => venueNow + TimeSpan.FromSeconds(options.ImmediateOrderSeconds),
        _ => venueNow + TimeSpan.FromDays(options.OrderLifeDays),
    };

    /// <summary>Writes an order that is signed with the given terms.</summary>
    internal void Write(GrvtParams to, Order order, GrvtSigner signer, in GrvtOrderTerms terms)
    {
        var signature = signer.Sign(terms);
        to.Add(GrvtNames.SubAccountId, terms.SubAccountId)
            .Add(GrvtNames.IsMarket, terms.IsMarket)
            .Add(GrvtNames.TimeInForce, GrvtWords.TimeInForceOf(order, options).Word)
            .Add(GrvtNames.PostOnly, terms.PostOnly)
            .Add(GrvtNames.ReduceOnly, terms.ReduceOnly)
            .BeginList(GrvtNames.Legs).BeginElement()
            .Add(GrvtNames.Instrument, order.Symbol)
            .Add(GrvtNames.Size, order.Quantity)
            .Add(GrvtNames.LimitPrice, terms.IsMarket ? 0 : order.Price ?? 0)
            .Add(GrvtNames.IsBuyingAsset, terms.IsBuying)
            .End().EndList()
            .Begin(GrvtNames.Signature)
            .Add(GrvtNames.Signer, signer.Address)
            .Add(GrvtNames.R, signature.RText)
            .Add(GrvtNames.S, signature.SText)
            .AddNumber(GrvtNames.V, signature.V)
            .Add(GrvtNames.Expiration, (ulong)terms.Expiration)
            .AddNumber(GrvtNames.Nonce, terms.Nonce)
            .Add(GrvtNames.ChainId, signer.ChainId)
            .End()
            .Begin(GrvtNames.Metadata)
            .Add(GrvtNames.ClientOrderId, order.ClientOrderId);
        if (GrvtWords.IsConditional(order.Type))
        {
            to.Begin(GrvtNames.Trigger)
                .Add(GrvtNames.TriggerType, order.Type is OrderType.StopMarket or OrderType.StopLimit ? "STOP_LOSS" : "TAKE_PROFIT")
                .Begin(GrvtNames.TakeProfitStopLoss)
                .Add(GrvtNames.TriggerBy, GrvtWords.Text(order.TriggerBy))
                .Add(GrvtNames.TriggerPrice, order.TriggerPrice ?? 0)
                .Add(GrvtNames.ClosePosition, false)
                .End().End();
        }

        to.End();
    }

    private void Write(GrvtParams to, Order order, GrvtSigner signer, GrvtSignedTerms terms, DateTimeOffset venueNow) =>
        Write(to, order, signer, Terms(order, signer.SubAccountId, terms, unchecked((uint)Interlocked.Increment(ref _nonce)), ExpirationOf(order, venueNow)));

    private static ExchangeError Refuse(ExchangeErrorCode code, string field, string message) =>
        new() { Code = code, Field = field, Message = $"{field}: {message}", Outcome = CommandOutcome.Rejected };
}
