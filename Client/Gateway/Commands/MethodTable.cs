using Exchange.Client.Gateway.Sessions;
using Exchange.Client.Protocol;
using Exchange.Grains.Interfaces;
using Orleans;

namespace Exchange.Client.Gateway.Commands;

/// <summary>All methods, by name: params, call and result of each in one line.</summary>
internal sealed class MethodTable(IGrainFactory grains, GrainCalls calls)
{
    private readonly Dictionary<string, GatewayMethod> _methods = new(StringComparer.Ordinal);

    public IEnumerable<string> Names => _methods.Keys.Order(StringComparer.Ordinal);

    public bool TryGet(string name, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out GatewayMethod? method) => _methods.TryGetValue(name, out method);

    /// <summary>A method of a connection: the <c>exchange</c> among the params names the grain.</summary>
    public void Grain<TGrain, T>(
        string name, ConnectionRole role, bool changesVenue, Func<ParamsReader, Func<TGrain, CancellationToken, Task<Result<T>>>> prepare)
        where TGrain : IGrainWithStringKey =>
        Grain<TGrain, T>(name, role, changesVenue, (_, reader) => prepare(reader));

    /// <summary>A method of a connection that depends on who calls it.</summary>
    public void Grain<TGrain, T>(
        string name, ConnectionRole role, bool changesVenue, Func<GatewaySession, ParamsReader, Func<TGrain, CancellationToken, Task<Result<T>>>> prepare)
        where TGrain : IGrainWithStringKey =>
        Local<T>(name, changesVenue, (session, reader) =>
        {
            var connection = reader.Connection(role);
            var call = prepare(session, reader);
            return () => calls.InvokeAsync(name, connection, changesVenue, token => call(grains.GetGrain<TGrain>(connection.Exchange), token));
        });

    /// <summary>A method whose result is written as the contract's records are.</summary>
    public void Local<T>(string name, bool changesVenue, Func<GatewaySession, ParamsReader, Func<Task<Result<T>>>> prepare) =>
        Written(name, changesVenue, (session, reader) =>
        {
            var call = prepare(session, reader);
            return async to =>
            {
                var result = await call();
                if (!result.IsSuccess)
                    return result.Error;
                WireJson.Write(to, result.Value);
                return null;
            };
        });

    /// <summary>A method that writes its result itself.</summary>
    public void Written(string name, bool changesVenue, Func<GatewaySession, ParamsReader, Func<ByteBuffer, Task<ExchangeError?>>> prepare) =>
        _methods.Add(name, new GatewayMethod(name, changesVenue, prepare));

    /// <summary>What to answer to a method that does not exist.</summary>
    public ExchangeError Unknown(string name)
    {
        if (name == "data.set_auth_credentials")
        {
            return new ExchangeError
            {
                Code = ExchangeErrorCode.NotSupported,
                Message = "data.set_auth_credentials: credentials are set by configuration or in process, never over ZeroMQ",
                Outcome = CommandOutcome.Rejected,
            };
        }

        var near = NearNames.Of(name, _methods.Keys);
        return new ExchangeError
        {
            Code = ExchangeErrorCode.UnknownMethod,
            Message = $"method: '{GatewayRequest.Shorten(name)}' does not exist; " +
                (near.Count > 0 ? $"did you mean {string.Join(" or ", near)}?" : "session.hello lists them all"),
            Field = "method",
            Outcome = CommandOutcome.Rejected,
        };
    }
}
