using System.Net;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using Exchange.Exchanges.Common.Http;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Exchange.Exchanges.Grvt;

/// <summary>What became of one request on a socket.</summary>
/// <param name="Result">The bytes of <c>result</c>, which is the whole body that HTTP would have; empty when there is an error.</param>
/// <param name="Error">Why it did not succeed, with the outcome; null on success.</param>
internal readonly record struct GrvtAnswer(ReadOnlyMemory<byte> Result, ExchangeError? Error);

/// <summary>
/// JSON-RPC over one socket, public or private (venue sheet, section 4): the handshake with the login's cookie, requests and replies matched
/// by id alone, streams with their numbers. What the streams tell is its heir's. A private socket lives as long as its cookie: before that
/// ends, the session opens the next one with the next login, and closes this one then.
/// </summary>
/// <param name="access">Addresses, clock, budget and login.</param>
/// <param name="options">Settings.</param>
/// <param name="logger">The log.</param>
/// <param name="isPrivate">Whether the handshake carries the login.</param>
internal abstract class GrvtSocket(GrvtAccess access, GrvtOptions options, ILogger logger, bool isPrivate) : SocketProtocol
{
    private readonly Lock _gate = new();
    private readonly List<(SocketLink Link, GrvtSequences Sequences)> _sequences = [];
    private GrvtGrant? _next;
    private readonly ConditionalWeakTable<SocketLink, GrvtGrant> _grants = [];
    private long _complaints;

    /// <summary>The session; set once, before anything happens.</summary>
    public SocketSession Session { get; set; } = null!;

    /// <summary>Replies that came after their request had been given up.</summary>
    public long LateReplies { get; private set; }

    /// <summary>Errors that named no request.</summary>
    public long Complaints => Interlocked.Read(ref _complaints);

    /// <summary>Gaps in the numbers of streams.</summary>
    public long Gaps { get; private set; }

    /// <summary>Messages that came twice.</summary>
    public long Repeated { get; private set; }

    /// <summary>Addresses, clock, budget and login.</summary>
    protected GrvtAccess Access => access;

    /// <summary>Settings.</summary>
    protected GrvtOptions Options => options;

    /// <summary>Whether names are initials.</summary>
    protected bool IsLite => options.IsLite;

    /// <summary>The log.</summary>
    protected ILogger Logger => logger;

    /// <inheritdoc/>
    public override IReadOnlyList<KeyValuePair<string, string>> HandshakeHeaders => isPrivate && _next is { } grant ? grant.Headers : [];

    /// <inheritdoc/>
    public override async Task<Result<Uri>> LocateAsync(Uri url, CancellationToken cancellationToken)
    {
        if (!isPrivate)
            return url;
        if (access.CredentialsError is { } missing)
            return missing;
        var grant = await access.Login.GetAsync(cancellationToken).ConfigureAwait(false);
        _next = grant.Value;
        return grant.Map(_ => url);
    }

    /// <inheritdoc/>
    public override ExchangeError OnHandshakeRefused(HttpStatusCode status, ExchangeError error)
    {
        if (isPrivate && status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden && _next is { } grant)
        {
            GrvtLog.LoginEnded(logger, $"the handshake was answered {(int)status}");
            access.Login.Invalidate(grant);
        }

        return error;
    }

    /// <inheritdoc/>
    public override Task<ExchangeError?> AuthenticateAsync(SocketLink link, CancellationToken cancellationToken)
    {
        // The handshake has proven who we are.
        if (_next is { } grant)
            _grants.AddOrUpdate(link, grant);
        return Task.FromResult<ExchangeError?>(null);
    }

    /// <inheritdoc/>
    public override bool IsDueForReplacement(SocketLink link) =>
        _grants.TryGetValue(link, out var used) && (access.Login.Grant != used || access.Login.IsDue(used));

    /// <summary>Closed for a reason of policy (1008), the login is not taken any more; closed normally (1000), it is.</summary>
    public override void OnLost(SocketLink link, string reason)
    {
        if (link.CloseStatus == WebSocketCloseStatus.PolicyViolation)
            EndLogin(link, "the socket was closed with 1008");
    }

    /// <inheritdoc/>
    public override bool IsRefusal(ExchangeError error) => GrvtErrors.IsRefusal(error);

    /// <inheritdoc/>
    public override void OnUnmatchedReply(SocketLink link, long id, ReadOnlySpan<byte> frame) => LateReplies++;

