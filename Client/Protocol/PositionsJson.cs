using System.Collections.Immutable;
using Exchange.Grains.Interfaces;

namespace Exchange.Client.Protocol;

/// <summary>The data of a positions snapshot.</summary>
internal sealed record PositionsJson(ImmutableArray<Position> Positions);
