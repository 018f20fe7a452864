using Orleans;

namespace Exchange.Grains.Interfaces;

/// <summary>One price of a book and all that rests there.</summary>
/// <param name="Price">The price, in the instrument's quote.</param>
/// <param name="Quantity">The resting quantity, in the unit of <see cref="Instrument.QuantityUnit"/>.</param>
[GenerateSerializer, Immutable, Alias("exchange.price-level")]
public readonly record struct PriceLevel([property: Id(0)] decimal Price, [property: Id(1)] decimal Quantity);
