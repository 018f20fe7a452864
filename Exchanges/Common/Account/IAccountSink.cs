using Exchange.Exchanges.Common.Orders;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Account;

/// <summary>
/// Takes what a position connector publishes: one call at a time for each stream, in order. A call must not block and must
/// not throw.
/// </summary>
public interface IAccountSink
{
    /// <summary>Publishes a position; flat is a position of zero.</summary>
    StreamPlace OnPosition(Position position);

    /// <summary>Publishes the account.</summary>
    StreamPlace OnAccount(AccountUpdate account);

    /// <summary>The place of the position published last.</summary>
    StreamPlace LastPositionPlace { get; }

    /// <summary>The place of the account update published last.</summary>
    StreamPlace LastAccountPlace { get; }

    /// <summary>The connection's state changed, or one of its counters that a trader should see.</summary>
    void OnStatus(ConnectionStatus status);
}
