using System.Globalization;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Orders;

/// <summary>
/// Client order ids as decimal numbers of 64 bits, at or above 2^63 (GRVT: its own screens draw from below). From the top: the bit that
/// says so, 6 bits of the trader's name, 31 of the epoch, 26 of the counter. Epoch and counter alone make an id unique; the trader's bits
/// are a hint for people. (Epochs that count seconds fit for 68 years.)
/// </summary>
public sealed class PackedClientOrderIds : IClientOrderIdMaker
{
    /// <summary>The greatest epoch that fits.</summary>
    public const long MaxEpoch = (1L << EpochBits) - 1;

    private const int EpochBits = 31;
    private const int CounterBits = 26;
    private readonly ulong _epoch;
    private long _counter;

    /// <summary>Creates a maker.</summary>
    /// <param name="epoch">This activation's epoch, a count of activations or of seconds, up to <see cref="MaxEpoch"/>.</param>
    public PackedClientOrderIds(long epoch)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        // A finer clock's reading would not fit, and cut short it would come again.
        ArgumentOutOfRangeException.ThrowIfGreaterThan(epoch, MaxEpoch);
        _epoch = (ulong)epoch;
    }

    /// <inheritdoc/>
    public string Form => "a decimal number from 1 to 18446744073709551615 without leading zeros";

    /// <inheritdoc/>
    public bool IsValid(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return id.Length > 0 && id[0] is >= '1' and <= '9' && ulong.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out _);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">After 67 million ids of one activation.</exception>
    public string Make(string? trader)
    {
        var counter = (ulong)Interlocked.Increment(ref _counter);
        if (counter >> CounterBits != 0)
            throw new InvalidOperationException($"the {1L << CounterBits} client order ids of this activation are used up; restart the connection for a new epoch");
        var id = (1UL << 63) | ((ulong)Hint(trader) << (EpochBits + CounterBits)) | (_epoch << CounterBits) | counter;
        return id.ToString(CultureInfo.InvariantCulture);
    }

    // FNV-1a, folded: the same in every process, unlike string.GetHashCode.
    private static byte Hint(string? trader)
    {
        var hash = 2166136261u;
        foreach (var c in trader ?? "")
            hash = (hash ^ c) * 16777619u;
        return (byte)((hash ^ (hash >> 8) ^ (hash >> 16) ^ (hash >> 24)) & 63);
    }
}
