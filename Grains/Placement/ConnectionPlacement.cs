using Orleans.Placement;
using Orleans.Runtime;

namespace Exchange.Grains.Placement;

/// <summary>Puts a connection's grain on a silo that declares the connection; see <see cref="ConnectionPlacementDirector"/>.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ConnectionPlacementAttribute() : PlacementAttribute(new ConnectionPlacement());

/// <summary>The strategy that <see cref="ConnectionPlacementAttribute"/> names. It has no settings.</summary>
public sealed class ConnectionPlacement : PlacementStrategy;
