using System.Diagnostics.CodeAnalysis;
using Orleans.Runtime.Messaging;

namespace Orleans.Runtime;

/// <summary>
/// A client's way into its cluster. It keeps to the gateways that it has seen: of a killed one it learns by a call that fails,
/// and it looks for others when it knows of none that lives.
/// </summary>
internal sealed partial class RuntimeClient
{
    private volatile Silo[] _gateways = [];

    public void FindGateways() => _gateways = Cluster.Gateways();

    private bool TryChooseGateway(Request request, [NotNullWhen(false)] out Exception? failure)
    {
        var known = _gateways;
        request.Gateway = Choose(known, request.TargetId);
        if (request.Gateway is null)
        {
            FindGateways();
            if (known.Length == 0)
            {
                failure = new OrleansMessageRejectionException("No gateways available");
                return false;
            }

            // One that stops in order tells its clients; one that is killed does not.
            request.Gateway = known.Any(silo => silo.WasKilled) ? null : Choose(_gateways, request.TargetId);
        }

        failure = request.Gateway is null ? new ConnectionFailedException($"Unable to connect to endpoint {known[0].GatewayAddress}. See InnerException") : null;
        return failure is null;
    }

    private static Silo? Choose(Silo[] gateways, GrainId target)
    {
        for (var i = 0; i < gateways.Length; i++)
        {
            var gateway = gateways[((uint)target.GetHashCode() + (uint)i) % (uint)gateways.Length];
            if (gateway.Status == SiloStatus.Active)
            {
                return gateway;
            }
        }

        return null;
    }
}
