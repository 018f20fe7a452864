using Exchange.Simulator.Engine;
using Exchange.Simulator.Faults;
using Exchange.Simulator.Grvt.Market;
using Exchange.Simulator.Grvt.Trading;

namespace Exchange.Simulator.Grvt.Streams;

/// <summary>Every subscription of every connection, and what they are sent. Used within the simulator's turn.</summary>
internal sealed class GrvtStreams
{
    // A gateway's numbers do not begin with 1 for whoever comes late.
    private const long FirstNumber = 1_061_214;
    private const long BetweenNumbers = 10_000;

    private readonly SimulatorContext _context;
    private readonly GrvtMarket _market;
    private readonly List<GrvtSubscription> _all = [];
    private GrvtSubscription[] _now = [];
    private long _given;

    public GrvtStreams(SimulatorContext context, GrvtMarket market)
    {
        (_context, _market) = (context, market);
        foreach (var rate in (ReadOnlySpan<int>)[50, 100, 200, 500, 1000, 5000])
        {
            var every = rate;
            context.Timetable.Every(TimeSpan.FromMilliseconds(every), () => Publish(every));
        }

        foreach (var feed in market.Feeds)
        {
            feed.LevelChanged = (side, price) => OnLevelChanged(feed, side, price);
            feed.Printed = trade => OnTrade(feed, trade);
        }
    }

    public IReadOnlyList<GrvtSubscription> All => _now;

    public long FramesPublished { get; private set; }

    /// <summary>Whether anybody is subscribed to a stream, and to this selector of it when one is given.</summary>
    public bool IsWanted(string stream, string? selector = null) =>
        _all.Exists(subscription => subscription.Selector.Stream == stream && (selector is null || subscription.Selector.Text == selector));

    /// <summary>Adds a selector; what had the same primary before is gone, and given.</summary>
    public (GrvtSubscription Added, GrvtSubscription? Replaced) Subscribe(GrvtConnection connection, GrvtSelector selector, bool lite, bool global)
    {
        var replaced = _all.Find(known => known.Connection == connection && known.Selector.Stream == selector.Stream && known.Selector.Primary == selector.Primary);
        if (replaced is not null)
        {
            _all.Remove(replaced);
        }

        var added = new GrvtSubscription(selector, connection, lite, global, FirstNumber + (BetweenNumbers * _given++));
        _all.Add(added);
        _now = [.. _all];
        return (added, replaced);
    }

    /// <summary>Takes a selector away; null when there was none such.</summary>
    public GrvtSubscription? Unsubscribe(GrvtConnection connection, string stream, string text)
    {
        var found = _all.Find(known => known.Connection == connection && known.Selector.Stream == stream && known.Selector.Text == text);
        if (found is not null)
        {
            _all.Remove(found);
            _now = [.. _all];
        }

        return found;
    }

    /// <summary>The connection is gone.</summary>
    public void Forget(GrvtConnection connection)
    {
        _all.RemoveAll(subscription => subscription.Connection == connection);
        _now = [.. _all];
    }

    /// <summary>How many snapshots follow the acknowledgement; call <c>send</c> once it has left.</summary>
    public (int Count, Action Send) Snapshots(GrvtSubscription subscription, GrvtAccount? account)
    {
        var selector = subscription.Selector;
        IReadOnlyList<byte[]> frames = [];
        if (selector.Stream == "v1.position")
        {
            var now = _context.Clock.VenueNanoseconds();
            frames =
            [
                .. account!.Positions.Where(position => position.Size != 0 && (selector.Symbol is null || selector.Symbol == position.Symbol))
                    .Select(position => subscription.Render("position", writer =>
                        GrvtMargin.WritePosition(writer, account, position, _market.Find(position.Symbol)!, now))),
            ];
        }
        else if (!GrvtSelector.IsPrivate(selector.Stream))
        {
            frames = subscription.Snapshots(_market.Find(selector.Symbol)!, _context.Clock.VenueNanoseconds());
        }

        return (frames.Count, () =>
        {
            foreach (var frame in frames)
            {
                Send(subscription, frame, isSnapshot: true, selector.Symbol, null);
            }
        }
        );
    }

    /// <summary>An account's event, to whoever wants it; a fault may hold it back.</summary>
    public void Deliver(GrvtEvent happened)
    {
        var scope = new FaultScope(
            GrvtVenue.VenueName, GrvtConnection.PrivateRoute, 0, happened.Stream, Symbol: happened.Symbol, Event: happened.Stream, ClientOrderId: happened.ClientOrderId);
        if (_context.Faults.Take(FaultKind.HoldEvent, scope) is { } holding)
        {
            holding.OnRelease(() => DeliverNow(happened));
        }
        else
        {
            DeliverNow(happened);
        }
    }

    /// <summary>Completes when what was sent so far is with the network.</summary>
    public Task WhenDrained() => Task.WhenAll(_now.Where(static subscription => GrvtSelector.IsPrivate(subscription.Selector.Stream))
        .Select(static subscription => subscription.Connection).Distinct().Select(static connection => connection.WhenDrained()));

    /// <summary>What is due at this rate, now.</summary>
    public void Publish(int rate)
    {
        foreach (var subscription in _now)
        {
            if (subscription.Selector.Rate == rate)
            {
                PublishNow(subscription);
            }
        }
    }

    private void PublishNow(GrvtSubscription subscription)
    {
        if (subscription.Next(_market.Find(subscription.Selector.Symbol)!) is { } frame)
        {
            Send(subscription, frame, !subscription.Selector.IsDelta, subscription.Selector.Symbol, null);
        }
    }

    private void DeliverNow(GrvtEvent happened)
    {
        foreach (var subscription in _now)
        {
            var selector = subscription.Selector;
            if (selector.Stream == happened.Stream && subscription.Connection.Session?.Account.SubAccountId == happened.SubAccountId
                && (selector.Symbol is null || selector.Symbol == happened.Symbol))
            {
                Send(subscription, subscription.IsLite ? happened.Lite : happened.Full, isSnapshot: false, happened.Symbol, happened.ClientOrderId);
            }
        }
    }

    private void OnLevelChanged(GrvtFeed feed, Side side, long price)
    {
        foreach (var subscription in _now)
        {
            if (subscription.Selector.Symbol == feed.Symbol)
            {
                if (subscription.Selector.Stream == "v1.book.d")
                {
                    subscription.Changed(side, price);
                }
                else if (subscription.Selector is { Stream: "v1.mini.d", Rate: 0 })
                {
                    PublishNow(subscription);
                }
            }
        }
    }

    private void OnTrade(GrvtFeed feed, GrvtTrade trade)
    {
        foreach (var subscription in _now)
        {
            if (subscription.Selector.Symbol != feed.Symbol)
            {
                continue;
            }

            if (subscription.Selector.Stream == "v1.trade")
            {
                Send(subscription, subscription.Render("trade", trade.Write), isSnapshot: false, feed.Symbol, null);
            }
            else if (subscription.Selector is { Stream: "v1.candle", Interval: { } interval })
            {
                var bar = GrvtCandle.Of(feed.Trades, interval, trade.Time, 1, trade.Price)[0];
                Send(subscription, subscription.Render("candle", writer => bar.Write(writer, feed.Symbol)), isSnapshot: false, feed.Symbol, null);
            }
        }
    }

    private void Send(GrvtSubscription subscription, byte[] feed, bool isSnapshot, string? symbol, string? clientOrderId)
    {
        FramesPublished++;
        subscription.Connection.SendFeed(subscription, feed, isSnapshot, symbol, clientOrderId);
    }
}
