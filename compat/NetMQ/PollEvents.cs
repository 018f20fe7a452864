namespace NetMQ;

/// <summary>What a socket is ready for.</summary>
[Flags]
public enum PollEvents
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>A message can be received.</summary>
    PollIn = 1,

    /// <summary>A message can be sent.</summary>
    PollOut = 2,

    /// <summary>Something is wrong with it.</summary>
    PollError = 4,
}

/// <summary>Questions to <see cref="PollEvents"/>.</summary>
public static class PollEventsExtensions
{
    /// <summary>Whether a message can be received.</summary>
    public static bool HasIn(this PollEvents pollEvents) => (pollEvents & PollEvents.PollIn) != 0;

    /// <summary>Whether a message can be sent.</summary>
    public static bool HasOut(this PollEvents pollEvents) => (pollEvents & PollEvents.PollOut) != 0;

    /// <summary>Whether something is wrong.</summary>
    public static bool HasError(this PollEvents pollEvents) => (pollEvents & PollEvents.PollError) != 0;
}
