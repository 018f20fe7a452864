namespace Exchange.Simulator.Control;

/// <summary>
/// What accounts are to be told, in its order: at once, or while a command is being carried out behind its answer. Used within the
/// simulator's turn.
/// </summary>
/// <param name="whenDrained">Completes when the events sent so far are with the network.</param>
internal sealed class EventOutbox(Func<Task> whenDrained)
{
    private List<Action>? _held;

    /// <summary>Events so far, whether or not anybody heard them.</summary>
    public long Published { get; private set; }

    public void Publish(Action send)
    {
        Published++;
        if (_held is null)
        {
            send();
        }
        else
        {
            _held.Add(send);
        }
    }

    /// <summary>From now on events wait for <see cref="Flush"/>: a command's answer leaves ahead of what it brought about.</summary>
    public void Hold() => _held ??= [];

    public void Flush() => TakeHeld()();

    /// <summary>What has waited; the caller sends it.</summary>
    public Action TakeHeld()
    {
        var held = _held ?? [];
        _held = null;
        return () => held.ForEach(send => send());
    }

    public Task WhenDrained() => whenDrained();
}
