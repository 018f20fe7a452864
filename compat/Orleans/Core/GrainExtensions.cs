using System.Globalization;
using Orleans.Runtime;

namespace Orleans;

public static class GrainExtensions
{
    public static TGrainInterface AsReference<TGrainInterface>(this IAddressable grain) =>
        (TGrainInterface)grain.AsReference(typeof(TGrainInterface));

    public static TGrainInterface Cast<TGrainInterface>(this IAddressable grain) => grain.AsReference<TGrainInterface>();

    public static object AsReference(this IAddressable grain, Type interfaceType)
    {
        ArgumentNullException.ThrowIfNull(grain);
        var reference = ToReference(grain);
        return interfaceType.IsInstanceOfType(reference)
            ? reference
            : GrainProxies.Create(interfaceType, reference.GrainId, reference.Runtime);
    }

    public static object Cast(this IAddressable grain, Type interfaceType) => grain.AsReference(interfaceType);

    public static GrainId GetGrainId(this IAddressable grain) => grain switch
    {
        GrainReference reference => reference.GrainId,
        IGrainBase { GrainContext: { } context } => context.GrainId,
        IGrainBase => throw new ArgumentException(
            "Passing a half baked grain as an argument. It is possible that you instantiated a grain class explicitly, as a regular object and not via Orleans runtime or via proper test mocking",
            nameof(grain)),
        _ => throw new ArgumentException(
            $"{nameof(GetGrainId)} has been called on an unexpected type: {grain?.GetType().FullName}.", nameof(grain)),
    };

    public static string GetPrimaryKeyString(this IAddressable grain) => grain.GetGrainId().Key.ToString();

    public static long GetPrimaryKeyLong(this IAddressable grain)
    {
        var id = grain.GetGrainId();
        return long.TryParse(id.Key.ToString(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var key)
            ? key
            : throw new InvalidOperationException($"Unable to extract integer key from grain id {id}");
    }

    public static Guid GetPrimaryKey(this IAddressable grain)
    {
        var id = grain.GetGrainId();
        return Guid.TryParseExact(id.Key.ToString(), "N", out var key)
            ? key
            : throw new InvalidOperationException($"Unable to extract GUID key from grain id {id}");
    }

    internal static GrainReference ToReference(IAddressable grain) => grain switch
    {
        GrainReference reference => reference,
        IGrainBase { GrainContext: { } context } => context.GrainReference,
        IGrainObserver => throw new InvalidOperationException(
            $"IGrainObserver parameters must be GrainReference or Grain and cannot be type {grain.GetType()}. Did you forget to CreateObjectReference?"),
        _ => throw new ArgumentException(
            $"AsReference has been called on an unexpected type: {grain.GetType().FullName}.", nameof(grain)),
    };
}
