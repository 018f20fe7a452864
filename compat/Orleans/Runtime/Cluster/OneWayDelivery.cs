namespace Orleans.Runtime;

/// <summary>
/// One-way calls go through the thread pool each by itself, so their order is not kept. With
/// <see cref="OutOfOrderSetting"/> it is broken on purpose: each second call to a receiver overtakes the first, as with
/// the genuine runtime now and then. A call without a second is delivered after a moment.
/// </summary>
internal sealed class OneWayDelivery(bool outOfOrder)
{
    /// <summary>A key of the host's configuration, for tests: <c>true</c> breaks the order.</summary>
    public const string OutOfOrderSetting = "StandIn:OneWayOutOfOrder";

    private readonly Lock _lock = new();
    private readonly Dictionary<GrainId, Request> _held = [];

    public void Send(LocalCluster cluster, Request request)
    {
        if (outOfOrder)
        {
            SendOutOfOrder(cluster, request);
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(static call => call.Cluster.Dispatch(call.Request), (Cluster: cluster, Request: request), preferLocal: false);
        }
    }

    private void SendOutOfOrder(LocalCluster cluster, Request request)
    {
        Request? earlier;
        lock (_lock)
        {
            if (!_held.Remove(request.TargetId, out earlier))
            {
                _held[request.TargetId] = request;
            }
        }

        if (earlier is null)
        {
            _ = DeliverLaterAsync(cluster, request);
            return;
        }

        cluster.Dispatch(request);
        cluster.Dispatch(earlier);
    }

    private async Task DeliverLaterAsync(LocalCluster cluster, Request request)
    {
        await Task.Delay(20).ConfigureAwait(false);
        lock (_lock)
        {
            if (!_held.TryGetValue(request.TargetId, out var held) || !ReferenceEquals(held, request))
            {
                return;
            }

            _held.Remove(request.TargetId);
        }

        cluster.Dispatch(request);
    }
}
