namespace Websocket.Client.Exceptions;

/// <summary>An argument that cannot be used, such as an empty text to send.</summary>
public class WebsocketBadInputException : WebsocketException
{
    /// <summary>Creates the exception without a message.</summary>
    public WebsocketBadInputException()
    {
    }

    /// <summary>Creates the exception with a message.</summary>
    public WebsocketBadInputException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a message and what caused it.</summary>
    public WebsocketBadInputException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
