using System.Globalization;
using System.Net;
using System.Net.Sockets;
using NetMQ.Native;

namespace NetMQ;

public abstract partial class NetMQSocket
{
    private const string Tcp = "tcp://";
    private const string Inproc = "inproc://";

    private readonly ZmqContext _context;

    // An address ends by the words that began it, not by what they were resolved to; only a port that was chosen is put in.
    private readonly Dictionary<string, Endpoint> _endpoints = new(StringComparer.Ordinal);

    /// <summary>Listens at an address, such as tcp://127.0.0.1:5555, or tcp://127.0.0.1:0 for a free port.</summary>
    public void Bind(string address)
    {
        var resolved = ResolveHost(address);
        Call(LibZmq.zmq_bind, resolved, "Bind to");
        var bound = Options.LastEndpoint ?? resolved;
        if (IsInproc(address))
        {
            _context.InprocNames[address] = this;
        }
        else if (address.StartsWith(Tcp, StringComparison.Ordinal))
        {
            address = address[..address.LastIndexOf(':')] + bound[bound.LastIndexOf(':')..];
        }

        _endpoints[address] = new Endpoint(IsBound: true, bound);
    }

    /// <summary>Listens at a free port of an address without a port, such as tcp://127.0.0.1, and tells the port.</summary>
    public int BindRandomPort(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (!address.StartsWith(Tcp, StringComparison.Ordinal))
        {
            throw new ProtocolNotSupportedException("Address must use the TCP protocol.");
        }

        Bind(address + ":0");
        var bound = Options.LastEndpoint ?? string.Empty;
        return int.Parse(bound.AsSpan(bound.LastIndexOf(':') + 1), CultureInfo.InvariantCulture);
    }

    /// <summary>Connects to an address, now or whenever somebody listens there.</summary>
    public void Connect(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (IsInproc(address) && !_context.InprocNames.ContainsKey(address))
        {
            throw new EndpointNotFoundException($"Nothing is bound to {address}; an inproc address is bound before it is connected to.");
        }

        Call(LibZmq.zmq_connect, address, "Connect to");
        _endpoints[address] = new Endpoint(IsBound: false, address);
    }

    /// <summary>Ends what <see cref="Connect"/>, or <see cref="Bind"/>, with the same address began; see <see cref="Unbind"/>.</summary>
    public void Disconnect(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (!_endpoints.Remove(address, out var endpoint))
        {
            throw new EndpointNotFoundException($"Endpoint {address} was not found and cannot be disconnected");
        }

        Call(endpoint.IsBound ? LibZmq.zmq_unbind : LibZmq.zmq_disconnect, endpoint.Resolved, "End");
        if (endpoint.IsBound)
        {
            _context.InprocNames.TryRemove(address, out _);
        }
    }

    /// <summary>Stops listening: at the host as <see cref="Bind"/> was given it, and the port that was chosen, if one was.</summary>
    public void Unbind(string address) => Disconnect(address);

    private static bool IsInproc(string address) => address.StartsWith(Inproc, StringComparison.Ordinal);

    /// <summary>libzmq binds to interfaces and addresses, not to host names; NetMQ does.</summary>
    private static string ResolveHost(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var colon = address.LastIndexOf(':');
        if (!address.StartsWith(Tcp, StringComparison.Ordinal) || colon < Tcp.Length)
        {
            return address;
        }

        var host = address[Tcp.Length..colon];
        if (host == "*" || IPAddress.TryParse(host.Trim('[', ']'), out _))
        {
            return address;
        }

        try
        {
            var found = Dns.GetHostAddresses(host, AddressFamily.InterNetwork);
            if (found.Length > 0)
            {
                return $"{Tcp}{found[0]}{address[colon..]}";
            }
        }
        catch (SocketException)
        {
            // told below, as the genuine package does
        }

        throw new InvalidException($"Unable to find an IP address for {host}");
    }

    private void Attach(string? connectionString, DefaultAction defaultAction)
    {
        const StringSplitOptions Options = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
        foreach (var endpoint in (connectionString ?? string.Empty).Split(',', Options))
        {
            switch (endpoint[0])
            {
                case '@':
                    Bind(endpoint[1..]);
                    break;
                case '>':
                    Connect(endpoint[1..]);
                    break;
                default:
                    if (defaultAction == DefaultAction.Bind)
                    {
                        Bind(endpoint);
                    }
                    else
                    {
                        Connect(endpoint);
                    }

                    break;
            }
        }
    }

    private void Call(Func<nint, string, int> function, string address, string what)
    {
        Enter();
        try
        {
            if (function(_handle, address) != 0)
            {
                throw ZmqError.Last($"{what} {address}");
            }
        }
        finally
        {
            Exit();
        }
    }

    private void ForgetInprocNames()
    {
        foreach (var name in _context.InprocNames)
        {
            if (name.Value == this)
            {
                _context.InprocNames.TryRemove(name);
            }
        }
    }

    private readonly record struct Endpoint(bool IsBound, string Resolved);
}
