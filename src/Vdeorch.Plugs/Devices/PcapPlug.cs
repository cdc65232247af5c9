using Vdeorch.Linux.Io;
using Vdeorch.Linux.Pcap;
using Vdeorch.Plugs.Frames;

namespace Vdeorch.Plugs.Devices;

/// <summary>The network that an interface is on, beside the interface itself: <c>pcap://eth0</c>. What the interface sends is not seen.</summary>
sealed class PcapPlug(PacketCapture capture) : IPlug
{
    public static readonly PlugKind Kind = new("pcap", (uvdel, _) => new PcapPlug(PacketCapture.Open(uvdel.Argument, FrameBatch.MaxPlainFrameBytes)));

    public Fd Readiness => capture.Readiness;

    public int Headroom => 0;

    public Transfer Receive(FrameBatch into)
    {
        int frames = 0;
        long bytes = 0;
        while (into is { Wanted: > 0, HasRoom: true })
        {
            Span<byte> room = into.Room;
            IoResult read = capture.Read(room[VirtioNetHeader.Bytes..]);
            if (!read.IsOk)
            {
                return new Transfer(frames, bytes, read.Errno);
            }
            room[..VirtioNetHeader.Bytes].Clear();
            into.Add(VirtioNetHeader.Bytes + read.Count);
            frames++;
            bytes += read.Count;
        }
        return new Transfer(frames, bytes, 0);
    }

    public Transfer Send(FrameBatch batch, ReadOnlySpan<int> frames)
    {
        int taken = 0;
        long bytes = 0;
        int errno = 0;
        foreach (int frame in frames)
        {
            IoResult written = capture.Write(batch.Frame(frame));
            if (written.IsOk)
            {
                taken++;
                bytes += written.Count;
            }
            else
            {
                errno = written.Errno;
            }
        }
        return new Transfer(taken, bytes, errno);
    }

    public void Dispose() => capture.Dispose();
}
