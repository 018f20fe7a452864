namespace Orleans.Serialization;

public class SerializerException : Exception
{
    public SerializerException()
    {
    }

    public SerializerException(string message) : base(message)
    {
    }

    public SerializerException(string message, Exception innerException) : base(message, innerException)
    {
    }
}

/// <summary>A type without [GenerateSerializer] and without a built-in codec was about to travel.</summary>
public sealed class CodecNotFoundException : SerializerException
{
    public CodecNotFoundException(string message) : base(message)
    {
    }
}
