namespace Orleans.Runtime;

/// <summary>
/// The calls of one silo or client that wait for an answer, in linked lists without allocation. A sweep ends those
/// that have waited too long; another silo's death ends those of a silo that it was to answer.
/// </summary>
internal sealed class PendingCalls : IDisposable
{
    private const int Slots = 8;
    private static readonly TimeSpan _longestPeriod = TimeSpan.FromSeconds(1);
    private readonly Slot[] _slots = Enumerable.Range(0, Slots).Select(_ => new Slot()).ToArray();
    private readonly Lock _periodLock = new();
    private TimeSpan _period = _longestPeriod;
    private Timer? _sweep;

    /// <summary>Begins to watch how long calls wait.</summary>
    public void Start()
    {
        lock (_periodLock)
        {
            _sweep = new Timer(static state => ((PendingCalls)state!).Sweep(), this, _period, _period);
        }
    }

    public void Add(Request request)
    {
        if (request.Timeout < _period)
        {
            SweepAtLeastEvery(request.Timeout);
        }

        var index = Environment.CurrentManagedThreadId & (Slots - 1);
        var slot = _slots[index];
        lock (slot.Lock)
        {
            request.PendingSlot = index;
            request.Next = slot.First;
            if (slot.First is not null)
            {
                slot.First.Previous = request;
            }

            slot.First = request;
        }
    }

    public void Remove(Request request)
    {
        var index = request.PendingSlot;
        if (index < 0)
        {
            return;
        }

        var slot = _slots[index];
        lock (slot.Lock)
        {
            if (request.PendingSlot < 0)
            {
                return;
            }

            request.PendingSlot = -1;
            if (request.Previous is null)
            {
                slot.First = request.Next;
            }
            else
            {
                request.Previous.Next = request.Next;
            }

            if (request.Next is not null)
            {
                request.Next.Previous = request.Previous;
            }

            request.Previous = null;
            request.Next = null;
        }
    }

    public void FailAll(Func<Request, Exception?> reason)
    {
        foreach (var request in Snapshot(_ => true))
        {
            if (reason(request) is { } exception)
            {
                request.Fail(exception);
            }
        }
    }

    public void Dispose()
    {
        lock (_periodLock)
        {
            _sweep?.Dispose();
            _sweep = null;
        }
    }

    private void Sweep()
    {
        var now = Environment.TickCount64;
        foreach (var request in Snapshot(r => now - r.SentAt > r.Timeout.TotalMilliseconds))
        {
            request.Fail(new TimeoutException($"Response did not arrive on time in {request.Timeout} for message: {request}. "));
        }
    }

    private List<Request> Snapshot(Func<Request, bool> which)
    {
        var found = new List<Request>();
        foreach (var slot in _slots)
        {
            lock (slot.Lock)
            {
                for (var request = slot.First; request is not null; request = request.Next)
                {
                    if (which(request))
                    {
                        found.Add(request);
                    }
                }
            }
        }

        return found;
    }

    private void SweepAtLeastEvery(TimeSpan timeout)
    {
        lock (_periodLock)
        {
            if (timeout < _period)
            {
                _period = TimeSpan.FromMilliseconds(Math.Max(10, timeout.TotalMilliseconds / 2));
                _sweep?.Change(_period, _period);
            }
        }
    }

    private sealed class Slot
    {
        public Lock Lock { get; } = new();

        public Request? First { get; set; }
    }
}
