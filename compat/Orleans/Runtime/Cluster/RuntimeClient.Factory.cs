using System.Globalization;

namespace Orleans.Runtime;

internal sealed partial class RuntimeClient
{
    public TGrainInterface GetGrain<TGrainInterface>(Guid primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithGuidKey => Get<TGrainInterface>(Key(primaryKey), grainClassNamePrefix);

    public TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithIntegerKey => Get<TGrainInterface>(Key(primaryKey), grainClassNamePrefix);

    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey => Get<TGrainInterface>(Key(primaryKey), grainClassNamePrefix);

    public TGrainInterface GetGrain<TGrainInterface>(Guid primaryKey, string keyExtension, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithGuidCompoundKey => Get<TGrainInterface>(Extend(Key(primaryKey), keyExtension), grainClassNamePrefix);

    public TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string keyExtension, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithIntegerCompoundKey => Get<TGrainInterface>(Extend(Key(primaryKey), keyExtension), grainClassNamePrefix);

    public IGrain GetGrain(Type grainInterfaceType, Guid grainPrimaryKey) => (IGrain)Get(grainInterfaceType, Key(grainPrimaryKey), null);

    public IGrain GetGrain(Type grainInterfaceType, long grainPrimaryKey) => (IGrain)Get(grainInterfaceType, Key(grainPrimaryKey), null);

    public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey) => (IGrain)Get(grainInterfaceType, Key(grainPrimaryKey), null);

    public IGrain GetGrain(Type grainInterfaceType, Guid grainPrimaryKey, string keyExtension) =>
        (IGrain)Get(grainInterfaceType, Extend(Key(grainPrimaryKey), keyExtension), null);

    public IGrain GetGrain(Type grainInterfaceType, long grainPrimaryKey, string keyExtension) =>
        (IGrain)Get(grainInterfaceType, Extend(Key(grainPrimaryKey), keyExtension), null);

    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
        where TGrainInterface : IAddressable => (TGrainInterface)(object)GrainProxies.Create(typeof(TGrainInterface), grainId, this);

    public IAddressable GetGrain(GrainId grainId) => GrainProxies.CreateUntyped(grainId, this);

    public IAddressable GetGrain(GrainId grainId, GrainInterfaceType interfaceType) => interfaceType.IsDefault
        ? GetGrain(grainId)
        : GrainProxies.Create(
            GrainProxies.FindInterface(interfaceType) ?? throw new ArgumentException($"Unable to find an interface named {interfaceType}."), grainId, this);

    public IAddressable GetGrain(Type interfaceType, IdSpan grainKey, string grainClassNamePrefix) =>
        Get(interfaceType, grainKey.ToString(), grainClassNamePrefix);

    public IAddressable GetGrain(Type interfaceType, IdSpan grainKey) => Get(interfaceType, grainKey.ToString(), null);

    public TGrainObserverInterface CreateObjectReference<TGrainObserverInterface>(IGrainObserver obj)
        where TGrainObserverInterface : IGrainObserver
    {
        ArgumentNullException.ThrowIfNull(obj);
        RefuseWithinGrain();
        if (obj is GrainReference)
        {
            throw new ArgumentException("Argument obj is already a grain reference.", nameof(obj));
        }

        if (!typeof(TGrainObserverInterface).IsInterface)
        {
            throw new ArgumentException($"The provided type parameter must be an interface. '{typeof(TGrainObserverInterface).FullName}' is not an interface.");
        }

        if (obj is not TGrainObserverInterface)
        {
            throw new ArgumentException($"The provided object must implement '{typeof(TGrainObserverInterface).FullName}'.", nameof(obj));
        }

        var local = new LocalObject(obj, this);
        Cluster.AddObject(local);
        return (TGrainObserverInterface)(object)GrainProxies.Create(typeof(TGrainObserverInterface), local.Id, this);
    }

    public void DeleteObjectReference<TGrainObserverInterface>(IGrainObserver obj)
        where TGrainObserverInterface : IGrainObserver
    {
        RefuseWithinGrain();
        if (obj is not GrainReference reference)
        {
            throw new ArgumentException("Argument reference is not a grain reference.");
        }

        if (!Cluster.RemoveObject(reference.GrainId))
        {
            throw new ArgumentException("Reference is not associated with a local object.", nameof(obj));
        }
    }

    private static string Key(Guid key) => key.ToString("N");

    private static string Key(long key) => key.ToString("X", CultureInfo.InvariantCulture);

    private static string Key(string key)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(key);
        return key;
    }

    private static string Extend(string key, string extension)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(extension);
        return $"{key}+{extension}";
    }

    private void RefuseWithinGrain()
    {
        if (Silo is not null && RuntimeContext.Current is not null)
        {
            throw new InvalidOperationException("Cannot create a local object reference from a grain.");
        }
    }

    private TGrainInterface Get<TGrainInterface>(string key, string? prefix) => (TGrainInterface)(object)Get(typeof(TGrainInterface), key, prefix);

    private GrainReference Get(Type grainInterface, string key, string? prefix) =>
        GrainProxies.Create(grainInterface, GrainId.Create(GrainTypes.Resolve(grainInterface, prefix), key), this);
}
