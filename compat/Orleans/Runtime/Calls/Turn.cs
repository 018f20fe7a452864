namespace Orleans.Runtime;

/// <summary>Something that an activation does one of at a time: a request, or the tick of a timer.</summary>
internal abstract class Turn
{
    /// <summary>May start while other turns wait for something, whatever they are.</summary>
    public abstract bool IsAlwaysInterleave { get; }

    /// <summary>May start while other such turns wait.</summary>
    public abstract bool IsReadOnly { get; }

    /// <summary>Nobody waits for it any more, so it need not start.</summary>
    public abstract bool IsAbandoned { get; }

    /// <summary>Who starts it; set just before.</summary>
    public IReceiver? Starter { get; set; }

    /// <summary>Starts it, on the activation's scheduler. The last thing it does is to call <see cref="IReceiver.OnTurnEnded"/>.</summary>
    public abstract void Start(IReceiver receiver);
}

/// <summary>An activation or an observer: where turns are taken.</summary>
internal interface IReceiver
{
    /// <summary>As call filters see it.</summary>
    IGrainContext Context { get; }

    /// <summary>Where a turn continues after it has waited.</summary>
    TaskScheduler TurnScheduler { get; }

    /// <summary>The call filters that apply, or null.</summary>
    IIncomingGrainCallFilter[]? IncomingFilters { get; }

    /// <summary>The object that a call of this interface is for.</summary>
    object GetTarget(Type grainInterface);

    void OnTurnEnded(Turn turn);
}
