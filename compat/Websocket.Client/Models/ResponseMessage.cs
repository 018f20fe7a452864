using System.Net.WebSockets;

namespace Websocket.Client;

/// <summary>A message from the server.</summary>
public class ResponseMessage
{
    private readonly byte[]? _binary;

    private ResponseMessage(WebSocketMessageType type, string? text, byte[]? binary, MemoryStream? stream)
    {
        MessageType = type;
        Text = text;
        _binary = binary;
        Stream = stream;
    }

    /// <summary>The text, if <see cref="MessageType"/> is text.</summary>
    public string? Text { get; }

    /// <summary>The bytes, if the message is binary; copied on each call when the message is a stream.</summary>
    public byte[]? Binary => Stream is null ? _binary : Stream.ToArray();

    /// <summary>The bytes in pooled memory, when streams are not disposed of automatically; the receiver disposes of it.</summary>
    public MemoryStream? Stream { get; }

    /// <summary>Text or binary. A text frame that is not converted to a string is binary.</summary>
    public WebSocketMessageType MessageType { get; }

    /// <inheritdoc />
    public override string ToString() => MessageType == WebSocketMessageType.Text
        ? Text ?? string.Empty
        : $"Type binary, length: {(Stream is null ? _binary?.Length : Stream.Length)}";

    /// <summary>Creates a text message.</summary>
    public static ResponseMessage TextMessage(string? data) => new(WebSocketMessageType.Text, data, null, null);

    /// <summary>Creates a binary message.</summary>
    public static ResponseMessage BinaryMessage(byte[]? data) => new(WebSocketMessageType.Binary, null, data, null);

    /// <summary>Creates a binary message whose bytes stay in a stream.</summary>
    public static ResponseMessage BinaryStreamMessage(MemoryStream? memoryStream) =>
        new(WebSocketMessageType.Binary, null, null, memoryStream);
}
