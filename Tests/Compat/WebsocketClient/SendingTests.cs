using System.Buffers;
using System.Net.WebSockets;
using System.Text;
using System.Threading.Channels;
using Exchange.Tests.Support;
using Websocket.Client.Exceptions;
using Xunit;

namespace Exchange.Tests.Compat.WebsocketClient;

public sealed class SendingTests
{
    private readonly Channel<(WebSocketMessageType Type, string Text)> _received =
        Channel.CreateUnbounded<(WebSocketMessageType, string)>();

    [Fact]
    public async Task Strings_are_text_and_bytes_are_binary_unless_said_otherwise()
    {
        await using var server = await Server.Start(Collect);
        using var client = server.NewClient();
        await client.StartOrFail().Within();
        var bytes = "bytes"u8.ToArray();

        Assert.True(client.Send("text"));
        Assert.Equal((WebSocketMessageType.Text, "text"), await NextReceived());
        Assert.True(client.Send(bytes));
        Assert.Equal((WebSocketMessageType.Binary, "bytes"), await NextReceived());
        Assert.True(client.Send(new ArraySegment<byte>(bytes, 1, 3)));
        Assert.Equal((WebSocketMessageType.Binary, "yte"), await NextReceived());
        Assert.True(client.Send(InTwo("by", "tes")));
        Assert.Equal((WebSocketMessageType.Binary, "bytes"), await NextReceived());
        Assert.True(client.SendAsText(bytes));
        Assert.Equal((WebSocketMessageType.Text, "bytes"), await NextReceived());
        Assert.True(client.SendAsText(new ArraySegment<byte>(bytes, 0, 2)));
        Assert.Equal((WebSocketMessageType.Text, "by"), await NextReceived());
        Assert.True(client.SendAsText(InTwo("te", "xt")));
        Assert.Equal((WebSocketMessageType.Text, "text"), await NextReceived());
        await client.SendInstant("now").Within();
        Assert.Equal((WebSocketMessageType.Text, "now"), await NextReceived());
        await client.SendInstant(bytes).Within();
        Assert.Equal((WebSocketMessageType.Binary, "bytes"), await NextReceived());
        Assert.True(client.TextSenderRunning);
        Assert.True(client.BinarySenderRunning);
    }

    [Fact]
    public async Task Queued_messages_keep_their_order()
    {
        const int Count = 2000;
        await using var server = await Server.Start(Collect);
        using var client = server.NewClient();
        await client.StartOrFail().Within();

        for (var i = 0; i < Count; i++)
        {
            client.Send($"{i}");
        }

        for (var i = 0; i < Count; i++)
        {
            Assert.Equal($"{i}", (await NextReceived()).Text);
        }
    }

    [Fact]
    public async Task What_was_queued_before_the_start_is_sent_after_it()
    {
        await using var server = await Server.Start(Collect);
        using var client = server.NewClient();

        Assert.True(client.Send("early"));
        Assert.False(client.TextSenderRunning);
        await client.StartOrFail().Within();

        Assert.Equal("early", (await NextReceived()).Text);
    }

    [Fact]
    public async Task While_disconnected_an_instant_send_does_nothing_and_a_queued_message_is_dropped()
    {
        await using var server = await Server.Start(Collect);
        using var client = server.NewClient();

        await client.SendInstant("never").Within();
        await client.StartOrFail().Within();
        await client.Stop(WebSocketCloseStatus.NormalClosure, "enough").Within();
        await client.SendInstant("never either").Within();
        Assert.True(client.Send("queued all the same"));
        await client.SendInstant("and a third").Within();
    }

    [Fact]
    public async Task Nothing_is_no_message()
    {
        using var client = Clients.New(new Uri("ws://127.0.0.1:1"));

        Assert.Throws<WebsocketBadInputException>(() => client.Send(string.Empty));
        Assert.Throws<WebsocketBadInputException>(() => client.Send((byte[])null!));
        Assert.Throws<WebsocketBadInputException>(() => client.Send(default(ArraySegment<byte>)));
        Assert.Throws<WebsocketBadInputException>(() => client.Send(default(ReadOnlySequence<byte>)));
        await Assert.ThrowsAsync<WebsocketBadInputException>(() => client.SendInstant(string.Empty));
        Assert.Throws<WebsocketBadInputException>(() => client.Url = null!);
    }

    [Fact]
    public async Task A_disposed_client_queues_nothing()
    {
        await using var server = await Server.Start(Collect);
        var client = server.NewClient();
        await client.StartOrFail().Within();

        client.Dispose();

        Assert.False(client.Send("too late"));
        Assert.False(client.SendAsText("too late"u8.ToArray()));
    }

    private static ReadOnlySequence<byte> InTwo(string first, string second)
    {
        var head = new Segment(Encoding.ASCII.GetBytes(first));
        var tail = head.Append(Encoding.ASCII.GetBytes(second));
        return new ReadOnlySequence<byte>(head, 0, tail, second.Length);
    }

    private async Task Collect(Connection connection)
    {
        while (await connection.Receive() is { } message)
        {
            _received.Writer.TryWrite((message.Type, Encoding.UTF8.GetString(message.Bytes)));
        }

        if (connection.Socket.State == WebSocketState.CloseReceived)
        {
            await connection.Socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        }
    }

    private Task<(WebSocketMessageType Type, string Text)> NextReceived() =>
        _received.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().Within("a message at the server");

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory) => Memory = memory;

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory) { RunningIndex = Memory.Length };
            Next = next;
            return next;
        }
    }
}
