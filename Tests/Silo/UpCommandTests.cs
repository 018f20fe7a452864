using System.Net;
using System.Net.Sockets;
using System.Text;
using Exchange.Silo;
using Exchange.Tests.Support;
using Xunit;

namespace Exchange.Tests.Silo;

public sealed class UpCommandTests
{
    [Fact]
    public async Task Up_says_what_it_is_and_serves_and_ends_when_it_is_told_to()
    {
        using var stop = new CancellationTokenSource();
        var output = new SignallingWriter("gateway ready: commands tcp://127.0.0.1:");
        var error = new StringWriter();
        var ports = FreePorts(3);
        string[] args =
        [
            "up", "--connections", "market/binance",
            "--set", $"Exchange:Cluster:SiloPort={ports[0]}", "--set", $"Exchange:Cluster:GatewayPort={ports[1]}",
            "--set", "Exchange:Gateway:CommandEndpoint=tcp://127.0.0.1:*", "--set", "Exchange:Gateway:UpdateEndpoint=tcp://127.0.0.1:*",
            // Nothing listens there: liveness does not depend on the venue.
            "--set", $"Exchange:Binance:RestUrl=http://127.0.0.1:{ports[2]}", "--set", $"Exchange:Binance:StreamUrl=ws://127.0.0.1:{ports[2]}",
            "--set", "Logging:LogLevel:Default=None",
        ];
        var up = Task.Run(() => SiloProgram.Run(args, output, error, stop.Token), TestContext.Current.CancellationToken);
        await Task.WhenAny(output.Seen, up).Within("the ready line");
        Assert.True(output.Seen.IsCompleted, error.ToString());
        await stop.CancelAsync();
        Assert.Equal(0, await up.Within("the end"));

        var said = output.ToString();
        Assert.Contains("environment sim", said, StringComparison.Ordinal);
        Assert.Contains("packages: ", said, StringComparison.Ordinal);
        Assert.Contains($"serves: market/binance (market_server_binance) at sim: http://127.0.0.1:{ports[2]}/", said, StringComparison.Ordinal);
        Assert.EndsWith("stopped\n", said.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Equal("", error.ToString());
    }

    [Theory]
    [InlineData("up --env prod", "Exchange:Environment: 'prod' is not an environment; legal are sim, testnet, live")]
    [InlineData("up --connections market/kraken", "Exchange:Connections: 'market/kraken' is not a connection: write role/exchange, such as market/binance,")]
    [InlineData("up --set Exchange:Streams:QueueLimit=0", "Exchange:Streams:QueueLimit is 0; it must be 1 to ")]
    [InlineData("up --set Exchange:Keeper:Interval=00:00:00", "Exchange:Keeper:Interval is 00:00:00; it must be more than 0")]
    [InlineData("up --set Exchange:Gateway:MaxSessions=0", "Exchange:Gateway:MaxSessions: 0 is outside 1 to 1000000")]
    [InlineData("up --set nonsense", "--set nonsense: write KEY=VALUE")]
    [InlineData("up --speed 9", "Unrecognized command or argument '--speed'")]
    [InlineData("down", "Unrecognized command or argument 'down'")]
    public async Task What_is_wrong_with_the_command_line_is_told_without_a_stack_trace(string commandLine, string expected)
    {
        var error = new StringWriter();
        Assert.Equal(2, await SiloProgram.Run(commandLine.Split(' '), new StringWriter(), error, TestContext.Current.CancellationToken));
        Assert.Contains(expected, error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", error.ToString(), StringComparison.Ordinal);
    }

    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        foreach (var listener in listeners)
            listener.Start();
        var ports = listeners.Select(l => ((IPEndPoint)l.LocalEndpoint).Port).ToArray();
        foreach (var listener in listeners)
            listener.Dispose();
        return ports;
    }

    /// <summary>Signals when a text was written.</summary>
    private sealed class SignallingWriter(string awaited) : TextWriter
    {
        private readonly StringBuilder _text = new();
        private readonly TaskCompletionSource _seen = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override Encoding Encoding => Encoding.UTF8;

        public Task Seen => _seen.Task;

        public override void Write(char value)
        {
            lock (_text)
            {
                _text.Append(value);
                if (value == '\n' && _text.ToString().Contains(awaited, StringComparison.Ordinal))
                    _seen.TrySetResult();
            }
        }

        public override string ToString()
        {
            lock (_text)
                return _text.ToString();
        }
    }
}
