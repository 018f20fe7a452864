namespace Exchange.Simulator.Control;

/// <summary>What became of a command at the venue, whatever its sender was told.</summary>
internal enum CommandFate
{
    /// <summary>Received; not carried out yet (a late one), or just now.</summary>
    Pending,

    /// <summary>Carried out.</summary>
    Executed,

    /// <summary>Refused by the venue's rules.</summary>
    Refused,

    /// <summary>A fault took it before anything was done.</summary>
    NotExecuted,
}

/// <summary>One request to the private API as the venue received it. Holds no signature and no key.</summary>
internal sealed class ReceivedCommand
{
    /// <summary>From 1, over all channels, in order of arrival.</summary>
    public required long Number { get; init; }

    public required long Time { get; init; }

    public required string Channel { get; init; }

    public required long Connection { get; init; }

    public required string Method { get; init; }

    public string? Symbol { get; init; }

    /// <summary>The order that it is about, when it says one (of a cancel by venue id: looked up).</summary>
    public string? ClientOrderId { get; init; }

    public required IReadOnlyDictionary<string, string> Parameters { get; init; }

    public CommandFate Fate { get; set; }

    /// <summary>The venue's code, when it was refused.</summary>
    public int? Code { get; set; }
}

/// <summary>Everything that a venue's private API has received, for tests to look at; the oldest go when there are very many.</summary>
internal sealed class CommandLog(SimulatorContext context)
{
    private const int Most = 200_000;

    private readonly Queue<ReceivedCommand> _commands = new();
    private long _next = 1;

    public long Received => _next - 1;

    public IEnumerable<ReceivedCommand> Commands => _commands;

    /// <param name="parameters">Without secrets.</param>
    public ReceivedCommand Add(
        string channel, long connection, string method, string? symbol, string? clientOrderId, IReadOnlyDictionary<string, string> parameters)
    {
        var command = new ReceivedCommand
        {
            Number = _next++,
            Time = context.Clock.VenueMilliseconds,
            Channel = channel,
            Connection = connection,
            Method = method,
            Symbol = symbol,
            ClientOrderId = clientOrderId,
            Parameters = parameters,
        };
        _commands.Enqueue(command);
        if (_commands.Count > Most)
        {
            _commands.Dequeue();
        }

        return command;
    }
}
