namespace Exchange.Client.Protocol;

/// <summary>The version of the trader protocol: fields are only ever added within one.</summary>
public static class ProtocolVersion
{
    /// <summary>The value of <c>v</c> in every request, reply and update.</summary>
    public const int Current = 1;
}
