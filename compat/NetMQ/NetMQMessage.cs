using System.Buffers.Binary;
using System.Collections;
using System.Text;

namespace NetMQ;

/// <summary>A message of several frames.</summary>
public class NetMQMessage : IEnumerable<NetMQFrame>
{
    private readonly List<NetMQFrame> _frames;

    /// <summary>Creates a message without frames.</summary>
    public NetMQMessage(int expectedFrameCount = 4) => _frames = new List<NetMQFrame>(expectedFrameCount);

    /// <summary>Creates a message of frames.</summary>
    public NetMQMessage(IEnumerable<NetMQFrame> frames) => _frames = [.. frames];

    /// <summary>Creates a message of a frame for each array.</summary>
    public NetMQMessage(IEnumerable<byte[]> buffers) => _frames = [.. buffers.Select(buffer => new NetMQFrame(buffer))];

    /// <summary>The first frame.</summary>
    public NetMQFrame First => _frames[0];

    /// <summary>The last frame.</summary>
    public NetMQFrame Last => _frames[^1];

    /// <summary>Whether there is no frame.</summary>
    public bool IsEmpty => _frames.Count == 0;

    /// <summary>How many frames there are.</summary>
    public int FrameCount => _frames.Count;

    /// <summary>A frame by its place.</summary>
    public NetMQFrame this[int index] => _frames[index];

    /// <summary>Adds a frame at the end.</summary>
    public void Append(NetMQFrame frame) => _frames.Add(frame);

    /// <summary>Adds a frame at the end.</summary>
    public void Append(byte[] buffer) => Append(new NetMQFrame(buffer));

    /// <summary>Adds a frame of text at the end, in ASCII.</summary>
    public void Append(string message) => Append(new NetMQFrame(message));

    /// <summary>Adds a frame of text at the end.</summary>
    public void Append(string message, Encoding encoding) => Append(new NetMQFrame(message, encoding));

    /// <summary>Adds a frame of four bytes at the end, in network order.</summary>
    public void Append(int value) => Append(Frame(value));

    /// <summary>Adds a frame of eight bytes at the end, in network order.</summary>
    public void Append(long value) => Append(Frame(value));

    /// <summary>Adds a frame of no bytes at the end.</summary>
    public void AppendEmptyFrame() => Append(NetMQFrame.Empty);

    /// <summary>Puts a frame at the beginning.</summary>
    public void Push(NetMQFrame frame) => _frames.Insert(0, frame);

    /// <summary>Puts a frame at the beginning.</summary>
    public void Push(byte[] buffer) => Push(new NetMQFrame(buffer));

    /// <summary>Puts a frame of text at the beginning, in ASCII.</summary>
    public void Push(string message) => Push(new NetMQFrame(message));

    /// <summary>Puts a frame of text at the beginning.</summary>
    public void Push(string message, Encoding encoding) => Push(new NetMQFrame(message, encoding));

    /// <summary>Puts a frame of four bytes at the beginning, in network order.</summary>
    public void Push(int value) => Push(Frame(value));

    /// <summary>Puts a frame of eight bytes at the beginning, in network order.</summary>
    public void Push(long value) => Push(Frame(value));

    /// <summary>Puts a frame of no bytes at the beginning.</summary>
    public void PushEmptyFrame() => Push(NetMQFrame.Empty);

    /// <summary>Takes the first frame off.</summary>
    public NetMQFrame Pop()
    {
        var frame = _frames[0];
        _frames.RemoveAt(0);
        return frame;
    }

    /// <summary>Takes a frame out; false if there is none like it.</summary>
    public bool RemoveFrame(NetMQFrame frame) => _frames.Remove(frame);

    /// <summary>Takes all frames out.</summary>
    public void Clear() => _frames.Clear();

    /// <inheritdoc />
    public IEnumerator<NetMQFrame> GetEnumerator() => _frames.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The frames' texts, in ASCII.</summary>
    public override string ToString() => IsEmpty
        ? "NetMQMessage[<no frames>]"
        : $"NetMQMessage[{string.Join(',', _frames.Select(frame => frame.ConvertToString()))}]";

    private static NetMQFrame Frame(int value)
    {
        var frame = new NetMQFrame(sizeof(int));
        BinaryPrimitives.WriteInt32BigEndian(frame.Buffer, value);
        return frame;
    }

    private static NetMQFrame Frame(long value)
    {
        var frame = new NetMQFrame(sizeof(long));
        BinaryPrimitives.WriteInt64BigEndian(frame.Buffer, value);
        return frame;
    }
}
