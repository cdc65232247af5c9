using Vdeorch.Linux.Io;
using Vdeorch.Linux.Unix;
using Vdeorch.Plugs.Frames;

namespace Vdeorch.Plugs.Local;

/// <summary>
/// One of two datagram sockets, at a path and at that path with a plus. Each connects to the other when it has something to send, or hears from
/// it. Either may leave, or be killed, and another come in its place.
/// </summary>
/// <remarks>
/// While a socket is connected, the kernel refuses whatever comes from any other. So whoever stays behind must let go of a peer that is dead, or its
/// successor gets nowhere: an empty datagram is a farewell, but libvdeplug sends none, and killed processes neither. An error on sending tells; for
/// an end that has nothing to send, the name is looked up again whenever the peer has been silent for a while.
/// </remarks>
sealed class PtpDatagramPlug : IPlug
{
    const ulong SocketToken = 0;
    const ulong TimerToken = 1;

    static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(500);

    readonly Epoll epoll = new();
    readonly TimerFd timer = new(Silence);
    readonly Fd socket;
    readonly SocketPath mine;
    readonly string peer;
    volatile bool isConnected;
    bool hasHeard;

    /// <param name="mine">The name of <paramref name="socket"/>; both are owned, unless this throws.</param>
    public PtpDatagramPlug(Fd socket, SocketPath mine, string peer)
    {
        (this.socket, this.mine, this.peer) = (socket, mine, peer);
        epoll.Add(socket, SocketToken, Interest.Readable);
        epoll.Add(timer.Fd, TimerToken, Interest.Readable);
        // Somebody may have been waiting.
        TryConnect();
    }

    public Fd Readiness => epoll.Fd;

    public int Headroom => 0;

    public Transfer Receive(FrameBatch into)
    {
        Transfer received = Datagrams.Receive(socket, into, out bool farewell);
        hasHeard |= received.Frames > 0;
        if (farewell)
        {
            Disconnect();
            return received with { Errno = 0 };
        }
        switch (received.Errno)
        {
            // Nothing came, so it was the timer.
            case Errnos.Again when timer.TryClear():
                LookAgain();
                return received;
            // The peer has let go of us.
            case Errnos.ConnectionReset:
                isConnected = false;
                return received with { Errno = 0 };
        }
        if (received.Frames > 0 && !isConnected)
        {
            TryConnect();
        }
        return received;
    }

    public Transfer Send(FrameBatch batch, ReadOnlySpan<int> frames)
    {
        if (!isConnected && !TryConnect())
        {
            return new Transfer(0, 0, Errnos.NotConnected);
        }
        Transfer sent = Datagrams.Send(socket, batch, frames, batch.Grace);
        if (sent.Errno is not (Errnos.ConnectionRefused or Errnos.NotConnected or Errnos.ConnectionReset))
        {
            return sent;
        }
        isConnected = false;
        return TryConnect() ? Datagrams.Send(socket, batch, frames, batch.Grace) : sent;
    }

    public void Dispose()
    {
        mine.Dispose();
        if (isConnected)
        {
            _ = UnixSocket.Send(socket, []);
        }
        socket.Dispose();
        timer.Dispose();
        epoll.Dispose();
    }

    // Frames that never stop keep the timer from being seen, and make it needless.
    void LookAgain()
    {
        if (!hasHeard && !TryConnect())
        {
            Disconnect();
        }
        hasHeard = false;
    }

    // From several threads at once it does no harm; to the same peer again neither.
    bool TryConnect() => isConnected = UnixSocket.TryConnect(socket, peer) == 0;

    void Disconnect()
    {
        isConnected = false;
        UnixSocket.Disconnect(socket);
    }
}
