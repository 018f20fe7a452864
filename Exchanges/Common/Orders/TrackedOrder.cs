using Exchange.Exchanges.Common.Journal;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Orders;

/// <summary>What is still to be learnt of an order by asking the venue.</summary>
[Flags]
internal enum OpenQuestions
{
    /// <summary>Nothing.</summary>
    None = 0,
    /// <summary>Whether a place arrived.</summary>
    Place = 1,
    /// <summary>Whether a cancel arrived.</summary>
    Cancel = 2,
    /// <summary>Whether a replacement arrived.</summary>
    Replace = 4,
    /// <summary>What became of an order that the venue did not list, or that an earlier life of this process left behind.</summary>
    Missing = 8,
    /// <summary>Whether what the venue took note of (a cancel, a new order) was done. The outcome counts as known.</summary>
    Confirm = 16,
    /// <summary>The executions behind a cumulative quantity that rose without them. The outcome counts as known.</summary>
    Details = 32,
    /// <summary>Those that make an order unknown to its trader.</summary>
    Unknown = Place | Cancel | Replace | Missing,
}

/// <summary>
/// One order as the order life holds it. The fields are where it stands now, <see cref="Order"/> is what was published last. Only
/// touched under the manager's lock.
/// </summary>
internal sealed class TrackedOrder
{
    private HashSet<FillKey>? _fills;
    private List<string>? _earlierWireIds;

    public TrackedOrder(Order order, string key, long number)
    {
        Order = order;
        Placed = order;
        Key = key;
        Number = number;
        Venue = order.Status;
        VenueOrderId = order.VenueOrderId;
        EarlierVenueOrderIds = order.EarlierVenueOrderIds;
        Quantity = order.Quantity;
        Price = order.Price;
        TriggerPrice = order.TriggerPrice;
        Cumulative = order.CumulativeQuantity;
        AveragePrice = order.AveragePrice;
        UnknownSince = order.UnknownSince;
        Reason = order.Reason;
        VenueTime = order.VenueTime;
        UpdatedTime = order.UpdatedTime;
        VenueStatus = order.VenueStatus;
        WireId = order.ClientOrderId;
    }

    /// <summary>As published last.</summary>
    public Order Order { get; private set; }

    /// <summary>Names it in the journal: the client order id where there is one of its own.</summary>
    public string Key { get; }

    /// <summary>Counts orders as they came, for a stable order of lists.</summary>
    public long Number { get; }

    /// <summary>Where it stands, apart from commands in flight.</summary>
    public OrderStatus Venue { get; set; }

    /// <summary>The venue has shown that it knows the order (its present leg): not found can no longer mean never arrived.</summary>
    public bool Seen { get; set; }

    /// <summary>That it ended is our conclusion and not the venue's word: any later word of the venue corrects it.</summary>
    public bool Lost { get; set; }

    /// <summary>The venue's time after which it cannot act any more on what placed the order or changed it last.</summary>
    public DateTimeOffset LastChance { get; set; }

    /// <summary>Its first answer; null for an order that no command of this life placed.</summary>
    public TaskCompletionSource<Result<OrderAck>>? Answer { get; set; }

    /// <summary>The place command has left and is not answered.</summary>
    public bool PlaceInFlight { get; set; }

    /// <summary>Cancels that have left and are not answered.</summary>
    public int CancelsInFlight { get; set; }

    /// <summary>The venue took note of a cancel; the end is awaited.</summary>
    public bool CancelTaken { get; set; }

    /// <summary>The replacement in flight.</summary>
    public ReplaceCommand? Replace { get; set; }

    /// <summary>What is to be asked.</summary>
    public OpenQuestions Questions { get; set; }

    public string? VenueOrderId { get; set; }

    public System.Collections.Immutable.ImmutableArray<string> EarlierVenueOrderIds { get; set; }

    public decimal Quantity { get; set; }

    public decimal? Price { get; set; }

    public decimal? TriggerPrice { get; set; }

    public decimal Cumulative { get; set; }

    public decimal? AveragePrice { get; set; }

    public DateTimeOffset? UnknownSince { get; set; }

    public ExchangeError? Reason { get; set; }

    public DateTimeOffset? VenueTime { get; set; }

    public DateTimeOffset UpdatedTime { get; set; }

    public string? VenueStatus { get; set; }

    /// <summary>By the venue's clock, when price or quantity were last told anew.</summary>
    public DateTimeOffset? AmendedTime { get; set; }

    /// <summary>By the venue's clock, when it ended.</summary>
    public DateTimeOffset? EndedTime { get; set; }

    /// <summary>The client order id on the wire: another than the trader's after a replacement that was a new order.</summary>
    public string WireId { get; set; }

    /// <summary>Filled under earlier wire ids: the venue's counts of the present one start there.</summary>
    public decimal Carried { get; set; }

    /// <summary>Sum of the executions that are known one by one.</summary>
    public decimal Detailed { get; set; }

    /// <summary>Sum of price times quantity of those.</summary>
    public decimal DetailedValue { get; set; }

