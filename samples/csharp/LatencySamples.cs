namespace Exchange.Samples;

/// <summary>Latencies of the last few thousand updates, in milliseconds.</summary>
internal sealed class LatencySamples
{
    private readonly double[] _samples = new double[8192];
    private long _count;

    public void Add(TimeSpan latency) => _samples[_count++ % _samples.Length] = latency.TotalMilliseconds;

    /// <summary>A percentile, from 0 to 1; null when there is none.</summary>
    public double? At(double percentile)
    {
        var count = (int)Math.Min(_count, _samples.Length);
        if (count == 0)
            return null;
        var sorted = _samples[..count];
        Array.Sort(sorted);
        return Math.Round(sorted[(int)Math.Min(count - 1, percentile * count)], 3);
    }
}
