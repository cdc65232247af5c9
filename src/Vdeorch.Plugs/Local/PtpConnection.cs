using Vdeorch.Linux.Io;
using Vdeorch.Linux.Unix;
using Vdeorch.Plugs.Frames;

namespace Vdeorch.Plugs.Local;

/// <summary>A connection of sequenced packets to a <c>ptp://</c> that was there first. It ends with the other side; then it is to be opened again.</summary>
sealed class PtpConnection(Fd socket) : IPlug
{
    public Fd Readiness => socket;

    public int Headroom => 0;

    public Transfer Receive(FrameBatch into) => Receive(socket, into);

    public Transfer Send(FrameBatch batch, ReadOnlySpan<int> frames) => Datagrams.Send(socket, batch, frames, batch.Grace);

    public void Dispose() => socket.Dispose();

    /// <returns>ECONNRESET once the other side is gone and everything it sent has been received.</returns>
    public static Transfer Receive(Fd socket, FrameBatch into)
    {
        Transfer received = Datagrams.Receive(socket, into, out bool empty);
        if (received.Frames > 0 || !empty)
        {
            return received;
        }
        return received with { Errno = UnixSocket.HasHungUp(socket) ? Errnos.ConnectionReset : 0 };
    }
}
