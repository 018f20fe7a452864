namespace Orleans.Runtime;

/// <summary>The base of the proxies: names a grain (or an observer), whether or not it is active, and may be kept and sent.</summary>
public class GrainReference : IAddressable, IEquatable<GrainReference>
{
    private readonly RuntimeClient _runtime;

    internal GrainReference(GrainId grainId, GrainInterfaceType interfaceType, RuntimeClient runtime)
    {
        GrainId = grainId;
        InterfaceType = interfaceType;
        _runtime = runtime;
    }

    public GrainId GrainId { get; }

    public GrainInterfaceType InterfaceType { get; }

    public string InterfaceName => InterfaceType.ToString();

    internal RuntimeClient Runtime => _runtime;

    internal Task SendTask(VoidRequest request, GrainMethod method)
    {
        request.Prepare(this, method);
        return _runtime.SendAsync(request);
    }

    internal void SendVoid(VoidRequest request, GrainMethod method) => _ = SendTask(request, method);

    internal ValueTask SendValueTask(VoidRequest request, GrainMethod method) => new(SendTask(request, method));

    internal Task<T> SendTaskOf<T>(ResultRequest<T> request, GrainMethod method)
    {
        request.Prepare(this, method);
        return _runtime.SendAsync(request);
    }

    internal ValueTask<T> SendValueTaskOf<T>(ResultRequest<T> request, GrainMethod method) => new(SendTaskOf(request, method));

    public bool Equals(GrainReference? other) => other is not null && GrainId.Equals(other.GrainId);

    public override bool Equals(object? obj) => Equals(obj as GrainReference);

    public override int GetHashCode() => GrainId.GetHashCode();

    public sealed override string ToString() => $"GrainReference:{GrainId}:{InterfaceType}";

    public static bool operator ==(GrainReference? reference1, GrainReference? reference2) =>
        reference1 is null ? reference2 is null : reference1.Equals(reference2);

    public static bool operator !=(GrainReference? reference1, GrainReference? reference2) => !(reference1 == reference2);
}
