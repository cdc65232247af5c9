using Vdeorch.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Unix;
using Vdeorch.Plugs.Frames;

namespace Vdeorch.Plugs.Local;

/// <summary>
/// Waits at a path for one connection of sequenced packets, says one byte of status (0: welcome, else the errno) and carries its frames; when it
/// ends, waits for the next.
/// </summary>
sealed class PtpListener : IPlug
{
    const ulong ListenerToken = 0;
    const ulong PeerToken = 1;

    /// <summary>One to be welcomed, the others to be told that it is too late.</summary>
    const int Backlog = 4;

    readonly Epoll epoll = new();
    readonly Acceptor acceptor;
    readonly SocketPath name;
    readonly int sendBufferBytes;
    SharedFd? peer;

    PtpListener(Fd listener, SocketPath name, int sendBufferBytes)
    {
        this.name = name;
        this.sendBufferBytes = sendBufferBytes;
        acceptor = new Acceptor(listener);
        epoll.Add(listener, ListenerToken, Interest.Readable);
    }

    public Fd Readiness => epoll.Fd;

    public int Headroom => 0;

    /// <returns>Null when somebody else has come first.</returns>
    public static PtpListener? TryOpen(string path, PlugOpening opening)
    {
        Fd listener = UnixSocket.Open(UnixKind.SeqPacket);
        if (SocketPath.TryBind(listener, path, opening.Mode ?? 0b111_000_000, out int error) is not { } name)
        {
            listener.Dispose();
            return error == Errnos.AddressInUse ? null : throw new LinuxException(error, "bind", path);
        }
        try
        {
            UnixSocket.Listen(listener, Backlog);
            return new PtpListener(listener, name, opening.SendBufferBytes);
        }
        catch
        {
            name.Dispose();
            listener.Dispose();
            throw;
        }
    }

    public Transfer Receive(FrameBatch into)
    {
        Span<Ready> ready = stackalloc Ready[2];
        Transfer received = default;
        foreach (Ready one in ready[..epoll.Wait(ready, 0)])
        {
            if (one.Token == ListenerToken)
            {
                Accept();
                continue;
            }
            received = PtpConnection.Receive(peer!.Fd, into);
            if (received.Errno is not (0 or Errnos.Again))
            {
                Drop();
                received = received with { Errno = 0 };
            }
        }
        return received;
    }

    public Transfer Send(FrameBatch batch, ReadOnlySpan<int> frames)
    {
        SharedFd? to = Volatile.Read(ref peer);
        if (to is null || !to.TryEnter())
        {
            return new Transfer(0, 0, Errnos.NotConnected);
        }
        Transfer sent = Datagrams.Send(to.Fd, batch, frames, batch.Grace);
        to.Leave();
        return sent;
    }

    public void Dispose()
    {
        name.Dispose();
        if (peer is not null)
        {
            Drop();
        }
        acceptor.Dispose();
        epoll.Dispose();
    }

    void Accept()
    {
        if (acceptor.TryAccept() is not { } caller)
        {
            return;
        }
        byte status = peer is null ? (byte)0 : (byte)Errnos.IsConnected;
        if (!UnixSocket.Send(caller, [status]).IsOk || status != 0)
        {
            caller.Dispose();
            return;
        }
        UnixSocket.SetSendBuffer(caller, sendBufferBytes);
        epoll.Add(caller, PeerToken, Interest.Readable);
        Volatile.Write(ref peer, new SharedFd(caller));
    }

    void Drop()
    {
        SharedFd gone = peer!;
        Volatile.Write(ref peer, null);
        epoll.Remove(gone.Fd);
        gone.GiveUp();
    }
}
