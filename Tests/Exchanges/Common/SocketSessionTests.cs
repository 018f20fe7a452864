#pragma warning disable xUnit1051 // every wait here has a limit of its own, which says what was awaited
using System.Text;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;
using Exchange.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Exchange.Tests.Exchanges.Common;

/// <summary>The session against a venue that does what the test says; all waits of the session are on the test's clock.</summary>
public sealed class SocketSessionTests : IAsyncLifetime
{
    private static readonly TimeSpan _watch = TimeSpan.FromSeconds(1);

    private readonly ManualTimeProvider _time = new();
    private readonly EventLog<ConnectionStatus> _states = new();
    private readonly Protocol _protocol = new();
    private FakeVenue _venue = null!;
    private SocketSession? _session;

    public async ValueTask InitializeAsync() => _venue = await FakeVenue.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (_session is not null)
            await _session.DisposeAsync();
        await _venue.DisposeAsync();
    }

    [Fact]
    public async Task Connecting_passes_every_state_and_a_reply_finds_its_request()
    {
        var (session, socket) = await Ready();
        Assert.Equal(
            [ConnectionState.Connecting, ConnectionState.Authenticating, ConnectionState.Subscribing, ConnectionState.Reconciling, ConnectionState.Ready],
            _states.All.Select(s => s.State));
        var first = session.RequestAsync(Frame("a"));
        Assert.Equal("1 a", await socket.Receive("the first request"));
        var second = session.RequestAsync(Frame("b"));
        Assert.Equal("2 b", await socket.Receive("the second request"));
        await socket.Send("""{"id":2,"r":"two"}""");
        await socket.Send("""{"id":1,"r":"one"}""");
        Assert.Equal("""{"id":1,"r":"one"}""", Encoding.UTF8.GetString((await Awaiting.Within(first, "the first reply")).Frame!));
        Assert.Equal("""{"id":2,"r":"two"}""", Encoding.UTF8.GetString((await Awaiting.Within(second, "the second reply")).Frame!));
    }

    [Fact]
    public async Task A_request_without_a_reply_is_of_unknown_outcome()
    {
        var (session, socket) = await Ready();
        var request = session.RequestAsync(Frame("a"), TimeSpan.FromSeconds(3));
        await socket.Receive("the request");
        await Awaiting.Within(_time.WhenArmed(TimeSpan.FromSeconds(3)), "the time-out to be armed");
        _time.Advance(TimeSpan.FromSeconds(3));
        var reply = await Awaiting.Within(request, "the time-out");
        Assert.Equal((SendOutcome.Sent, ExchangeErrorCode.Timeout, CommandOutcome.Unknown), (reply.Sent, reply.Error!.Code, reply.Error.Outcome));

        // The late reply is no surprise and goes to nobody.
        await socket.Send("""{"id":1}""");
        await socket.Send("""{"data":1}""");
        await Awaiting.Within(_protocol.Data.First(_ => true, "data after the late reply"), "data");
        Assert.Equal([1L], _protocol.Unmatched.All);
    }

    [Fact]
    public async Task A_lost_socket_leaves_what_was_pending_unknown_and_carries_nothing_over()
    {
        var (session, socket) = await Ready();
        var request = session.RequestAsync(Frame("place"));
        await socket.Receive("the request");
        socket.Cut();
        var reply = await Awaiting.Within(request, "the end of the request");
        Assert.Equal((ExchangeErrorCode.ConnectionLost, CommandOutcome.Unknown), (reply.Error!.Code, reply.Error.Outcome));
        var waiting = await _states.First(s => s.State == ConnectionState.Waiting, "waiting to reconnect");
        Assert.NotNull(waiting.NextAttempt);
        Assert.Equal(1, waiting.Reconnects);

        var unsent = await session.RequestAsync(Frame("b"));
        Assert.Equal((SendOutcome.NotSent, CommandOutcome.Rejected), (unsent.Sent, unsent.Error!.Outcome));

        await NextAttempt();
        var next = await _venue.NextSocket("the second socket");
        await _states.Next(6, s => s.State == ConnectionState.Ready, "ready again");
        Assert.True(next.HasNoMore);
        Assert.Equal(2, session.Status.Generation);
        _ = session.RequestAsync(Frame("c"));
        Assert.Equal("1 c", await next.Receive("a request of the second generation"));
    }

    /// <summary>T33, scenario 21: waits grow, and do not start again because a socket opened for a moment.</summary>
    [Fact]
    public async Task A_venue_that_hangs_up_at_once_is_not_stormed()
    {
        // All of them: cut before the handshake's answer was read, and the base library tries once more by itself.
        using var enough = new CancellationTokenSource();
        var cutting = CutAll(enough.Token);
        _session = NewSession();
        _ = _session.Start();
        var seen = 0;
        foreach (var expected in new[] { 500, 1000, 2000, 4000, 8000, 8000 })
        {
            var waiting = await _states.Next(seen, s => s.State == ConnectionState.Waiting, "waiting");
            Assert.Equal(TimeSpan.FromMilliseconds(expected), waiting.NextAttempt - _time.GetUtcNow());
            seen = _states.All.Count;
            await NextAttempt();
        }

        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cutting);

        async Task CutAll(CancellationToken stop)
        {
            while (true)
                (await _venue.NextSocketOrStop(stop)).Cut();
        }
    }

    [Fact]
    public async Task A_refused_handshake_counts_as_a_failed_attempt()
    {
        _venue.OnHandshake = _ => 503;
        _session = NewSession();
        var error = await Awaiting.Within(_session.Start(), "the first attempt");
        Assert.Equal(ExchangeErrorCode.ConnectFailed, error!.Code);
        await _states.First(s => s.State == ConnectionState.Waiting, "waiting");
        _venue.OnHandshake = _ => 0;
        await NextAttempt();
        await _states.First(s => s.State == ConnectionState.Ready, "ready");
    }

    [Fact]
    public async Task Refused_credentials_are_not_tried_again()
    {
        _protocol.Authenticate = new ExchangeError { Code = ExchangeErrorCode.AuthenticationFailed, Message = "no such key" };
        _session = NewSession();
        Assert.Equal(ExchangeErrorCode.AuthenticationFailed, (await Awaiting.Within(_session.Start(), "the first attempt"))!.Code);
        var refused = await _states.First(s => s.State == ConnectionState.Refused, "refused");
        Assert.Equal("no such key", refused.Reason);
        Assert.Equal(0, _time.ArmedTimers);

        // New credentials: somebody says so.
        _protocol.Authenticate = null;
        _session.Recycle("credentials were set");
        await _states.First(s => s.State == ConnectionState.Ready, "ready");
    }

    /// <summary>T01, scenario 17: pings are answered, replies come, and yet nothing that was subscribed to.</summary>
    [Fact]
    public async Task Silence_of_data_gives_the_socket_up_though_it_answers()
    {
        _protocol.Since = _time.GetTimestamp();
        var (session, socket) = await Ready();
        for (var i = 0; i < 5; i++)
            await Tick();
        await socket.Send("""{"data":1}""");
        await Awaiting.Within(_protocol.Data.First(_ => true, "data"), "data");
        // The protocol hears of data before the session has noted its time; a reply behind it is taken after that.
        await Ping(session, socket, 1);
        for (var i = 0; i < 9; i++)
            await Tick();
        Assert.Equal(ConnectionState.Ready, session.Status.State);
        await Ping(session, socket, 2);
        await Tick();
        var stale = await _states.First(s => s.State == ConnectionState.Stale, "stale");
        Assert.Contains("no data", stale.Reason, StringComparison.Ordinal);
        await _states.First(s => s.State == ConnectionState.Waiting, "waiting");
        await Awaiting.Within(socket.Closed, "the old socket's end");
        Assert.Single(_protocol.Lost.All);
    }

    /// <summary>T38, scenario 20: the replacement serves before the old socket is closed.</summary>
    [Fact]
    public async Task An_old_socket_is_replaced_before_the_venue_cuts_it()
    {
        var (session, old) = await Ready();
        var pending = session.RequestAsync(Frame("slow"), TimeSpan.FromDays(2));
        await old.Receive("the request");
        await Awaiting.Within(_time.WhenArmed(_watch), "the watch to be armed");
        _time.Advance(TimeSpan.FromHours(23));
        var opened = _venue.NextSocket("the replacement");
        await _time.AdvanceUntil(opened, _watch, "the replacement");
        var next = await opened;
        await _states.First(s => s.State == ConnectionState.Ready && s.Generation == 2, "the replacement in service");
        Assert.False(old.Closed.IsCompleted);
        _ = session.RequestAsync(Frame("new"));
        Assert.Equal("1 new", await next.Receive("a request on the replacement"));

        // What waits on the old socket gets its reply, and then the old socket goes.
        await old.Send("""{"data":"old"}""");
        await Awaiting.Within(_protocol.Data.First(_ => true, "data of the old socket"), "data");
        await Awaiting.Within(_time.WhenArmed(TimeSpan.FromMilliseconds(50)), "the drain");
        await old.Send("""{"id":1,"r":"slow"}""");
        Assert.Null((await Awaiting.Within(pending, "the slow reply")).Error);
        _time.Advance(TimeSpan.FromMilliseconds(50));
        await Awaiting.Within(old.Closed, "the old socket's end");
        Assert.Empty(_protocol.Lost.All);
        Assert.DoesNotContain(_states.All, s => s.State is ConnectionState.Waiting or ConnectionState.Stale);
    }

    [Fact]
    public async Task Frames_leave_one_at_a_time_and_paced()
    {
        var (session, socket) = await Ready(NewOptions() with { MessageInterval = TimeSpan.FromMilliseconds(250) });
        var requests = Enumerable.Range(0, 3).Select(i => session.RequestAsync(Frame($"{i}"), TimeSpan.FromDays(1))).ToList();
        Assert.Equal("1 0", await socket.Receive("the first"));
        for (var i = 1; i < 3; i++)
        {
            await Awaiting.Within(_time.WhenArmed(TimeSpan.FromMilliseconds(250)), "the pace");
            Assert.True(socket.HasNoMore);
            _time.Advance(TimeSpan.FromMilliseconds(250));
            Assert.Equal($"{i + 1} {i}", await socket.Receive("the next"));
        }

        Assert.All(requests, r => Assert.False(r.IsCompleted));
    }

    [Fact]
    public async Task Frames_that_cannot_be_read_are_counted_and_harm_nothing()
    {
        var (session, socket) = await Ready();
        await socket.Send("}{");
        await socket.Send("""{"throw":1}""");
        await socket.Send("""{"what":1}""");
        await socket.Send(new string('[', 200_000));
        await socket.Send("""{"data":1}""");
        await Awaiting.Within(_protocol.Data.First(_ => true, "data"), "data");
        Assert.Equal((3L, 1L), (session.Status.UnreadableMessages, session.Status.UnknownMessages));
        Assert.Equal(ConnectionState.Ready, session.Status.State);
    }

    [Fact]
    public async Task Stopping_closes_the_socket_and_says_so()
    {
        var (session, socket) = await Ready();
        await Awaiting.Within(session.StopAsync(), "the stop");
        await Awaiting.Within(socket.Closed, "the socket's end");
        Assert.Equal([ConnectionState.Stopping, ConnectionState.Stopped], _states.All.TakeLast(2).Select(s => s.State));
        Assert.Equal(SendOutcome.NotSent, (await session.RequestAsync(Frame("late"))).Sent);
    }

    private static Func<long, ReadOnlyMemory<byte>> Frame(string text) => id => Encoding.UTF8.GetBytes($"{id} {text}");

    private SocketSessionOptions NewOptions() => new()
    {
        Connection = new ConnectionId(ConnectionRole.Market, "binance"),
        Name = "test",
        Url = new Uri(_venue.Ws, "/public/stream"),
        StaleAfter = TimeSpan.FromSeconds(10),
        LongestBackoff = TimeSpan.FromSeconds(8),
    };

    private SocketSession NewSession(SocketSessionOptions? options = null) =>
        new(options ?? NewOptions(), _protocol, _time, NullLogger.Instance, _states.Add, random: () => 1);

    private async Task<(SocketSession Session, FakeSocket Socket)> Ready(SocketSessionOptions? options = null)
    {
        _session = NewSession(options);
        var started = _session.Start();
        var socket = await _venue.NextSocket("the first socket");
        Assert.Null(await Awaiting.Within(started, "the session to be ready"));
        return (_session, socket);
    }

    private static async Task Ping(SocketSession session, FakeSocket socket, int id)
    {
        var reply = session.RequestAsync(Frame("ping"));
        await socket.Receive("a request");
        await socket.Send($$"""{"id":{{id}}}""");
        await Awaiting.Within(reply, "the reply");
    }

    private async Task Tick()
    {
        await Awaiting.Within(_time.WhenArmed(_watch), "the watch to be armed");
        _time.Advance(_watch);
    }

    private async Task NextAttempt()
    {
        // The state is told before the wait begins, and other timers may be armed.
        var backoff = _session!.Status.NextAttempt!.Value - _time.GetUtcNow();
        await Awaiting.Within(_time.WhenArmed(backoff), "the back-off to be armed");
        _time.Advance(backoff);
    }

    private sealed class Protocol : SocketProtocol
    {
        public EventLog<string> Data { get; } = new();

        public EventLog<long> Unmatched { get; } = new();

        public EventLog<string> Lost { get; } = new();

        public ExchangeError? Authenticate { get; set; }

        public long? Since { get; set; }

        public override long? ExpectsDataSince => Since;

        public override FrameKind OnFrame(SocketLink link, ReadOnlySpan<byte> frame, DateTimeOffset receivedAt, out long replyTo)
        {
            replyTo = 0;
            var json = new Utf8Scanner(frame);
            if (!json.TryEnterObject() || !json.NextProperty(out var name))
                return FrameKind.Unreadable;
            if (name.SequenceEqual("throw"u8))
                throw new InvalidOperationException("a defect");
            if (name.SequenceEqual("id"u8))
                return json.TryReadInt64(out replyTo) ? FrameKind.Reply : FrameKind.Unreadable;
            if (!name.SequenceEqual("data"u8))
                return FrameKind.Unknown;
            Data.Add(Encoding.UTF8.GetString(frame));
            return FrameKind.Data;
        }

        public override Task<ExchangeError?> AuthenticateAsync(SocketLink link, CancellationToken cancellationToken) => Task.FromResult(Authenticate);

        public override void OnLost(SocketLink link, string reason) => Lost.Add(reason);

        public override void OnUnmatchedReply(SocketLink link, long id, ReadOnlySpan<byte> frame) => Unmatched.Add(id);
    }
}
