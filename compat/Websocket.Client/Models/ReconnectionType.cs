namespace Websocket.Client;

/// <summary>Why a connection was made. The numbers match <see cref="DisconnectionType"/>.</summary>
public enum ReconnectionType
{
    /// <summary>The first connection.</summary>
    Initial = 0,

    /// <summary>The connection before broke.</summary>
    Lost = 1,

    /// <summary>Nothing was received for <see cref="IWebsocketClient.ReconnectTimeout"/>.</summary>
    NoMessageReceived = 2,

    /// <summary>An earlier attempt to connect failed.</summary>
    Error = 3,

    /// <summary>The user asked for it.</summary>
    ByUser = 4,

    /// <summary>The server closed the connection before.</summary>
    ByServer = 5,
}
