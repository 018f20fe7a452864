using Exchange.Grains.Interfaces;
using Orleans;

namespace Exchange.Client.Gateway.Commands;

/// <summary>
/// What all roles answer: <c>&lt;role&gt;.get_status</c> and <c>&lt;role&gt;.get_capabilities</c>. To open and close connections is the
/// operator's, not the trader's.
/// </summary>
internal static class ConnectionMethods
{
    public static void Add<TGrain>(MethodTable table, ConnectionRole role)
        where TGrain : IExchangeConnection, IGrainWithStringKey
    {
        var name = ConnectionId.RoleName(role);
        table.Grain<TGrain, ConnectionStatus>($"{name}.get_status", role, changesVenue: false, _ => (grain, token) => grain.GetStatus(token));
        table.Grain<TGrain, Capabilities>($"{name}.get_capabilities", role, changesVenue: false, _ => (grain, token) => grain.GetCapabilities(token));
    }
}
