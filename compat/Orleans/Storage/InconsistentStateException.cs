using System.Runtime.Serialization;
using Orleans.Runtime;

namespace Orleans.Storage;

/// <summary>The state was changed by someone else since it was read. The activation that meets it is deactivated.</summary>
public class InconsistentStateException : OrleansException
{
    public InconsistentStateException()
    {
    }

    public InconsistentStateException(string message) : base(message)
    {
    }

    public InconsistentStateException(string message, Exception? innerException) : base(message, innerException!)
    {
    }

    public InconsistentStateException(string errorMsg, string? storedEtag, string? currentEtag, Exception? storageException) : base(errorMsg, storageException!)
    {
        StoredEtag = storedEtag;
        CurrentEtag = currentEtag;
    }

    public InconsistentStateException(string errorMsg, string? storedEtag, string? currentEtag) : this(errorMsg, storedEtag, currentEtag, null)
    {
    }

    public InconsistentStateException(string? storedEtag, string? currentEtag, Exception storageException) : this(storageException.Message, storedEtag, currentEtag, storageException)
    {
    }

    [Obsolete("Serialization of exceptions by formatters.")]
    protected InconsistentStateException(SerializationInfo info, StreamingContext context) : base(info, context)
    {
        StoredEtag = info.GetString(nameof(StoredEtag));
        CurrentEtag = info.GetString(nameof(CurrentEtag));
    }

    public string? StoredEtag { get; private set; }

    public string? CurrentEtag { get; private set; }

    /// <summary>Whether the activation that met the conflict is still to be ended for it.</summary>
    internal bool IsSourceActivation { get; set; } = true;

    [Obsolete("Serialization of exceptions by formatters.")]
    public override void GetObjectData(SerializationInfo info, StreamingContext context)
    {
        ArgumentNullException.ThrowIfNull(info);
        info.AddValue(nameof(StoredEtag), StoredEtag);
        info.AddValue(nameof(CurrentEtag), CurrentEtag);
        base.GetObjectData(info, context);
    }

    public override string ToString() =>
        $"InconsistentStateException: {Message} Expected Etag={CurrentEtag} Received Etag={StoredEtag} {InnerException}";
}
