using Microsoft.Extensions.Logging;

namespace Websocket.Client;

public partial class WebsocketClient
{
    private static readonly TimeSpan _silenceCheckPeriod = TimeSpan.FromSeconds(1);

    private Timer? _silenceTimer;
    private long _lastReceived;

    private void WatchSilence()
    {
        var timer = new Timer(static state => ((WebsocketClient)state!).CheckSilence(), this, _silenceCheckPeriod, _silenceCheckPeriod);
        Interlocked.Exchange(ref _silenceTimer, timer)?.Dispose();
        if (_disposing)
        {
            StopWatchingSilence();
        }
    }

    private void StopWatchingSilence() => Interlocked.Exchange(ref _silenceTimer, null)?.Dispose();

    private void CheckSilence()
    {
        if (!IsReconnectionEnabled || ReconnectTimeout is not { } limit)
        {
            StopWatchingSilence();
            return;
        }

        if (Environment.TickCount64 - Volatile.Read(ref _lastReceived) <= limit.Duration().TotalMilliseconds)
        {
            return;
        }

        _logger.LogDebug("Websocket {Name} received nothing for {Limit}; it reconnects.", Name, limit);
        StopWatchingSilence();
        _ = Observe(ReconnectInLock(ReconnectionType.NoMessageReceived, failFast: false, null));
    }
}
