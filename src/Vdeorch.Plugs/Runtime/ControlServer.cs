using System.Collections.Immutable;
using Vdeorch.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Model.Runtime;

namespace Vdeorch.Plugs.Runtime;

/// <summary>
/// Serves the control and the state socket on the calling thread, any number of clients, until one asks to stop or <paramref name="wake"/> says so:
/// 1. accept, and turn away whoever is neither root nor the user that made the socket;
/// 2. read one request of each readable client, answer it;
/// 3. call whoever else has something to do on this thread;
/// 4. keep a reply that found no room, and drop the client that has not read it in time.
/// </summary>
/// <param name="wake">Raised from other threads; then <paramref name="onWake"/> is called, and says whether to go on.</param>
sealed class ControlServer(Fd control, Fd state, EventFd wake, Func<bool> onWake, ImmutableArray<IAttendant> attendants, RequestHandler handler) : IDisposable
{
    const int ReadTimeoutMs = 5_000;
    const ulong ControlToken = 0;
    const ulong StateToken = 1;
    const ulong WakeToken = 2;
    const ulong FirstAttendantToken = 3;

    readonly Epoll epoll = new();
    readonly Dictionary<ulong, ControlClient> clients = [];

    // One byte more than the longest, to notice a longer one.
    readonly byte[] datagram = GC.AllocateUninitializedArray<byte>(RuntimeRequest.MaxBytes + 1);
    readonly uint owner = new SeqPacketSocket(control).Peer.Uid;
    ulong nextToken = FirstAttendantToken + (ulong)attendants.Length;

    public void Run()
    {
        epoll.Add(control, ControlToken, Interest.Readable);
        epoll.Add(state, StateToken, Interest.Readable);
        epoll.Add(wake.Fd, WakeToken, Interest.Readable);
        for (int i = 0; i < attendants.Length; i++)
        {
            epoll.Add(attendants[i].Readiness, FirstAttendantToken + (ulong)i, Interest.Readable);
        }
        Span<Ready> ready = stackalloc Ready[64];
        while (true)
        {
            int count = epoll.Wait(ready, MillisecondsToDeadline());
            foreach (Ready one in ready[..count])
            {
                if (!Handle(one))
                {
                    return;
                }
            }
            DropLate();
        }
    }

    public void Dispose()
    {
        foreach (ControlClient client in clients.Values)
        {
            client.Dispose();
        }
        epoll.Dispose();
    }

    // False to end.
    bool Handle(Ready one)
    {
        switch (one.Token)
        {
            case ControlToken:
                Accept(control, mayChange: true);
                return true;
            case StateToken:
                Accept(state, mayChange: false);
                return true;
            case WakeToken:
                wake.Clear();
                return onWake();
            case >= FirstAttendantToken when one.Token - FirstAttendantToken < (ulong)attendants.Length:
                attendants[(int)(one.Token - FirstAttendantToken)].Serve();
                return true;
            default:
                // Not there: dropped earlier in this turn.
                return !clients.TryGetValue(one.Token, out ControlClient? client) || Serve(client);
        }
    }

    void Accept(Fd listener, bool mayChange)
    {
        SeqPacketSocket? socket;
        try
        {
            socket = SeqPacketSocket.Accept(listener);
        }
        catch (LinuxException refused)
        {
            // Out of descriptors, say. The listener stays readable: no faster than this.
            Console.Error.WriteLine($"client not accepted: {refused.Message}");
            Thread.Sleep(100);
            return;
        }
        if (socket is null)
        {
            return;
        }
        if (socket.Peer.Uid is var uid && uid != 0 && uid != owner)
        {
            Console.Error.WriteLine($"client of user {uid} turned away");
            socket.Dispose();
            return;
        }
        ControlClient client = new(socket, nextToken++, mayChange);
        clients.Add(client.Token, client);
        epoll.Add(socket.Fd, client.Token, Interest.Readable);
    }

    bool Serve(ControlClient client)
    {
        if (client.Pending is { } pending)
        {
            Send(client, pending);
            return true;
        }
        List<Fd> descriptors = [];
        try
        {
            IoResult received = client.Socket.TryReceive(datagram, descriptors);
            if (received is { IsOk: false, Errno: Errnos.Again })
            {
                return true;
            }
            if (received is { IsOk: true, Count: 0 })
            {
                Drop(client);
                return true;
            }
            Answer answer = received.IsOk
                ? handler.Answer(datagram.AsSpan(0, received.Count), descriptors, client.MayChange)
                : Answer.Refused(new LinuxException(received.Errno, "recvmsg", "request").Message);
            Send(client, new PendingReply(RuntimeCodec.Write(answer.Reply), answer.Descriptors, Environment.TickCount64 + ReadTimeoutMs));
            return !answer.Stop;
        }
        finally
        {
            descriptors.ForEach(unused => unused.Dispose());
        }
    }

    void Send(ControlClient client, PendingReply reply)
    {
        bool waited = client.Pending is not null;
        // A port may have gone since it was asked for.
        bool closed = reply.Descriptors.Any(descriptor => descriptor.IsClosed);
        IoResult sent = closed ? new IoResult(0, Errnos.Again) : client.Socket.TrySend(reply.Bytes, reply.Descriptors);
        switch (sent)
        {
            case { IsOk: true }:
                client.Pending = null;
                if (waited)
                {
                    epoll.Modify(client.Socket.Fd, client.Token, Interest.Readable);
                }
                break;
            case { Errno: Errnos.Again } when !closed:
                client.Pending = reply;
                if (!waited)
                {
                    epoll.Modify(client.Socket.Fd, client.Token, Interest.Writable);
                }
                break;
            default:
                Drop(client);
                break;
        }
    }

    void Drop(ControlClient client)
    {
        clients.Remove(client.Token);
        client.Dispose();
    }

    int MillisecondsToDeadline()
    {
        long earliest = long.MaxValue;
        foreach (ControlClient client in clients.Values)
        {
            earliest = Math.Min(earliest, client.Pending?.DeadlineMs ?? long.MaxValue);
        }
        return earliest == long.MaxValue ? -1 : (int)Math.Max(0, earliest - Environment.TickCount64);
    }

    void DropLate()
    {
        long now = Environment.TickCount64;
        foreach (ControlClient late in clients.Values.Where(client => client.Pending?.DeadlineMs <= now).ToList())
        {
            Console.Error.WriteLine($"client dropped: it has not read its reply for {ReadTimeoutMs} ms");
            Drop(late);
        }
    }
}
