namespace Exchange.Client.Gateway.Sockets;

/// <summary>Where a reply goes: the peer's routing id, and whether its socket expects the empty frame of REQ.</summary>
internal sealed record ReplyAddress(byte[] RoutingId, bool HasDelimiter);

/// <summary>A command as it came off the socket.</summary>
/// <param name="Sender">Who sent it.</param>
/// <param name="Body">The request.</param>
internal readonly record struct CommandFrame(ReplyAddress Sender, byte[] Body);

/// <summary>A reply on its way to the socket.</summary>
internal readonly record struct Reply(ReplyAddress To, byte[] Body, int Length);
