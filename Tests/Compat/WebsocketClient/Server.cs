using System.Net.WebSockets;
using System.Text;
using Exchange.Tests.Compat.NetMQ;
using Exchange.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Websocket.Client;

namespace Exchange.Tests.Compat.WebsocketClient;

/// <summary>A WebSocket server on a free port, whose test tells what it does with each connection.</summary>
internal sealed class Server : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Server(WebApplication app, Uri url)
    {
        _app = app;
        Url = url;
    }

    public Uri Url { get; }

    public static async Task<Server> Start(Func<Connection, Task> serve)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.UseWebSockets();
        var connections = 0;
        app.Run(async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await serve(new Connection(context, socket, Interlocked.Increment(ref connections)));
        });
        await app.StartAsync();
        return new Server(app, new Uri(app.Urls.Single().Replace("http://", "ws://", StringComparison.Ordinal)));
    }

    /// <summary>A client of this server that does not reconnect unless told to.</summary>
    public IWebsocketClient NewClient() => Clients.New(Url);

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }
}

internal static class Clients
{
    public static IWebsocketClient New(Uri url) =>
        new global::Websocket.Client.WebsocketClient(url) { IsReconnectionEnabled = false, ErrorReconnectTimeout = null };

    /// <summary>The first notification of an observable from now on.</summary>
    public static Task<T> Next<T>(this IObservable<T> observable, Func<T, bool>? wanted = null)
    {
        var next = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        observable.Subscribe(
            value =>
            {
                if (wanted is null || wanted(value))
                {
                    next.TrySetResult(value);
                }
            },
            () => next.TrySetException(new InvalidOperationException("The observable completed first.")));
        return next.Task;
    }

    /// <summary>The end of an observable.</summary>
    public static Task End<T>(this IObservable<T> observable)
    {
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        observable.Subscribe(_ => { }, () => end.TrySetResult());
        return end.Task;
    }
}

/// <summary>The server's side of a connection, the nth.</summary>
internal sealed record Connection(HttpContext Context, WebSocket Socket, int Number)
{
    public Task Send(string text) => Send(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text);

    public Task Send(byte[] bytes, WebSocketMessageType type, bool end = true) =>
        Socket.SendAsync(bytes, type, end, CancellationToken.None).Within("the server's send");

    /// <summary>The next message of the client; null for a close or a lost connection.</summary>
    public async Task<(WebSocketMessageType Type, byte[] Bytes)?> Receive()
    {
        using var message = new MemoryStream();
        var buffer = new byte[64 * 1024];
        try
        {
            while (true)
            {
                var part = await Socket.ReceiveAsync(buffer, Context.RequestAborted);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    return null;
                }

                message.Write(buffer, 0, part.Count);
                if (part.EndOfMessage)
                {
                    return (part.MessageType, message.ToArray());
                }
            }
        }
        catch (Exception error) when (error is WebSocketException or OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Receives until the client is gone, and answers its close.</summary>
    public async Task UntilClosed()
    {
        while (await Receive() is not null)
        {
        }

        if (Socket.State == WebSocketState.CloseReceived)
        {
            await Socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        }
    }

    public void Drop() => Context.Abort();
}
