namespace NetMQ;

/// <summary>Something that messages are received from.</summary>
public interface IReceivingSocket
{
    /// <summary>Receives a frame into an initialised <see cref="Msg"/>; false if none came in time. Negative: wait for ever.</summary>
    bool TryReceive(ref Msg msg, TimeSpan timeout);
}

/// <summary>Something that messages are sent to.</summary>
public interface IOutgoingSocket
{
    /// <summary>Sends a frame, which leaves <paramref name="msg"/> empty; false if it could not be sent in time. Negative: wait for ever.</summary>
    bool TrySend(ref Msg msg, TimeSpan timeout, bool more);
}

/// <summary>Something that a poller can watch: a socket, or a queue.</summary>
public interface ISocketPollable
{
    /// <summary>The socket to watch.</summary>
    NetMQSocket Socket { get; }

    /// <summary>Whether it was disposed of.</summary>
    bool IsDisposed { get; }
}

/// <summary>What pollables are added to.</summary>
[Obsolete("Use INetMQPoller instead")]
public interface ISocketPollableCollection
{
    /// <summary>Adds a pollable.</summary>
    void Add(ISocketPollable socket);

    /// <summary>Removes a pollable.</summary>
    void Remove(ISocketPollable socket);

    /// <summary>Removes a pollable and disposes of it.</summary>
    void RemoveAndDispose<T>(T socket)
        where T : ISocketPollable, IDisposable;
}

/// <summary>What watches pollables on a thread.</summary>
public interface INetMQPoller : IDisposable
{
    /// <summary>Whether it runs.</summary>
    bool IsRunning { get; }

    /// <summary>Runs on this thread until it is stopped.</summary>
    void Run();

    /// <summary>Runs on a thread of its own.</summary>
    void RunAsync();

    /// <summary>Stops, and waits until it has.</summary>
    void Stop();

    /// <summary>Asks to stop.</summary>
    void StopAsync();

    /// <summary>Adds a pollable.</summary>
    void Add(ISocketPollable socket);

    /// <summary>Removes a pollable.</summary>
    void Remove(ISocketPollable socket);

    /// <summary>Removes a pollable and disposes of it.</summary>
    void RemoveAndDispose<T>(T socket)
        where T : ISocketPollable, IDisposable;
}

/// <summary>A socket.</summary>
public interface INetMQSocket : IOutgoingSocket, IReceivingSocket, ISocketPollable, IDisposable
{
    /// <inheritdoc cref="NetMQSocket.ReceiveReady" />
    event EventHandler<NetMQSocketEventArgs> ReceiveReady;

    /// <inheritdoc cref="NetMQSocket.SendReady" />
    event EventHandler<NetMQSocketEventArgs> SendReady;

    /// <inheritdoc cref="NetMQSocket.Options" />
    SocketOptions Options { get; }

    /// <inheritdoc cref="NetMQSocket.HasIn" />
    bool HasIn { get; }

    /// <inheritdoc cref="NetMQSocket.HasOut" />
    bool HasOut { get; }

    /// <inheritdoc cref="NetMQSocket.Bind" />
    void Bind(string address);

    /// <inheritdoc cref="NetMQSocket.BindRandomPort" />
    int BindRandomPort(string address);

    /// <inheritdoc cref="NetMQSocket.Connect" />
    void Connect(string address);

    /// <inheritdoc cref="NetMQSocket.Disconnect" />
    void Disconnect(string address);

    /// <inheritdoc cref="NetMQSocket.Unbind" />
    void Unbind(string address);

    /// <inheritdoc cref="NetMQSocket.Close" />
    void Close();

    /// <inheritdoc cref="NetMQSocket.Poll()" />
    void Poll();

    /// <inheritdoc cref="NetMQSocket.Poll(TimeSpan)" />
    bool Poll(TimeSpan timeout);

    /// <inheritdoc cref="NetMQSocket.Poll(PollEvents, TimeSpan)" />
    PollEvents Poll(PollEvents pollEvents, TimeSpan timeout);
}
