using System.Text.Json.Serialization;

namespace Exchange.Simulator.Faults;

/// <summary>
/// One thing made to go wrong: it lets <see cref="After"/> messages that it matches pass, then takes the next
/// <see cref="Count"/>. It counts messages, never time, so that a run can be repeated.
/// </summary>
internal sealed class Fault
{
    private readonly TaskCompletionSource _exhausted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Action> _releases = [];

    /// <summary>Given by the board.</summary>
    public long Id { get; internal set; }

    public string Venue { get; init; } = "binance";

    /// <summary><c>all</c>, a route (<c>public</c>, <c>market</c>, <c>private</c>, <c>unrouted</c>), or a connection's id.</summary>
    public string Connection { get; init; } = "all";

    public required FaultKind Kind { get; init; }

    /// <summary>Only frames of this stream, when given (<c>btcusdt@depth@100ms</c>).</summary>
    public string? Stream { get; init; }

    public string? Symbol { get; init; }

    /// <summary>Only REST requests whose path ends so, when given (<c>/depth</c>).</summary>
    public string? Path { get; init; }

    /// <summary>
    /// Only this command, when given: <c>order.place</c>, whatever channel it comes by, or <c>DELETE /fapi/v1/allOpenOrders</c>
    /// where the WebSocket API has no name for it; or one of several, with bars between them (<c>private/buy|private/sell</c>).
    /// </summary>
    public string? Method { get; init; }

    /// <summary>Only user events of this type, when given (<c>ORDER_TRADE_UPDATE</c>).</summary>
    public string? Event { get; init; }

    /// <summary>Only what is about the order with this client id, when given.</summary>
    public string? ClientOrderId { get; init; }

    /// <summary>Matching messages that pass first.</summary>
    public int After { get; init; }

    /// <summary>Messages it acts on then; 0 means until it is deleted.</summary>
    public int Count { get; init; } = 1;

    public int? DelayMs { get; init; }

    /// <summary>Whether a command that is answered with an error was carried out all the same.</summary>
    public bool Executed { get; init; }

    /// <summary>Commands that come in before a late one is carried out.</summary>
    public int? Messages { get; init; }

    public int? Status { get; init; }

    public int? Code { get; init; }

    public string? Message { get; init; }

    public int? Bytes { get; init; }

    public int? Depth { get; init; }

    public int? OffsetMs { get; init; }

    public string? TickSize { get; init; }

    public int? Factor { get; init; }

    public int? DurationMs { get; init; }

    public string? Field { get; init; }

    /// <summary>Matching messages met.</summary>
    public int Seen { get; private set; }

    /// <summary>Times it acted.</summary>
    public int Fired { get; private set; }

    [JsonIgnore]
    public bool IsExhausted => Count > 0 && Fired >= Count;

    /// <summary>Completes when it has acted <see cref="Count"/> times.</summary>
    [JsonIgnore]
    public Task Exhausted => _exhausted.Task;

    /// <summary>One matching message has come: does the fault act on it?</summary>
    internal bool Meet()
    {
        Seen++;
        if (IsExhausted || Seen <= After)
        {
            return false;
        }

        Fire();
        return true;
    }

    /// <summary>What the fault holds back until it is deleted.</summary>
    internal void OnRelease(Action release) => _releases.Add(release);

    /// <summary>Lets go of all that it holds back, in the order in which it came.</summary>
    internal void Release()
    {
        var releases = _releases.ToArray();
        _releases.Clear();
        foreach (var release in releases)
        {
            release();
        }
    }

    internal void Fire()
    {
        Fired++;
        if (IsExhausted)
        {
            _exhausted.TrySetResult();
        }
    }
}
