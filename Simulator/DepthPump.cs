using System.Diagnostics;

namespace Exchange.Simulator;

/// <summary>
/// For benchmarks: publishes partial books of one symbol at a rate of its own, each after a change of the book, so that
/// each has an update id that no other has. Start the host with <see cref="SimulatorOptions.Runs"/> off, or the ordinary
/// frames of the stream come between.
/// </summary>
internal sealed class DepthPump : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Thread _thread;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _sent;

    /// <param name="host">The simulator; it must not be a replay.</param>
    /// <param name="symbol">The venue's symbol.</param>
    /// <param name="framesPerSecond">0 means as fast as it goes.</param>
    /// <param name="sent">
    /// Told of each frame, on the pump's thread: its <c>u</c>, and <see cref="Stopwatch.GetTimestamp"/> just before it was written.
    /// </param>
    public DepthPump(
        SimulatorHost host, string symbol, int framesPerSecond, Action<long, long> sent, int levels = 20, string speedSuffix = "@100ms")
    {
        _thread = new Thread(() =>
        {
            try
            {
                Run(host, symbol, framesPerSecond, sent, levels, speedSuffix);
                _ended.SetResult();
            }
            catch (Exception failed)
            {
                _ended.SetException(failed);
            }
        })
        { IsBackground = true, Name = "depth pump" };
        _thread.Start();
    }

    public long Sent => Interlocked.Read(ref _sent);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _ended.Task;
        _stopping.Dispose();
    }

    private void Run(
        SimulatorHost host, string symbol, int framesPerSecond, Action<long, long> sent, int levels, string speedSuffix)
    {
        var start = Stopwatch.GetTimestamp();
        while (!_stopping.IsCancellationRequested)
        {
            if (framesPerSecond > 0)
            {
                WaitUntil(start + (long)(_sent * (double)Stopwatch.Frequency / framesPerSecond));
            }

            host.ChangeBook(symbol);
            var timestamp = Stopwatch.GetTimestamp();
            var updateId = host.EmitPartialDepth(symbol, levels, speedSuffix);
            sent(updateId, timestamp);
            Interlocked.Increment(ref _sent);
        }
    }

    private void WaitUntil(long timestamp)
    {
        while (!_stopping.IsCancellationRequested)
        {
            var left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), timestamp);
            if (left <= TimeSpan.Zero)
            {
                return;
            }

            // The system's timer is good to about a millisecond: sleep short of the mark, then yield up to it.
            if (left > TimeSpan.FromMilliseconds(2))
            {
                _stopping.Token.WaitHandle.WaitOne(left - TimeSpan.FromMilliseconds(1.5));
            }
            else
            {
                Thread.Yield();
            }
        }
    }
}
