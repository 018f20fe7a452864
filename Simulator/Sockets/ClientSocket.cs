using Exchange.Simulator.Faults;

namespace Exchange.Simulator.Sockets;

/// <summary>
/// A client's socket as every venue has it: counted, cut and closed, and its frames damaged where a fault says so. Used within the
/// simulator's turn, except <see cref="RunAsync"/>.
/// </summary>
internal abstract class ClientSocket(long id, WebSocketConnection socket, SimulatorContext context)
{
    private readonly List<(string Stream, byte[] Frame)> _held = [];

    public long Id { get; } = id;

    /// <summary>What faults choose by: public, private …</summary>
    public abstract string RouteName { get; }

    public DateTimeOffset OpenedAt { get; } = context.Clock.Now;

    public long FramesSent { get; private set; }

    public long MessagesReceived { get; private set; }

    public long PingsReceived { get; private set; }

    public long PongsReceived { get; private set; }

    public int PendingBytes => socket.PendingBytes;

    /// <summary>Why it ended; null while it lives.</summary>
    public string? Ended { get; private set; }

    /// <summary>Whether a frame is held back to be sent behind the next of its stream.</summary>
    protected bool HoldsFrames => _held.Count > 0;

    public Task RunAsync() => socket.RunAsync(Receive);

    /// <summary>Completes when everything sent so far is with the network.</summary>
    public Task WhenDrained() => socket.WhenDrained();

    public void SendText(ReadOnlySpan<byte> frame)
    {
        context.Probe?.Invoke(RouteName, true, frame);
        if (socket.Send(Opcode.Text, frame))
        {
            FramesSent++;
        }
        else
        {
            Cut("slow: its send queue was full");
        }
    }

    /// <summary>A close frame, then the end.</summary>
    public void Close(int code, string reason)
    {
        End($"closed {code}: {reason}");
        socket.Close(code, reason);
    }

    /// <summary>The TCP connection is cut.</summary>
    public void Cut(string reason)
    {
        End(reason);
        socket.Abort();
    }

    /// <summary>It is over, whoever ended it.</summary>
    public virtual void End(string reason) => Ended ??= reason;

    /// <summary>A text or binary message.</summary>
    protected abstract void Handle(ReadOnlySpan<byte> message);

    /// <summary>Looks at a frame from the client before anything is done with it; false when it has ended the connection.</summary>
    protected virtual bool Admit(Opcode opcode) => true;

    protected virtual void OnPong(ReadOnlySpan<byte> payload)
    {
    }

    protected void SendPing(ReadOnlySpan<byte> payload) => socket.Send(Opcode.Ping, payload);

    /// <summary>Sends a frame as the fault wants it; null: as it is.</summary>
    /// <param name="insert">The frame that a fault wants ahead of it; null for a fault that wants none.</param>
    protected void SendDamaged(string stream, ReadOnlySpan<byte> frame, Fault? fault, Func<Fault, byte[]?> insert)
    {
        switch (fault?.Kind)
        {
            case FaultKind.LoseFrame or FaultKind.Silence:
                break;
            case FaultKind.ReorderFrames:
                _held.Add((stream, frame.ToArray()));
                return;
            case FaultKind.DuplicateFrame:
                SendText(frame);
                SendText(frame);
                break;
            case FaultKind.DropSocket:
                Cut("fault: drop_socket");
                return;
            case null:
                SendText(frame);
                break;
            default:
                if (insert(fault) is { } inserted)
                {
                    SendText(inserted);
                    SendText(frame);
                }
                else
                {
                    SendText(FrameDamage.Replace(fault, frame) ?? frame);
                }

                break;
        }

        // What was held back follows the next frame of its stream.
        for (var i = 0; i < _held.Count; i++)
        {
            if (_held[i].Stream == stream)
            {
                SendText(_held[i].Frame);
                _held.RemoveAt(i--);
            }
        }
    }

    private void Receive(Opcode opcode, ReadOnlySpan<byte> payload)
    {
        context.Probe?.Invoke(RouteName, false, payload);
        lock (context.Turn)
        {
            if (Ended is not null)
            {
                return;
            }

            MessagesReceived++;
            if (!Admit(opcode))
            {
                context.Touch();
                return;
            }

            if (opcode == Opcode.Ping)
            {
                PingsReceived++;
                socket.Send(Opcode.Pong, payload);
            }
            else if (opcode == Opcode.Pong)
            {
                PongsReceived++;
                OnPong(payload);
            }
            else
            {
                Handle(payload);
            }

            context.Touch();
        }
    }
}
