using System.Diagnostics;
using System.Runtime.InteropServices;
using NetMQ.Native;

namespace NetMQ;

public abstract unsafe partial class NetMQSocket
{
    /// <inheritdoc />
    public virtual bool TryReceive(ref Msg msg, TimeSpan timeout) => TryReceive(ref msg, new Deadline(timeout), out _);

    /// <inheritdoc />
    public virtual bool TrySend(ref Msg msg, TimeSpan timeout, bool more)
    {
        if (!msg.IsInitialised)
        {
            throw new FaultException("An uninitialised Msg cannot be sent.");
        }

        var deadline = new Deadline(timeout);
        var flags = (more ? ZmqFlags.SendMore : 0) | (deadline.IsNever ? 0 : ZmqFlags.DontWait);
        while (true)
        {
            int sent;
            Enter();
            fixed (byte* data = msg.Slice())
            {
                sent = LibZmq.zmq_send(_handle, data, (nuint)msg.Size, flags);
            }

            var error = sent < 0 ? Marshal.GetLastPInvokeError() : 0;
            Exit();
            if (sent >= 0)
            {
                msg.Close();
                msg.InitEmpty();
                return true;
            }

            if (!MayRetry(error, PollEvents.PollOut, deadline, "Sending"))
            {
                return false;
            }
        }
    }

    /// <summary>
    /// Receives a frame. <paramref name="fromPeer"/> tells whether it came over a connection, which what libzmq makes up by
    /// itself (the unsubscriptions of a peer that is gone) did not.
    /// </summary>
    private protected bool TryReceive(ref Msg msg, in Deadline deadline, out bool fromPeer)
    {
        if (!msg.IsInitialised)
        {
            throw new FaultException("An uninitialised Msg cannot receive.");
        }

        var flags = deadline.IsNever ? 0 : ZmqFlags.DontWait;
        while (true)
        {
            ZmqMsg received;
            _ = LibZmq.zmq_msg_init(&received);
            Enter();
            var size = LibZmq.zmq_msg_recv(&received, _handle, flags);
            var error = size < 0 ? Marshal.GetLastPInvokeError() : 0;
            Exit();
            if (size >= 0)
            {
                // The msg's own size, because zmq_msg_recv's answer is an int.
                var length = checked((int)LibZmq.zmq_msg_size(&received));
                var frame = new ReadOnlySpan<byte>(LibZmq.zmq_msg_data(&received), length);
                msg.Receive(frame, LibZmq.zmq_msg_more(&received) != 0);
                fromPeer = NeedsOrigin && HasMetadata(&received);
                _ = LibZmq.zmq_msg_close(&received);
                return true;
            }

            _ = LibZmq.zmq_msg_close(&received);
            if (!MayRetry(error, PollEvents.PollIn, deadline, "Receiving"))
            {
                msg.Close();
                msg.InitEmpty();
                fromPeer = false;
                return false;
            }
        }
    }

    /// <summary>Whether this socket wants to know if a frame came over a connection.</summary>
    private protected virtual bool NeedsOrigin => false;

    private static bool HasMetadata(ZmqMsg* message)
    {
        fixed (byte* property = "Socket-Type\0"u8)
        {
            return LibZmq.zmq_msg_gets(message, property) != null;
        }
    }

    /// <summary>After a call that failed: waits for the event that it needs. False: the time is up.</summary>
    private bool MayRetry(int error, PollEvents needed, in Deadline deadline, string what) => error switch
    {
        ZmqError.Interrupted => true,
        ZmqError.Again when deadline.IsNever => true,
        ZmqError.Again => !deadline.IsNow && WaitFor(needed, deadline) != PollEvents.None,
        _ => throw ZmqError.Of(error, what),
    };

    private PollEvents WaitFor(PollEvents events, in Deadline deadline)
    {
        Enter();
        try
        {
            var item = new ZmqPollItem { Socket = _handle, Events = (short)events };
            while (true)
            {
                var count = LibZmq.zmq_poll(&item, 1, new CLong(deadline.MillisecondsLeft));
                if (count > 0)
                {
                    return (PollEvents)item.Returned;
                }

                if (count < 0 && Marshal.GetLastPInvokeError() != ZmqError.Interrupted)
                {
                    throw ZmqError.Last("Polling");
                }

                if (!deadline.IsNever && deadline.MillisecondsLeft == 0)
                {
                    return PollEvents.None;
                }
            }
        }
        finally
        {
            Exit();
        }
    }

    /// <summary>The end of a time-out: now, never, or a moment.</summary>
    private protected readonly struct Deadline
    {
        private readonly long _end;

        public Deadline(TimeSpan timeout)
        {
            IsNever = timeout < TimeSpan.Zero;
            IsNow = timeout == TimeSpan.Zero;
            _end = IsNever || IsNow ? 0 : Stopwatch.GetTimestamp() + (long)(timeout.TotalSeconds * Stopwatch.Frequency);
        }

        public bool IsNever { get; }

        public bool IsNow { get; }

        /// <summary>Rounded up, so that a wait never ends early; -1: for ever.</summary>
        public int MillisecondsLeft
        {
            get
            {
                if (IsNever || IsNow)
                {
                    return IsNever ? -1 : 0;
                }

                var left = (_end - Stopwatch.GetTimestamp()) * 1000.0 / Stopwatch.Frequency;
                return left <= 0 ? 0 : (int)Math.Min(int.MaxValue, Math.Ceiling(left));
            }
        }
    }
}
