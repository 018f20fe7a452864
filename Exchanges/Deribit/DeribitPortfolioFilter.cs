using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Deribit;

/// <summary>
/// Tells which messages of <c>user.portfolio</c> are news. The venue sends one with every move of a price; a changed balance is told at
/// once, what prices alone move once a second.
/// </summary>
internal sealed class DeribitPortfolioFilter(TimeProvider time)
{
    private static readonly TimeSpan _spacing = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (Balance Balance, long At)> _told = new(StringComparer.Ordinal);

    /// <summary>Whether a balance is to be told; if so, it counts as told.</summary>
    public bool IsNews(Balance balance)
    {
        var now = time.GetTimestamp();
        lock (_gate)
        {
            if (_told.TryGetValue(balance.Asset, out var last)
                && (last.Balance == balance || (last.Balance.Wallet == balance.Wallet && time.GetElapsedTime(last.At, now) < _spacing)))
            {
                return false;
            }

            _told[balance.Asset] = (balance, now);
            return true;
        }
    }
}
