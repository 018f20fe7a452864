using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Exchanges.Common.Text;

namespace Exchange.Exchanges.Recording;

/// <summary>
/// Records a connection: every frame of its sockets and every body, in one file. Never holds the connection up: lines wait in a
/// bounded queue for a writer of their own, and those that find it full are dropped and counted.
/// </summary>
/// <remarks>A frame that is not one whole JSON value is written as a JSON text of its bytes, so that each line stays readable.</remarks>
public sealed class RecordingWriter : IFrameTap, IAsyncDisposable
{
    private readonly Channel<byte[]> _queue;
    private readonly ConcurrentBag<ArrayBufferWriter<byte>> _buffers = [];
    private readonly Task _writing;
    private long _dropped;
    private long _written;
    private volatile Exception? _failure;

    /// <summary>Starts to record into <paramref name="path"/>, which must not exist.</summary>
    /// <param name="path">The file.</param>
    /// <param name="queue">Lines that may wait.</param>
    public RecordingWriter(string path, int queue = 16_384)
        : this(new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, 1 << 16, useAsync: true), queue)
    {
    }

    /// <summary>Starts to record into a stream, which is closed at the end.</summary>
    public RecordingWriter(Stream output, int queue = 16_384)
    {
        _queue = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(queue) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
        _writing = Task.Run(() => WriteAsync(output));
    }

    /// <summary>Lines that were dropped because the disk did not keep up, or failed.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Lines written.</summary>
    public long Written => Interlocked.Read(ref _written);

    /// <summary>Why writing has ended early, or null.</summary>
    public Exception? Failure => _failure;

    /// <inheritdoc/>
    public void OnOpened(string socket, Uri url, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(url);
        Add(at, "ws"u8, "open"u8, url, default, hasData: false);
    }

    /// <inheritdoc/>
    public void OnFrame(string socket, Uri url, bool outgoing, ReadOnlySpan<byte> frame, DateTimeOffset at) =>
        Add(at, "ws"u8, outgoing ? "out"u8 : "in"u8, outgoing ? url : null, frame, hasData: true);

    /// <inheritdoc/>
    public void OnHttp(Uri url, ReadOnlySpan<byte> body, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(url);
        Add(at, "http"u8, "in"u8, url, body, hasData: true);
    }

    /// <summary>Writes what waits and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _writing.ConfigureAwait(false);
    }

    private void Add(DateTimeOffset at, ReadOnlySpan<byte> via, ReadOnlySpan<byte> direction, Uri? url, ReadOnlySpan<byte> data, bool hasData)
    {
        if (!_buffers.TryTake(out var buffer))
            buffer = new ArrayBufferWriter<byte>(1024);
        buffer.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteNumber("at", (at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond);
            json.WriteString("via", via);
            json.WriteString("dir", direction);
            if (url is not null)
                json.WriteString("url", url.AbsoluteUri);
            if (hasData && IsOneLine(data))
            {
                json.WritePropertyName("data");
                json.WriteRawValue(data, skipInputValidation: true);
            }
            else if (hasData)
            {
                json.WriteString("data", Encoding.UTF8.GetString(data));
            }

            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        if (!_queue.Writer.TryWrite(buffer.WrittenSpan.ToArray()))
            Interlocked.Increment(ref _dropped);
        _buffers.Add(buffer);
    }

    private static bool IsOneLine(ReadOnlySpan<byte> data)
    {
        var json = new Utf8Scanner(data);
        return data.IndexOfAny((byte)'\n', (byte)'\r') < 0 && json.TrySkip() && json.AtEnd;
    }

    private async Task WriteAsync(Stream output)
    {
        await using (output.ConfigureAwait(false))
        {
            try
            {
                while (await _queue.Reader.WaitToReadAsync().ConfigureAwait(false))
                {
                    while (_queue.Reader.TryRead(out var line))
                    {
                        await output.WriteAsync(line).ConfigureAwait(false);
                        Interlocked.Increment(ref _written);
                    }

                    await output.FlushAsync().ConfigureAwait(false);
                }
            }
            catch (Exception e)
            {
                // A full disk ends the recording, not the connection; what comes from now on counts as dropped.
                _failure = e;
                _queue.Writer.TryComplete();
                while (_queue.Reader.TryRead(out _))
                    Interlocked.Increment(ref _dropped);
            }
        }
    }
}
