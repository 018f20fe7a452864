using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Exchange.Client.Gateway.Sessions;

/// <summary>
/// The peers of the command socket. A session begins with a peer's first command and ends with <c>session.goodbye</c> or by
/// silence; ZeroMQ does not tell when a peer leaves.
/// </summary>
internal sealed class SessionTable(GatewayOptions options, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, GatewaySession> _sessions = new(StringComparer.Ordinal);

    public int Count => _sessions.Count;

    public IEnumerable<GatewaySession> All => _sessions.Values;

    /// <summary>The session of a peer, which is alive from now on; false when there are too many.</summary>
    public bool TryTouch(byte[] routingId, [NotNullWhen(true)] out GatewaySession? session)
    {
        var key = Encoding.Latin1.GetString(routingId);
        if (!_sessions.TryGetValue(key, out session))
        {
            if (_sessions.Count >= options.MaxSessions)
                return false;
            session = _sessions.GetOrAdd(key, static k => new GatewaySession(k));
        }

        session.LastSeen = time.GetTimestamp();
        return true;
    }

    /// <summary>Ends a session.</summary>
    public void Remove(GatewaySession session)
    {
        session.IsClosed = true;
        _sessions.TryRemove(KeyValuePair.Create(session.Key, session));
    }

    /// <summary>Ends the sessions that have been silent for too long, and returns them.</summary>
    public IReadOnlyList<GatewaySession> RemoveSilent()
    {
        List<GatewaySession>? silent = null;
        foreach (var session in _sessions.Values)
        {
            var limit = session.SilenceLimit ?? (session.Heartbeats ? options.SessionTimeout : options.IdleSessionLifetime);
            if (session.InFlight > 0 || time.GetElapsedTime(session.LastSeen) < limit)
                continue;
            Remove(session);
            (silent ??= []).Add(session);
        }

        return silent ?? [];
    }
}
