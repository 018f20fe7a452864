using System.Threading.Channels;
using Exchange.Grains.Interfaces;
using Exchange.Streaming;
using Exchange.Tests.Support;
using Orleans.Streams;
using Xunit;

namespace Exchange.Tests.Streaming;

/// <summary>A consumer that keeps what it was handed, in order, for the test to take.</summary>
internal sealed class RecordingObserver<T> : IAsyncObserver<StreamUpdate<T>>
{
    private readonly Channel<object> _events = Channel.CreateUnbounded<object>();
    private int _inside;

    /// <summary>What <see cref="OnNextAsync"/> waits for before it returns: a slow consumer.</summary>
    public Task Busy { get; set; } = Task.CompletedTask;

    /// <summary>True when two calls overlapped.</summary>
    public bool Overlapped { get; private set; }

    public async Task OnNextAsync(StreamUpdate<T> item, StreamSequenceToken? token = null)
    {
        Enter();
        _events.Writer.TryWrite((item, (ExchangeStreamToken)token!));
        await Busy;
        Leave();
    }

    public Task OnErrorAsync(Exception ex)
    {
        Enter();
        _events.Writer.TryWrite(ex);
        Leave();
        return Task.CompletedTask;
    }

    /// <summary>The next thing that came, which must be an update.</summary>
    public async Task<StreamUpdate<T>> NextUpdate() => (await Next<(StreamUpdate<T> Update, ExchangeStreamToken)>("an update")).Update;

    /// <summary>The token of the next update.</summary>
    public async Task<ExchangeStreamToken> NextToken() => (await Next<(StreamUpdate<T>, ExchangeStreamToken Token)>("an update")).Token;

    /// <summary>The next thing that came, which must be this notice.</summary>
    public Task<TNotice> NextNotice<TNotice>() where TNotice : StreamSubscriptionException => Next<TNotice>(typeof(TNotice).Name);

    /// <summary>True when nothing came that the test has not taken.</summary>
    public bool IsEmpty => _events.Reader.Count == 0;

    private async Task<TEvent> Next<TEvent>(string awaited)
    {
        var came = await _events.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().Within(awaited);
        return came is TEvent expected ? expected : throw new InvalidOperationException($"{awaited} was expected, but there came: {came}");
    }

    private void Enter() => Overlapped |= Interlocked.Increment(ref _inside) > 1;

    private void Leave() => Interlocked.Decrement(ref _inside);
}
