using Exchange.Exchanges.Common.Text;

namespace Exchange.Exchanges.Common.Market;

/// <summary>Takes the messages of one stream: read, then applied, both while holding <see cref="Gate"/>.</summary>
internal abstract class StreamHandler(string stream, Lock gate)
{
    /// <summary>The stream's name at the venue.</summary>
    public string Stream { get; } = stream;

    /// <summary>Guards the stream's state; also held while its updates are published, which keeps them in order.</summary>
    public Lock Gate { get; } = gate;

    /// <summary>Whether messages come all the time, so that silence means trouble.</summary>
    public virtual bool IsSteady => true;

    /// <summary>The link by which a message last came, or that acknowledged the stream; 0 when none did.</summary>
    public int LastLink { get; set; }

    /// <summary>The link that was lost last: what it may still deliver does not count.</summary>
    public int LostLink { get; private set; }

    /// <summary>Reads the message's data; false when it cannot be read. Changes nothing that is visible.</summary>
    public abstract bool TryRead(ref Utf8Scanner json);

    /// <summary>Takes where the venue's envelope places the message that was read, where it does; before it is applied.</summary>
    public virtual void Place(in MessagePlace place)
    {
    }

    /// <summary>Applies what was read.</summary>
    public abstract void Apply(DateTimeOffset receivedAt);

    /// <summary>The venue has acknowledged the subscription on this link.</summary>
    public void MarkSubscribed(int link)
    {
        lock (Gate)
        {
            if (link == LostLink)
                return;
            LastLink = link;
            OnSubscribed();
        }
    }

    /// <summary>The link was lost, and with it everything until the next one.</summary>
    public void MarkLost(int link, string reason)
    {
        lock (Gate)
        {
            LostLink = link;
            LastLink = 0;
            OnLost(reason);
        }
    }

    /// <summary>The venue has acknowledged the subscription. Called while holding <see cref="Gate"/>.</summary>
    protected virtual void OnSubscribed()
    {
    }

    /// <summary>The link was lost. Called while holding <see cref="Gate"/>.</summary>
    protected abstract void OnLost(string reason);
}