    /// <summary>Sends a command, or a question, on the socket in service.</summary>
    /// <param name="method">The method with its version.</param>
    /// <param name="request">Its parameters as one JSON object.</param>
    /// <param name="bucket">What it is counted in.</param>
    /// <param name="weight">What it costs there.</param>
    /// <param name="priority">What it is for.</param>
    /// <param name="cancellationToken">Gives the wait up. What was sent stays sent.</param>
    public async Task<GrvtAnswer> RequestAsync(
        string method, ReadOnlyMemory<byte> request, CreditBucket bucket, int weight = 1, RequestPriority priority = RequestPriority.Normal, CancellationToken cancellationToken = default)
    {
        if (Session.Current is not { } link)
            return Refused(new ExchangeError { Code = ExchangeErrorCode.NotReady, Message = $"the connection is {Session.Status.State}", Retryable = true });
        if (bucket.Pause is { } pause)
            return Refused(pause);
        if (!bucket.TryTake(weight, priority, out var retryAt))
            return Refused(bucket.Exhausted(retryAt));
        return await RequestAsync(link, method, request, bucket, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Subscribes on a link that is being opened, or is in service. An error names the stream.</summary>
    protected async Task<ExchangeError?> SubscribeAsync(SocketLink link, string stream, IReadOnlyCollection<string> selectors, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(link, "subscribe", stream, selectors, cancellationToken).ConfigureAwait(false);
        return answer.Error is { } error ? error with { Message = $"subscribing to {stream}: {error.Message}", Outcome = null } : null;
    }

    /// <summary>Asks for selectors of a stream, or gives them back; the result lists what was done.</summary>
    protected Task<GrvtAnswer> AskAsync(SocketLink link, string method, string stream, IReadOnlyCollection<string> selectors, CancellationToken cancellationToken) =>
        RequestAsync(link, method, GrvtRpc.Streams(stream, selectors, IsLite), isPrivate ? access.Budget.Queries : access.Budget.Public, cancellationToken);

    /// <summary>Takes a message of a stream, on the receiving thread.</summary>
    /// <param name="link">The link that it came by.</param>
    /// <param name="frame">The message.</param>
    /// <param name="step">How it stands to the one before it; a repeated one is not handed on.</param>
    /// <param name="receivedAt">When it arrived, UTC.</param>
    protected abstract FrameKind OnData(SocketLink link, in GrvtFrame frame, GrvtStep step, DateTimeOffset receivedAt);

    /// <summary>Takes the result of a reply ahead of whoever waits for it, on the receiving thread: it may tell where numbers begin.</summary>
    protected virtual void OnReply(SocketLink link, ReadOnlySpan<byte> result) => SequencesOf(link).NoteSubscribed(result);

    /// <inheritdoc/>
    public override FrameKind OnFrame(SocketLink link, ReadOnlySpan<byte> frame, DateTimeOffset receivedAt, out long replyTo)
    {
        replyTo = 0;
        if (!GrvtFrame.TryRead(frame, out var read))
            return FrameKind.Unreadable;
        switch (read.Kind)
        {
            case GrvtFrameKind.Reply:
                replyTo = read.Id;
                if (!read.Result.IsEmpty)
                    OnReply(link, read.Result);
                return FrameKind.Reply;
            case GrvtFrameKind.Data:
                var step = SequencesOf(link).Judge(read);
                if (step == GrvtStep.Repeated)
                {
                    Repeated++;
                    return FrameKind.Data;
                }

                if (step == GrvtStep.Gap)
                {
                    Gaps++;
                    GrvtLog.Gap(logger, System.Text.Encoding.UTF8.GetString(read.Stream), read.Sequence);
                }

                return OnData(link, read, step, receivedAt);
            case GrvtFrameKind.Complaint:
                OnComplaint(link, read.Error.IsEmpty ? frame : read.Error);
                return FrameKind.Notice;
            default:
                return FrameKind.Unknown;
        }
    }

    /// <summary>An error that answers nothing: the end of a login, perhaps.</summary>
    private void OnComplaint(SocketLink link, ReadOnlySpan<byte> error)
    {
        var complaint = GrvtErrors.Read(error);
        if (Interlocked.Increment(ref _complaints) % 100 == 1)
            GrvtLog.Complaint(logger, complaint.Message);
        if (GrvtErrors.IsLoginOver(complaint))
        {
            EndLogin(link, complaint.Message);
            Session.Recycle("GRVT has ended the login");
        }
    }

    private async Task<GrvtAnswer> RequestAsync(SocketLink link, string method, ReadOnlyMemory<byte> request, CreditBucket bucket, CancellationToken cancellationToken)
    {
        var reply = await link.RequestAsync(
            id => GrvtRpc.Request(id, method, request.Span, IsLite), TimeSpan.FromMilliseconds(options.CommandTimeoutMs), cancellationToken).ConfigureAwait(false);
        if (reply.Frame is null)
            return new GrvtAnswer(default, reply.Error);
        if (!GrvtFrame.TryRead(reply.Frame, out var read) || (read.Result.IsEmpty && read.Error.IsEmpty))
            return new GrvtAnswer(default, GrvtRpc.Unreadable(method));
        if (read.Error.IsEmpty)
            return new GrvtAnswer(read.Result.ToArray(), null);
        var error = GrvtBudget.Observe(GrvtErrors.Read(read.Error), bucket);
        if (isPrivate && GrvtErrors.IsLoginOver(error))
        {
            // This socket's calls will all be refused so: the next one comes with another login.
            EndLogin(link, error.Message);
            Session.Recycle("GRVT has ended the login");
        }

        return new GrvtAnswer(default, error);
    }

    private void EndLogin(SocketLink link, string why)
    {
        if (!_grants.TryGetValue(link, out var used))
            return;
        GrvtLog.LoginEnded(logger, why);
        access.Login.Invalidate(used);
    }

    /// <summary>While a socket is being replaced there are two; numbers belong to one.</summary>
    private GrvtSequences SequencesOf(SocketLink link)
    {
        lock (_gate)
        {
            foreach (var (known, sequences) in _sequences)
            {
                if (known == link)
                    return sequences;
            }

            _sequences.RemoveAll(static entry => entry.Link.Ended.IsCompleted);
            var fresh = new GrvtSequences();
            _sequences.Add((link, fresh));
            return fresh;
        }
    }

    private static GrvtAnswer Refused(ExchangeError error) => new(default, error.WithOutcome(CommandOutcome.Rejected));
}
