using Vdeorch.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Streams;
using Vdeorch.Linux.Unix;
using Vdeorch.Model.Uvdels;
using Vdeorch.Plugs.Frames;

namespace Vdeorch.Plugs.Streams;

/// <summary>The card of a virtual machine: <c>qemu:///run/vm.sock</c>, where its QEMU listens (<c>-netdev stream,server=on,addr.type=unix,addr.path=/run/vm.sock</c>).</summary>
/// <remarks>QEMU takes one caller at a time, and the next when that one has left: whoever plugs in again after a crash finds it.</remarks>
static class QemuPlug
{
    public static readonly PlugKind Kind = new("qemu", Open);

    static StreamPlug Open(Uvdel uvdel, PlugOpening opening)
    {
        using Fd socket = UnixSocket.Open(UnixKind.Stream);
        if (UnixSocket.TryConnect(socket, uvdel.Argument) is not 0 and int error)
        {
            throw new LinuxException(error, "connect", uvdel.Argument, error is Errnos.NoEntry or Errnos.ConnectionRefused ? "no QEMU listens there" : null);
        }

        UnixSocket.SetSendBuffer(socket, opening.SendBufferBytes);
        StreamEnd reads = StreamEnd.Borrow(socket.Number, writes: false);
        try
        {
            return new StreamPlug(reads, StreamEnd.Borrow(socket.Number, writes: true), FrameBatch.MaxPlainFrameBytes, Framing.Qemu);
        }
        catch
        {
            reads.Dispose();
            throw;
        }
    }
}
