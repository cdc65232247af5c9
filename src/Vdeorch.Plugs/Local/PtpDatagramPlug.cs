using Vdeorch.Linux.Io;
using Vdeorch.Linux.Unix;
using Vdeorch.Plugs.Frames;

namespace Vdeorch.Plugs.Local;

/// <summary>
/// One of two datagram sockets, at a path and at that path with a plus. Each connects to the other when it has something to send, or hears from
/// it. An empty datagram is a farewell. Either may leave, or be killed, and another come in its place.
/// </summary>
sealed class PtpDatagramPlug : IPlug
{
    readonly Fd socket;
    readonly SocketPath mine;
    readonly string peer;
    volatile bool isConnected;

    /// <param name="mine">The name of <paramref name="socket"/>; both are owned.</param>
    public PtpDatagramPlug(Fd socket, SocketPath mine, string peer)
    {
        (this.socket, this.mine, this.peer) = (socket, mine, peer);
        // Somebody may have been waiting.
        TryConnect();
    }

    public Fd Readiness => socket;

    public int Headroom => 0;

    public Transfer Receive(FrameBatch into)
    {
        Transfer received = Datagrams.Receive(socket, into, out bool farewell);
        if (farewell)
        {
            // From now on another may send to us.
            isConnected = false;
            UnixSocket.Disconnect(socket);
            return received with { Errno = 0 };
        }
        if (received.Errno == Errnos.ConnectionReset)
        {
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
        Transfer sent = Datagrams.Send(socket, batch, frames);
        if (sent.Errno is not (Errnos.ConnectionRefused or Errnos.NotConnected or Errnos.ConnectionReset))
        {
            return sent;
        }
        isConnected = false;
        return TryConnect() ? Datagrams.Send(socket, batch, frames) : sent;
    }

    public void Dispose()
    {
        mine.Dispose();
        if (isConnected)
        {
            _ = UnixSocket.Send(socket, []);
        }
        socket.Dispose();
    }

    // From several threads at once it does no harm.
    bool TryConnect() => isConnected = UnixSocket.TryConnect(socket, peer) == 0;
}
