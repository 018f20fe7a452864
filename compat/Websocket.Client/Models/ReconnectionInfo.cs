namespace Websocket.Client;

/// <summary>Tells of a connection that was made.</summary>
public class ReconnectionInfo
{
    /// <summary>Creates the information.</summary>
    public ReconnectionInfo(ReconnectionType type) => Type = type;

    /// <summary>Why the connection was made.</summary>
    public ReconnectionType Type { get; }

    /// <summary>Creates the information.</summary>
    public static ReconnectionInfo Create(ReconnectionType type) => new(type);
}
