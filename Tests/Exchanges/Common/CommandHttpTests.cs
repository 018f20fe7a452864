#pragma warning disable xUnit1051 // every wait here has a limit of its own, which says what was awaited
using System.Net;
using System.Net.Sockets;
using System.Text;
using Exchange.Exchanges.Binance;
using Exchange.Exchanges.Common.Http;
using Exchange.Grains.Interfaces;
using Exchange.Tests.Support;
using Xunit;

namespace Exchange.Tests.Exchanges.Common;

/// <summary>Commands over HTTP: sent once, with an outcome that is never better than what is known.</summary>
public sealed class CommandHttpTests
{
    private static readonly Func<byte[], Result<string>> _text = body => Result<string>.Success(Encoding.UTF8.GetString(body));

    /// <summary>
    /// .NET's own handler sends a request without content again, up to three times, when the connection ends before the answer.
    /// A venue that reads the order and dies would get it four times.
    /// </summary>
    [Theory]
    [InlineData("POST")]
    [InlineData("DELETE")]
    [InlineData("PUT")]
    public async Task A_command_is_sent_once_though_the_connection_ends_before_the_answer(string method)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var commands = new EventLog<string>();
        using var stop = new CancellationTokenSource();
        var serving = ServeAsync(listener, commands, stop.Token);
        var meter = Meter(TimeProvider.System);
        using (var http = new VenueHttp(new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"), new BinanceHttpRules(meter), meter, TimeProvider.System))
        {
            // The first request leaves a connection open, on which the command then goes.
            Assert.True((await http.GetAsync("/fapi/v1/time", 1, _text).Within("the first answer")).IsSuccess);
            var error = (await http.CommandAsync(new VenueCall(new HttpMethod(method), "/fapi/v1/order?quantity=1"), 1, _text, RequestPriority.Normal).Within("the command's end")).Error!;
            Assert.Equal((ExchangeErrorCode.ConnectionLost, CommandOutcome.Unknown, false), (error.Code, error.Outcome!.Value, error.Retryable));

            // Whatever would still be sent again comes before this.
            Assert.True((await http.GetAsync("/fapi/v1/time", 1, _text).Within("the last answer")).IsSuccess);
        }

        Assert.Single(commands.All);
        await stop.CancelAsync();
        listener.Stop();
        await serving.Within("the end of the server");
    }

    [Fact]
    public async Task A_command_that_provably_did_not_leave_is_rejected()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        var meter = Meter(TimeProvider.System);
        using var http = new VenueHttp(new Uri($"http://127.0.0.1:{port}"), new BinanceHttpRules(meter), meter, TimeProvider.System);
        var error = (await http.CommandAsync(new VenueCall(HttpMethod.Post, "/x"), 1, _text, RequestPriority.Normal).Within("the refusal")).Error!;
        Assert.Equal((ExchangeErrorCode.ConnectFailed, CommandOutcome.Rejected), (error.Code, error.Outcome!.Value));
    }

