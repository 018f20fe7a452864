using System.Threading.Channels;
using Exchange.Client.Gateway.Sessions;
using Exchange.Client.Gateway.Sockets;
using Exchange.Client.Protocol;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Exchange.Client.Gateway.Commands;

/// <summary>
/// Takes commands off the socket's thread, starts each in the order of arrival and answers each exactly once. None waits
/// for another to end, so a cancel overtakes a place that hangs.
/// </summary>
internal sealed partial class CommandDispatcher(
    MethodTable methods, SessionTable sessions, GatewaySockets sockets, GatewayOptions options, TimeProvider time, GatewayCounters counters, ILogger logger)
{
    private readonly Channel<CommandFrame> _frames = Channel.CreateUnbounded<CommandFrame>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private int _inFlight;

    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Takes a frame; on the socket's thread.</summary>
    public void Receive(CommandFrame frame)
    {
        ExchangeError? refusal = null;
        if (frame.Body.Length > options.MaxFrameBytes)
        {
            refusal = new ExchangeError
            {
                Code = ExchangeErrorCode.RequestTooLarge,
                Message = $"the frame has {frame.Body.Length} bytes; at most {options.MaxFrameBytes} are taken",
            };
        }
        else if (Interlocked.Increment(ref _inFlight) > options.MaxCommandsInFlight)
        {
            Interlocked.Decrement(ref _inFlight);
            refusal = new ExchangeError
            {
                Code = ExchangeErrorCode.Overloaded,
                Message = $"{options.MaxCommandsInFlight} commands are under way already; try again when one has been answered",
                Retryable = true,
            };
        }

        if (refusal is null)
            _frames.Writer.TryWrite(frame);
        else
            Answer(frame.Sender, GatewayRequest.FindId(frame.Body), refusal with { Outcome = CommandOutcome.Rejected });
    }

    /// <summary>Starts what was received, until <see cref="Complete"/>.</summary>
    public async Task RunAsync()
    {
        await foreach (var frame in _frames.Reader.ReadAllAsync())
            _ = HandleAsync(frame);
    }

    /// <summary>Takes no more.</summary>
    public void Complete() => _frames.Writer.TryComplete();

    private async Task HandleAsync(CommandFrame frame)
    {
        var id = RequestId.None;
        GatewaySession? session = null;
        var hasBegun = false;
        try
        {
            var isRequest = GatewayRequest.TryRead(frame.Body, out var document, out var request, out var error);
            using var _ = document;
            id = request.Id;
            if (!sessions.TryTouch(frame.Sender.RoutingId, out session))
            {
                Refuse(frame.Sender, id, ExchangeErrorCode.Overloaded, $"there are {options.MaxSessions} sessions already; end one with session.goodbye");
                return;
            }

            if (!isRequest)
            {
                Answer(frame.Sender, id, error!.WithOutcome(CommandOutcome.Rejected));
                return;
            }

            hasBegun = true;
            if (session.Begin() > options.MaxCommandsPerSession)
            {
                Refuse(frame.Sender, id, ExchangeErrorCode.Overloaded, $"{options.MaxCommandsPerSession} commands of this session are under way already");
                return;
            }

            if (!methods.TryGet(request.Method, out var method))
            {
                Answer(frame.Sender, id, methods.Unknown(request.Method));
                return;
            }

            var reader = new ParamsReader(request.Params);
            var call = method.Prepare(session, reader);
            if (reader.Finish() is { } invalid)
            {
                Answer(frame.Sender, id, method.ChangesVenue ? invalid.WithOutcome(CommandOutcome.Rejected) : invalid);
                return;
            }

            if (request.Deadline is { } deadline && time.GetUtcNow() > deadline)
            {
                Refuse(frame.Sender, id, ExchangeErrorCode.Timeout, $"the command came {(time.GetUtcNow() - deadline).TotalSeconds:0.###} s after its deadline and was not carried out");
                return;
            }

            var reply = BeginReply(id).Append(",\"result\":"u8);
            if (await call(reply) is { } failure)
                Answer(frame.Sender, id, failure);
            else
                Send(frame.Sender, reply);
        }
        catch (Exception e)
        {
            counters.Failures.Add();
            var number = Guid.NewGuid().ToString("N")[..12];
            LogFailed(logger, number, e);
            Answer(frame.Sender, id, new ExchangeError
            {
                Code = ExchangeErrorCode.Internal,
                Message = $"a defect of the gateway; its log has the details under {number}",
                Outcome = CommandOutcome.Unknown,
            });
        }
        finally
        {
            if (hasBegun)
                session!.End();
            Interlocked.Decrement(ref _inFlight);
        }
    }

    private void Refuse(ReplyAddress to, RequestId id, ExchangeErrorCode code, string message) =>
        Answer(to, id, new ExchangeError { Code = code, Message = message, Retryable = true, Outcome = CommandOutcome.Rejected });

    private void Answer(ReplyAddress to, RequestId id, ExchangeError error)
    {
        counters.CountError(error.Code);
        var reply = BeginReply(id).Append(",\"error\":"u8);
        WireJson.Write(reply, error);
        Send(to, reply);
    }

    private void Send(ReplyAddress to, ByteBuffer reply)
    {
        reply.AppendByte((byte)'}');
        sockets.Reply(new Reply(to, reply.Array, reply.Length));
    }

    private static ByteBuffer BeginReply(RequestId id)
    {
        var reply = new ByteBuffer(512);
        reply.Append("{\"v\":"u8).Append(ProtocolVersion.Current).Append(",\"id\":"u8);
        return reply.Append(System.Text.Encoding.UTF8.GetBytes(id.Json));
    }

    [LoggerMessage(10, LogLevel.Error, "A command failed unexpectedly ({Number})")]
    private static partial void LogFailed(ILogger logger, string number, Exception exception);
}
