using System.Net.WebSockets;
using System.Text;
using Exchange.Tests.Support;
using Websocket.Client;
using Xunit;

namespace Exchange.Tests.Compat.WebsocketClient;

public sealed class ReceivingTests
{
    [Fact]
    public async Task Text_and_binary_messages_arrive_in_order()
    {
        await using var server = await Server.Start(async connection =>
        {
            await connection.Receive();
            await connection.Send("Grüße");
            await connection.Send([1, 2, 3], WebSocketMessageType.Binary);
            await connection.Send("end");
            await connection.UntilClosed();
        });
        using var client = server.NewClient();
        var messages = new List<ResponseMessage>();
        client.MessageReceived.Subscribe(messages.Add);
        var end = client.MessageReceived.Next(message => message.Text == "end");
        await client.StartOrFail().Within();

        client.Send("begin");
        await end.Within();

        Assert.Equal(3, messages.Count);
        Assert.Equal((WebSocketMessageType.Text, "Grüße", null), (messages[0].MessageType, messages[0].Text, messages[0].Binary));
        Assert.Equal("Grüße", messages[0].ToString());
        Assert.Equal((WebSocketMessageType.Binary, null), (messages[1].MessageType, messages[1].Text));
        Assert.Equal([1, 2, 3], messages[1].Binary!);
        Assert.Equal("Type binary, length: 3", messages[1].ToString());
    }

    [Fact]
    public async Task Fragments_become_one_message()
    {
        await using var server = await Server.Start(async connection =>
        {
            await connection.Send("{\"price\":"u8.ToArray(), WebSocketMessageType.Text, end: false);
            await connection.Send([], WebSocketMessageType.Text, end: false);
            await connection.Send("1.5}"u8.ToArray(), WebSocketMessageType.Text);
            await connection.UntilClosed();
        });
        using var client = server.NewClient();
        var first = client.MessageReceived.Next();
        await client.StartOrFail().Within();

        Assert.Equal("{\"price\":1.5}", (await first.Within()).Text);
    }

    [Fact]
    public async Task A_message_of_five_megabytes_arrives_whole_whichever_way_it_is_handed_out()
    {
        var large = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 700_000).Select(i => $"{i:x7},")))[..(5 * 1024 * 1024)];
        await using var server = await Server.Start(async connection =>
        {
            while (await connection.Receive() is not null)
            {
                await connection.Send(large, WebSocketMessageType.Text);
            }
        });
        using var client = server.NewClient();
        await client.StartOrFail().Within();

        var message = client.MessageReceived.Next();
        client.Send("as text");
        Assert.Equal(large, Encoding.ASCII.GetBytes((await message.Within()).Text!));

        client.IsTextMessageConversionEnabled = false;
        message = client.MessageReceived.Next();
        client.Send("as bytes");
        Assert.Equal(large, (await message.Within()).Binary!);

        client.IsStreamDisposedAutomatically = false;
        message = client.MessageReceived.Next();
        client.Send("as a stream");
        using var stream = (await message.Within()).Stream!;
        Assert.Equal(large, stream.ToArray());
    }

    [Fact]
    public async Task Without_conversion_a_text_message_is_bytes_and_no_string()
    {
        await using var server = await Server.Start(async connection =>
        {
            await connection.Send("text");
            await connection.UntilClosed();
        });
        using var client = server.NewClient();
        client.IsTextMessageConversionEnabled = false;
        var first = client.MessageReceived.Next();
        await client.StartOrFail().Within();

        var message = await first.Within();

        Assert.Null(message.Text);
        Assert.Equal(WebSocketMessageType.Binary, message.MessageType);
        Assert.Equal("text"u8.ToArray(), message.Binary!);
        Assert.Null(message.Stream);
    }

    [Fact]
    public async Task A_stream_belongs_to_its_receiver_if_it_is_not_disposed_of_automatically()
    {
        await using var server = await Server.Start(async connection =>
        {
            await connection.Send("first");
            await connection.Send("second");
            await connection.UntilClosed();
        });
        using var client = server.NewClient();
        client.IsTextMessageConversionEnabled = false;
        client.IsStreamDisposedAutomatically = false;
        var messages = new List<ResponseMessage>();
        client.MessageReceived.Subscribe(messages.Add);
        var second = client.MessageReceived.Next(_ => messages.Count == 2);
        await client.StartOrFail().Within();
        await second.Within();

        Assert.Equal("first"u8.ToArray(), messages[0].Binary!);
        using var reader = new StreamReader(messages[0].Stream!);
        Assert.Equal("first", await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
        Assert.Equal("second"u8.ToArray(), messages[1].Stream!.ToArray());
        await messages[1].Stream!.DisposeAsync();
    }

    [Fact]
    public async Task A_fake_message_is_handed_out_like_a_real_one()
    {
        using var client = Clients.New(new Uri("ws://127.0.0.1:1"));
        var first = client.MessageReceived.Next();

        client.StreamFakeMessage(ResponseMessage.TextMessage("fake"));

        Assert.Equal("fake", (await first.Within()).Text);
    }
}
