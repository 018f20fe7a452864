using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Grvt.Api;

/// <summary>What a call costs; the venue counts each kind for itself.</summary>
internal enum GrvtCallClass
{
    Order,
    CancelAll,
    Read,
    Account,
    Timer,
    Login,
    Instrument,
    Market,
}

/// <summary>
/// Rate limits over ten seconds (1006, 429). The venue's own numbers are not public; these are ccxt's reading of them (sheet,
/// section 11), those of orders a setting.
/// </summary>
internal sealed class GrvtRateLimits(SimulatorClock clock, GrvtSimulatorOptions options)
{
    private static readonly TimeSpan _window = TimeSpan.FromSeconds(10);

    private readonly Dictionary<(string Who, GrvtCallClass Class), Queue<DateTimeOffset>> _calls = [];

    /// <summary>Counts calls of somebody.</summary>
    /// <exception cref="GrvtErrorException">1006: there were too many.</exception>
    public void Charge(string who, GrvtCallClass of, int calls = 1)
    {
        if (!_calls.TryGetValue((who, of), out var made))
        {
            _calls.Add((who, of), made = new Queue<DateTimeOffset>());
        }

        var now = clock.Now;
        while (made.TryPeek(out var first) && now - first >= _window)
        {
            made.Dequeue();
        }

        if (made.Count + calls > Limit(of))
        {
            throw new GrvtErrorException(1006);
        }

        for (var i = 0; i < calls; i++)
        {
            made.Enqueue(now);
        }
    }

    private int Limit(GrvtCallClass of) => of switch
    {
        GrvtCallClass.Order => options.OrdersPerTenSeconds,
        GrvtCallClass.Instrument => 250,
        GrvtCallClass.Market => 80,
        GrvtCallClass.Read => 50,
        GrvtCallClass.Account => 25,
        GrvtCallClass.CancelAll => 20,
        _ => 10,
    };
}
