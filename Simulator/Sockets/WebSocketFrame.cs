using System.Buffers.Binary;

namespace Exchange.Simulator.Sockets;

/// <summary>Opcodes of RFC 6455.</summary>
internal enum Opcode
{
    Continuation = 0,
    Text = 1,
    Binary = 2,
    Close = 8,
    Ping = 9,
    Pong = 10,
}

internal static class WebSocketFrame
{
    public const int MaximumHeader = 10;

    /// <summary>Writes the header of a whole, unmasked frame, as servers send; returns its length.</summary>
    public static int WriteHeader(Span<byte> destination, Opcode opcode, int payloadLength)
    {
        destination[0] = (byte)(0x80 | (int)opcode);
        switch (payloadLength)
        {
            case < 126:
                destination[1] = (byte)payloadLength;
                return 2;
            case <= ushort.MaxValue:
                destination[1] = 126;
                BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)payloadLength);
                return 4;
            default:
                destination[1] = 127;
                BinaryPrimitives.WriteUInt64BigEndian(destination[2..], (ulong)payloadLength);
                return 10;
        }
    }

    /// <summary>Reads one whole masked client frame from the front of <paramref name="buffer"/>, unmasked in place.</summary>
    /// <returns>Bytes taken; 0 when the frame is not there whole.</returns>
    /// <exception cref="WebSocketProtocolException">The client broke the protocol.</exception>
    public static int TryRead(Span<byte> buffer, int maximumPayload, out Opcode opcode, out bool final, out Span<byte> payload)
    {
        opcode = default;
        final = false;
        payload = default;
        if (buffer.Length < 2)
        {
            return 0;
        }

        final = (buffer[0] & 0x80) != 0;
        opcode = (Opcode)(buffer[0] & 0x0F);
        if ((buffer[0] & 0x70) != 0 || !Enum.IsDefined(opcode))
        {
            throw new WebSocketProtocolException(1002, "reserved bits or opcode");
        }

        if ((buffer[1] & 0x80) == 0)
        {
            throw new WebSocketProtocolException(1002, "client frames must be masked");
        }

        ulong length = (uint)(buffer[1] & 0x7F);
        var header = 2;
        if (length == 126)
        {
            if (buffer.Length < 4)
            {
                return 0;
            }

            length = BinaryPrimitives.ReadUInt16BigEndian(buffer[2..]);
            header = 4;
        }
        else if (length == 127)
        {
            if (buffer.Length < 10)
            {
                return 0;
            }

            length = BinaryPrimitives.ReadUInt64BigEndian(buffer[2..]);
            header = 10;
        }

        if (length > (ulong)maximumPayload)
        {
            throw new WebSocketProtocolException(1009, "message too big");
        }

        var total = header + 4 + (int)length;
        if (buffer.Length < total)
        {
            return 0;
        }

        var mask = buffer.Slice(header, 4);
        payload = buffer.Slice(header + 4, (int)length);
        for (var i = 0; i < payload.Length; i++)
        {
            payload[i] ^= mask[i & 3];
        }

        return total;
    }
}

/// <summary>The client broke RFC 6455; the connection is closed with this code.</summary>
internal sealed class WebSocketProtocolException(int closeCode, string message) : Exception(message)
{
    public int CloseCode { get; } = closeCode;
}
