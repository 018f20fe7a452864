namespace NetMQ;

/// <summary>Brings what is awaited in an event handler back to the poller's thread.</summary>
internal sealed class NetMQSynchronizationContext(NetMQPoller poller) : SynchronizationContext
{
    public override void Post(SendOrPostCallback d, object? state) => new Task(() => d(state)).Start(poller);

    public override void Send(SendOrPostCallback d, object? state)
    {
        var task = new Task(() => d(state));
        task.Start(poller);
        task.Wait();
    }
}
