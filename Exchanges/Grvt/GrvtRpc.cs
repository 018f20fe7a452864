using System.Buffers;
using System.Globalization;
using System.Text;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Grvt;

/// <summary>What a frame of the venue is.</summary>
internal enum GrvtFrameKind
{
    /// <summary>Well formed, of a kind that is not known here.</summary>
    Unknown = 0,
    /// <summary>The reply to a request.</summary>
    Reply = 1,
    /// <summary>Data of a stream.</summary>
    Data = 2,
    /// <summary>An error that answers no request.</summary>
    Complaint = 3,
}

/// <summary>
/// One frame taken apart, in either encoding: what it is, and the bytes of the parts that its kind has (venue sheet, sections 2 and 4). The
/// spans are valid as long as the frame is.
/// </summary>
internal ref struct GrvtFrame
{
    /// <summary>What it is.</summary>
    public GrvtFrameKind Kind;

    /// <summary>The request that it answers. The venue has been seen to leave every other mark of a reply out.</summary>
    public long Id;

    /// <summary>The result, one JSON value; empty when there is none.</summary>
    public ReadOnlySpan<byte> Result;

    /// <summary>The error object; empty when there is none.</summary>
    public ReadOnlySpan<byte> Error;

    /// <summary>The stream, between the quotes.</summary>
    public ReadOnlySpan<byte> Stream;

    /// <summary>What of the stream, as the venue says it: the whole selector, its first part, or the account alone.</summary>
    public ReadOnlySpan<byte> Selector;

    /// <summary>The number of the message within stream and selector; 0 for a snapshot.</summary>
    public long Sequence;

    /// <summary>The number of the one before.</summary>
    public long Previous;

    /// <summary>The data, one JSON value.</summary>
    public ReadOnlySpan<byte> Feed;

    /// <summary>Takes a frame apart; false when it is no JSON object.</summary>
    public static bool TryRead(ReadOnlySpan<byte> json, out GrvtFrame frame)
    {
        frame = default;
        var scanner = new Utf8Scanner(json);
        ReadOnlySpan<byte> result = default, error = default, stream = default, selector = default, feed = default;
        var hasId = false;
        var hasCode = false;
        var ok = scanner.TryEnterObject();
        while (ok && scanner.NextProperty(out var name))
        {
            switch (name)
            {
                case var _ when name.SequenceEqual("stream"u8) || name is [(byte)'s']:
                    ok = scanner.TryReadString(out stream, out _);
                    break;
                case var _ when name.SequenceEqual("selector"u8) || name.SequenceEqual("s1"u8):
                    ok = scanner.TryReadString(out selector, out _);
                    break;
                case var _ when name.SequenceEqual("sequence_number"u8) || name.SequenceEqual("sn"u8):
                    ok = scanner.TryReadId(out frame.Sequence);
                    break;
                case var _ when name.SequenceEqual("prev_sequence_number"u8) || name.SequenceEqual("ps"u8):
                    ok = scanner.TryReadId(out frame.Previous);
                    break;
                case var _ when name.SequenceEqual("feed"u8) || name is [(byte)'f']:
                    ok = scanner.TryReadRaw(out feed);
                    break;
                case var _ when (name.SequenceEqual("id"u8) || name is [(byte)'i']) && scanner.Peek() != (byte)'n':
                    ok = hasId = scanner.TryReadInt64(out frame.Id);
                    break;
                case var _ when name.SequenceEqual("result"u8) || name is [(byte)'r']:
                    ok = scanner.TryReadRaw(out result);
                    break;
                case var _ when (name.SequenceEqual("error"u8) || name is [(byte)'e']) && scanner.Peek() == (byte)'{':
                    ok = scanner.TryReadRaw(out error);
                    break;
                case var _ when name.SequenceEqual("code"u8) || name is [(byte)'c']:
                    hasCode = true;
                    ok = scanner.TrySkip();
                    break;
                default:
                    ok = scanner.TrySkip();
                    break;
            }
        }

        if (!ok || !scanner.AtEnd)
            return false;
        frame.Result = result;
        frame.Error = error;
        frame.Stream = stream;
        frame.Selector = selector;
        frame.Feed = feed;
        frame.Kind = !feed.IsEmpty && !stream.IsEmpty ? GrvtFrameKind.Data
            : hasId && frame.Id != 0 && (!result.IsEmpty || !error.IsEmpty) ? GrvtFrameKind.Reply
            : hasCode || !error.IsEmpty ? GrvtFrameKind.Complaint
            : GrvtFrameKind.Unknown;
        return true;
    }
}

