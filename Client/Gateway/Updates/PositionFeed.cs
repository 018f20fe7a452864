using System.Collections.Immutable;
using Exchange.Client.Protocol;
using Exchange.Grains.Interfaces;
using Orleans;

namespace Exchange.Client.Gateway.Updates;

/// <summary>
/// Positions: each update tells one of them, so the state is all of them, taken from the connection and kept up to date.
/// A snapshot carries them in one message.
/// </summary>
internal sealed class PositionFeed(TopicName topic, FeedContext context)
    : StreamFeed<Position>(topic, context, FeedFormats.Position)
{
    private readonly Dictionary<(string Symbol, PositionSide Side), (Position Position, long Seq)> _positions = [];
    private bool _isLoaded;

    protected override bool HasState => _isLoaded;

    protected override async Task<bool> LoadStateAsync()
    {
        var snapshot = await Context.Grains.GetGrain<IExchangePmsGrain>(Topic.Exchange).GetPositions();
        if (!snapshot.IsSuccess)
            return false;
        return TakePicture(snapshot.Value.Epoch, snapshot.Value.Seq, () => Apply(snapshot.Value));
    }

    private void Apply(PositionsSnapshot picture)
    {
        foreach (var position in picture.Positions)
        {
            var key = (position.Symbol, position.Side);
            if (!_positions.TryGetValue(key, out var known) || known.Seq <= picture.Seq)
                _positions[key] = (position, picture.Seq);
        }

        _isLoaded = true;
        PublishState(null);
    }

    protected override void Remember(StreamUpdate<Position> update) =>
        _positions[(update.Data.Symbol, update.Data.Side)] = (update.Data, update.Seq);

    protected override void ForgetState()
    {
        _positions.Clear();
        _isLoaded = false;
    }

    protected override void PublishState(StreamUpdate<Position>? last)
    {
        if (!_isLoaded)
            return;
        var all = _positions.Values.Select(p => p.Position).OrderBy(p => p.Symbol, StringComparer.Ordinal).ThenBy(p => p.Side).ToImmutableArray();
        Publish(UpdateEnvelope.WriteFlattened, new PositionsJson(all), Epoch, LastSeq, Context.Time.GetUtcNow(), UpdateKind.Snapshot);
    }
}

/// <summary>The account: the last update is the state, at first taken from the connection.</summary>
internal sealed class AccountFeed(TopicName topic, FeedContext context)
    : StreamFeed<AccountUpdate>(topic, context, FeedFormats.Account)
{
    private AccountUpdate? _account;

    protected override bool HasState => _account is not null;

    protected override async Task<bool> LoadStateAsync()
    {
        var snapshot = await Context.Grains.GetGrain<IExchangePmsGrain>(Topic.Exchange).GetAccount();
        if (!snapshot.IsSuccess)
            return false;
        return TakePicture(snapshot.Value.Epoch, snapshot.Value.Seq, () => Apply(snapshot.Value));
    }

    private void Apply(AccountSnapshot picture)
    {
        // An update is the whole account too.
        if (picture.Seq >= LastSeq || _account is null)
            _account = picture.Account;
        PublishState(null);
    }

    protected override void Remember(StreamUpdate<AccountUpdate> update) => _account = update.Data;

    protected override void ForgetState() => _account = null;

    protected override void PublishState(StreamUpdate<AccountUpdate>? last)
    {
        if (_account is not null)
            Publish(FeedFormats.Account.Write, _account, Epoch, LastSeq, Context.Time.GetUtcNow(), UpdateKind.Snapshot);
    }
}
