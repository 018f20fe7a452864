using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json;
using Exchange.Client.Protocol;
using Exchange.Grains.Interfaces;
using NetMQ;

namespace Exchange.Client.Trader;

public sealed partial class TraderClient
{
    private readonly ConcurrentDictionary<TopicName, TraderTopic> _topics = new();

    // Looked up with each message by its bytes, on the receiving thread alone.
    private readonly Dictionary<byte[], TraderTopic> _topicsByBytes = new(TopicBytesComparer.Instance);

    /// <summary>
    /// Listens to a topic, without subscribing to the market data behind it (<see cref="SubscribeOrderBook"/> and its like do
    /// both). For orders, positions, account and status of an exchange.
    /// </summary>
    public void Listen(TopicName topic) => Listen(topic, topic.Kind switch
    {
        TopicKind.Book => Create<OrderBook>(topic, UpdateReaders.Book),
        TopicKind.Trade => Create<Trade>(topic, UpdateReaders.Trade),
        TopicKind.Quote => Create<TopOfBook>(topic, UpdateReaders.Quote),
        TopicKind.Mark => Create<MarkPrice>(topic, UpdateReaders.Mark),
        TopicKind.Order => Create<OrderUpdate>(topic, UpdateReaders.Flattened),
        TopicKind.Position => Create<Position>(topic, UpdateReaders.Position),
        TopicKind.Account => Create<AccountUpdate>(topic, UpdateReaders.Flattened),
        TopicKind.Status => Create<ConnectionStatus>(topic, UpdateReaders.Flattened),
        _ => throw new ArgumentException($"{topic} is listened to by itself", nameof(topic)),
    });

    /// <summary>Listens to a topic no longer.</summary>
    public void Ignore(TopicName topic)
    {
        if (_topics.TryRemove(topic, out var gone))
        {
            OnThread(() =>
            {
                if (_topicsByBytes.Remove(gone.Utf8))
                    _updates.Unsubscribe(gone.Utf8);
            });
        }
    }

    private TraderTopic<T> Create<T>(TopicName topic, ReadUpdate<T> read) => new(topic, read, Tell, Replay, _time);

    private void Listen(TopicName topic, TraderTopic created)
    {
        if (!_topics.TryAdd(topic, created))
            return;
        OnThread(() =>
        {
            _topicsByBytes[created.Utf8] = created;
            _updates.Subscribe(created.Utf8);
        });
    }

    /// <summary>The gateway says what it lost: where a replay heals it, it is asked for at once. On the receiving thread.</summary>
    private void OnNotice(TraderNotice notice)
    {
        Tell(notice);
        if (TopicName.TryParse(notice.Topic, out var name) && !name.IsComplete && _topics.TryGetValue(name, out var topic))
            topic.OnPlace(notice.Epoch, notice.ToSeq, notice.Arrived);
    }

    private void OnThread(Action action)
    {
        // Before the thread runs there is nobody else to disturb.
        if (_poller.IsRunning)
            _poller.Run(action);
        else
            action();
    }

    /// <summary>On the receiving thread.</summary>
    private void ReceiveUpdates()
    {
        while (_updates.TryReceive(ref _frame, TimeSpan.Zero))
        {
            _topicsByBytes.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(_frame.Slice(), out var topic);
            if (!_frame.HasMore)
            {
                CountUnreadable("an update without a body");
                continue;
            }

            _updates.TryReceive(ref _frame, TimeSpan.FromSeconds(1));
            try
            {
                if (topic is null)
                    Interlocked.Increment(ref _otherTopics);
                else
                    topic.OnMessage(_frame.Slice());
            }
            catch (JsonException e)
            {
                CountUnreadable($"{topic!.Text}: {e.Message}");
            }

            while (_frame.HasMore)
                _updates.TryReceive(ref _frame, TimeSpan.FromSeconds(1));
        }
    }

    /// <summary>Asks for what a topic missed; the answer comes back to the receiving thread.</summary>
    private void Replay(TraderTopic topic, long epoch, long afterSeq, int count) => _ = ReplayAsync(topic, epoch, afterSeq, count);

    private async Task ReplayAsync(TraderTopic topic, long epoch, long afterSeq, int count)
    {
        var updates = new List<byte[]>();
        ExchangeError? error = null;
        try
        {
            while (updates.Count < count && error is null)
            {
                var page = await AskReplay(topic, epoch, afterSeq + updates.Count, count - updates.Count);
                if (!page.IsSuccess)
                    error = page.Error;
                else if (page.Value.GetProperty("updates"u8) is var found && found.GetArrayLength() == 0)
                    error = new ExchangeError { Code = ExchangeErrorCode.SnapshotRequired, Message = $"{topic.Text}: what was missed is not kept any more" };
                else
                    updates.AddRange(found.EnumerateArray().Select(u => System.Text.Encoding.UTF8.GetBytes(u.GetRawText())));
            }
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException)
        {
            error = new ExchangeError { Code = ExchangeErrorCode.UnreadableReply, Message = $"{topic.Text}: the replay could not be read: {e.Message}" };
        }

        if (_stopping.IsCancellationRequested)
            return;
        OnThread(() =>
        {
            try
            {
                topic.OnReplayed(updates, error);
            }
            catch (JsonException e)
            {
                CountUnreadable($"{topic.Text}: {e.Message}");
            }
        });
    }

    private Task<Result<JsonElement>> AskReplay(TraderTopic topic, long epoch, long afterSeq, int limit) => Call<JsonElement>("events.replay", w =>
    {
        w.WriteString("topic"u8, topic.Text);
        w.WriteString("epoch"u8, epoch.ToString(System.Globalization.CultureInfo.InvariantCulture));
        w.WriteNumber("after_seq"u8, afterSeq);
        w.WriteNumber("limit"u8, Math.Min(limit, 4_096));
    });

    private sealed class TopicBytesComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static TopicBytesComparer Instance { get; } = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] obj) => GetHashCode(obj.AsSpan());

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = new HashCode();
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }
    }
}
