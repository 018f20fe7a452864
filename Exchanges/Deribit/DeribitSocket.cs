using Exchange.Exchanges.Common.Http;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Exchange.Exchanges.Deribit;

/// <summary>What became of one request on a socket.</summary>
/// <param name="Result">The bytes of <c>result</c>; empty when there is an error.</param>
/// <param name="Error">Why it did not succeed, with the outcome; null on success.</param>
internal readonly record struct DeribitAnswer(ReadOnlyMemory<byte> Result, ExchangeError? Error);

/// <summary>
/// JSON-RPC over one socket, public or private: login and its refreshing, heartbeats, requests and replies matched by id, in whatever order
/// they come (venue sheet, sections 1 to 3). What comes by channels is its heir's.
/// </summary>
/// <param name="access">Addresses, clock, budget and credentials.</param>
/// <param name="options">Settings.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
/// <param name="login">Logs the socket in; null for a public one.</param>
#pragma warning disable CA1001 // of its semaphore only the wait handle, which is never asked for, would need disposing
internal abstract class DeribitSocket(DeribitAccess access, DeribitOptions options, TimeProvider time, ILogger logger, DeribitLogin? login) : SocketProtocol
#pragma warning restore CA1001
{
    /// <summary>Channels in one subscribe call, and bytes of their names: a frame beyond 32 kB is refused.</summary>
    private const int MostChannels = 400, MostChannelBytes = 24 * 1024;

    private static readonly TimeSpan _leastWait = TimeSpan.FromMilliseconds(10);

    private readonly SemaphoreSlim _loggingIn = new(1, 1);
    private long _since;
    private int _logins;

    /// <summary>The session; set once, before anything happens.</summary>
    public SocketSession Session { get; set; } = null!;

    /// <summary>Heartbeats come though nothing happens: when they do not, the socket is dead.</summary>
    public override long? ExpectsDataSince => Interlocked.Read(ref _since) is var since and not 0 ? since : null;

    /// <summary>Replies that came after their request had been given up.</summary>
    public long LateReplies { get; private set; }

    /// <summary>Questions of the venue whether we are there.</summary>
    public long TestRequests { get; private set; }

    /// <summary>What the last login was granted; null before the first, and for a public socket.</summary>
    public DeribitGrant? Grant => login?.Grant;

    /// <summary>What the socket shares with its role.</summary>
    protected DeribitAccess Access => access;

    /// <summary>Settings.</summary>
    protected DeribitOptions Options => options;

    /// <summary>The clock.</summary>
    protected TimeProvider Time => time;

    /// <summary>The log.</summary>
    protected ILogger Logger => logger;

    /// <inheritdoc/>
    public override async Task<Result<Uri>> LocateAsync(Uri url, CancellationToken cancellationToken)
    {
        if (login is not null && access.CredentialsError is { } missing)
            return missing;
        if (access.Budget.Requests.Pause is { } pause)
            return pause;

        // A login has a time stamp.
        return login is not null && access.Clock.Offset is null && await access.Private.MeasureClockAsync().WaitAsync(cancellationToken).ConfigureAwait(false) is { } error
            ? error
            : url;
    }

    /// <inheritdoc/>
    public override async Task<ExchangeError?> AuthenticateAsync(SocketLink link, CancellationToken cancellationToken)
    {
        if (login is not null)
        {
            if (await login.LogInAsync(fill => SendLoginAsync(link, fill, cancellationToken)).ConfigureAwait(false) is { } refused)
                return refused;
            OnLoggedIn(link);
            _ = Task.Run(() => KeepTokenAsync(link), CancellationToken.None);
        }

        var beat = await CallAsync(link, "public/set_heartbeat", p => p.Add("interval", (long)options.HeartbeatSeconds), priority: RequestPriority.Cancel, cancellationToken: cancellationToken).ConfigureAwait(false);
        Interlocked.Exchange(ref _since, time.GetTimestamp());
        return beat.Error is { } error ? error with { Outcome = null } : null;
    }

    /// <inheritdoc/>
    public override bool IsRefusal(ExchangeError error) => DeribitErrors.IsRefusal(error);

    /// <inheritdoc/>
    public override void OnUnmatchedReply(SocketLink link, long id, ReadOnlySpan<byte> frame) => LateReplies++;

    /// <summary>The reply to a login holds tokens.</summary>
    public override string Redact(string excerpt)
    {
        ArgumentNullException.ThrowIfNull(excerpt);
        return excerpt.Contains("token", StringComparison.Ordinal) ? "(hidden)" : excerpt;
    }

    /// <inheritdoc/>
    public override FrameKind OnFrame(SocketLink link, ReadOnlySpan<byte> frame, DateTimeOffset receivedAt, out long replyTo)
    {
        replyTo = 0;
        if (!DeribitFrame.TryRead(frame, out var read))
            return FrameKind.Unreadable;
        switch (read.Kind)
        {
            case DeribitFrameKind.Reply:
                replyTo = read.Id;
                return FrameKind.Reply;
            case DeribitFrameKind.Subscription:
                return OnNotification(link, read.Channel, read.Data, receivedAt);
            case DeribitFrameKind.TestRequest:
                TestRequests++;
                link.SawData();
                _ = AnswerTestAsync(link);
                return FrameKind.Notice;
            case DeribitFrameKind.Heartbeat:
                link.SawData();
                return FrameKind.Notice;
            default:
                return FrameKind.Unknown;
        }
    }

    /// <summary>Takes what a channel tells, on the thread that received it.</summary>
    /// <param name="link">The link that it came by.</param>
    /// <param name="channel">The channel's name.</param>
    /// <param name="data">One JSON value; valid during the call only.</param>
    /// <param name="receivedAt">When it arrived, UTC.</param>
    protected abstract FrameKind OnNotification(SocketLink link, ReadOnlySpan<byte> channel, ReadOnlySpan<byte> data, DateTimeOffset receivedAt);

    /// <summary>Sends a request on one link and waits for its reply. A token that the venue does not accept is replaced, once.</summary>
    /// <param name="link">The link that it is bound to.</param>
    /// <param name="method">The method.</param>
    /// <param name="fill">Adds the parameters; null for none.</param>
    /// <param name="bucket">What it is paid from; null for the common requests.</param>
    /// <param name="priority">What it is for.</param>
    /// <param name="cancellationToken">Gives the wait up. What was sent stays sent.</param>
    protected async Task<DeribitAnswer> CallAsync(
        SocketLink link,
        string method,
        Action<DeribitParams>? fill = null,
        CreditBucket? bucket = null,
        RequestPriority priority = RequestPriority.Normal,
        CancellationToken cancellationToken = default)
    {
        bucket ??= access.Budget.Requests;
        if (access.Budget.Requests.Pause is { } pause)
            return new DeribitAnswer(default, pause.WithOutcome(CommandOutcome.Rejected));
        return bucket.TryTake(1, priority, out var retryAt)
            ? await PaidAsync(link, method, fill, cancellationToken).ConfigureAwait(false)
            : new DeribitAnswer(default, bucket.Exhausted(retryAt));
    }

    private async Task<DeribitAnswer> PaidAsync(SocketLink link, string method, Action<DeribitParams>? fill, CancellationToken cancellationToken)
    {
        if (access.Budget.Requests.Pause is { } pause)
            return new DeribitAnswer(default, pause.WithOutcome(CommandOutcome.Rejected));
        var logins = Volatile.Read(ref _logins);
        var answer = await SendAsync(link, method, fill, cancellationToken).ConfigureAwait(false);
        if (answer.Error is not { } error || !DeribitErrors.AsksForLogin(error) || login is null)
            return answer;
        return await LogInAgainAsync(link, logins, cancellationToken).ConfigureAwait(false) is not null
            ? answer
            : await SendAsync(link, method, fill, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Subscribes, in as many calls as it takes, and gives the channels that the venue confirmed: perhaps fewer, without an error.</summary>
    /// <param name="link">The link.</param>
    /// <param name="method">One of <c>public/subscribe</c>, <c>private/subscribe</c> and the reverse.</param>
    /// <param name="channels">The channels.</param>
    /// <param name="cancellationToken">Gives up.</param>
    protected async Task<Result<HashSet<string>>> SubscribeAsync(SocketLink link, string method, IReadOnlyCollection<string> channels, CancellationToken cancellationToken)
    {
        var confirmed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var chunk in Chunks(channels))
        {
            var answer = await PatientlyAsync().ConfigureAwait(false);
            if (answer.Error is { } error)
                return error with { Outcome = null };
            if (DeribitRpc.ReadChannels(answer.Result.Span) is not { } some)
                return DeribitRpc.Unreadable(method) with { Outcome = null };
            confirmed.UnionWith(some);

            // A connection that waits for its turn is better than one that gives up: there are few such calls a second.
            async Task<DeribitAnswer> PatientlyAsync()
            {
                DateTimeOffset retryAt;
                while (!access.Budget.Subscribes.TryTake(1, RequestPriority.Cancel, out retryAt))
                {
                    var wait = retryAt - access.Clock.Now;
                    await Task.Delay(wait > _leastWait ? wait : _leastWait, time, cancellationToken).ConfigureAwait(false);
                }

                return await PaidAsync(link, method, p => p.Add("channels", chunk), cancellationToken).ConfigureAwait(false);
            }
        }

        return confirmed;
    }

    /// <summary>The error of channels that were not confirmed; null when all were.</summary>
    protected static ExchangeError? Missing(IEnumerable<string> asked, HashSet<string> confirmed)
    {
        var missing = asked.Where(c => !confirmed.Contains(c)).ToList();
        return missing.Count == 0 ? null : new ExchangeError
        {
            Code = ExchangeErrorCode.RejectedByVenue,
            Message = $"Deribit did not confirm the channels {string.Join(", ", missing.Take(5))}{(missing.Count > 5 ? $" and {missing.Count - 5} more" : "")}",
            Retryable = true,
        };
    }

    private static IEnumerable<List<string>> Chunks(IReadOnlyCollection<string> channels)
    {
        var chunk = new List<string>();
        var bytes = 0;
        foreach (var channel in channels)
        {
            if (chunk.Count == MostChannels || (chunk.Count > 0 && bytes + channel.Length + 3 > MostChannelBytes))
            {
                yield return chunk;
                chunk = [];
                bytes = 0;
            }

            chunk.Add(channel);
            bytes += channel.Length + 3;
        }

        if (chunk.Count > 0)
            yield return chunk;
    }

    private async Task<DeribitAnswer> SendAsync(SocketLink link, string method, Action<DeribitParams>? fill, CancellationToken cancellationToken)
    {
        var reply = await link.RequestAsync(
            id =>
            {
                var request = new DeribitParams();
                fill?.Invoke(request);
                return DeribitRpc.Request(id, method, request);
            },
            TimeSpan.FromMilliseconds(options.CommandTimeoutMs),
            cancellationToken).ConfigureAwait(false);
        if (reply.Frame is not { } frame)
            return new DeribitAnswer(default, reply.Error);
        if (!DeribitFrame.TryRead(frame, out var read) || read.Kind != DeribitFrameKind.Reply)
            return new DeribitAnswer(default, DeribitRpc.Unreadable(method));
        if (!read.Error.IsEmpty)
            return new DeribitAnswer(default, access.Budget.Observe(DeribitErrors.Read(read.Error)));
        frame.AsSpan().Overlaps(read.Result, out var start);
        return new DeribitAnswer(frame.AsMemory(start, read.Result.Length), null);
    }

    private async Task<DeribitAnswer> SendLoginAsync(SocketLink link, Action<DeribitParams> fill, CancellationToken cancellationToken)
    {
        access.Budget.Requests.Charge(1);
        return await SendAsync(link, "public/auth", fill, cancellationToken).ConfigureAwait(false);
    }

    private void OnLoggedIn(SocketLink link)
    {
        Interlocked.Increment(ref _logins);
        if (login!.Grant is { } grant)
            DeribitLog.LoggedIn(logger, GetType().Name, link.Generation, time.GetUtcNow() + grant.ExpiresIn, grant.ToString());
    }

    /// <summary>The venue does not accept the token: one of those who were told so logs in anew, on the same link.</summary>
    private async Task<ExchangeError?> LogInAgainAsync(SocketLink link, int logins, CancellationToken cancellationToken)
    {
        await _loggingIn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (Volatile.Read(ref _logins) != logins)
                return null;
            var error = await login!.LogInAsync(fill => SendLoginAsync(link, fill, cancellationToken)).ConfigureAwait(false);
            if (error is null)
                OnLoggedIn(link);
            else if (Session.Current == link)
                Session.Recycle($"logging in anew: {error.Message}");
            return error;
        }
        finally
        {
            _loggingIn.Release();
        }
    }

    /// <summary>Refreshes the token well before it ends, as long as the link lasts.</summary>
    private async Task KeepTokenAsync(SocketLink link)
    {
        try
        {
            while (true)
            {
                await Task.Delay(login!.RefreshAfter, time, link.EndedToken).ConfigureAwait(false);
                await _loggingIn.WaitAsync(link.EndedToken).ConfigureAwait(false);
                try
                {
                    var error = await login.RefreshAsync(
                        fill => SendLoginAsync(link, fill, link.EndedToken), e => DeribitLog.RefreshFailed(logger, e.Message)).ConfigureAwait(false);
                    if (link.Ended.IsCompleted)
                        return;
                    if (error is not null)
                    {
                        if (Session.Current == link)
                            Session.Recycle($"the token could not be refreshed: {error.Message}");
                        return;
                    }

                    OnLoggedIn(link);
                }
                finally
                {
                    _loggingIn.Release();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The link has ended; the next one logs in by itself.
        }
    }

    /// <summary>At once, past every queue and every budget: who does not answer in ten seconds is cut off.</summary>
    private async Task AnswerTestAsync(SocketLink link)
    {
        access.Budget.Requests.Charge(1);
        var reply = await link.RequestAsync(id => DeribitRpc.Request(id, "public/test"), TimeSpan.FromSeconds(10)).ConfigureAwait(false);
        if (reply.Error is { } error && !link.Ended.IsCompleted)
            Common.Connections.ConnectionLog.QueryFailed(logger, "answering the venue's test request", error.Message);
    }
}
