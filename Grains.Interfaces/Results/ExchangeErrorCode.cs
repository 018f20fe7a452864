namespace Exchange.Grains.Interfaces;

/// <summary>
/// The one list of error codes of every exchange and of the gateway. On the wire a code is its name in snake case
/// (<c>price_off_tick</c>). Codes are only ever added; a number is never used twice.
/// </summary>
public enum ExchangeErrorCode
{
    /// <summary>No code fits; the message and the venue's own code say what is known.</summary>
    Unspecified = 0,

    // The request itself (1xx)

    /// <summary>A field is missing, has the wrong form or is outside its legal values; the message names both.</summary>
    InvalidArgument = 100,
    /// <summary>The frame is not a request at all: not JSON, no method, wrong version.</summary>
    MalformedRequest = 101,
    /// <summary>The frame is larger than the gateway accepts.</summary>
    RequestTooLarge = 102,
    /// <summary>There is no such method.</summary>
    UnknownMethod = 103,
    /// <summary>There is no such exchange, or not in this gateway.</summary>
    UnknownExchange = 104,
    /// <summary>The venue does not list the symbol.</summary>
    UnknownSymbol = 105,
    /// <summary>The venue, or this connector, does not offer what was asked for; see <see cref="Capabilities"/>.</summary>
    NotSupported = 106,
    /// <summary>The instrument is listed but not open for this.</summary>
    SymbolNotTrading = 107,
    /// <summary>The venue's or the gateway's limit on subscriptions is reached.</summary>
    SubscriptionLimit = 108,

    // The order (2xx)

    /// <summary>The price is not a multiple of the tick size.</summary>
    PriceOffTick = 200,
    /// <summary>The price is outside the venue's limits.</summary>
    PriceOutOfRange = 201,
    /// <summary>The price is too far from the mark price.</summary>
    PriceOutsideCollar = 202,
    /// <summary>The quantity is not a multiple of the lot step.</summary>
    QuantityOffStep = 203,
    /// <summary>The quantity is below the minimum or above the maximum.</summary>
    QuantityOutOfRange = 204,
    /// <summary>Price times quantity is below the venue's minimum.</summary>
    NotionalTooSmall = 205,
    /// <summary>The order would take the position beyond its limit.</summary>
    PositionLimit = 206,
    /// <summary>A post-only order would have taken liquidity.</summary>
    PostOnlyWouldTake = 207,
    /// <summary>A fill-or-kill order could not be filled at once.</summary>
    FillOrKillNotFillable = 208,
    /// <summary>A reduce-only order would have increased the position.</summary>
    ReduceOnlyRejected = 209,
    /// <summary>The trigger price would fire at once.</summary>
    WouldTriggerImmediately = 210,
    /// <summary>Balance or margin does not suffice.</summary>
    InsufficientMargin = 211,
    /// <summary>The client order id has another form than the venue takes; the message gives the form.</summary>
    InvalidClientOrderId = 212,
    /// <summary>The client order id was used for another order.</summary>
    DuplicateClientOrderId = 213,
    /// <summary>No order by that id is known.</summary>
    OrderNotFound = 214,
    /// <summary>The order has ended and cannot be changed.</summary>
    OrderAlreadyTerminal = 215,
    /// <summary>The replacement would change nothing.</summary>
    NothingToReplace = 216,
    /// <summary>Too many working orders.</summary>
    TooManyOrders = 217,
    /// <summary>The position side does not fit the account's position mode.</summary>
    PositionSideMismatch = 218,
    /// <summary>The venue refused the order for a reason of its own.</summary>
    RejectedByVenue = 219,
    /// <summary>The venue liquidates the account or restricts it to reducing.</summary>
    AccountRestricted = 220,

    // The session (3xx)

    /// <summary>The connection is not ready: not connected, not authenticated or not reconciled yet.</summary>
    NotReady = 300,
    /// <summary>No silo of the cluster declares this connection.</summary>
    ConnectionNotDeclared = 301,
    /// <summary>The silo that served the connection is gone; another may take over.</summary>
    ConnectionUnavailable = 302,
    /// <summary>The venue refused the credentials.</summary>
    AuthenticationFailed = 303,
    /// <summary>The credentials do not carry the right that this needs.</summary>
    PermissionDenied = 304,
    /// <summary>No credentials are configured for this role.</summary>
    CredentialsMissing = 305,
    /// <summary>The venue found our clock outside its window.</summary>
    ClockSkew = 306,
    /// <summary>The venue found the signature wrong.</summary>
    SignatureInvalid = 307,
    /// <summary>A newer activation of this connection exists; this one may not send any more.</summary>
    Fenced = 308,
    /// <summary>Trading is halted by the kill switch.</summary>
    TradingHalted = 309,
    /// <summary>The kill switch allows reducing orders only.</summary>
    ReduceOnlyMode = 310,
    /// <summary>The connection is stopping and takes no new commands.</summary>
    Stopping = 311,

    // The venue and the way to it (4xx)

    /// <summary>The venue's rate limit, or our share of it, is used up.</summary>
    RateLimited = 400,
    /// <summary>The venue bans this address until a time that the message gives.</summary>
    Banned = 401,
    /// <summary>The venue is overloaded or under maintenance.</summary>
    VenueUnavailable = 402,
    /// <summary>No answer came in time.</summary>
    Timeout = 403,
    /// <summary>The connection to the venue was lost.</summary>
    ConnectionLost = 404,
    /// <summary>The connection to the venue could not be made.</summary>
    ConnectFailed = 405,
    /// <summary>The venue answered with something that cannot be read.</summary>
    UnreadableReply = 406,
    /// <summary>The venue reported an internal error.</summary>
    VenueError = 407,

    // The gateway (5xx)

    /// <summary>What was missed is no longer kept; take a snapshot.</summary>
    SnapshotRequired = 500,
    /// <summary>There is no such topic, or it does not exist yet.</summary>
    UnknownTopic = 501,
    /// <summary>The gateway has too much to do and refused this before acting.</summary>
    Overloaded = 502,
    /// <summary>The journal cannot be written: no new order may leave.</summary>
    JournalUnavailable = 503,
    /// <summary>A defect of the gateway; its log has the details under the message's id.</summary>
    Internal = 504,
    /// <summary>The caller is not allowed to do this.</summary>
    Unauthorized = 505,
}
