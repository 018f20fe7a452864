namespace Exchange.Simulator.Faults;

/// <summary>What a message belongs to, for matching faults against it.</summary>
internal readonly record struct FaultScope(
    string Venue, string Route, long Connection, string? Stream = null, string? Path = null, string? Symbol = null,
    string? Method = null, string? Event = null, string? ClientOrderId = null);

/// <summary>The faults that are switched on. Used within the simulator's turn only.</summary>
internal sealed class FaultBoard
{
    private static readonly HashSet<FaultKind> _frameKinds =
    [
        FaultKind.DuplicateFrame, FaultKind.LoseFrame, FaultKind.ReorderFrames, FaultKind.SkipSequence, FaultKind.Silence,
        FaultKind.MalformedFrame, FaultKind.TruncatedJson, FaultKind.HugeFrame, FaultKind.NestedJson, FaultKind.UnknownEvent,
        FaultKind.NullFields, FaultKind.NumberAsText, FaultKind.TextAsNumber, FaultKind.CrossedBook, FaultKind.DropSocket,
    ];

    private readonly List<Fault> _faults = [];
    private long _nextId = 1;

    /// <summary>Told of each fault as it is set: some act at once, some need to remember how things are now.</summary>
    public Action<Fault>? Added { get; set; }

    public Action<Fault>? Removed { get; set; }

    public IReadOnlyList<Fault> Faults => _faults;

    /// <summary>False while no fault can concern a stream frame: the hot path asks nothing else.</summary>
    public bool ConcernFrames { get; private set; }

    public Fault Add(Fault fault)
    {
        fault.Id = _nextId++;

        // What is refused here (an unknown symbol, say) is not on the board.
        Added?.Invoke(fault);
        _faults.Add(fault);
        Refresh();
        return fault;
    }

    public int Clear()
    {
        var removed = _faults.ToArray();
        _faults.Clear();
        Refresh();
        foreach (var fault in removed)
        {
            Removed?.Invoke(fault);
            fault.Release();
        }

        return removed.Length;
    }

    public bool Remove(long id)
    {
        var fault = _faults.Find(candidate => candidate.Id == id);
        if (fault is null)
        {
            return false;
        }

        _faults.Remove(fault);
        Refresh();
        Removed?.Invoke(fault);
        fault.Release();
        return true;
    }

    /// <summary>Whether any fault of this kind is switched on that still has something to do.</summary>
    public bool Has(FaultKind kind) => _faults.Exists(fault => fault.Kind == kind && !fault.IsExhausted);

    /// <summary>The first fault of the kind that acts on this message, if any.</summary>
    public Fault? Take(FaultKind kind, in FaultScope scope)
    {
        foreach (var fault in _faults)
        {
            if (fault.Kind == kind && Matches(fault, scope) && fault.Meet())
            {
                Refresh();
                return fault;
            }
        }

        return null;
    }

    /// <summary>The fault that acts on this stream frame, if any: the oldest that still has something to do.</summary>
    public Fault? TakeForFrame(in FaultScope scope)
    {
        Fault? taken = null;
        foreach (var fault in _faults)
        {
            // Every fault counts every frame that it matches, whether or not another one acts on it.
            if (_frameKinds.Contains(fault.Kind) && !fault.IsExhausted && Matches(fault, scope)
                && (taken is null ? fault.Meet() : MeetLater(fault)))
            {
                taken ??= fault;
            }
        }

        if (taken is { IsExhausted: true })
        {
            Refresh();
        }

        return taken;

        static bool MeetLater(Fault other)
        {
            // It would have acted on this frame too: let it have the next one instead.
            if (other.Seen < other.After)
            {
                other.Meet();
            }

            return false;
        }
    }

    /// <summary>The fault that damages this REST answer: only one that names <c>rest</c> as its connection does.</summary>
    public Fault? TakeForReply(in FaultScope scope)
    {
        foreach (var fault in _faults)
        {
            if (fault.Connection == "rest" && _frameKinds.Contains(fault.Kind) && Matches(fault, scope) && fault.Meet())
            {
                Refresh();
                return fault;
            }
        }

        return null;
    }

    /// <summary>The fault that damages an answer on a socket that also carries events: only one that names a method does.</summary>
    public Fault? TakeForAnswer(in FaultScope scope)
    {
        foreach (var fault in _faults)
        {
            if (fault.Method is not null && _frameKinds.Contains(fault.Kind) && Matches(fault, scope) && fault.Meet())
            {
                Refresh();
                return fault;
            }
        }

        return null;
    }

    private static bool Matches(Fault fault, in FaultScope scope) =>
        fault.Venue == scope.Venue
        && Chooses(fault, scope.Route, scope.Connection)
        && (fault.Stream is null || scope.Stream is null || string.Equals(fault.Stream, scope.Stream, StringComparison.Ordinal))
        && (fault.Symbol is null || (scope.Stream is null && scope.Symbol is null) || IsOf(fault.Symbol, scope))
        && (fault.Path is null || (scope.Path?.EndsWith(fault.Path, StringComparison.Ordinal) ?? false))
        && (fault.Method is null || Names(fault.Method, scope.Method))
        && (fault.Event is null || fault.Event == scope.Event)
        && (fault.ClientOrderId is null || fault.ClientOrderId == scope.ClientOrderId);

    /// <summary>One method, or several with bars between them: buying and selling have two names at some venues.</summary>
    private static bool Names(string methods, string? method) =>
        methods == method || (method is not null && methods.Contains('|', StringComparison.Ordinal) && methods.Split('|').Contains(method, StringComparer.Ordinal));

    private static bool IsOf(string symbol, in FaultScope scope) => scope.Stream is null || scope.Symbol is not null
        ? string.Equals(symbol, scope.Symbol, StringComparison.OrdinalIgnoreCase)
        : scope.Stream.StartsWith(symbol, StringComparison.OrdinalIgnoreCase) && scope.Stream[symbol.Length..].StartsWith('@');

    /// <summary>Whether the fault's <see cref="Fault.Connection"/> names this connection.</summary>
    public static bool Chooses(Fault fault, string route, long connection) =>
        fault.Connection == "all"
        || fault.Connection == route
        || (long.TryParse(fault.Connection, out var id) && id == connection);

    private void Refresh() =>
        ConcernFrames = _faults.Exists(fault => _frameKinds.Contains(fault.Kind) && !fault.IsExhausted);
}
