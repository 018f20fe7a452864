using System.Buffers;
using System.Globalization;
using System.Text;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Deribit;

/// <summary>What a frame of the venue is.</summary>
internal enum DeribitFrameKind
{
    /// <summary>Well formed, of a kind that is not known here: an error that answers nothing, among them.</summary>
    Unknown = 0,
    /// <summary>The reply to a request.</summary>
    Reply = 1,
    /// <summary>Data of a channel.</summary>
    Subscription = 2,
    /// <summary>The venue is there.</summary>
    Heartbeat = 3,
    /// <summary>The venue asks whether we are there, and closes the socket in ten seconds unless it is told.</summary>
    TestRequest = 4,
}

/// <summary>
/// One JSON-RPC frame taken apart: what it is, and the bytes of the parts that its kind has. Parts of other frames than the one that it
/// was read from are never held: the spans are valid as long as the frame is.
/// </summary>
internal ref struct DeribitFrame
{
    /// <summary>What it is.</summary>
    public DeribitFrameKind Kind;

    /// <summary>The request that it answers.</summary>
    public long Id;

    /// <summary>The channel that the data belongs to, between the quotes.</summary>
    public ReadOnlySpan<byte> Channel;

    /// <summary>The channel's data, one JSON value.</summary>
    public ReadOnlySpan<byte> Data;

    /// <summary>The result, one JSON value; empty when there is none.</summary>
    public ReadOnlySpan<byte> Result;

    /// <summary>The error object; empty when there is none.</summary>
    public ReadOnlySpan<byte> Error;

    /// <summary>Takes a frame apart; false when it is not a JSON-RPC object.</summary>
    public static bool TryRead(ReadOnlySpan<byte> json, out DeribitFrame frame)
    {
        frame = default;
        var scanner = new Utf8Scanner(json);
        ReadOnlySpan<byte> method = default, channel = default, data = default, type = default, result = default, error = default;
        var hasId = false;
        var ok = scanner.TryEnterObject();
        while (ok && scanner.NextProperty(out var name))
        {
            ok = name switch
            {
                _ when name.SequenceEqual("id"u8) && scanner.Peek() != (byte)'n' => hasId = scanner.TryReadInt64(out frame.Id),
                _ when name.SequenceEqual("method"u8) => scanner.TryReadString(out method, out _),
                _ when name.SequenceEqual("params"u8) && scanner.Peek() == (byte)'{' => TryReadParams(ref scanner, out channel, out data, out type),
                _ when name.SequenceEqual("result"u8) => scanner.TryReadRaw(out result),
                _ when name.SequenceEqual("error"u8) && scanner.Peek() == (byte)'{' => scanner.TryReadRaw(out error),
                _ => scanner.TrySkip(),
            };
        }

        if (!ok || !scanner.AtEnd)
            return false;
        frame.Channel = channel;
        frame.Data = data;
        frame.Result = result;
        frame.Error = error;
        frame.Kind = hasId && (!result.IsEmpty || !error.IsEmpty) ? DeribitFrameKind.Reply
            : method.SequenceEqual("subscription"u8) && !channel.IsEmpty && !data.IsEmpty ? DeribitFrameKind.Subscription
            : !method.SequenceEqual("heartbeat"u8) ? DeribitFrameKind.Unknown
            : type.SequenceEqual("test_request"u8) ? DeribitFrameKind.TestRequest
            : DeribitFrameKind.Heartbeat;
        return true;
    }

    private static bool TryReadParams(scoped ref Utf8Scanner scanner, out ReadOnlySpan<byte> channel, out ReadOnlySpan<byte> data, out ReadOnlySpan<byte> type)
    {
        channel = data = type = default;
        var ok = scanner.TryEnterObject();
        while (ok && scanner.NextProperty(out var name))
        {
            ok = name switch
            {
                _ when name.SequenceEqual("channel"u8) => scanner.TryReadString(out channel, out _),
                _ when name.SequenceEqual("data"u8) => scanner.TryReadRaw(out data),
                _ when name.SequenceEqual("type"u8) => scanner.TryReadString(out type, out _),
                _ => scanner.TrySkip(),
            };
        }

        return ok && scanner.Ok;
    }
}

/// <summary>Makes requests and reads results (venue sheet, section 1). Ids are integers, named parameters only, one message a frame.</summary>
internal static class DeribitRpc
{
    /// <summary>A frame, or a body, beyond this is refused by the venue.</summary>
    public const int LargestRequest = 32 * 1024;

    /// <summary>A request.</summary>
    /// <param name="id">Its id on the socket.</param>
    /// <param name="method">The method.</param>
    /// <param name="request">Its parameters; null for none.</param>
    public static ReadOnlyMemory<byte> Request(long id, string method, DeribitParams? request = null)
    {
        var members = request is null ? default : request.Written;
        var frame = new byte[members.Length + method.Length + 80];
        var at = Put(frame, 0, "{\"jsonrpc\":\"2.0\",\"id\":"u8);
        id.TryFormat(frame.AsSpan(at), out var written, default, CultureInfo.InvariantCulture);
        at = Put(frame, at + written, ",\"method\":\""u8);
        at += Encoding.ASCII.GetBytes(method, frame.AsSpan(at));
        at = Put(frame, at, "\",\"params\":{"u8);
        at = Put(frame, at, members);
        at = Put(frame, at, "}}"u8);
        return frame.AsMemory(0, at);

        static int Put(byte[] to, int at, ReadOnlySpan<byte> bytes)
        {
            bytes.CopyTo(to.AsSpan(at));
            return at + bytes.Length;
        }
    }

    /// <summary>The result of an HTTP body; the error that it holds otherwise.</summary>
    public static ExchangeError? ErrorOf(ReadOnlySpan<byte> body, out ReadOnlySpan<byte> result)
    {
        result = default;
        if (!DeribitFrame.TryRead(body, out var frame))
            return Unreadable("a request");
        result = frame.Result;
        return !frame.Error.IsEmpty ? DeribitErrors.Read(frame.Error) : result.IsEmpty ? Unreadable("a request") : null;
    }

    /// <summary>Reads an integer that the result is.</summary>
    public static bool TryReadInteger(ReadOnlySpan<byte> result, out long value)
    {
        var json = new Utf8Scanner(result);
        return json.TryReadInt64(out value) && json.AtEnd;
    }

    /// <summary>Reads the channels that a subscribe or unsubscribe call achieved: perhaps fewer than asked for, in any order; null when it is no list.</summary>
    public static HashSet<string>? ReadChannels(ReadOnlySpan<byte> result)
    {
        var channels = new HashSet<string>(StringComparer.Ordinal);
        var json = new Utf8Scanner(result);
        if (json.Peek() != (byte)'[' || !json.TryEnterArray())
            return null;
        while (json.NextElement())
        {
            if (!json.TryReadText(out var channel) || channel is null)
                return null;
            channels.Add(channel);
        }

        return json.AtEnd ? channels : null;
    }

    /// <summary>A reply that cannot be read: of a command, nobody can tell what became.</summary>
    public static ExchangeError Unreadable(string what) => new()
    {
        Code = ExchangeErrorCode.UnreadableReply,
        Message = $"Deribit answered {what} with something that cannot be read",
        Outcome = CommandOutcome.Unknown,
        Retryable = true,
    };
}
