using System.Collections.Immutable;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Account;

/// <summary>
/// The balances and margin figures of one account, kept by live events and put right by pictures fetched over HTTP. An update always
/// holds all balances. A picture never overwrites a balance that changed while it was being fetched, and is published when it differs.
/// </summary>
/// <param name="exchange">The exchange key.</param>
/// <param name="sink">Takes the updates.</param>
internal sealed class AccountBook(string exchange, IAccountSink sink)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, (Balance Balance, long Version)> _balances = new(StringComparer.Ordinal);
    private AccountUpdate? _last;
    private long _version;

    /// <summary>The account with its place in the stream; null before anything is known.</summary>
    public AccountSnapshot? Snapshot()
    {
        lock (_gate)
        {
            var place = sink.LastAccountPlace;
            return _last is null ? null : new AccountSnapshot { Epoch = place.Epoch, Seq = place.Seq, Account = _last with { Balances = All() } };
        }
    }

    /// <summary>Takes a live event and publishes it: each is news, even where no balance moves.</summary>
    /// <param name="kind">What changed the account.</param>
    /// <param name="reason">The venue's own word.</param>
    /// <param name="changed">The balances that it tells, absolute.</param>
    /// <param name="venueTime">By the venue's clock, UTC.</param>
    /// <param name="receivedTime">When it reached us, UTC.</param>
    public void Apply(AccountEvent kind, string? reason, IEnumerable<Balance> changed, DateTimeOffset venueTime, DateTimeOffset receivedTime)
    {
        lock (_gate)
        {
            _version++;
            foreach (var balance in changed)
                _balances[balance.Asset] = (balance, _version);
            Publish((_last ?? Empty(receivedTime)) with { Event = kind, VenueReason = reason, VenueTime = venueTime, ReceivedTime = receivedTime });
        }
    }

    /// <summary>Notes the position mode, and publishes it when it is another.</summary>
    public void SetPositionMode(PositionMode mode, DateTimeOffset receivedTime)
    {
        lock (_gate)
        {
            if (_last?.PositionMode != mode)
                Publish((_last ?? Empty(receivedTime)) with { Event = AccountEvent.Configuration, VenueReason = $"position mode {mode}", PositionMode = mode, ReceivedTime = receivedTime });
        }
    }

    /// <summary>Call before a picture is fetched: what arrives from now on is newer than the picture.</summary>
    public long BeginPicture()
    {
        lock (_gate)
            return _version;
    }

    /// <summary>Takes a picture of the whole account.</summary>
    /// <param name="picture">The account; an asset that it does not list has a balance of zero.</param>
    /// <param name="mark">What <see cref="BeginPicture"/> gave.</param>
    /// <returns>True when it differed from what was known.</returns>
    public bool Reconcile(AccountUpdate picture, long mark)
    {
        lock (_gate)
        {
            var differs = _last is null || _last.PositionMode != picture.PositionMode;
            var listed = picture.Balances.ToDictionary(b => b.Asset, StringComparer.Ordinal);
            foreach (var asset in _balances.Keys.Where(a => !listed.ContainsKey(a)).ToList())
                listed[asset] = new Balance { Asset = asset, Wallet = 0 };
            foreach (var balance in listed.Values)
            {
                var known = _balances.TryGetValue(balance.Asset, out var entry);

                // A balance of nothing that was never anything else is no news: venues list every asset that they know.
                if ((!known && balance.Wallet == 0) || (known && entry.Version > mark))
                    continue;
                differs |= !known || entry.Balance.Wallet != balance.Wallet;
                _balances[balance.Asset] = (balance, known ? entry.Version : _version);
            }

            var next = picture with { Exchange = exchange, Event = AccountEvent.Snapshot, VenueReason = null };
            if (differs)
                Publish(next);
            else
                _last = next;
            return differs;
        }
    }

    private AccountUpdate Empty(DateTimeOffset receivedTime) => new() { Exchange = exchange, Event = AccountEvent.Other, ReceivedTime = receivedTime };

    private ImmutableArray<Balance> All() => [.. _balances.Values.Select(b => b.Balance)];

    private void Publish(AccountUpdate update)
    {
        _last = update with { Balances = All() };
        sink.OnAccount(_last);
    }
}
