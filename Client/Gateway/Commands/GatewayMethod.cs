using Exchange.Client.Gateway.Sessions;
using Exchange.Client.Protocol;
using Exchange.Grains.Interfaces;

namespace Exchange.Client.Gateway.Commands;

/// <summary>
/// A method of the protocol. <paramref name="Prepare"/> reads the params and returns the call; it is made only when the params
/// are right. The call writes its result into the buffer, or returns the error.
/// </summary>
internal sealed record GatewayMethod(string Name, bool ChangesVenue, Func<GatewaySession, ParamsReader, Func<ByteBuffer, Task<ExchangeError?>>> Prepare);
