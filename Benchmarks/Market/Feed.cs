using System.Diagnostics;
using Exchange.Simulator;

namespace Exchange.Benchmarks.Market;

/// <summary>
/// The simulator as a source of 20-level depth frames at a rate, with the time at which each was handed to its sockets.
/// </summary>
internal sealed class Feed : IAsyncDisposable
{
    public const string Symbol = "BTCUSDT";
    public const string Stream = "btcusdt@depth20@100ms";

    private readonly Dictionary<long, long> _sentAt = [];
    private readonly Dictionary<long, long> _sentMicroseconds = [];
    private readonly Lock _turn = new();
    private readonly SimulatorHost _host;

    private Feed(SimulatorHost host) => _host = host;

    public Uri StreamUri => new(_host.BinanceStreamUri, "/public/ws");

    public SimulatorHost Host => _host;

    /// <summary>The trader whose round it is; the others' readings are not taken.</summary>
    public UpdateReceiver? Reader { get; set; }

    public static async Task<Feed> StartAsync()
    {
        var host = await SimulatorHost.StartAsync(new SimulatorOptions { Runs = false, Symbols = [Symbol] });
        host.Step(2_000);
        return new Feed(host);
    }

    /// <summary>When the frame of that update id was sent, in stopwatch ticks; false when it is not the reader's round.</summary>
    public bool TryGetSent(UpdateReceiver reader, long updateId, out long sentAt)
    {
        sentAt = 0;
        if (Reader != reader)
            return false;
        lock (_turn)
        {
            return _sentAt.Remove(updateId, out sentAt);
        }
    }

    /// <summary>The same by the clock that other processes have, in microseconds since 1970.</summary>
    public bool TryGetSentMicroseconds(long updateId, out long sentAt)
    {
        lock (_turn)
        {
            return _sentMicroseconds.Remove(updateId, out sentAt);
        }
    }

    /// <summary>The update id of the last frame sent.</summary>
    public long LastSent { get; private set; }

    /// <summary>Sends whole pictures at an even rate for a time; gives how many.</summary>
    public int Send(int rate, TimeSpan time) => SendEvenly(rate, time, SendOne);

    /// <summary>Sends changes at an even rate for a time; gives how many.</summary>
    public int SendDeltas(int rate, TimeSpan time) => SendEvenly(rate, time, SendDelta);

    /// <summary>Sends changes as fast as it goes; gives the last update id.</summary>
    public long FloodDeltas(int count)
    {
        for (var i = 0; i < count; i++)
            SendDelta();
        return LastSent;
    }

    private int SendEvenly(int rate, TimeSpan time, Func<long> send)
    {
        lock (_turn)
        {
            _sentAt.Clear();
            _sentMicroseconds.Clear();
        }

        var started = Stopwatch.GetTimestamp();
        var total = (int)(rate * time.TotalSeconds);
        var sent = 0;
        while (sent < total)
        {
            var due = Math.Min(total, (int)(Stopwatch.GetElapsedTime(started).TotalSeconds * rate) + 1);
            for (; sent < due; sent++)
                send();
            if (rate < 20_000)
                Thread.Sleep(TimeSpan.FromMicroseconds(300));
        }

        return sent;
    }

    /// <summary>One whole picture of a book that has changed since the last; gives its update id.</summary>
    public long SendOne() => Emit(() => _host.EmitPartialDepth(Symbol));

    /// <summary>One message of what has changed in the book; gives its update id.</summary>
    public long SendDelta() => Emit(() => _host.EmitDepth(Symbol));

    private long Emit(Func<long> emit)
    {
        _host.ChangeBook(Symbol);
        lock (_turn)
        {
            var now = Stopwatch.GetTimestamp();
            var clock = (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
            LastSent = emit();
            _sentAt[LastSent] = now;
            _sentMicroseconds[LastSent] = clock;
            return LastSent;
        }
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
