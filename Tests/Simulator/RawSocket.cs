using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Exchange.Tests.Simulator;

/// <summary>A bare WebSocket client: what goes over the wire, and nothing that interprets it.</summary>
internal sealed class RawSocket : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _id;

    public WebSocketCloseStatus? CloseStatus => _socket.CloseStatus;

    public static async Task<RawSocket> ConnectAsync(Uri address, string pathAndQuery)
    {
        var raw = new RawSocket();
        raw._socket.Options.KeepAliveInterval = Timeout.InfiniteTimeSpan;
        await raw._socket.ConnectAsync(new Uri(address, pathAndQuery), TestContext.Current.CancellationToken).WaitAsync(_patience);
        return raw;
    }

    public Task SendAsync(string text) => _socket.SendAsync(
        Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, TestContext.Current.CancellationToken);

    /// <summary>Sends a control message and gives the answer; no stream frame may come between.</summary>
    public async Task<JsonNode> RequestAsync(string method, string parameters = "")
    {
        await SendAsync($"{{\"method\":\"{method}\"{(parameters.Length > 0 ? $",\"params\":{parameters}" : "")},\"id\":{++_id}}}");
        return await ReceiveAsync($"answer to {method}");
    }

    public async Task SubscribeAsync(params string[] streams)
    {
        var answer = await RequestAsync("SUBSCRIBE", $"[{string.Join(",", streams.Select(stream => $"\"{stream}\""))}]");
        Assert.Equal($"{{\"result\":null,\"id\":{_id}}}", answer.ToJsonString());
    }

    public async Task<JsonNode> ReceiveAsync(string awaited) =>
        JsonNode.Parse(await ReceiveTextAsync(awaited))!;

    public async Task<string> ReceiveTextAsync(string awaited)
    {
        var text = await ReceiveOrCloseAsync(awaited);
        Assert.True(text is not null, $"the socket was closed ({_socket.CloseStatus} {_socket.CloseStatusDescription}) instead of {awaited}");
        return text;
    }

    /// <summary>The next message; null when the server has closed.</summary>
    public async Task<string?> ReceiveOrCloseAsync(string awaited)
    {
        using var whole = new MemoryStream();
        while (true)
        {
            WebSocketReceiveResult result;
            try
            {
                result = await _socket.ReceiveAsync(_buffer, TestContext.Current.CancellationToken).WaitAsync(_patience);
            }
            catch (TimeoutException)
            {
                throw new TimeoutException($"no {awaited} within {_patience.TotalSeconds} s");
            }

            if (result.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            whole.Write(_buffer, 0, result.Count);
            if (result.EndOfMessage)
            {
                return Encoding.UTF8.GetString(whole.ToArray());
            }
        }
    }

    /// <summary>Waits for the TCP connection to be cut without a close frame.</summary>
    public async Task AssertCutAsync()
    {
        await Assert.ThrowsAsync<WebSocketException>(async () =>
        {
            while (await ReceiveOrCloseAsync("cut") is not null)
            {
            }
        });
    }

    /// <summary>Waits for a close frame with this code.</summary>
    public async Task AssertClosedAsync(int code)
    {
        while (await ReceiveOrCloseAsync($"close frame {code}") is not null)
        {
        }

        Assert.Equal(code, (int?)_socket.CloseStatus);
    }

    /// <summary>Nothing was sent up to now: the answer to a request is the next thing to come.</summary>
    public async Task AssertNothingCameAsync()
    {
        var answer = await RequestAsync("LIST_SUBSCRIPTIONS");
        Assert.NotNull(answer["result"]);
    }

    public ValueTask DisposeAsync()
    {
        _socket.Abort();
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
