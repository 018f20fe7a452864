namespace Exchange.Simulator.Faults;

/// <summary>What can be made to go wrong. On the control port the names are in snake case (<c>lose_frame</c>).</summary>
internal enum FaultKind
{
    // Sockets.

    /// <summary>Cuts the TCP connection without a close frame: at once, or behind <c>after</c> stream frames.</summary>
    DropSocket,

    /// <summary>Cuts the connection when a control message arrives, before it is handled.</summary>
    DropBeforeRequest,

    /// <summary>Handles a control message, then cuts the connection instead of answering.</summary>
    DropAfterRequest,

    /// <summary>The 24-hour cut, now: a close frame to each connection chosen.</summary>
    SessionCut,

    /// <summary>New connections are refused: with <c>status</c> when given, else by cutting them.</summary>
    RefuseConnection,

    // Answers to control messages.

    /// <summary>Handles a control message and never answers.</summary>
    SwallowAck,

    /// <summary>Answers <c>delay_ms</c> late.</summary>
    DelayAck,

    // Stream frames.

    /// <summary>Sends the frame twice.</summary>
    DuplicateFrame,

    /// <summary>Does not send the frame.</summary>
    LoseFrame,

    /// <summary>Sends the frame behind the next one of the same stream.</summary>
    ReorderFrames,

    /// <summary>A book delta whose predecessor's id is one that was never sent.</summary>
    SkipSequence,

    /// <summary>No stream frame leaves any more (<c>count</c> 0: until the fault is deleted); pings are answered, acks come.</summary>
    Silence,

    /// <summary>Text that is no JSON, in place of the frame.</summary>
    MalformedFrame,

    /// <summary>The frame's JSON, cut in the middle.</summary>
    TruncatedJson,

    /// <summary>Ahead of the frame, a valid one of an unknown event padded to <c>bytes</c> (2 MiB).</summary>
    HugeFrame,

    /// <summary>Ahead of the frame, a valid one nested <c>depth</c> (10,000) deep.</summary>
    NestedJson,

    /// <summary>Ahead of the frame, one of an event nobody knows.</summary>
    UnknownEvent,

    /// <summary>The frame with <c>field</c> (all but the event type) null.</summary>
    NullFields,

    /// <summary>The frame with its JSON numbers as text.</summary>
    NumberAsText,

    /// <summary>The frame with its numeric texts as JSON numbers.</summary>
    TextAsNumber,

    /// <summary>The frame with its best bid above its best ask.</summary>
    CrossedBook,

    // Commands, over REST or the WebSocket API.

    /// <summary>A command is answered with <c>code</c>, <c>status</c>, <c>message</c>; with <c>executed</c> it was carried out all the same.</summary>
    CommandError,

    /// <summary>
    /// A command waits for <c>messages</c> more commands, for <c>delay_ms</c>, or for the fault's deletion, and is carried
    /// out only then. Answered at once with <c>code</c> when given, else never.
    /// </summary>
    ExecuteLate,

    /// <summary>A command is carried out; its answer leaves when the fault is deleted.</summary>
    HoldAck,

    /// <summary>The events of a command leave, and are with the network, before its answer.</summary>
    EventFirst,

    /// <summary>The answer to a command leaves, and is with the network, before its events.</summary>
    ResponseFirst,

    /// <summary>Queries know nothing of an order: -2013, and lists without it.</summary>
    HideOrder,

    // The session of the private side.

    /// <summary>A user event leaves when the fault is deleted.</summary>
    HoldEvent,

    /// <summary>The listen keys expire, now.</summary>
    ExpireListenKey,

    /// <summary>The tokens that the venue has given out expire, now.</summary>
    ExpireToken,

    /// <summary>The cookies that the venue has given out expire, now.</summary>
    ExpireCookie,

    /// <summary>A client's sign of life does not count: the socket is closed for want of it.</summary>
    IgnoreHeartbeat,

    /// <summary>Logging in is refused: Binance -2015, Deribit 13004, or <c>code</c>.</summary>
    RefuseLogon,

    /// <summary>Sessions that are logged on are revoked: their next request tells them so.</summary>
    RevokeSession,

    // The market.

    /// <summary>The order flow <c>factor</c> (10) times as busy for <c>duration_ms</c> (1000).</summary>
    Burst,

    /// <summary>The tick of <c>symbol</c> becomes <c>tick_size</c> (ten times what it was).</summary>
    TickSizeChange,

    /// <summary><c>symbol</c> is delisted: nothing trades, and exchangeInfo says so.</summary>
    Delist,

    /// <summary>The venue's clock is off by <c>offset_ms</c> (and comes back when the fault is deleted).</summary>
    ClockSkew,

    // REST.

    /// <summary>Answers <c>status</c> with <c>code</c> and <c>message</c> in place of handling.</summary>
    RestError,

    /// <summary>Answers <c>delay_ms</c> late.</summary>
    RestSlow,

    /// <summary>Never answers; the request ends when the client gives up.</summary>
    RestHang,

    /// <summary>The depth snapshot is that of when the fault was set, its id older than anything on the stream.</summary>
    StaleSnapshot,
}
