using System.Text.Json;

namespace Exchange.Simulator.Control;

/// <summary>The private side of a venue as the control port offers it. Used within the simulator's turn or outside it.</summary>
internal interface IVenueControl
{
    /// <summary>What <c>GET /&lt;venue&gt;/&lt;name&gt;</c> gives.</summary>
    IReadOnlyList<string> Truths { get; }

    /// <summary>What <c>POST /&lt;venue&gt;/&lt;name&gt;</c> does.</summary>
    IReadOnlyList<string> Actions { get; }

    /// <summary>What the venue knows, as it is: for whoever checks what others believe. A copy.</summary>
    /// <param name="account">Null: the first.</param>
    /// <param name="clientOrderId">Only what is about this order, where that narrows anything.</param>
    /// <exception cref="ArgumentException">There is no such thing; the message names what there is.</exception>
    object Truth(string name, string? account, string? clientOrderId);

    /// <summary>Does something to it; gives the client order id of an order that this made, if any.</summary>
    /// <exception cref="ArgumentException">Unknown action or member, or nothing to act on.</exception>
    string? Do(string action, JsonElement request);
}