    /// <summary>
    /// Filled without the executions being known, and not to be asked for any more: before the order was adopted, or the venue does not
    /// tell them.
    /// </summary>
    public decimal WithoutDetails { get; set; }

    /// <summary>The manager's count of what happened when the order was last touched.</summary>
    public long Touched { get; set; }

    /// <summary>What it adds to the exposure of its symbol; see <see cref="Exposure"/>.</summary>
    public decimal Exposed { get; set; }

    /// <summary>The manager's count of what happened when the venue was last to be asked.</summary>
    public long AskedAt { get; set; }

    /// <summary>Completed after the next question.</summary>
    public List<TaskCompletionSource>? AskedOnce { get; set; }

    /// <summary>It is among the ended orders of the table.</summary>
    public bool Shelved { get; set; }

    /// <summary>The order as it was placed: what a repeated command is compared with.</summary>
    public Order Placed { get; init; }

    /// <summary>The state of its lookups.</summary>
    public LookupState Lookup { get; } = new();

    public bool IsTerminal => OrderTransitions.IsTerminal(Venue);

    public bool CancelPending => CancelsInFlight > 0 || CancelTaken || (Questions & OpenQuestions.Cancel) != 0;

    public bool IsConditional => Order.Type is not (OrderType.Market or OrderType.Limit);

    public bool HasUnbookedDetails => Cumulative > Detailed + WithoutDetails;

    public IEnumerable<FillKey> Fills => _fills ?? [];

    public IReadOnlyList<string> EarlierWireIds => _earlierWireIds ?? [];

    /// <summary>Where it stands as a trader sees it: commands in flight lie over the venue's word.</summary>
    public OrderStatus Shown
    {
        get
        {
            if (IsTerminal)
                return Venue;
            if (CancelPending)
                return OrderStatus.PendingCancel;
            return Replace is not null ? OrderStatus.PendingReplace : Venue;
        }
    }

    /// <summary>Adds an execution; false when it was there.</summary>
    public bool AddFill(FillKey key) => (_fills ??= []).Add(key);

    /// <summary>True when the venue's report is about the order as it lives now, and not about a former leg of it.</summary>
    public bool NamesPresentLeg(OrderReport report)
    {
        if (report.VenueOrderId is { } id)
            return id == VenueOrderId || !EarlierVenueOrderIds.Contains(id);
        return report.ClientOrderId is not { } client || client == WireId || _earlierWireIds is null || !_earlierWireIds.Contains(client);
    }

    /// <summary>The order goes on at the venue under another venue order id.</summary>
    public void GoOnAs(string? venueOrderId)
    {
        if (VenueOrderId is { } old && !EarlierVenueOrderIds.Contains(old))
            EarlierVenueOrderIds = EarlierVenueOrderIds.Add(old);
        VenueOrderId = venueOrderId;
    }

    /// <summary>The order goes on as a new one on the wire, which the venue has not shown to know.</summary>
    public void BeginLeg(string wireId)
    {
        (_earlierWireIds ??= []).Add(WireId);
        WireId = wireId;
        Carried = Cumulative;
        GoOnAs(null);
        Seen = false;
        Venue = OrderStatus.PendingNew;
        AmendedTime = null;
    }

    /// <summary>Puts former wire ids back, after a restart.</summary>
    public void RememberWireIds(IEnumerable<string> ids) => (_earlierWireIds ??= []).AddRange(ids);

    /// <summary>The order under the name and in the numbers that the wire has for it.</summary>
    public Order OnTheWire()
    {
        if (WireId == Order.ClientOrderId && VenueOrderId == Order.VenueOrderId)
            return Order;
        // The rest of a replacement is what was asked for, from the moment that it leaves.
        var rest = Replace is { RestSent: true } ? Replace : null;
        return Order with
        {
            ClientOrderId = WireId,
            VenueOrderId = VenueOrderId,
            Price = rest?.Price ?? Price,
            Quantity = (rest?.Quantity ?? Quantity) - Carried,
            CumulativeQuantity = Cumulative - Carried,
        };
    }

    /// <summary>The order as the venue is asked about it: filled up to where the executions are known, so that the others are told.</summary>
    public Order ToAskFor() => OnTheWire() with { CumulativeQuantity = Math.Max(0, Math.Min(Cumulative, Detailed + WithoutDetails) - Carried) };

    /// <summary>The order as it stands now, to be published.</summary>
    public Order Render() => Order = Order with
    {
        VenueOrderId = VenueOrderId,
        EarlierVenueOrderIds = EarlierVenueOrderIds,
        Quantity = Quantity,
        Price = Price,
        TriggerPrice = TriggerPrice,
        Status = Shown,
        CumulativeQuantity = Cumulative,
        AveragePrice = AveragePrice,
        UnknownSince = UnknownSince,
        Reason = Reason,
        VenueTime = VenueTime,
        UpdatedTime = UpdatedTime,
        VenueStatus = VenueStatus,
    };
}
