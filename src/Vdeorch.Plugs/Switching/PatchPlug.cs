using Vdeorch.Linux.Io;
using Vdeorch.Plugs.Frames;

namespace Vdeorch.Plugs.Switching;

/// <summary>One end of a cable between two switches of this process: a socket pair that carries frames with their virtio-net headers.</summary>
/// <remarks>The kernel's queue decouples the two, so that a frame never runs round a loop of switches within one call.</remarks>
sealed class PatchPlug : IPlug
{
    const int QueueBytes = 1 << 20;

    PatchPlug(Fd end) => Readiness = end;

    public Fd Readiness { get; }

    /// <summary>The other end.</summary>
    public IPlug? Opposite { get; private set; }

    public bool CarriesOffloads => true;

    public int Headroom => 0;

    public static (IPlug Near, IPlug Far) Pair()
    {
        (Fd left, Fd right) = SeqPacketSocket.Pair(QueueBytes);
        PatchPlug near = new(left);
        PatchPlug far = new(right) { Opposite = near };
        near.Opposite = far;
        return (near, far);
    }

    public Transfer Receive(FrameBatch into)
    {
        int frames = 0;
        long bytes = 0;
        while (into is { Wanted: > 0, HasRoom: true })
        {
            IoResult read = SeqPacketSocket.TryRead(Readiness, into.Room);
            if (!read.IsOk || read.Count < VirtioNetHeader.Bytes)
            {
                return new Transfer(frames, bytes, read.IsOk ? Errnos.ConnectionReset : read.Errno);
            }
            into.Add(read.Count);
            frames++;
            bytes += read.Count - VirtioNetHeader.Bytes;
        }
        return new Transfer(frames, bytes, 0);
    }

    public Transfer Send(FrameBatch batch, ReadOnlySpan<int> frames)
    {
        for (int i = 0; i < frames.Length; i++)
        {
            batch.Messages.Set(i, batch.HeaderAndFrame(frames[i]));
        }
        IoResult sent = batch.Messages.Send(Readiness, frames.Length);
        long bytes = 0;
        for (int i = 0; i < sent.Count; i++)
        {
            bytes += batch.Messages.Bytes(i) - VirtioNetHeader.Bytes;
        }
        return new Transfer(sent.Count, bytes, sent.Errno);
    }

    public void Dispose() => Readiness.Dispose();
}
