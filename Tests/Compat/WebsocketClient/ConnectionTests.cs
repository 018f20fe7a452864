using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using Exchange.Tests.Support;
using Websocket.Client;
using Websocket.Client.Exceptions;
using Xunit;

namespace Exchange.Tests.Compat.WebsocketClient;

public sealed class ConnectionTests
{
    [Fact]
    public async Task The_first_connection_is_told_as_initial()
    {
        await using var server = await Server.Start(connection => connection.UntilClosed());
        using var client = server.NewClient();
        var connected = client.ReconnectionHappened.Next();
        Assert.False(client.IsStarted || client.IsRunning);
        Assert.Null(client.NativeClient);

        await client.Start().Within();

        Assert.Equal(ReconnectionType.Initial, (await connected.Within()).Type);
        Assert.True(client.IsStarted && client.IsRunning);
        Assert.Equal(WebSocketState.Open, client.NativeClient!.State);
        await client.Start().Within();
    }

    [Fact]
    public async Task A_refused_connection_fails_or_is_told()
    {
        var url = RefusingUrl();
        using var failing = Clients.New(url);
        var told = failing.DisconnectionHappened.Next();

        var error = await Assert.ThrowsAsync<WebsocketException>(() => failing.StartOrFail().Within());

        Assert.IsAssignableFrom<WebSocketException>(error.InnerException);
        var info = await told.Within();
        Assert.Equal((DisconnectionType.Error, error.InnerException), (info.Type, info.Exception));
        using var patient = Clients.New(url);
        told = patient.DisconnectionHappened.Next();
        await patient.Start().Within();
        Assert.Equal(DisconnectionType.Error, (await told.Within()).Type);
        Assert.False(patient.IsRunning);
    }

    [Fact]
    public async Task A_failed_attempt_is_repeated_after_its_time()
    {
        await using var server = await Server.Start(connection => connection.UntilClosed());
        using var client = Clients.New(RefusingUrl());
        client.IsReconnectionEnabled = true;
        client.ErrorReconnectTimeout = TimeSpan.FromMilliseconds(20);
        var reconnected = client.ReconnectionHappened.Next();
        client.DisconnectionHappened.Subscribe(_ => client.Url = server.Url);

        await client.Start().Within();

        Assert.Equal(ReconnectionType.Error, (await reconnected.Within()).Type);
        Assert.True(client.IsRunning);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_given_up_in_time()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var client = Clients.New(new Uri($"ws://{silent.LocalEndpoint}"));
        client.ConnectTimeout = TimeSpan.FromMilliseconds(100);

        var error = await Assert.ThrowsAsync<WebsocketException>(() => client.StartOrFail().Within());

        Assert.IsAssignableFrom<OperationCanceledException>(error.InnerException);
    }

    [Fact]
    public async Task A_client_may_be_disposed_of_while_it_connects()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var client = Clients.New(new Uri($"ws://{silent.LocalEndpoint}"));
        client.ConnectTimeout = TimeSpan.FromHours(1);
        var connecting = client.Start();
        using var accepted = await silent.AcceptTcpClientAsync(TestContext.Current.CancellationToken);

        client.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => connecting.Within("the start"));
        Assert.False(client.IsStarted);
        await Assert.ThrowsAsync<WebsocketException>(client.Start);
    }

    [Fact]
    public async Task A_disposed_client_says_so_and_is_gone_for_the_server()
    {
        var gone = new TaskCompletionSource();
        await using var server = await Server.Start(async connection =>
        {
            await connection.UntilClosed();
            gone.SetResult();
        });
        var client = server.NewClient();
        var exit = client.DisconnectionHappened.Next();
        var ends = Task.WhenAll(client.MessageReceived.End(), client.ReconnectionHappened.End(), client.DisconnectionHappened.End());
        await client.StartOrFail().Within();

        client.Dispose();
        client.Dispose();

        Assert.Equal(DisconnectionType.Exit, (await exit.Within()).Type);
        await ends.Within();
        await gone.Task.Within();
        Assert.False(client.IsStarted || client.IsRunning);
    }

    [Fact]
    public async Task A_stopped_client_closes_with_a_handshake_and_starts_again()
    {
        var closed = new TaskCompletionSource<(WebSocketCloseStatus?, string?)>();
        await using var server = await Server.Start(async connection =>
        {
            await connection.UntilClosed();
            closed.TrySetResult((connection.Socket.CloseStatus, connection.Socket.CloseStatusDescription));
        });
        using var client = server.NewClient();
        await client.StartOrFail().Within();
        var told = client.DisconnectionHappened.Next();

        Assert.True(await client.StopOrFail(WebSocketCloseStatus.NormalClosure, "bye").Within());

        Assert.Equal((WebSocketCloseStatus.NormalClosure, "bye"), await closed.Task.Within());
        Assert.Equal(DisconnectionType.ByUser, (await told.Within()).Type);
        Assert.False(client.IsStarted || client.IsRunning);
        Assert.False(await client.Stop(WebSocketCloseStatus.NormalClosure, "again").Within());
        await client.StartOrFail().Within();
        Assert.True(client.IsRunning);
    }

    [Fact]
    public async Task The_factory_makes_each_socket()
    {
        var agent = new TaskCompletionSource<string>();
        await using var server = await Server.Start(connection =>
        {
            agent.TrySetResult(connection.Context.Request.Headers["X-Test"].ToString());
            return connection.UntilClosed();
        });
        using var client = new global::Websocket.Client.WebsocketClient(server.Url, () =>
        {
            var socket = new ClientWebSocket();
            socket.Options.SetRequestHeader("X-Test", "yes");
            return socket;
        });

        await client.StartOrFail().Within();

        Assert.Equal("yes", await agent.Task.Within());
    }

    [Fact]
    public async Task A_connection_factory_may_bring_any_socket()
    {
        await using var server = await Server.Start(async connection =>
        {
            await connection.Send("hello");
            await connection.UntilClosed();
        });
        using var client = new global::Websocket.Client.WebsocketClient(server.Url, null, async (url, cancellation) =>
        {
            var stream = new TcpClient();
            await stream.ConnectAsync(url.Host, url.Port, cancellation);
            return await Handshake(stream, url, cancellation);
        });
        var first = client.MessageReceived.Next();

        await client.StartOrFail().Within();

        Assert.Equal("hello", (await first.Within()).Text);
        Assert.Throws<WebsocketException>(() => client.NativeClient);
    }

    private static async Task<WebSocket> Handshake(TcpClient tcp, Uri url, CancellationToken cancellation)
    {
        var stream = tcp.GetStream();
        var request = $"GET / HTTP/1.1\r\nHost: {url.Authority}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(request), cancellation);
        var end = 0;
        var buffer = new byte[1];
        while (end < 4)
        {
            await stream.ReadExactlyAsync(buffer, cancellation);
            end = buffer[0] is (byte)'\r' or (byte)'\n' ? end + 1 : 0;
        }

        return WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = false });
    }

    private static Uri RefusingUrl()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"ws://{listener.LocalEndpoint}");
    }
}
