namespace Websocket.Client.Exceptions;

/// <summary>A failure of <see cref="WebsocketClient"/> itself: to start, to stop, or use after disposal.</summary>
public class WebsocketException : Exception
{
    /// <summary>Creates the exception without a message.</summary>
    public WebsocketException()
    {
    }

    /// <summary>Creates the exception with a message.</summary>
    public WebsocketException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a message and what caused it.</summary>
    public WebsocketException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
