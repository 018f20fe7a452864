namespace Exchange.Streaming;

/// <summary>What the streams of this silo have done; also published by the meter <see cref="MeterName"/>.</summary>
public interface IExchangeStreamMetrics
{
    /// <summary>The name of the meter.</summary>
    const string MeterName = "Exchange.Streams";

    /// <summary>The sum over the silo's producing grains, past ones included.</summary>
    StreamCounters Counters { get; }
}
