using System.Net.WebSockets;
using Exchange.Tests.Support;
using Websocket.Client;
using Xunit;

namespace Exchange.Tests.Compat.WebsocketClient;

public sealed class ReconnectionTests
{
    [Fact]
    public async Task A_close_of_the_server_is_told_with_its_code_and_ends_it_if_reconnection_is_off()
    {
        await using var server = await Server.Start(async connection =>
        {
            await connection.Receive();
            await connection.Socket.CloseAsync((WebSocketCloseStatus)4001, "session over", CancellationToken.None);
        });
        using var client = server.NewClient();
        await client.StartOrFail().Within();
        var told = client.DisconnectionHappened.Next();

        client.Send("close, please");
        var info = await told.Within();

        Assert.Equal(DisconnectionType.ByServer, info.Type);
        Assert.Equal((WebSocketCloseStatus)4001, info.CloseStatus);
        Assert.Equal("session over", info.CloseStatusDescription);
    }

    [Fact]
    public async Task A_dropped_connection_is_told_as_lost_and_stays_so_if_reconnection_is_off()
    {
        var connections = 0;
        await using var server = await Server.Start(async connection =>
        {
            Interlocked.Increment(ref connections);
            await connection.Receive();
            connection.Drop();
        });
        using var client = server.NewClient();
        await client.StartOrFail().Within();
        var told = client.DisconnectionHappened.Next();

        client.Send("drop me");
        var info = await told.Within();

        Assert.Equal(DisconnectionType.Lost, info.Type);
        Assert.NotNull(info.Exception);
        await client.SendInstant("waits until the connection is done with").Within();
        Assert.False(client.IsRunning);
        Assert.False(client.IsStarted);
        Assert.Equal(1, Volatile.Read(ref connections));
    }

    [Fact]
    public async Task A_dropped_connection_is_made_anew()
    {
        await using var server = await Server.Start(async connection =>
        {
            if (connection.Number == 1)
            {
                await connection.Receive();
                connection.Drop();
                return;
            }

            await connection.Send($"connection {connection.Number}");
            await connection.UntilClosed();
        });
        using var client = server.NewClient();
        client.IsReconnectionEnabled = true;
        await client.StartOrFail().Within();
        var lost = client.DisconnectionHappened.Next();
        var reconnected = client.ReconnectionHappened.Next();
        var message = client.MessageReceived.Next();

        client.Send("drop me");

        Assert.Equal(DisconnectionType.Lost, (await lost.Within()).Type);
        Assert.Equal(ReconnectionType.Lost, (await reconnected.Within()).Type);
        Assert.Equal("connection 2", (await message.Within()).Text);
        Assert.True(client.IsRunning);
    }

    [Fact]
    public async Task A_connection_that_the_server_closed_is_made_anew()
    {
        await using var server = await Server.Start(async connection =>
        {
            if (connection.Number == 1)
            {
                await connection.Receive();
                await connection.Socket.CloseAsync(WebSocketCloseStatus.EndpointUnavailable, "maintenance", CancellationToken.None);
                return;
            }

            await connection.UntilClosed();
        });
        using var client = server.NewClient();
        client.IsReconnectionEnabled = true;
        await client.StartOrFail().Within();
        var disconnections = new List<DisconnectionType>();
        client.DisconnectionHappened.Subscribe(info => disconnections.Add(info.Type));
        var reconnected = client.ReconnectionHappened.Next();

        client.Send("close, please");

        Assert.Equal(ReconnectionType.ByServer, (await reconnected.Within()).Type);
        Assert.Equal([DisconnectionType.ByServer], disconnections);
    }

    [Fact]
    public async Task Silence_is_ended_by_a_new_connection()
    {
        await using var server = await Server.Start(connection => connection.UntilClosed());
        using var client = server.NewClient();
        client.ReconnectTimeout = TimeSpan.FromMilliseconds(50);
        client.IsReconnectionEnabled = true;
        await client.StartOrFail().Within();
        var told = client.DisconnectionHappened.Next();
        var reconnected = client.ReconnectionHappened.Next();

        Assert.Equal(DisconnectionType.NoMessageReceived, (await told.Within()).Type);
        Assert.Equal(ReconnectionType.NoMessageReceived, (await reconnected.Within()).Type);
    }

    [Fact]
    public async Task The_user_may_reconnect_and_an_observer_may_refuse_it()
    {
        await using var server = await Server.Start(connection => connection.UntilClosed());
        using var client = server.NewClient();
        client.IsReconnectionEnabled = true;
        await client.StartOrFail().Within();
        var before = client.NativeClient;
        var told = client.DisconnectionHappened.Next();
        var reconnected = client.ReconnectionHappened.Next();

        await client.ReconnectOrFail().Within();

        Assert.Equal(DisconnectionType.ByUser, (await told.Within()).Type);
        Assert.Equal(ReconnectionType.ByUser, (await reconnected.Within()).Type);
        Assert.NotSame(before, client.NativeClient);
        client.DisconnectionHappened.Subscribe(info => info.CancelReconnection = true);
        await client.Reconnect().Within();
        Assert.False(client.IsStarted);
        Assert.False(client.IsRunning);
    }

    [Fact]
    public async Task A_reconnection_waits_its_time_after_a_loss_and_is_called_off_by_the_end()
    {
        await using var server = await Server.Start(async connection =>
        {
            await connection.Receive();
            connection.Drop();
        });
        using var client = server.NewClient();
        client.IsReconnectionEnabled = true;
        client.LostReconnectTimeout = TimeSpan.FromMilliseconds(30);
        await client.StartOrFail().Within();
        var reconnected = client.ReconnectionHappened.Next();

        client.Send("drop me");
        Assert.Equal(ReconnectionType.Lost, (await reconnected.Within()).Type);

        client.LostReconnectTimeout = TimeSpan.FromHours(1);
        await client.SendInstant("drop me again").Within();
        client.Dispose();
        Assert.False(client.IsStarted);
    }
}
