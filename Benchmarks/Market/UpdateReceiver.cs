using System.Buffers.Text;
using System.Diagnostics;
using System.Text;
using NetMQ;
using NetMQ.Sockets;

namespace Exchange.Benchmarks.Market;

/// <summary>
/// The trader of the benchmark: a plain ZeroMQ subscriber on a thread of its own that finds the update id in each frame
/// and notes how long ago the simulator sent it. The same code reads the floor's frames and the gateway's.
/// </summary>
internal sealed class UpdateReceiver : IDisposable
{
    private readonly string _endpoint;
    private readonly byte[] _idMark;
    private readonly Feed _feed;
    private readonly Thread _thread;
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _stopping;
    private volatile Latencies _latencies = new();
    private long _received;
    private long _lastId;

    /// <param name="feed">Where the sending times are.</param>
    /// <param name="endpoint">The publisher.</param>
    /// <param name="idMark">What stands before the update id in the JSON: <c>"u":</c> for the venue's frame.</param>
    public UpdateReceiver(Feed feed, string endpoint, string idMark)
    {
        _feed = feed;
        _endpoint = endpoint;
        _idMark = Encoding.UTF8.GetBytes(idMark);
        _thread = new Thread(Run) { IsBackground = true, Name = "benchmark trader" };
        _thread.Start();
    }

    /// <summary>Updates of a known frame received since the last <see cref="StartRound"/>.</summary>
    public long Received => Volatile.Read(ref _received);

    /// <summary>Completes with the first update.</summary>
    public Task First => _first.Task;

    public Latencies StartRound()
    {
        Volatile.Write(ref _received, 0);
        return _latencies = new Latencies();
    }

    /// <summary>Waits until so many were received, or none more came for a while.</summary>
    public async Task WaitForAsync(int count)
    {
        var last = -1L;
        while (Received < count && Received != last)
        {
            last = Received;
            await Task.Delay(500);
        }
    }

    /// <summary>Waits until the state of an update id, or a later one, has arrived.</summary>
    public async Task WaitForIdAsync(long id)
    {
        var patience = Stopwatch.StartNew();
        while (Volatile.Read(ref _lastId) < id)
        {
            if (patience.Elapsed > TimeSpan.FromSeconds(60))
                throw new TimeoutException($"update {id} did not arrive in 60 s; the last was {Volatile.Read(ref _lastId)}");
            await Task.Delay(1);
        }
    }

    public void Dispose()
    {
        _stopping = true;
        _thread.Join();
    }

    private void Run()
    {
        using var socket = new SubscriberSocket();
        socket.Options.ReceiveHighWatermark = 1_000_000;
        socket.Connect(_endpoint);
        socket.Subscribe($"book.binance.{Feed.Symbol}");
        var message = new Msg();
        message.InitEmpty();
        while (!_stopping)
        {
            if (!socket.TryReceive(ref message, TimeSpan.FromMilliseconds(100)))
                continue;
            while (message.HasMore)
                socket.Receive(ref message);
            var now = Stopwatch.GetTimestamp();
            if (TryReadId(message.Slice(), out var id))
            {
                if (_feed.TryGetSent(this, id, out var sentAt))
                {
                    _latencies.Add(now - sentAt);
                    Interlocked.Increment(ref _received);
                }

                Volatile.Write(ref _lastId, id);
            }

            _first.TrySetResult();
        }

        message.Close();
    }

    private bool TryReadId(ReadOnlySpan<byte> frame, out long id)
    {
        id = 0;
        var at = frame.IndexOf(_idMark);
        if (at < 0)
            return false;
        frame = frame[(at + _idMark.Length)..];
        if (frame[0] == (byte)'"')
            frame = frame[1..];
        return Utf8Parser.TryParse(frame, out id, out _);
    }
}
