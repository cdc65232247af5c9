using Vdeorch.Linux.Io;
using Vdeorch.Linux.Streams;
using Vdeorch.Model.Uvdels;
using Vdeorch.Plugs.Frames;
using Vdeorch.Plugs.Local;

namespace Vdeorch.Plugs.Streams;

/// <summary>A connection of packets that was inherited: <c>seqpacket://5</c> is descriptor 5. One frame a packet; the peer's close is the end.</summary>
sealed class SeqPacketPlug : IPlug
{
    public static readonly PlugKind Kind = new("seqpacket", Open);

    const int MinFrameBytes = 14;

    /// <param name="socket">AF_UNIX, SOCK_SEQPACKET, connected; owned from now on.</param>
    public SeqPacketPlug(Fd socket) => Readiness = socket;

    public Fd Readiness { get; }

    public int Headroom => 0;

    public Transfer Receive(FrameBatch into)
    {
        int rooms = into.Lay(FrameBatch.MaxPlainFrameBytes);
        if (rooms <= 0)
        {
            return default;
        }
        MessageVector messages = into.Messages;
        for (int i = 0; i < rooms; i++)
        {
            messages.Set(i, into.Laid(i));
        }
        IoResult received = messages.Receive(Readiness, rooms);
        int frames = 0;
        long bytes = 0;
        bool isOver = false;
        for (int i = 0; i < received.Count; i++)
        {
            int length = messages.Bytes(i);
            // Nobody sends packets of no bytes: this is the end, as often as one looks.
            isOver |= length == 0;
            if (length >= MinFrameBytes && !messages.IsCut(i))
            {
                into.Take(i, 0, length);
                frames++;
                bytes += length;
            }
        }
        into.Taken(received.Count);
        return new Transfer(frames, bytes, received.Errno != 0 ? received.Errno : isOver && frames == 0 ? Errnos.ConnectionReset : 0);
    }

    public Transfer Send(FrameBatch batch, ReadOnlySpan<int> frames) => Datagrams.Send(Readiness, batch, frames, batch.Grace);

    public void Dispose() => Readiness.Dispose();

    static SeqPacketPlug Open(Uvdel uvdel, PlugOpening opening) =>
        uvdel.Argument.Length > 0 && char.IsAsciiDigit(uvdel.Argument[0]) && UvdelValues.Prefix(uvdel.Argument, UvdelValues.AnyRadix) is var number and <= int.MaxValue
            ? new SeqPacketPlug(InheritedSocket.Take((int)number))
            : throw new PlugException($"seqpacket://: '{uvdel.Argument}' is not the number of an inherited descriptor");
}
