using System.Net;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Sockets;

/// <summary>What a frame is to the session.</summary>
public enum FrameKind
{
    /// <summary>Data that was subscribed to: proof that the stream is alive.</summary>
    Data = 0,
    /// <summary>The reply to a request.</summary>
    Reply = 1,
    /// <summary>Something of the venue that is known and carries no data (a heartbeat, a notice).</summary>
    Notice = 2,
    /// <summary>Well formed, of a kind that is not known here.</summary>
    Unknown = 3,
    /// <summary>Malformed, or not what its kind should be.</summary>
    Unreadable = 4,
}

/// <summary>What one venue's socket speaks: the hooks of a <see cref="SocketSession"/>.</summary>
public abstract class SocketProtocol
{
    /// <summary>
    /// Since when data should be arriving, as a timestamp of the session's clock; null while nothing is subscribed, so that
    /// silence means nothing.
    /// </summary>
    public abstract long? ExpectsDataSince { get; }

    /// <summary>
    /// Takes one frame, on the thread that received it; frames of one link come one at a time, but while a socket is being
    /// replaced two links deliver at once. Must not block. The bytes are valid during the call only.
    /// </summary>
    /// <param name="link">The link that it came by.</param>
    /// <param name="frame">The frame.</param>
    /// <param name="receivedAt">When it arrived, UTC.</param>
    /// <param name="replyTo">The id of the request that it answers, when it is a reply.</param>
    public abstract FrameKind OnFrame(SocketLink link, ReadOnlySpan<byte> frame, DateTimeOffset receivedAt, out long replyTo);

    /// <summary>
    /// Where the next socket is to connect, asked before each. It may hold what must not be seen (a listen key): it is shown nowhere, the
    /// options' address stands for it. An error ends the attempt.
    /// </summary>
    /// <param name="url">The options' address.</param>
    /// <param name="cancellationToken">The attempt is given up.</param>
    public virtual Task<Result<Uri>> LocateAsync(Uri url, CancellationToken cancellationToken) => Task.FromResult(Result<Uri>.Success(url));

    /// <summary>
    /// What the opening handshake of the next socket carries (a cookie), asked after <see cref="LocateAsync"/>. It is shown nowhere.
    /// </summary>
    public virtual IReadOnlyList<KeyValuePair<string, string>> HandshakeHeaders => [];

    /// <summary>The venue answered the opening handshake with an HTTP status of its own. Gives the error of the attempt.</summary>
    /// <param name="status">What it answered (401 for a cookie that it does not know).</param>
    /// <param name="error">What the attempt fails with otherwise.</param>
    public virtual ExchangeError OnHandshakeRefused(HttpStatusCode status, ExchangeError error) => error;

    /// <summary>
    /// Whether a link in service is to be replaced before it ends (its login will), asked once a second. The next link is opened, logged in
    /// and subscribed before the present one is closed.
    /// </summary>
    public virtual bool IsDueForReplacement(SocketLink link) => false;

    /// <summary>Proves who we are, on a socket that has just opened. An error ends the attempt.</summary>
    public virtual Task<ExchangeError?> AuthenticateAsync(SocketLink link, CancellationToken cancellationToken) =>
        Task.FromResult<ExchangeError?>(null);

    /// <summary>Restores all subscriptions on a new socket. An error ends the attempt.</summary>
    public virtual Task<ExchangeError?> SubscribeAsync(SocketLink link, CancellationToken cancellationToken) =>
        Task.FromResult<ExchangeError?>(null);

    /// <summary>Compares local state with the venue's before the session calls itself ready. An error ends the attempt.</summary>
    public virtual Task<ExchangeError?> ReconcileAsync(SocketLink link, CancellationToken cancellationToken) =>
        Task.FromResult<ExchangeError?>(null);

    /// <summary>A link that was in service is gone, and no other has taken its place.</summary>
    public virtual void OnLost(SocketLink link, string reason)
    {
    }

    /// <summary>A reply that nobody waits for any more, or never did.</summary>
    public virtual void OnUnmatchedReply(SocketLink link, long id, ReadOnlySpan<byte> frame)
    {
    }

    /// <summary>Whether an error is one that no further attempt mends.</summary>
    public virtual bool IsRefusal(ExchangeError error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return error.Code is ExchangeErrorCode.AuthenticationFailed or ExchangeErrorCode.PermissionDenied or ExchangeErrorCode.CredentialsMissing;
    }

    /// <summary>What of a frame may be logged, given its first bytes as text. Protocols whose frames can hold secrets blank them here.</summary>
    public virtual string Redact(string excerpt) => excerpt;
}

/// <summary>Sees every frame of a session, in both directions, as it is on the wire: for recording.</summary>
public interface IFrameTap
{
    /// <summary>A socket was opened.</summary>
    void OnOpened(string socket, Uri url, DateTimeOffset at);

    /// <summary>A frame arrived or left. Must not block; the bytes are valid during the call only.</summary>
    void OnFrame(string socket, Uri url, bool outgoing, ReadOnlySpan<byte> frame, DateTimeOffset at);

    /// <summary>The body that answered a GET of <paramref name="url"/>.</summary>
    void OnHttp(Uri url, ReadOnlySpan<byte> body, DateTimeOffset at);
}
