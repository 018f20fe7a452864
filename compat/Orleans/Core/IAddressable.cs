namespace Orleans.Runtime;

/// <summary>Anything a call can be addressed to.</summary>
public interface IAddressable;

/// <summary>An interface added to every grain of a silo by <c>AddGrainExtension</c>.</summary>
public interface IGrainExtension : IAddressable;
