using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Reflection;
using System.Runtime.InteropServices;
using Exchange.Exchanges.Binance;
using Exchange.Exchanges.Deribit;
using Exchange.Exchanges.Grvt;
using NetMQ.Sockets;

namespace Exchange.Silo.Diagnosis;

/// <summary>Looks at the machine, the packages and the way to the venues.</summary>
internal static class Doctor
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);

    public static async Task<IReadOnlyList<Finding>> ExamineAsync(string environment, CancellationToken cancellation)
    {
        var findings = new List<Finding> { Runtime(), Packages(), ZeroMq(), Port("commands", 5555), Port("updates", 5556) };
        var options = new BinanceOptions { Environment = environment };
        if (options.Validate() is { Count: > 0 } errors)
        {
            findings.Add(new Finding("settings", Verdict.Bad, string.Join("; ", errors), "use --env sim, testnet or live"));
            return findings;
        }

        var urls = BinanceUrls.From(options);
        findings.AddRange(await RestAsync("binance", new Uri(urls.Rest, "/fapi/v1/time"), Digits, environment, cancellation));
        findings.Add(await StreamsAsync("binance", urls.Stream(BinanceRoute.Public), environment, cancellation));
        findings.Add(Credentials("binance", "BINANCE_API_KEY", "BINANCE_API_SECRET"));
        var deribit = DeribitUrls.From(new DeribitOptions { Environment = environment });
        findings.AddRange(await RestAsync("deribit", new Uri(deribit.Rest, "/api/v2/public/get_time"), DeribitTime, environment, cancellation));
        findings.Add(await StreamsAsync("deribit", deribit.Socket, environment, cancellation));
        findings.Add(Credentials("deribit", "DERIBIT_CLIENT_ID", "DERIBIT_CLIENT_SECRET"));
        var grvt = GrvtUrls.From(new GrvtOptions { Environment = environment });
        findings.AddRange(await RestAsync("grvt", new Uri(grvt.MarketData, "/time"), GrvtTime, environment, cancellation));
        findings.Add(await StreamsAsync("grvt", grvt.MarketSocket(lite: false), environment, cancellation));
        findings.Add(Credentials("grvt", "GRVT_API_KEY", "GRVT_PRIVATE_KEY", "GRVT_SUB_ACCOUNT_ID"));
        return findings;
    }

    private static Finding Runtime() =>
        new(".NET", Verdict.Good, $"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.OSDescription}, {Environment.ProcessorCount} cores");

    private static Finding Packages() =>
        typeof(Doctor).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(a => a.Key == "UseCompat")?.Value == "true"
            ? new Finding("packages", Verdict.Note, "the stand-ins of compat/ for Orleans, NetMQ and Websocket.Client (one process, no cluster)",
                "for a cluster, build where the package feed has the genuine ones, or force them with -p:UseCompat=false")
            : new Finding("packages", Verdict.Good, "the genuine Orleans, NetMQ and Websocket.Client");

    private static Finding ZeroMq()
    {
        try
        {
            using var socket = new PublisherSocket();
            var port = socket.BindRandomPort("tcp://127.0.0.1");
            return new Finding("ZeroMQ", Verdict.Good, $"a socket binds (port {port} was tried)");
        }
        catch (Exception e)
        {
            return new Finding("ZeroMQ", Verdict.Bad, e.Message, "install libzmq: sudo apt-get install -y libzmq5");
        }
    }

    private static Finding Port(string what, int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return new Finding($"port {port}", Verdict.Good, $"free, for the gateway's {what}");
        }
        catch (SocketException)
        {
            return new Finding($"port {port}", Verdict.Note, $"taken, perhaps by a running gateway ({what})",
                $"if no gateway runs, free it or set Exchange__Gateway__{(port == 5555 ? "CommandEndpoint" : "UpdateEndpoint")}");
        }
    }

    private static async Task<IEnumerable<Finding>> RestAsync(string venue, Uri time, Func<string, string> milliseconds, string environment, CancellationToken cancellation)
    {
        using var http = new HttpClient { Timeout = _patience };
        try
        {
            var before = DateTimeOffset.UtcNow;
            var body = await http.GetStringAsync(time, cancellation);
            var after = DateTimeOffset.UtcNow;
            var venueTime = DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(milliseconds(body), CultureInfo.InvariantCulture));
            var offset = venueTime - (before + ((after - before) / 2));
            var reached = new Finding($"{venue} REST", Verdict.Good, $"{time.GetLeftPart(UriPartial.Authority)} answers in {(after - before).TotalMilliseconds:0} ms");
            var skewed = Math.Abs(offset.TotalMilliseconds) > 1000;
            var clock = new Finding($"{venue} clock", skewed ? Verdict.Note : Verdict.Good, $"the venue's clock is {offset.TotalMilliseconds:+0;-0;0} ms from ours",
                skewed ? "the gateway corrects for it; set this machine's clock all the same (chrony, systemd-timesyncd)" : null);
            return [reached, clock];
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or FormatException)
        {
            return [new Finding($"{venue} REST", Verdict.Bad, $"{time.GetLeftPart(UriPartial.Authority)} does not answer: {e.Message}", Advice(environment))];
        }
    }

    private static async Task<Finding> StreamsAsync(string venue, Uri stream, string environment, CancellationToken cancellation)
    {
        using var socket = new ClientWebSocket();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(_patience);
        try
        {
            await socket.ConnectAsync(stream, patience.Token);
            return new Finding($"{venue} streams", Verdict.Good, $"{stream} opens");
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or HttpRequestException)
        {
            return new Finding($"{venue} streams", Verdict.Bad, $"{stream} does not open: {e.Message}", Advice(environment));
        }
    }

    private static string Digits(string body) => new([.. body.SkipWhile(c => !char.IsAsciiDigit(c)).TakeWhile(char.IsAsciiDigit)]);

    private static string DeribitTime(string body) => body.IndexOf("\"result\":", StringComparison.Ordinal) is var at and >= 0 ? Digits(body[at..]) : "";

    private static string GrvtTime(string body) => GrvtRest.ReadTime(System.Text.Encoding.UTF8.GetBytes(body)) is { IsSuccess: true, Value: var time }
        ? time.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)
        : "";

    private static string Advice(string environment) => environment == "sim"
        ? "start the simulators: ./exchange sim"
        : "check the network, a proxy, and whether the venue serves your address";

    private static Finding Credentials(string venue, params string[] names)
    {
        var missing = names.Where(n => string.IsNullOrEmpty(Environment.GetEnvironmentVariable(n))).ToArray();
        return missing.Length == 0
            ? new Finding($"{venue} keys", Verdict.Good, "set")
            : new Finding($"{venue} keys", Verdict.Note, $"not set: {string.Join(", ", missing)}", "market data needs none; trading will");
    }
}
