namespace Exchange.Simulator.Engine;

/// <summary>
/// SplitMix64: a seed gives the same decisions on every machine and with every version of the base library, which
/// promises that of System.Random for no version but its own.
/// </summary>
internal sealed class SeededRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A generator of its own for a named thing, so that one's decisions do not depend on another's.</summary>
    public static SeededRandom For(int seed, string name)
    {
        var hash = 14695981039346656037UL ^ (uint)seed;
        foreach (var character in name)
        {
            hash = (hash ^ character) * 1099511628211UL;
        }

        return new SeededRandom(hash);
    }

    /// <summary>A whole number from 0 up to and without <paramref name="bound"/>.</summary>
    public int Next(int bound) => (int)((UInt128)NextUInt64() * (ulong)bound >> 64);

    public bool Chance(int permille) => Next(1000) < permille;

    private ulong NextUInt64()
    {
        _state += 0x9E3779B97F4A7C15UL;
        var mixed = _state;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9UL;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBUL;
        return mixed ^ (mixed >> 31);
    }
}
