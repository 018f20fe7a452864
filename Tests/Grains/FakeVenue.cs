using System.Threading.Channels;
using Exchange.Exchanges.Common;
using Exchange.Grains.Interfaces;
using Exchange.Tests.Support;
using Xunit;

namespace Exchange.Tests.Grains;

/// <summary>Makes the connectors of a test cluster and hands each to the test as it is made.</summary>
internal sealed class FakeVenue
{
    private readonly Channel<FakeSubscriber> _made = Channel.CreateUnbounded<FakeSubscriber>();

    /// <summary>Done to each connector before its grain has it.</summary>
    public Action<FakeSubscriber>? Prepare { get; set; }

    /// <summary>Connectors made so far.</summary>
    public int Made { get; private set; }

    public IExchangeSubscriber Create(IServiceProvider services, ConnectionId connection, IMarketDataSink sink)
    {
        var connector = new FakeSubscriber(connection, sink);
        Prepare?.Invoke(connector);
        Made++;
        _made.Writer.TryWrite(connector);
        return connector;
    }

    /// <summary>The next connector that a grain activation makes, once it was asked to connect.</summary>
    public async Task<FakeSubscriber> NextConnected()
    {
        var connector = await NextMade();
        await connector.Connected.Task.Within($"{connector.Connection} being asked to connect");
        return connector;
    }

    /// <summary>The next connector that a grain activation makes.</summary>
    public Task<FakeSubscriber> NextMade() => _made.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().Within("a connector being made");
}
