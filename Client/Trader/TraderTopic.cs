using System.Text;
using Exchange.Client.Protocol;
using Exchange.Grains.Interfaces;

namespace Exchange.Client.Trader;

/// <summary>One topic that a trader listens to. Everything here happens on the receiving thread.</summary>
internal abstract class TraderTopic(TopicName name)
{
    /// <summary>Updates that may wait for a replay.</summary>
    protected const int MaxHeld = 65_536;

    public TopicName Name => name;

    public string Text { get; } = name.ToString();

    public byte[] Utf8 { get; } = Encoding.UTF8.GetBytes(name.ToString());

    public SequenceTracker Sequence { get; } = new();

    /// <summary>A replay is under way; what comes meanwhile is held back, so that order is kept.</summary>
    public bool IsReplaying { get; protected set; }

    public abstract void OnMessage(ReadOnlySpan<byte> json);

    /// <summary>Something else than the topic says that it has come this far: what is missing is asked for now, and not with the next update.</summary>
    public void OnPlace(long epoch, long seq, DateTimeOffset now)
    {
        var beat = new ByteBuffer(160);
        UpdateEnvelope.WriteHeartbeat(beat, UpdateEnvelope.HeadOf(name), epoch, seq, now, isProducerLost: false);
        OnMessage(beat.Written);
    }

    /// <summary>The replay's answer: the JSON of each update, or why there is none.</summary>
    public abstract void OnReplayed(IReadOnlyList<byte[]> updates, ExchangeError? error);
}

/// <inheritdoc/>
/// <param name="name">The topic.</param>
/// <param name="read">Reads its updates.</param>
/// <param name="tell">Where events go.</param>
/// <param name="replay">Asks for what came after a place of this topic.</param>
/// <param name="time">The clock.</param>
internal sealed class TraderTopic<T>(
    TopicName name, ReadUpdate<T> read, Action<TraderEvent> tell, Action<TraderTopic, long, long, int> replay, TimeProvider time)
    : TraderTopic(name)
{
    /// <summary>More than any ring keeps; asked for in pages.</summary>
    private const int MaxMissing = 65_536;

    private readonly LinkedList<byte[]> _held = new();
    private (long Epoch, long From, long To) _missing;

    public override void OnMessage(ReadOnlySpan<byte> json)
    {
        // Beyond the bound the oldest go, which shows as another gap.
        if (!IsReplaying)
            Take(json);
        else if (_held.AddLast(json.ToArray()) is not null && _held.Count > MaxHeld)
            _held.RemoveFirst();
    }

    private void Take(ReadOnlySpan<byte> json)
    {
        var envelope = read(json, Name, out var data);
        switch (Sequence.Judge(envelope, out var from, out var to))
        {
            case SequenceVerdict.Apply:
                Apply(envelope, data);
                break;
            case SequenceVerdict.Gap when Name.IsComplete:
                TellGap(envelope.Epoch, from, to, isHealed: !envelope.IsHeartbeat, null);
                if (envelope.IsHeartbeat)
                    Sequence.MoveTo(envelope.Epoch, envelope.Seq);
                else
                    Apply(envelope, data);
                break;
            case SequenceVerdict.Gap:
                _missing = (envelope.Epoch, from, to);
                IsReplaying = true;
                _held.AddFirst(json.ToArray());
                replay(this, envelope.Epoch, from - 1, (int)Math.Min(MaxMissing, to - from + 1));
                break;
        }
    }

    public override void OnReplayed(IReadOnlyList<byte[]> updates, ExchangeError? error)
    {
        var (epoch, from, to) = _missing;
        var next = from;
        foreach (var update in updates)
        {
            var envelope = read(update, Name, out var data);
            if (envelope.Seq != next || next > to)
                continue;
            Apply(envelope, data);
            next++;
        }

        TellGap(epoch, from, to, isHealed: next > to, next > to ? null : error);
        // What could not be had is given up, and told; the topic goes on behind it.
        Sequence.MoveTo(epoch, to);
        IsReplaying = false;
        while (!IsReplaying && _held.First is { } held)
        {
            _held.RemoveFirst();
            Take(held.Value);
        }
    }

    private void Apply(in UpdateEnvelope envelope, IReadOnlyList<T> data)
    {
        Sequence.MoveTo(envelope.Epoch, envelope.Seq);
        var now = time.GetUtcNow();
        foreach (var item in data)
        {
            tell(new TraderUpdate<T>
            {
                Topic = Name,
                Kind = envelope.Kind,
                Epoch = envelope.Epoch,
                Seq = envelope.Seq,
                Missed = envelope.Missed,
                Time = envelope.Time,
                GatewayTime = envelope.GatewayTime,
                Arrived = now,
                Data = item,
            });
        }
    }

    private void TellGap(long epoch, long from, long to, bool isHealed, ExchangeError? error) => tell(new TraderGap
    {
        Topic = Name,
        Epoch = epoch,
        FromSeq = from,
        ToSeq = to,
        IsHealed = isHealed,
        Error = error,
        Arrived = time.GetUtcNow(),
    });
}
