using Exchange.Simulator.Control;

namespace Exchange.Simulator.Binance.Api;

/// <summary>Binance's calls as the log notes them.</summary>
internal static class CommandNotes
{
    public static ReceivedCommand Add(this CommandLog log, ApiRequest request, string? clientOrderId) => log.Add(
        request.Channel, request.Connection, request.Method.Name, request.Parameters.Peek("symbol"), clientOrderId, request.Parameters.WithoutSecrets());

    /// <summary>One order of a batch.</summary>
    public static ReceivedCommand AddPart(this CommandLog log, ReceivedCommand whole, string method, Parameters parameters) => log.Add(
        whole.Channel, whole.Connection, method, parameters.Peek("symbol"), parameters.Peek("newClientOrderId") ?? parameters.Peek("origClientOrderId"),
        parameters.WithoutSecrets());
}
