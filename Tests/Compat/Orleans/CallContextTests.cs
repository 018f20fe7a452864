using System.Collections.Concurrent;
using Exchange.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Hosting;
using Orleans.Runtime;
using Xunit;

namespace Exchange.Tests.Compat.Orleans;

public interface IContextGrain : IGrainWithStringKey
{
    Task<string?> Ask();

    Task<string?> AskThrough(IContextGrain next);

    Task<string> Upper(string text);

    Task Refuse();
}

[GrainType("compat-context")]
public sealed class ContextGrain : Grain, IContextGrain
{
    public Task<string?> Ask() => Task.FromResult(RequestContext.Get("trace") as string);

    public async Task<string?> AskThrough(IContextGrain next)
    {
        await Task.Yield();
        return await next.Ask();
    }

    public Task<string> Upper(string text) => Task.FromResult(text.ToUpperInvariant());

    public Task Refuse() => throw new InvalidDataException("refused");
}

public sealed class CallContextTests(TwoSilos shared) : IClassFixture<TwoSilos>
{
    [Fact]
    public async Task The_request_context_goes_with_calls_and_with_theirs_and_no_further()
    {
        var cluster = shared.Cluster;
        var grain = cluster.Client.GetGrain<IContextGrain>(TestClusters.NewKey());
        var other = cluster.Client.GetGrain<IContextGrain>(TestClusters.NewKey());

        RequestContext.Set("trace", "t-1");
        Assert.Equal("t-1", await grain.Ask().Within("a call"));
        Assert.Equal("t-1", await grain.AskThrough(other).Within("a call through another"));
        RequestContext.Clear();

        Assert.Null(await other.Ask().Within("a call without context"));
        Assert.Null(await grain.AskThrough(other).Within("two calls without context"));
    }

    [Fact]
    public async Task Ambient_values_of_the_caller_do_not_reach_the_grain()
    {
        var cluster = shared.Cluster;
        var ambient = new AsyncLocal<string> { Value = "caller" };
        AmbientGrain.Ambient = ambient;

        Assert.Null(await cluster.Client.GetGrain<IAmbientGrain>(TestClusters.NewKey()).Read().Within("the call"));
    }

    [Fact]
    public async Task Filters_see_calls_where_they_leave_and_where_they_arrive()
    {
        var incoming = new Filter();
        var outgoing = new Filter();
        await using var cluster = await TestClusters.StartAsync(
            configure: silo => silo.AddIncomingGrainCallFilter(incoming),
            configureClient: client => client.Services.AddSingleton<IOutgoingGrainCallFilter>(outgoing));
        var grain = cluster.Client.GetGrain<IContextGrain>(TestClusters.NewKey());

        Assert.Equal("<<ABC>>", await grain.Upper("abc").Within("a filtered call"));
        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => grain.Refuse().Within("a filtered failure"));

        Assert.Equal("refused", failure.Message);
        Assert.Equal(["Upper(abc) to ContextGrain", "Refuse() failed: refused"], incoming.Seen);
        Assert.Equal([$"Upper(abc)", "Refuse() failed: refused"], outgoing.Seen);
    }

    private sealed class Filter : IIncomingGrainCallFilter, IOutgoingGrainCallFilter
    {
        public ConcurrentQueue<string> Seen { get; } = new();

        public Task Invoke(IIncomingGrainCallContext context) => See(context, $" to {context.Grain.GetType().Name}");

        public Task Invoke(IOutgoingGrainCallContext context) => See(context, "");

        private async Task See(IGrainCallContext context, string suffix)
        {
            if (context.InterfaceMethod.DeclaringType != typeof(IContextGrain))
            {
                // The genuine runtime's own calls pass through filters too: a client whose calls are tampered with never gets to start.
                await context.Invoke();
                return;
            }

            var arguments = Enumerable.Range(0, context.Request.GetArgumentCount()).Select(context.Request.GetArgument);
            var call = $"{context.MethodName}({string.Join(", ", arguments)})";
            try
            {
                await context.Invoke();
                context.Result = $"<{context.Result}>";
                Seen.Enqueue(call + suffix);
            }
            catch (Exception exception)
            {
                Seen.Enqueue($"{call} failed: {exception.Message}");
                throw;
            }
        }
    }
}

public interface IAmbientGrain : IGrainWithStringKey
{
    Task<string?> Read();
}

[GrainType("compat-ambient")]
public sealed class AmbientGrain : Grain, IAmbientGrain
{
    public static AsyncLocal<string>? Ambient { get; set; }

    public Task<string?> Read() => Task.FromResult(Ambient?.Value);
}
