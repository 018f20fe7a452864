using System.Collections.Concurrent;
using System.Globalization;
using Exchange.Grains.Interfaces;
using Exchange.Simulator;

namespace Exchange.Tests.EndToEnd;

/// <summary>
/// Changes a book of the simulator again and again, publishes each change, and remembers the engine's own book at every
/// update id: what a trader is shown as synced under that id has to be just this.
/// </summary>
internal sealed class BookPump : IAsyncDisposable
{
    private const int Levels = 20;
    private static readonly TimeSpan _beat = TimeSpan.FromMilliseconds(10);

    private readonly ConcurrentDictionary<long, (List<PriceLevel> Bids, List<PriceLevel> Asks)> _truth = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly SimulatorHost _simulator;
    private readonly string _symbol;
    private Task _pumping = Task.CompletedTask;
    private long _lastId;

    public BookPump(SimulatorHost simulator, string symbol)
    {
        _simulator = simulator;
        _symbol = symbol;
        simulator.Step(500);
        Remember();
    }

    /// <summary>The update id of the last change published.</summary>
    public long LastId => Volatile.Read(ref _lastId);

    public void Start() => _pumping = Task.Run(PumpAsync);

    /// <summary>What is wrong with a synced book, or null.</summary>
    public string? Contradiction(OrderBook book)
    {
        if (!_truth.TryGetValue(book.LastUpdateId, out var truth))
            return $"update id {book.LastUpdateId} was never published";
        if (!book.Bids.SequenceEqual(truth.Bids))
            return $"bids at {book.LastUpdateId}: {string.Join(" ", book.Bids)} instead of {string.Join(" ", truth.Bids)}";
        return book.Asks.SequenceEqual(truth.Asks) ? null : $"asks at {book.LastUpdateId} differ";
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _pumping;
        _stopping.Dispose();
    }

    private static List<PriceLevel> Top(IEnumerable<(string Price, string Quantity)> side) =>
        [.. side.Take(Levels).Select(l => new PriceLevel(
            decimal.Parse(l.Price, CultureInfo.InvariantCulture), decimal.Parse(l.Quantity, CultureInfo.InvariantCulture)))];

    private async Task PumpAsync()
    {
        using var timer = new PeriodicTimer(_beat);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                _simulator.ChangeBook(_symbol);
                Remember();
                Volatile.Write(ref _lastId, _simulator.EmitDepth(_symbol));
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private void Remember()
    {
        var book = _simulator.Book(_symbol);
        _truth[book.LastUpdateId] = (Top(book.Bids), Top(book.Asks));
    }
}