    /// <summary>Section 7 of the venue sheet: which answers prove that nothing happened.</summary>
    [Theory]
    [InlineData(503, "Unknown error, please check your request or try again later.", CommandOutcome.Unknown)]
    [InlineData(503, "Service Unavailable.", CommandOutcome.Unknown)]
    [InlineData(500, """{"code":-1001,"msg":"Internal error"}""", CommandOutcome.Unknown)]
    [InlineData(400, """{"code":-1001,"msg":"Internal error"}""", CommandOutcome.Unknown)]
    [InlineData(400, """{"code":-1007,"msg":"Timeout waiting for response from backend server."}""", CommandOutcome.Unknown)]
    [InlineData(400, """{"code":-1006,"msg":"An unexpected response was received."}""", CommandOutcome.Unknown)]
    [InlineData(503, """{"code":-1008,"msg":"Server is currently overloaded"}""", CommandOutcome.Unknown)]
    [InlineData(408, "", CommandOutcome.Unknown)]
    [InlineData(502, "<html>", CommandOutcome.Unknown)]
    [InlineData(400, """{"code":-2019,"msg":"Margin is insufficient."}""", CommandOutcome.Rejected)]
    [InlineData(429, """{"code":-1003,"msg":"Too many requests."}""", CommandOutcome.Rejected)]
    [InlineData(418, "", CommandOutcome.Rejected)]
    [InlineData(401, """{"code":-2015,"msg":"Invalid API-key"}""", CommandOutcome.Rejected)]
    public async Task The_outcome_of_a_command_follows_its_answer_and_nothing_is_sent_twice(int status, string body, CommandOutcome outcome)
    {
        var asked = 0;
        var (http, _) = Answering(() =>
        {
            asked++;
            return new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body) };
        });
        using (http)
        {
            var error = (await http.CommandAsync(new VenueCall(HttpMethod.Post, "/fapi/v1/order?signature=s3cr3t"), 1, _text, RequestPriority.Normal).Within("the answer")).Error!;
            Assert.Equal(outcome, error.Outcome);
            Assert.False(error.Retryable && outcome == CommandOutcome.Unknown);
            Assert.DoesNotContain("s3cr3t", error.ToString(), StringComparison.Ordinal);
        }

        Assert.Equal(1, asked);
    }

    /// <summary>An answer that cannot be read says nothing of what was done.</summary>
    [Fact]
    public async Task An_unreadable_answer_to_a_command_is_unknown()
    {
        var (http, _) = Answering(() => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("<html>") });
        using (http)
        {
            var error = (await http.CommandAsync<string>(
                new VenueCall(HttpMethod.Post, "/x"),
                1,
                _ => new ExchangeError { Code = ExchangeErrorCode.UnreadableReply, Message = "nonsense", Retryable = true },
                RequestPriority.Normal).Within("the answer")).Error!;
            Assert.Equal((CommandOutcome.Unknown, false), (error.Outcome!.Value, error.Retryable));
        }
    }

    /// <summary>T33: while the venue refuses us, not even a cancel leaves: going on makes a ban of it.</summary>
    [Fact]
    public async Task A_refusal_for_the_rate_pauses_everything_until_the_venues_time()
    {
        var time = new ManualTimeProvider();
        var until = time.GetUtcNow().AddMinutes(3);
        var asked = 0;
        var (http, meter) = Answering(
            () =>
            {
                asked++;
                return new HttpResponseMessage((HttpStatusCode)418) { Content = new StringContent($$"""{"code":-1003,"msg":"Way too many requests; IP banned until {{until.ToUnixTimeMilliseconds()}}."}""") };
            },
            time);
        using (http)
        {
            Assert.Equal(until, (await http.CommandAsync(new VenueCall(HttpMethod.Post, "/x"), 1, _text, RequestPriority.Normal).Within("the ban")).Error!.RetryAt);
            var cancel = (await http.CommandAsync(new VenueCall(HttpMethod.Delete, "/x"), 1, _text, RequestPriority.Cancel).Within("the refusal")).Error!;
            Assert.Equal((ExchangeErrorCode.Banned, CommandOutcome.Rejected, until), (cancel.Code, cancel.Outcome!.Value, cancel.RetryAt!.Value));
            Assert.Equal(1, asked);
            time.Advance(TimeSpan.FromMinutes(3));
            Assert.Null(meter.Pause);
        }
    }

    [Fact]
    public void What_a_call_says_of_itself_holds_no_signature() =>
        Assert.Equal("POST /fapi/v1/order", new VenueCall(HttpMethod.Post, "/fapi/v1/order?signature=s3cr3t", new("X-MBX-APIKEY", "s3cr3t")).ToString());

    private static RateMeter Meter(TimeProvider time) => new(2400, TimeSpan.FromMinutes(1), 1, 0.1, time.GetUtcNow);

    private static (VenueHttp Http, RateMeter Meter) Answering(Func<HttpResponseMessage> answer, TimeProvider? time = null)
    {
        var meter = Meter(time ?? TimeProvider.System);
        return (new VenueHttp(new Uri("http://venue"), new BinanceHttpRules(meter), meter, time ?? TimeProvider.System, handler: new Handler(answer)), meter);
    }

    /// <summary>Answers GETs; reads any other request, and hangs up.</summary>
    private static async Task ServeAsync(TcpListener listener, EventLog<string> commands, CancellationToken stop)
    {
        while (true)
        {
            TcpClient client;
            try
            {
                client = await listener.AcceptTcpClientAsync(stop);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }

            _ = Task.Run(
                async () =>
                {
                    using (client)
                    {
                        var stream = client.GetStream();
                        var buffer = new byte[8192];
                        int length;
                        while ((length = await stream.ReadAsync(buffer, stop)) > 0)
                        {
                            var text = Encoding.ASCII.GetString(buffer, 0, length);
                            if (!text.StartsWith("GET", StringComparison.Ordinal))
                            {
                                commands.Add(text.Split('\r')[0]);
                                return;
                            }

                            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray(), stop);
                        }
                    }
                },
                CancellationToken.None);
        }
    }

    private sealed class Handler(Func<HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(answer());
    }
}
