using System.Net.WebSockets;

namespace Websocket.Client;

/// <summary>Tells of a connection that ended, and lets the observer decide what follows.</summary>
public class DisconnectionInfo
{
    /// <summary>Creates the information.</summary>
    public DisconnectionInfo(
        DisconnectionType type,
        WebSocketCloseStatus? closeStatus,
        string? closeStatusDescription,
        string? subProtocol,
        Exception? exception)
    {
        Type = type;
        CloseStatus = closeStatus;
        CloseStatusDescription = closeStatusDescription;
        SubProtocol = subProtocol;
        Exception = exception;
    }

    /// <summary>Why the connection ended.</summary>
    public DisconnectionType Type { get; }

    /// <summary>The close code that the server sent, if it sent one.</summary>
    public WebSocketCloseStatus? CloseStatus { get; }

    /// <summary>The close reason that the server sent, if it sent one.</summary>
    public string? CloseStatusDescription { get; }

    /// <summary>The sub-protocol that was agreed.</summary>
    public string? SubProtocol { get; }

    /// <summary>What failed, if something did.</summary>
    public Exception? Exception { get; }

    /// <summary>Set by an observer to stay disconnected.</summary>
    public bool CancelReconnection { get; set; }

    /// <summary>Set by an observer to leave a close of the server unanswered.</summary>
    public bool CancelClosing { get; set; }

    /// <summary>Creates the information from the state of a socket.</summary>
    public static DisconnectionInfo Create(DisconnectionType type, WebSocket? client, Exception? exception) =>
        new(type, client?.CloseStatus, client?.CloseStatusDescription, client?.SubProtocol, exception);
}
