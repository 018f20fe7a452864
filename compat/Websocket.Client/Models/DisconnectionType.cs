namespace Websocket.Client;

/// <summary>Why a connection ended. The numbers match <see cref="ReconnectionType"/>.</summary>
public enum DisconnectionType
{
    /// <summary>The client was disposed.</summary>
    Exit = 0,

    /// <summary>The connection broke.</summary>
    Lost = 1,

    /// <summary>Nothing was received for <see cref="IWebsocketClient.ReconnectTimeout"/>.</summary>
    NoMessageReceived = 2,

    /// <summary>Connecting failed.</summary>
    Error = 3,

    /// <summary>The user stopped or reconnected the client.</summary>
    ByUser = 4,

    /// <summary>The server closed the connection.</summary>
    ByServer = 5,
}
