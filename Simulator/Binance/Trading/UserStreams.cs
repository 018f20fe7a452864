using System.Text;
using Exchange.Simulator.Control;
using Exchange.Simulator.Engine;
using Exchange.Simulator.Faults;

namespace Exchange.Simulator.Binance.Trading;

/// <summary>
/// Listen keys (sheet, section 8.1), and the user events that go to whoever has subscribed to one: 60 minutes' life, one
/// key an account, and after its end the socket stays open and silent.
/// </summary>
internal sealed class UserStreams
{
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(60);

    private const int Length = 64;
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private readonly SimulatorContext _context;
    private readonly StreamHub _hub;
    private readonly SeededRandom _random;
    private readonly Dictionary<Account, (string Key, DateTimeOffset Until)> _keys = [];

    public UserStreams(SimulatorContext context, StreamHub hub)
    {
        _context = context;
        _hub = hub;
        _random = SeededRandom.For(context.Seed, "listen keys");
        Outbox = new EventOutbox(() => Task.WhenAll(
            _keys.Values.SelectMany(held => _hub.Topic(held.Key).Subscribers).Select(subscriber => subscriber.WhenDrained())));
        Events = new UserEvents(context.Clock, Publish);
        context.Timetable.Every(TimeSpan.FromSeconds(1), ExpireOverdue);
    }

    public UserEvents Events { get; }

    public EventOutbox Outbox { get; }

    /// <summary>The account's key; null when it has none that is alive.</summary>
    public string? KeyOf(Account account) => _keys.TryGetValue(account, out var held) ? held.Key : null;

    /// <summary>Gives the account's key, new or the one there is, with 60 minutes ahead of it.</summary>
    public string Start(Account account)
    {
        if (!_keys.TryGetValue(account, out var held))
        {
            var key = new StringBuilder(Length);
            for (var i = 0; i < Length; i++)
            {
                key.Append(Alphabet[_random.Next(Alphabet.Length)]);
            }

            held.Key = key.ToString();
        }

        _keys[account] = (held.Key, _context.Clock.Now + Life);
        return held.Key;
    }

    /// <exception cref="BinanceErrorException">-1125: there is none.</exception>
    public string Extend(Account account) => _keys.ContainsKey(account)
        ? Start(account)
        : throw new BinanceErrorException(400, -1125, "This listenKey does not exist.");

    /// <summary>Silences every stream of the account.</summary>
    public void Stop(Account account) => _keys.Remove(account);

    /// <summary>The key is over: the stream says so once, and nothing after it.</summary>
    public void Expire(Account account)
    {
        if (_keys.TryGetValue(account, out var held))
        {
            Events.ListenKeyExpired(account, held.Key);
            Outbox.Flush();
            _keys.Remove(account);
        }
    }

    private void Publish(UserEvent happened) => Outbox.Publish(() => Deliver(happened));

    private void Deliver(UserEvent happened)
    {
        if (!_keys.TryGetValue(happened.Account, out var held))
        {
            return;
        }

        var topic = _hub.Topic(held.Key);
        var scope = new FaultScope("binance", "private", 0, Symbol: happened.Symbol, Event: happened.Type, ClientOrderId: happened.ClientOrderId);
        if (_context.Faults.Take(FaultKind.HoldEvent, scope) is { } holding)
        {
            holding.OnRelease(() => _hub.PublishUser(topic, happened));
            return;
        }

        _hub.PublishUser(topic, happened);
    }

    private void ExpireOverdue()
    {
        foreach (var (account, held) in _keys.ToArray())
        {
            if (_context.Clock.Now >= held.Until)
            {
                Expire(account);
            }
        }
    }
}
