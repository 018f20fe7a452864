using System.Reflection;
using System.Runtime.InteropServices;

namespace NetMQ.Native;

/// <summary>The functions of libzmq, as its manual describes them.</summary>
internal static unsafe partial class LibZmq
{
    private const string Library = "libzmq";

    private static readonly string[] _names = ["libzmq.so.5", "libzmq.5.dylib", "libzmq"];

    static LibZmq() => NativeLibrary.SetDllImportResolver(typeof(LibZmq).Assembly, Load);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint zmq_ctx_new();

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int zmq_ctx_set(nint context, int option, int value);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int zmq_ctx_shutdown(nint context);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int zmq_ctx_term(nint context);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint zmq_socket(nint context, int type);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int zmq_close(nint socket);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int zmq_bind(nint socket, string endpoint);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int zmq_unbind(nint socket, string endpoint);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int zmq_connect(nint socket, string endpoint);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int zmq_disconnect(nint socket, string endpoint);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int zmq_setsockopt(nint socket, int option, void* value, nuint length);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int zmq_getsockopt(nint socket, int option, void* value, nuint* length);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int zmq_send(nint socket, byte* data, nuint length, int flags);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int zmq_msg_recv(ZmqMsg* message, nint socket, int flags);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    internal static partial int zmq_msg_init(ZmqMsg* message);

    [LibraryImport(Library)]
    internal static partial int zmq_msg_close(ZmqMsg* message);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    internal static partial byte* zmq_msg_data(ZmqMsg* message);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    internal static partial nuint zmq_msg_size(ZmqMsg* message);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    internal static partial int zmq_msg_more(ZmqMsg* message);

    [LibraryImport(Library)]
    internal static partial byte* zmq_msg_gets(ZmqMsg* message, byte* property);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int zmq_poll(ZmqPollItem* items, int count, CLong timeout);

    [LibraryImport(Library)]
    internal static partial byte* zmq_strerror(int error);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int zmq_curve_keypair(byte* publicKey, byte* secretKey);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int zmq_curve_public(byte* publicKey, byte* secretKey);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial byte* zmq_z85_encode(byte* text, byte* data, nuint size);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial byte* zmq_z85_decode(byte* data, byte* text);

    private static nint Load(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (name != Library)
        {
            return 0;
        }

        foreach (var candidate in _names)
        {
            if (NativeLibrary.TryLoad(candidate, assembly, searchPath, out var library))
            {
                return library;
            }
        }

        throw new DllNotFoundException(
            $"libzmq was not found (tried {string.Join(", ", _names)}). Install it with: apt-get install libzmq5");
    }
}
