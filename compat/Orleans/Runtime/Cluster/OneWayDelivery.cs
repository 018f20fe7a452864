namespace Orleans.Runtime;

/// <summary>One-way calls go through the thread pool each by itself, so their order is not kept.</summary>
internal static class OneWayDelivery
{
    private static readonly Lock s_lock = new();
    private static readonly Dictionary<GrainId, Request> s_held = [];

    /// <summary>
    /// For tests: has each second one-way call to a receiver overtake the first, as the genuine runtime does now and
    /// then. A call without a second is delivered after a moment.
    /// </summary>
    public static bool OutOfOrder { get; set; }

    public static void Send(LocalCluster cluster, Request request)
    {
        if (OutOfOrder)
        {
            SendOutOfOrder(cluster, request);
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(static call => call.Cluster.Dispatch(call.Request), (Cluster: cluster, Request: request), preferLocal: false);
        }
    }

    private static void SendOutOfOrder(LocalCluster cluster, Request request)
    {
        Request? earlier;
        lock (s_lock)
        {
            if (!s_held.Remove(request.TargetId, out earlier))
            {
                s_held[request.TargetId] = request;
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

    private static async Task DeliverLaterAsync(LocalCluster cluster, Request request)
    {
        await Task.Delay(20).ConfigureAwait(false);
        lock (s_lock)
        {
            if (!s_held.TryGetValue(request.TargetId, out var held) || !ReferenceEquals(held, request))
            {
                return;
            }

            s_held.Remove(request.TargetId);
        }

        cluster.Dispatch(request);
    }
}
