using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Exchange.Tests.Support;

/// <summary>A venue that does nothing by itself: a test takes each socket and each request and says what happens.</summary>
public sealed class FakeVenue : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Channel<FakeSocket> _accepted = Channel.CreateUnbounded<FakeSocket>();
    private readonly ConcurrentDictionary<string, Func<HttpContext, Task>> _answers = new();

    private FakeVenue(WebApplication app) => _app = app;

    /// <summary>Requests over HTTP, in order, as path and query.</summary>
    public EventLog<string> Requests { get; } = new();

    /// <summary>What is done with a handshake before it is accepted; a status other than 0 refuses it.</summary>
    public Func<HttpContext, int> OnHandshake { get; set; } = _ => 0;

    /// <summary>The address for HTTP.</summary>
    public Uri Http { get; private set; } = null!;

    /// <summary>The address for sockets.</summary>
    public Uri Ws => new("ws://" + Http.Authority);

    /// <summary>Starts on a free port.</summary>
    public static async Task<FakeVenue> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.UseWebSockets();
        var venue = new FakeVenue(app);
        app.Run(venue.HandleAsync);
        await app.StartAsync();
        venue.Http = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return venue;
    }

    /// <summary>Answers a path with a text.</summary>
    public void Answer(string path, Func<HttpRequest, string> text) => _answers[path] = context => context.Response.WriteAsync(text(context.Request));

    /// <summary>Answers a path in any way.</summary>
    public void Handle(string path, Func<HttpContext, Task> answer) => _answers[path] = answer;

    /// <summary>The next socket that is opened.</summary>
    public Task<FakeSocket> NextSocket(string what) => Awaiting.Within(_accepted.Reader.ReadAsync().AsTask(), what);

    /// <summary>The next socket, however long it takes.</summary>
    public Task<FakeSocket> NextSocketOrStop(CancellationToken stop) => _accepted.Reader.ReadAsync(stop).AsTask();

    /// <summary>True when no socket waits to be taken.</summary>
    public bool HasNoMoreSockets => !_accepted.Reader.TryPeek(out _);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var hurry = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await _app.StopAsync(hurry.Token);
        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        if (context.WebSockets.IsWebSocketRequest)
        {
            if (OnHandshake(context) is var status and not 0)
            {
                context.Response.StatusCode = status;
                return;
            }

            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            var fake = new FakeSocket(socket, context);
            _accepted.Writer.TryWrite(fake);
            await fake.RunAsync();
            return;
        }

        Requests.Add(context.Request.Path + context.Request.QueryString);
        if (_answers.TryGetValue(context.Request.Path, out var answer))
            await answer(context);
        else
            context.Response.StatusCode = 404;
    }
}

/// <summary>The venue's end of a socket.</summary>
public sealed class FakeSocket(WebSocket socket, HttpContext context)
{
    private readonly Channel<string> _received = Channel.CreateUnbounded<string>();
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The path and query that were asked for.</summary>
    public string Path { get; } = context.Request.Path + context.Request.QueryString;

    /// <summary>Completes when the other end has closed or gone.</summary>
    public Task Closed => _closed.Task;

    /// <summary>The next frame that the client sent.</summary>
    public Task<string> Receive(string what) => Awaiting.Within(_received.Reader.ReadAsync().AsTask(), what);

    /// <summary>Every frame that the client sends, until it has gone.</summary>
    public IAsyncEnumerable<string> ReadAllAsync() => _received.Reader.ReadAllAsync();

    /// <summary>True when no frame of the client waits to be taken.</summary>
    public bool HasNoMore => !_received.Reader.TryPeek(out _);

    /// <summary>Sends a text frame.</summary>
    public Task Send(string text) => socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, CancellationToken.None);

    /// <summary>Cuts the connection without a word.</summary>
    public void Cut() => context.Abort();

    /// <summary>Closes properly.</summary>
    public Task Close() => socket.CloseOutputAsync(WebSocketCloseStatus.EndpointUnavailable, "maintenance", CancellationToken.None);

    internal async Task RunAsync()
    {
        var buffer = new byte[1 << 16];
        try
        {
            while (true)
            {
                using var text = new MemoryStream();
                WebSocketReceiveResult part;
                do
                {
                    part = await socket.ReceiveAsync(buffer, context.RequestAborted);
                    text.Write(buffer, 0, part.Count);
                }
                while (!part.EndOfMessage);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    if (socket.State == WebSocketState.CloseReceived)
                        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);
                    return;
                }

                _received.Writer.TryWrite(Encoding.UTF8.GetString(text.ToArray()));
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            // Gone.
        }
        finally
        {
            _received.Writer.TryComplete();
            _closed.TrySetResult();
        }
    }
}
