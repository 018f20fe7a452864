namespace Exchange.Simulator.Engine;

/// <summary>A book as text, best levels first.</summary>
internal sealed record BookState(
    string Symbol, long LastUpdateId, IReadOnlyList<(string Price, string Quantity)> Bids,
    IReadOnlyList<(string Price, string Quantity)> Asks);