/// <summary>Makes requests, and takes bodies apart, in either encoding.</summary>
internal static class GrvtRpc
{
    /// <summary>A request on a socket.</summary>
    /// <param name="id">Its id, not 0: a reply carries none otherwise.</param>
    /// <param name="method">The method, with its version.</param>
    /// <param name="request">Its parameters as one JSON object.</param>
    /// <param name="lite">Whether names are initials.</param>
    public static ReadOnlyMemory<byte> Request(long id, string method, ReadOnlySpan<byte> request, bool lite)
    {
        var frame = new ArrayBufferWriter<byte>(request.Length + method.Length + 80);
        frame.Write(lite ? "{\"j\":\"2.0\",\"m\":\""u8 : "{\"jsonrpc\":\"2.0\",\"method\":\""u8);
        frame.Advance(Encoding.ASCII.GetBytes(method, frame.GetSpan(method.Length)));
        frame.Write(lite ? "\",\"p\":"u8 : "\",\"params\":"u8);
        frame.Write(request);
        frame.Write(lite ? ",\"i\":"u8 : ",\"id\":"u8);
        id.TryFormat(frame.GetSpan(24), out var written, default, CultureInfo.InvariantCulture);
        frame.Advance(written);
        frame.Write("}"u8);
        return frame.WrittenMemory;
    }

    /// <summary>The parameters of subscribe and unsubscribe.</summary>
    public static ReadOnlyMemory<byte> Streams(string stream, IEnumerable<string> selectors, bool lite) =>
        new GrvtParams(lite).Add(GrvtNames.Stream, stream).Add(GrvtNames.Selectors, selectors).Finish();

    /// <summary>
    /// The value inside an answer, which is a whole HTTP body also where it comes as the result of a socket's reply; and the cursor of the
    /// next page, null when there is none.
    /// </summary>
    public static bool TryOpen(ReadOnlySpan<byte> body, out ReadOnlySpan<byte> result, out string? next)
    {
        result = default;
        next = null;
        var json = new Utf8Scanner(body);
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            ok = name switch
            {
                _ when name.SequenceEqual("result"u8) || name.SequenceEqual("results"u8) || name is [(byte)'r'] => json.TryReadRaw(out result),
                _ when name.SequenceEqual("next"u8) || name is [(byte)'n'] => json.TryReadText(out next),
                _ => json.TrySkip(),
            };
        }

        if (next is { Length: 0 })
            next = null;
        return ok && json.AtEnd && !result.IsEmpty;
    }

    /// <summary>Whether a result says <c>{"ack":true}</c>, as a word or as a text.</summary>
    public static bool IsAck(ReadOnlySpan<byte> result)
    {
        var json = new Utf8Scanner(result);
        var ack = false;
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
            ok = name.SequenceEqual("ack"u8) || name is [(byte)'a'] ? json.TryReadFlag(out ack) : json.TrySkip();
        return ok && json.AtEnd && ack;
    }

    /// <summary>A reply that cannot be read: of a command, nobody can tell what became.</summary>
    public static ExchangeError Unreadable(string what) => new()
    {
        Code = ExchangeErrorCode.UnreadableReply,
        Message = $"GRVT answered {what} with something that cannot be read",
        Outcome = CommandOutcome.Unknown,
        Retryable = true,
    };
}
