using System.Text.Json;
using Exchange.Client.Protocol;
using Exchange.Grains.Interfaces;

namespace Exchange.Client.Trader;

public sealed partial class TraderClient
{
    private bool _isConnected;

    /// <summary>True while the gateway answers.</summary>
    public bool IsConnected => Volatile.Read(ref _isConnected);

    /// <summary>How long the gateway takes to answer now.</summary>
    public async Task<Result<TimeSpan>> Ping(CancellationToken cancellationToken = default)
    {
        var start = _time.GetTimestamp();
        var answer = await Call<JsonElement>("session.ping", cancellationToken: cancellationToken);
        return answer.Map(_ => _time.GetElapsedTime(start));
    }

    /// <summary>The gateway's counters: a JSON object, see docs/trader-protocol.md.</summary>
    public Task<Result<JsonElement>> GetGatewayStatus(CancellationToken cancellationToken = default) =>
        Call<JsonElement>("session.status", cancellationToken: cancellationToken);

    private async Task<Result<JsonElement>> SayHelloAsync(CancellationToken cancellationToken)
    {
        var hello = await Call<JsonElement>(
            "session.hello",
            w =>
            {
                w.WriteString("client"u8, _options.Name);
                w.WriteNumber("protocol"u8, ProtocolVersion.Current);
            },
            cancellationToken: cancellationToken);
        if (hello.IsSuccess)
        {
            Hello = hello.Value;
            Gateway = hello.Value.GetProperty("gateway"u8).GetString();
            Volatile.Write(ref _isConnected, true);
        }

        return hello;
    }

    /// <summary>Keeps the session alive, and notices when the gateway is gone, back, or another.</summary>
    private async Task BeatAsync()
    {
        if (_options.HeartbeatInterval <= TimeSpan.Zero)
            return;
        using var timer = new PeriodicTimer(_options.HeartbeatInterval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                var answer = await Call<JsonElement>("session.heartbeat", timeout: _options.HeartbeatInterval, cancellationToken: _stopping.Token);
                await OnHeartbeatAsync(answer);
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    private async Task OnHeartbeatAsync(Result<JsonElement> answer)
    {
        if (!answer.IsSuccess)
        {
            if (_isConnected && !_stopping.IsCancellationRequested)
                TellSession(isConnected: false);
            return;
        }

        var gateway = answer.Value.GetProperty("gateway"u8).GetString();
        if (gateway != Gateway)
        {
            // Started anew: it knows nothing of this session.
            if (!(await SayHelloAsync(_stopping.Token)).IsSuccess)
                return;
            await StartAgainAsync();
            TellSession(isConnected: true);
            await SubscribeAgainAsync();
        }
        else if (!_isConnected)
        {
            await StartAgainAsync();
            TellSession(isConnected: true);
            // It may have given the session up meanwhile.
            await SubscribeAgainAsync();
        }
    }

    private void TellSession(bool isConnected)
    {
        Volatile.Write(ref _isConnected, isConnected);
        var change = new TraderSessionChange { IsConnected = isConnected, Gateway = Gateway, Arrived = _time.GetUtcNow() };
        OnThread(() => Tell(change));
    }
}
