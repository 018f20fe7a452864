using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using Exchange.Client.Protocol;
using Exchange.Grains.Interfaces;
using NetMQ;

namespace Exchange.Client.Trader;

public sealed partial class TraderClient
{
    private long _lastCall;

    /// <summary>Calls a method of the protocol.</summary>
    /// <typeparam name="T">What its result is read as: a record of the contract, or <see cref="JsonElement"/>.</typeparam>
    /// <param name="method">The method, such as <c>market.get_order_book</c>.</param>
    /// <param name="writeParams">Writes the members of the params object; null when there are none.</param>
    /// <param name="timeout">How long to wait; <see cref="TraderClientOptions.CallTimeout"/> when null.</param>
    /// <param name="cancellationToken">Gives the wait up. The gateway may still act: the outcome is then unknown.</param>
    /// <returns>
    /// The result, or the error. No answer in time is <see cref="ExchangeErrorCode.Timeout"/>, for a command with the outcome
    /// <see cref="CommandOutcome.Unknown"/>.
    /// </returns>
    public async Task<Result<T>> Call<T>(
        string method, Action<Utf8JsonWriter>? writeParams = null, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(method);
        var number = Interlocked.Increment(ref _lastCall);
        var limit = timeout ?? _options.CallTimeout;
        var answer = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        _calls[number] = answer;
        try
        {
            _outgoing.Enqueue(WriteRequest(number, method, writeParams, limit));
            var reply = await answer.Task.WaitAsync(limit, _time, cancellationToken);
            return ReadReply<T>(reply);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException or ObjectDisposedException)
        {
            return new ExchangeError
            {
                Code = ExchangeErrorCode.Timeout,
                Message = $"{method}: no answer of the gateway at {_options.CommandEndpoint} within {limit.TotalSeconds:0.###} s",
                Outcome = ChangesVenue(method) ? CommandOutcome.Unknown : null,
                Retryable = !ChangesVenue(method),
            };
        }
        catch (JsonException e)
        {
            CountUnreadable(e.Message);
            return new ExchangeError
            {
                Code = ExchangeErrorCode.UnreadableReply,
                Message = $"{method}: the gateway's reply could not be read: {e.Message}",
                Outcome = ChangesVenue(method) ? CommandOutcome.Unknown : null,
            };
        }
        finally
        {
            _calls.TryRemove(number, out _);
        }
    }

    private static bool ChangesVenue(string method) =>
        method.StartsWith("oms.", StringComparison.Ordinal) || method.StartsWith("pms.", StringComparison.Ordinal)
            ? !method.Contains(".get_", StringComparison.Ordinal)
            : false;

    private byte[] WriteRequest(long number, string method, Action<Utf8JsonWriter>? writeParams, TimeSpan limit)
    {
        var request = new ByteBuffer(256);
        using (var writer = new Utf8JsonWriter(request, WireJson.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteNumber("v"u8, ProtocolVersion.Current);
            writer.WriteString("id"u8, number.ToString(CultureInfo.InvariantCulture));
            writer.WriteString("method"u8, method);
            // A command that lay in a queue while the gateway was away must not be carried out when it is back.
            writer.WriteString("deadline"u8, WireTime.ToText(_time.GetUtcNow() + limit));
            if (writeParams is not null)
            {
                writer.WriteStartObject("params"u8);
                writeParams(writer);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        return request.Written.ToArray();
    }

    private static Result<T> ReadReply<T>(byte[] reply)
    {
        var reader = new Utf8JsonReader(reply);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isError = reader.ValueTextEquals("error"u8);
            var isResult = reader.ValueTextEquals("result"u8);
            reader.Read();
            if (isError)
                return ErrorJson.Read(ref reader);
            if (isResult)
                return JsonSerializer.Deserialize<T>(ref reader, WireJson.Options)!;
            reader.Skip();
        }

        throw new JsonException("the reply has neither result nor error");
    }

    /// <summary>On the receiving thread.</summary>
    private void SendCalls()
    {
        while (_outgoing.TryDequeue(out var request, TimeSpan.Zero))
        {
            // A full queue means that the gateway has not read for long: the call ends with its own time.
            _commands.TrySendFrame(request);
        }
    }

    /// <summary>On the receiving thread.</summary>
    private void ReceiveReplies()
    {
        while (_commands.TryReceiveFrameBytes(out var reply, out var more))
        {
            while (more)
                reply = _commands.ReceiveFrameBytes(out more);
            try
            {
                if (FindNumber(reply) is { } number && _calls.TryRemove(number, out var call))
                    call.TrySetResult(reply);
            }
            catch (JsonException e)
            {
                CountUnreadable(e.Message);
            }
        }
    }

    private static long? FindNumber(byte[] reply)
    {
        var reader = new Utf8JsonReader(reply);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isId = reader.ValueTextEquals("id"u8);
            reader.Read();
            if (isId)
                return reader.TokenType == JsonTokenType.String && Utf8Parser.TryParse(reader.ValueSpan, out long number, out _) ? number : null;
            reader.Skip();
        }

        return null;
    }
}
