using Exchange.Grains.Interfaces;

namespace Exchange.Client.Gateway.Commands;

/// <summary>The methods <c>pms.*</c>.</summary>
internal static class PmsMethods
{
    private const ConnectionRole Role = ConnectionRole.Pms;

    public static void Add(MethodTable table)
    {
        table.Grain<IExchangePmsGrain, PositionsSnapshot>(
            "pms.get_positions", Role, changesVenue: false, _ => (grain, token) => grain.GetPositions(token));
        table.Grain<IExchangePmsGrain, AccountSnapshot>(
            "pms.get_account", Role, changesVenue: false, _ => (grain, token) => grain.GetAccount(token));
        table.Grain<IExchangePmsGrain, Unit>("pms.set_leverage", Role, changesVenue: true, p =>
        {
            var (symbol, leverage) = (p.Symbol(), p.Decimal("leverage"));
            return (grain, token) => grain.SetLeverage(symbol, leverage, token);
        });
        table.Grain<IExchangePmsGrain, Unit>("pms.set_position_mode", Role, changesVenue: true, p =>
        {
            var mode = p.Choice<PositionMode>("mode");
            return (grain, token) => grain.SetPositionMode(mode, token);
        });
        table.Grain<IExchangePmsGrain, Unit>("pms.reconcile", Role, changesVenue: false, _ => (grain, token) => grain.Reconcile(token));
        ConnectionMethods.Add<IExchangePmsGrain>(table, Role);
    }
}
