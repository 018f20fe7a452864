using Orleans.Runtime;

namespace Orleans;

public interface IGrain : IAddressable;

public interface IGrainWithGuidKey : IGrain;

public interface IGrainWithIntegerKey : IGrain;

public interface IGrainWithStringKey : IGrain;

public interface IGrainWithGuidCompoundKey : IGrain;

public interface IGrainWithIntegerCompoundKey : IGrain;

/// <summary>Implemented by objects that receive calls outside grains, by way of an object reference.</summary>
public interface IGrainObserver : IAddressable;
