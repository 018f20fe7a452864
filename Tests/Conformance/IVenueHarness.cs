using Exchange.Exchanges.Common;
using Exchange.Exchanges.Common.Account;
using Exchange.Exchanges.Common.Journal;
using Exchange.Exchanges.Common.Orders;
using Exchange.Grains.Interfaces;

namespace Exchange.Tests.Conformance;

/// <summary>Which credentials a connector is given.</summary>
internal enum VenueKey
{
    /// <summary>The account's.</summary>
    Usual,
    /// <summary>The account's, of the venue's other kind of key.</summary>
    OtherKind,
    /// <summary>A key that the venue knows with a secret that is not its own.</summary>
    WrongSecret,
    /// <summary>A key that the venue does not know.</summary>
    Unknown,
    /// <summary>The account's, without the right to trade.</summary>
    ReadOnly,
    /// <summary>None.</summary>
    None,
}

/// <summary>Why the venue closes a position by itself.</summary>
internal enum VenueClose
{
    /// <summary>Liquidation.</summary>
    Liquidation,
    /// <summary>Auto-deleveraging.</summary>
    AutoDeleverage,
    /// <summary>Settlement.</summary>
    Settlement,
}

/// <summary>What an order connector is made from.</summary>
internal sealed record OmsSetup(IOrderSink Sink, IOrderJournal Journal, long Epoch)
{
    public VenueKey Key { get; init; }

    public TradingLimits Limits { get; init; } = new();
}

/// <summary>
/// One venue for the cards: its simulator, started in this process; connectors with settings for tests; a hand on what happens at the
/// venue; and the truth about it. Nothing in a card is of a venue: what differs is here.
/// </summary>
internal interface IVenueHarness : IAsyncDisposable
{
    /// <summary>The exchange key.</summary>
    string Venue { get; }

    /// <summary>What is traded.</summary>
    string Symbol { get; }

    /// <summary>Another symbol of the account.</summary>
    string OtherSymbol { get; }

    /// <summary>A usual quantity of both; ten times it is legal, and so is a tenth.</summary>
    decimal Quantity { get; }

    /// <summary>The price step of <see cref="Symbol"/>.</summary>
    decimal Tick { get; }

    /// <summary>The clock of the venue and of all connectors. It may be faster than the wall's.</summary>
    TimeProvider Time { get; }

    /// <summary>A date that an order may end at, half an hour from now or later.</summary>
    DateTimeOffset OrderEnd { get; }

    /// <summary>A quantity above the venue's greatest; null when it states none.</summary>
    decimal? TooMuch { get; }

    /// <summary>What the venue's events call money that comes in, and funding; another word than these where it tells balances alone.</summary>
    (AccountEvent Deposit, AccountEvent Funding) AccountWords { get; }

    /// <summary>Whether a session that ends is renewed on the socket that it was on, which goes on.</summary>
    bool RenewsInPlace { get; }

    /// <summary>What must not be seen in any output.</summary>
    IReadOnlyList<string> Secrets { get; }

    /// <summary>Whether the account starts in hedge mode.</summary>
    bool Hedge { get; }

    /// <summary>The best prices of a symbol, as the venue has them.</summary>
    (decimal Bid, decimal Ask) Best(string symbol);

    /// <summary>A price of <see cref="Tick"/> nearest to <paramref name="price"/>.</summary>
    decimal OnTick(decimal price, string? symbol = null);

    /// <summary>Why a fault, key or feature does not exist at this venue; null when it does.</summary>
    string? Lacks(VenueFaultKind kind);

    /// <inheritdoc cref="Lacks(VenueFaultKind)"/>
    string? Lacks(VenueKey key);

    IExchangeOms CreateOms(OmsSetup setup);

    IExchangePms CreatePms(IAccountSink sink, VenueKey key);

    IExchangeDataFetcher CreateDataFetcher(Action<ConnectionStatus> onStatus, VenueKey key);

    IExchangeSubscriber CreateSubscriber(IMarketDataSink sink);

    /// <summary>The counts of an order connector that this made.</summary>
    OrderCounters CountersOf(IExchangeOms oms);

    /// <summary>Completes when a connector that this made was fenced.</summary>
    Task WhenFenced(IExchangeOms oms);

    /// <summary>Switches a fault on.</summary>
    AppliedFault Apply(VenueFault fault);

    /// <summary>Lifts all faults.</summary>
    void LiftAll();

    /// <summary>A stranger takes so much of a working order, or all that is left.</summary>
    void Fill(string clientOrderId, decimal? quantity = null);

    /// <summary>What is left of the order is filled, and then so much more than was asked for.</summary>
    void Overfill(string clientOrderId, decimal quantity);

    /// <summary>The venue cancels an order unasked.</summary>
    void CancelUnasked(string clientOrderId);

    /// <summary>Another program of the account's owner places an order. Returns its client order id.</summary>
    string PlaceElsewhere(Side side, decimal quantity, decimal? price = null);

    /// <summary>The venue closes the position of <see cref="Symbol"/>. Returns the client order id of its order.</summary>
    string CloseBySystem(VenueClose kind);

    /// <summary>Moves the mark and the last price of <see cref="Symbol"/>.</summary>
    void MovePrices(decimal price);

    /// <summary>Funding on the position of <see cref="Symbol"/>.</summary>
    void Fund(decimal rate);

    /// <summary>Money comes into the account.</summary>
    void Deposit(decimal amount);

    /// <summary>The public market moves: trades, a book that changes, time that passes for its feeds.</summary>
    void Stir();

    /// <summary>The venue's clock goes on by so much; what is due there happens.</summary>
    void PassTime(TimeSpan time);

    /// <summary>Completes once the venue has received a command about an order so many times.</summary>
    Task WhenReceived(string clientOrderId, VenueCommand command, int times = 1);

    /// <summary>How often that was.</summary>
    int CountReceived(string clientOrderId, VenueCommand command);

    /// <summary>The truth, now.</summary>
    VenueTruth Truth();

    /// <summary>The whole book of a symbol, as the venue has it: best first.</summary>
    (IReadOnlyList<PriceLevel> Bids, IReadOnlyList<PriceLevel> Asks) TrueBook(string symbol);
}

/// <summary>What a harness starts with.</summary>
internal sealed record HarnessOptions
{
    public int Seed { get; init; } = 7;

    public bool Hedge { get; init; }
}

/// <summary>The venues that the cards run on. A new one is one more line here.</summary>
internal static class Harnesses
{
    /// <summary>By exchange key.</summary>
    public static IReadOnlyDictionary<string, Func<HarnessOptions, Task<IVenueHarness>>> All { get; } = new Dictionary<string, Func<HarnessOptions, Task<IVenueHarness>>>
    {
        [Venues.Binance] = Binance.BinanceHarness.StartAsync,
        [Venues.Deribit] = Deribit.DeribitHarness.StartAsync,
        [Venues.Grvt] = Grvt.GrvtHarness.StartAsync,
    };
}
