using System.Diagnostics;

namespace Exchange.Benchmarks;

/// <summary>Measured times of one round, in stopwatch ticks; percentiles in microseconds.</summary>
internal sealed class Latencies
{
    private readonly List<long> _ticks = [];
    private bool _sorted;

    public int Count => _ticks.Count;

    public void Add(long ticks)
    {
        _ticks.Add(ticks);
        _sorted = false;
    }

    /// <summary>The time that the given part of the measurements does not exceed, in microseconds.</summary>
    public double Percentile(double part)
    {
        if (_ticks.Count == 0)
            return double.NaN;
        if (!_sorted)
        {
            _ticks.Sort();
            _sorted = true;
        }

        var index = Math.Clamp((int)Math.Ceiling(part * _ticks.Count) - 1, 0, _ticks.Count - 1);
        return _ticks[index] * 1_000_000.0 / Stopwatch.Frequency;
    }
}
