using System.Text.Json;
using Exchange.Simulator.Deribit.Api;
using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Deribit.Market;

/// <summary>
/// Where the venue's data come from: the engine (<see cref="LiveMarket"/>) or a recording (<see cref="Replay.ReplayMarket"/>).
/// Used within the simulator's turn.
/// </summary>
internal interface IDeribitMarket
{
    IReadOnlyList<string> Symbols { get; }

    /// <summary>The calls about instruments, books and trades.</summary>
    IEnumerable<RpcMethod> Methods();

    /// <summary>Whether there is anything to be had on a public channel.</summary>
    bool Offers(ChannelName channel);

    BookState Book(string symbol);

    /// <summary>What is published at whole multiples of an interval.</summary>
    void Schedule();

    void Step(int decisions);

    /// <summary>Somebody has subscribed to a public channel: what it begins with is sent now.</summary>
    void OnSubscribed(Channel channel, DeribitConnection connection);

    /// <summary>For the control port's state.</summary>
    void WriteState(Utf8JsonWriter writer);
}
