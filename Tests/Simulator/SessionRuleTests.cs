using System.Net.Sockets;
using System.Text;
using Exchange.Simulator.Binance;
using Xunit;

namespace Exchange.Tests.Simulator;

public sealed class SessionRuleTests : SimulatorTest
{
    [Fact]
    public async Task The_server_pings_every_three_minutes_and_a_pong_keeps_the_socket()
    {
        var socket = await ConnectAsync("/public/ws");
        await Host.WhenConnections(1);
        for (var ping = 1; ping <= 5; ping++)
        {
            Host.Advance(TimeSpan.FromMinutes(3));

            // ClientWebSocket answers pings while it receives.
            var receiving = socket.ReceiveAsync("list");
            await Host.Context.When(() => Host.Binance.Connections.Single().PongsReceived == ping).WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
            await socket.SendAsync("{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":1}");
            await receiving;
        }
    }

    [Fact]
    public async Task Without_a_pong_within_ten_minutes_the_server_closes()
    {
        using var client = await DumbClient.ConnectAsync(Host.BinanceRestUri);
        await Host.WhenConnections(1);
        Host.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal(0x89, (await client.ReadFrameAsync()).FirstByte);
        Host.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal(0x89, (await client.ReadFrameAsync()).FirstByte);
        Host.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal(0x89, (await client.ReadFrameAsync()).FirstByte);
        Host.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal(0x88, (await client.ReadFrameAsync()).FirstByte);
    }

    [Fact]
    public async Task A_connection_lives_a_day()
    {
        var socket = await ConnectAsync("/public/ws");
        await Host.WhenConnections(1);
        Host.Advance(BinanceConnection.Lifetime - TimeSpan.FromSeconds(1));
        await socket.AssertNothingCameAsync();
        Host.Advance(TimeSpan.FromSeconds(1));
        await socket.AssertClosedAsync(1001);
    }

    [Fact]
    public async Task A_ping_of_the_client_is_answered_with_its_payload()
    {
        using var client = await DumbClient.ConnectAsync(Host.BinanceRestUri);
        await client.SendFrameAsync(0x89, "hello"u8.ToArray());
        var (first, payload) = await client.ReadFrameAsync();
        Assert.Equal((0x8A, "hello"), (first, Encoding.ASCII.GetString(payload)));
    }

    [Fact]
    public async Task An_unmasked_frame_is_a_protocol_error()
    {
        using var client = await DumbClient.ConnectAsync(Host.BinanceRestUri);
        await client.SendAsync([0x81, 0x02, (byte)'{', (byte)'}']);
        var (first, payload) = await client.ReadFrameAsync();
        Assert.Equal((0x88, 1002), (first, (payload[0] << 8) | payload[1]));
    }

    [Fact]
    public async Task A_message_in_fragments_is_one_message()
    {
        using var client = await DumbClient.ConnectAsync(Host.BinanceRestUri);
        await client.SendFrameAsync(0x01, "{\"method\":\"LIST_SUBS"u8.ToArray());
        await client.SendFrameAsync(0x89, "in between"u8.ToArray());
        await client.SendFrameAsync(0x80, "CRIPTIONS\",\"id\":3}"u8.ToArray());
        Assert.Equal(0x8A, (await client.ReadFrameAsync()).FirstByte);
        Assert.Equal("{\"result\":[],\"id\":3}", Encoding.UTF8.GetString((await client.ReadFrameAsync()).Payload));
    }

    /// <summary>A TCP client that shakes hands and then does only what it is told: no pong, no close.</summary>
    private sealed class DumbClient(TcpClient tcp) : IDisposable
    {
        private readonly NetworkStream _stream = tcp.GetStream();

        public static async Task<DumbClient> ConnectAsync(Uri server)
        {
            var tcp = new TcpClient();
            await tcp.ConnectAsync(server.Host, server.Port, TestContext.Current.CancellationToken);
            var client = new DumbClient(tcp);
            await client.SendAsync(Encoding.ASCII.GetBytes(
                $"GET /public/ws HTTP/1.1\r\nHost: {server.Authority}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));
            var head = new StringBuilder();
            while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            {
                head.Append((char)(await client.ReadAsync(1))[0]);
            }

            Assert.StartsWith("HTTP/1.1 101", head.ToString(), StringComparison.Ordinal);

            // The example of RFC 6455, section 1.3.
            Assert.Contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", head.ToString(), StringComparison.Ordinal);
            return client;
        }

        public Task SendAsync(byte[] bytes) => _stream.WriteAsync(bytes, TestContext.Current.CancellationToken).AsTask();

        /// <summary>A frame masked with zeros.</summary>
        public Task SendFrameAsync(byte first, byte[] payload) =>
            SendAsync([first, (byte)(0x80 | payload.Length), 0, 0, 0, 0, .. payload]);

        public async Task<(int FirstByte, byte[] Payload)> ReadFrameAsync()
        {
            var head = await ReadAsync(2);
            return (head[0], await ReadAsync(head[1]));
        }

        public void Dispose() => tcp.Dispose();

        private async Task<byte[]> ReadAsync(int count)
        {
            var bytes = new byte[count];
            await _stream.ReadExactlyAsync(bytes, TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(10));
            return bytes;
        }
    }
}
